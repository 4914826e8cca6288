"""docs/definitions.md: its table of histories is what ours, and models of two other programs, give for them.

With WRITE_DOCS=1 in the environment the table in the document is written anew instead of compared.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inbox.models import Exchange
from inbox.worktime import calendars
from tests.parts.desk import Desk
from tests.parts.histories import Act, play
from tests.parts.others import Shown, chatwoot, zammad

DOCUMENT = Path(__file__).parents[3] / "docs" / "definitions.md"
BEGIN, END = "<!-- table: tests/inbox/clocks/test_definitions.py -->\n", "<!-- end of table -->\n"
# Wednesday 25 November 2026, in the starter company's hours (8:30 to 12:30 and 14:00 to 18:00 in Rome).
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
# What happens, and when; "@" is when it was fetched, where that is later.
HISTORIES: Sequence[tuple[str, str]] = (
    ("A question, answered from the page", "ask Wed 09:00, here Wed 10:30"),
    ("Two questions in a row, one answer", "ask Wed 09:00, ask Wed 09:40, here Wed 10:30"),
    ("The mailbox was unreachable for an hour", "ask Wed 09:00 @ Wed 10:00, here Wed 10:30"),
    ("A question in the evening, answered the next morning", "ask Wed 19:00, here Thu 09:00"),
    ("An automatic reply first, then a person", "ask Wed 09:00, bot Wed 09:01, here Wed 11:00"),
    ("A program answers the second question, then a person",
     "ask Wed 09:00, here Wed 09:30, ask Wed 10:00, bot Wed 10:01, here Wed 11:30"),
    ("A program hands over to a person", "ask Wed 09:00, bot Wed 09:01, handoff Wed 10:00, here Wed 10:30"),
    ("Answered in the mail program", "ask Wed 09:00, elsewhere Wed 09:45"),
    ("Answered by phone, noted so", "ask Wed 09:00, phone Wed 09:20"),
    ("Put off for a day while the customer waits", "ask Wed 09:00, snooze Wed 09:30, ask Thu 09:30, here Thu 10:00"),
    ("A note is no answer", "ask Wed 09:00, note Wed 09:10, here Wed 12:00"),
    ("The answer bounced and was written anew", "ask Wed 09:00, here Wed 09:30, bounce Wed 09:35, here Wed 12:00"),
    ("“Grazie!” after the answer", "ask Wed 09:00, here Wed 09:30, ask Wed 09:50, not_needed Wed 12:00"),
    ("Closed without an answer", "ask Wed 09:00, close Wed 17:00"),
    ("Asked again after it was closed",
     "ask Wed 09:00, here Wed 09:30, close Wed 10:00, ask Thu 09:00, here Thu 11:00"),
    ("Marked as spam", "ask Wed 09:00, spam Wed 09:30"),
    ("The mail server took the answer only at the second try", "ask Wed 09:00, here_late Wed 10:30"),
    ("Nobody knows whether the answer has gone out", "ask Wed 09:00, here_uncertain Wed 10:30"),
)  # fmt: skip


@pytest.mark.parametrize("part", [0, 1])
def test_the_table_is_what_the_histories_give(desk: Desk, part: int) -> None:
    with desk.database.reading() as session:
        hours = calendars.company(session)
    written = DOCUMENT.read_text("utf-8")
    table = written.partition(BEGIN)[2].partition(END)[0].splitlines(keepends=True)[2:]
    half = len(HISTORIES) // 2
    wanted = HISTORIES[half * part : half * part + half]
    lines = []
    for number, (called, told) in enumerate(wanted):
        acts = read(told, hours.zone_name)
        conversation = play(desk, [act for act in acts if act.what != "handoff"], f"d{part}{number}")
        rows = sorted(desk.exchanges(conversation), key=lambda row: row.opened_at)
        cells = (called, told, ours(rows), others(chatwoot(acts, hours)), others(zammad(acts, hours)))
        lines.append(f"| {' | '.join(cells)} |\n")
    if os.environ.get("WRITE_DOCS"):
        table = [*table[: half * part], *lines, *table[half * (part + 1) :]]
        head = "| what happened | when (company's time) | here | Chatwoot | Zammad |\n|---|---|---|---|---|\n"
        before, after = written.partition(BEGIN)[0], written.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}{head}{''.join(table)}{END}{after}", "utf-8")
    else:
        assert table[half * part : half * part + half] == lines


def read(told: str, zone: str) -> list[Act]:
    """ "ask Wed 09:00 @ Wed 10:00" as acts."""
    acts = []
    for number, one in enumerate(told.split(", ")):
        what, _, when = one.partition(" ")
        at, _, here = when.partition(" @ ")
        acts.append(Act(what, _moment(at, zone), _moment(here or at, zone), number))
    return acts


def _moment(told: str, zone: str) -> datetime:
    assert zone == "Europe/Rome", "an hour before UTC in November"
    day, _, clock = told.partition(" ")
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=DAYS.index(day), hours=hour - 1, minutes=minute)


def ours(rows: Sequence[Exchange]) -> str:
    said = []
    for row in rows:
        if row.outcome == "void":
            continue
        name = "first" if row.first else "next"
        if row.closed_at is None:
            said.append(f"{name}: waiting")
        elif row.outcome in ("answered", "by_phone"):
            said.append(f"{name} {length(row.working_seconds)}")
        else:
            said.append("no answer needed" if row.outcome == "not_needed" else "unanswered")
    return "; ".join(said) or "nothing"


def others(shown: Shown) -> str:
    said = [f"first {length(shown.first)}"] if shown.first is not None else []
    said += [f"next {length(one)}" for one in shown.later]
    said += [f"closed {length(one)}" for one in shown.closing]
    return "; ".join(said) or "nothing"


def length(seconds: int | None) -> str:
    assert seconds is not None
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}"


def test_the_histories_are_read_in_order() -> None:
    for _, told in HISTORIES:
        acts = read(told, "Europe/Rome")
        assert [act.here for act in acts] == sorted(act.here for act in acts)
    assert len(HISTORIES) % 2 == 0
