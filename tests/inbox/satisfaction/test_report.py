"""What reports count of opinions is what a plain count of the rows finds, and every number has its cases."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from inbox import company
from inbox.models import Delivery, Event, Exchange, Message, Opinion, now
from inbox.models.opinion import VALUES
from inbox.reporting import cells, counting, listed, period
from inbox.reporting.cases import DIMENSIONS, DONE, FIRST, NEXT, RESOLUTION, Timed
from inbox.reporting.days import Period
from inbox.reporting.figures import FEW_OPINIONS, figures
from inbox.reporting.listed import Wanted
from inbox.reporting.tallies import Tally
from tests.parts.company import mail
from tests.parts.desk import Desk
from tests.parts.opinions import OpinionDesk

ZONE = "UTC"
STATES = st.sampled_from([DONE, "unanswered", "waiting", ""])
OPINIONS = st.sampled_from([None, "", *VALUES])


@pytest.fixture
def asked(desk_on_both: Desk) -> OpinionDesk:
    """Six questions of as many customers, one of them twice; four said how the answer was, one did not arrive."""
    found = OpinionDesk(desk_on_both, pause_days=7)
    for number, value in enumerate(("good", "good", "fair", "bad", "", "")):
        question = found.desk.ask(sender=f"c{number}@cliente{number}.test", Message_ID=f"<{number}@c.test>")
        links = found.links(found.answered(question))
        if value:
            found.say(links["good"], value, f"perché {number}")
    found.desk.arrive(mail("Re", "Ancora", sender="c5@cliente5.test", In_Reply_To="<5@c.test>"))
    found.answered(question)
    return found


def days() -> Period:
    today: date = now().date()
    return Period(today, today)


def recount(desk: Desk) -> dict[str, int]:
    """The same by hand."""
    with desk.database.reading() as session:
        answers = set(session.scalars(select(Exchange.closed_by).where(Exchange.outcome == "answered")))
        rows = [one for one in session.scalars(select(Opinion)) if one.message_id in answers]
    values = [one.value for one in rows]
    return {
        "asked": len(rows), "voted": len([one for one in values if one]), "good": values.count("good"),
        "bad": values.count("bad"), "fair": values.count("fair"),
    }  # fmt: skip


def rows(desk: Desk, **how: Any) -> list[listed.Row]:
    with desk.database.reading() as session:
        return listed.page(session, Wanted(days(), **how), ZONE)[0]


def test_the_figures_are_those_of_a_plain_count(asked: OpinionDesk) -> None:
    with asked.desk.database.reading() as session:
        found = period.report(session, days(), ZONE)
    line, counted = found.line(FIRST, NEXT), recount(asked.desk)
    assert {name: getattr(line, name) for name in counted} == counted
    assert counted == {"asked": 6, "voted": 4, "good": 2, "bad": 1, "fair": 1}
    assert found.line(RESOLUTION).asked == found.line(NEXT).asked == 0
    for dimension in DIMENSIONS:
        for name in ("asked", "voted", "good", "bad"):
            assert sum(getattr(one, name) for one in found.lines(dimension, FIRST)) == counted[name]
    assert found.as_data()["every"]["good"] == 2


def test_every_number_has_its_cases_and_their_comments(asked: OpinionDesk) -> None:
    for state, number in recount(asked.desk).items():
        for measure in (listed.EVERY, FIRST):
            assert len(rows(asked.desk, measure=measure, state=state)) == number, (measure, state)
        assert rows(asked.desk, measure=NEXT, state=state) == []
    assert [one.timed.comment for one in rows(asked.desk, state="bad")] == ["perché 3"]


def test_what_is_kept_of_days_says_the_same_also_after_a_later_word(
    asked: OpinionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = asked.desk
    monkeypatch.setattr(cells, "EXACT_UP_TO", -1)
    for value in ("bad", "good"):
        counting.refresh(desk.database, ZONE)
        counting.refresh(desk.database, ZONE)
        with desk.database.reading() as session:
            assert company.get(session, counting.SEEN)
            rough, exact = period.quickest(session, days(), ZONE), period.report(session, days(), ZONE)
        assert rough.rough
        told = [(one.asked, one.voted, one.good, one.bad) for one in (rough.line(FIRST), exact.line(FIRST))]
        assert told[0] == told[1]
        first = asked.links(desk.wire.sent[_first(desk)].text)
        asked.say(first["good"], value)


def _first(desk: Desk) -> int:
    return next(at for at, one in enumerate(desk.wire.sent) if "/opinion/" in one.text)


def test_an_opinion_goes_with_its_answer(asked: OpinionDesk) -> None:
    """Whoever erases the answer erases what was said of it."""
    bad = next(one.message_id for one in asked.desk.all(Opinion) if one.value == "bad")
    with asked.desk.database.writing() as session:
        session.execute(update(Exchange).where(Exchange.closed_by == bad).values(closed_by=None))
        session.execute(delete(Event).where(Event.message_id == bad))
        session.execute(delete(Delivery).where(Delivery.message_id == bad))
        session.execute(delete(Message).where(Message.id == bad))
    assert "bad" not in [one.value for one in asked.desk.all(Opinion)]


@settings(max_examples=100)
@given(st.lists(st.tuples(STATES, OPINIONS)))
def test_a_tally_counts_only_answers(some: list[tuple[str, str | None]]) -> None:
    whole, parts = Tally(), Tally()
    for state, opinion in some:
        one = Tally()
        for tally in (whole, one):
            tally.add(Timed(FIRST, state, 1, 1, opinion=opinion))
        parts.merge(one)
    said = [opinion for state, opinion in some if state == DONE and opinion is not None]
    line = figures(whole)
    assert line == figures(parts)
    assert (line.asked, line.voted) == (len(said), len([one for one in said if one]))
    assert (line.good, line.fair, line.bad) == tuple(said.count(value) for value in VALUES)
    assert (line.share_good is None) == (line.voted < FEW_OPINIONS)
