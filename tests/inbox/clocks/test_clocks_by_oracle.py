"""Exchanges and working time against an oracle that shares no code with them: minute by minute, act by act."""

import itertools
import os
import random
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest

from inbox import conversations
from inbox.clocks import recomputing
from inbox.models import Calendar, Conversation, Exchange, Hop, Identity
from tests.parts.company import mail
from tests.parts.desk import Desk
from tests.parts.histories import AGAIN, Act, account, histories, play

# So many histories each, where somebody has the time (CENTRALINO_LONG is how tests ask for it elsewhere).
LONG = int(os.environ.get("HISTORIES", "0"))
# Without making a failing history shorter: each costs a second.
PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.reuse, hypothesis.Phase.generate)
KEYS = itertools.count(1)
MINUTE = timedelta(minutes=1)
IS_DELIVERY = Hop.holder == "delivery"
FIRST = "<first@cliente.test>"
# Over the ends of summer time in Italy: 25 hours on 26 October 2025, 23 on 29 March 2026.
STARTS = [datetime(2025, 10, 23, 6, tzinfo=UTC), datetime(2026, 3, 26, 6, tzinfo=UTC)]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def working_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the minutes whose wall clock lies in the hours."""
    zone, count = ZoneInfo(calendar.timezone), 0
    while start < end:
        local = start.astimezone(zone)
        hours = calendar.hours.get(DAYS[local.weekday()], ())
        count += any(time.fromisoformat(a) <= local.time() < time.fromisoformat(b) for a, b in hours)
        start += MINUTE
    return count


@pytest.mark.parametrize("seed", range(8))
def test_exchanges_are_what_the_acts_in_order_give(desk_on_both: Desk, seed: int) -> None:
    """Questions, answers here and elsewhere, calls and "no answer needed", a few minutes to days apart."""
    desk, dice = desk_on_both, random.Random(seed)
    at = dice.choice(STARTS)
    conversation = desk.ask(Message_ID=FIRST, at=at)
    expected: list[list[Any]] = [[at, None, ""]]
    for number in range(14):
        at += dice.choice([1, 7, 45, 300, 1_500]) * MINUTE
        act = dice.choice(["ask", "ask", "here", "elsewhere", "phone", "not_needed"])
        perform(desk, conversation, act, at, number)
        last = expected[-1]
        if act == "ask" and last[1] is not None:
            expected.append([at, None, ""])
        elif act != "ask" and last[1] is None:
            last[1:] = [at, {"phone": "by_phone", "not_needed": "not_needed"}.get(act, "answered")]
    check(desk, conversation, expected)


@pytest.mark.parametrize("seed", range(8))
def test_which_folder_is_read_first_changes_nothing_for_answers_written_elsewhere(
    desk_on_both: Desk, seed: int
) -> None:
    """After an outage the Sent folder may be read before the inbox, or behind it; each keeps its own order."""
    desk, dice = desk_on_both, random.Random(seed)
    at = dice.choice(STARTS)
    conversation = desk.ask(Message_ID=FIRST, at=at)
    expected: list[list[Any]] = [[at, None, ""]]
    acts = []
    for number in range(8):
        at += dice.choice([1, 7, 45, 300, 1_500]) * MINUTE
        act = dice.choice(["ask", "elsewhere"])
        acts.append((act, at, number))
        if act == "ask" and expected[-1][1] is not None:
            expected.append([at, None, ""])
        elif act == "elsewhere" and expected[-1][1] is None:
            expected[-1][1:] = [at, "answered"]
    questions = [act for act in acts if act[0] == "ask"]
    answers = [act for act in acts if act[0] == "elsewhere"]
    while questions or answers:
        act, moment, number = dice.choice([one for one in (questions, answers) if one]).pop(0)
        perform(desk, conversation, act, moment, number)
    check(desk, conversation, expected)


@hypothesis.given(acts=histories())
@hypothesis.settings(max_examples=LONG or 12, phases=PHASES, suppress_health_check=list(hypothesis.HealthCheck))
def test_any_history_in_any_order_of_arrival_gives_what_a_recount_by_minutes_gives(
    desk_on_both: Desk, acts: list[Act]
) -> None:
    """Also what was joined in wrongly at first: mails fetched late, answers that bounced, spam that was none. And told
    again from what happened, every clock is as it was."""
    desk = desk_on_both
    conversation = play(desk, acts, f"k{next(KEYS)}")
    (calendar,) = desk.all(Calendar)
    rows = sorted(desk.exchanges(conversation), key=lambda row: (row.opened_at, row.id))
    told = [
        [row.opened_at, row.closed_at, row.outcome, row.flagged, _minutes(row.wall_seconds),
         _minutes(row.working_seconds)]
        for row in rows
    ]  # fmt: skip
    hypothesis.note("\n".join(f"{act.what} {act.at:%d %H:%M} here {act.here:%d %H:%M}" for act in acts))
    expected = account(acts, calendar.hours, calendar.timezone)
    assert sorted(told, key=str) == sorted(expected, key=str)
    assert conversation.waiting_since == next((row[0] for row in expected if row[1] is None), None)
    assert sum(row.first for row in rows if row.outcome != "void") <= 1
    late = {act.at for act in acts if act.what == "here_late"}
    for row in rows:
        if row.closed_at is not None:
            check_hops(desk, row)
        took = [AGAIN.seconds] if row.closed_at in late else []
        assert [one.wall_seconds for one in desk.all(Hop, Hop.exchange_id == row.id, IS_DELIVERY)] == took
    batches = list(recomputing.recompute(desk.database, [conversation.id], check=False))
    assert [one.what for batch in batches for one in batch.found] == []


def _minutes(seconds: int | None) -> int | None:
    assert seconds is None or seconds % 60 == 0
    return None if seconds is None else seconds // 60


def perform(desk: Desk, conversation: Conversation, act: str, at: datetime, number: int) -> None:
    """One act at its moment."""
    reply = {"In_Reply_To": FIRST, "Message_ID": f"<{number}.{at.timestamp()}@x.test>"}
    if act == "ask":
        desk.arrive(mail("Re: Giunto", f"Domanda {number}", **reply), at=at)
    elif act == "elsewhere":
        customer = conversation_address(desk, conversation)
        ours = mail("Re: Giunto", f"Risposta {number}", sender="info@firm.test", name="Noi", To=customer, **reply)
        desk.receive(ours, folder="sent", at=at)
        desk.take_in()
    elif act == "here":
        desk.answer(conversation, f"Risposta {number}", at=at)
        desk.deliver()
    else:
        verb = conversations.answered_by_phone if act == "phone" else conversations.no_answer_needed
        desk.do(verb, conversation, at=at)


def conversation_address(desk: Desk, conversation: Conversation) -> str:
    return desk.all(Identity, Identity.contact_id == conversation.contact_id)[0].address


def check(desk: Desk, conversation: Conversation, expected: list[list[Any]]) -> None:
    """The exchanges as stored, their times by the oracle, and hops that fill each of them without a gap."""
    rows = sorted(desk.exchanges(conversation), key=lambda row: row.opened_at)
    assert [[row.opened_at, row.closed_at, row.outcome] for row in rows] == expected
    assert desk.fresh(conversation).waiting_since == (None if expected[-1][1] else expected[-1][0])
    (calendar,) = desk.all(Calendar)
    for row in rows:
        if row.closed_at is not None:
            assert row.wall_seconds == (row.closed_at - row.opened_at).total_seconds()
            assert row.working_seconds == 60 * working_minutes(calendar, row.opened_at, row.closed_at)
            check_hops(desk, row)


def check_hops(desk: Desk, exchange: Exchange) -> None:
    """The parts of the wait; how long the answer then took to go out is none of it."""
    hops = desk.all(Hop, Hop.exchange_id == exchange.id, ~IS_DELIVERY)
    assert sum(hop.wall_seconds or 0 for hop in hops) == exchange.wall_seconds
    assert sum(hop.working_seconds or 0 for hop in hops) == exchange.working_seconds
    assert all(hop.ended_at is not None for hop in hops)
