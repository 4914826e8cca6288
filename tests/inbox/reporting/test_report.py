"""What a report counts, over real conversations on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from inbox import conversations
from inbox.events import person
from inbox.models import Calendar, Conversation, Exchange, Hop, Team, User
from inbox.reporting import listed, period
from inbox.reporting.accuracy import accuracy
from inbox.reporting.cases import CHANNEL, DIMENSIONS, FIRST, LANGUAGE, NEXT, PRODUCT, RESOLUTION, RULE, TEAM, source_of
from inbox.reporting.days import Period
from inbox.reporting.hops import HOLDERS, ways
from inbox.reporting.listed import Wanted
from tests.parts.desk import Desk

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAYS, ZONE = Period(date(2026, 3, 2), date(2026, 3, 8)), "UTC"
WEEK = {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


@pytest.fixture
def desk(desk_on_both: Desk) -> Desk:
    with desk_on_both.database.writing() as session:
        for one in session.scalars(select(Calendar)):
            session.delete(one)
        session.flush()
        session.add(Calendar(name="", timezone=ZONE, hours=WEEK, valid_from=date(2020, 1, 1)))
    return desk_on_both


def ask(
    desk: Desk, hours: float, subject: str = "Giunto", text: str = "Qual è la tolleranza?", n: int = 1
) -> Conversation:
    with time_machine.travel(at(hours), tick=False):
        return desk.ask(text, subject=subject, sender=f"c{n}@cliente{n}.test", at=at(hours))


def answer(desk: Desk, conversation: Conversation, hours: float) -> None:
    desk.answer(conversation, at=at(hours))
    desk.deliver()


def report(desk: Desk, days: Period = DAYS) -> period.Report:
    with desk.database.reading() as session:
        return period.report(session, days, ZONE)


def test_first_and_next_responses_and_resolution(desk: Desk) -> None:
    one = ask(desk, 0)
    answer(desk, one, 2)
    with desk.database.writing() as session:
        conversations.close(session, session.get_one(Conversation, one.id), person(desk.manager), at(6))
    ask(desk, 1, n=2)
    found = report(desk)
    first, resolved = found.line(FIRST), found.line(RESOLUTION)
    assert (first.exchanges, first.answered, first.waiting, first.unanswered) == (2, 1, 1, 0)
    assert (first.median_wall, first.p90_wall) == (7200, 7200)
    assert (first.targeted, first.within) == (1, 1)
    assert found.line(NEXT).exchanges == 0
    # From nine to three o'clock, with an hour for lunch.
    assert (resolved.exchanges, resolved.answered, resolved.median_wall, resolved.median_working) == (
        2,
        1,
        21_600,
        18_000,
    )


def test_each_dimension_adds_up_to_all(desk: Desk) -> None:
    for n in range(4):
        text = "Vorremmo un preventivo per 40 pezzi." if n % 2 else "Qual è la tolleranza?"
        answer(desk, ask(desk, n, text=text, n=n), n + 1)
    found = report(desk)
    for dimension in DIMENSIONS:
        lines = found.lines(dimension, FIRST)
        assert sum(line.exchanges for line in lines) == 4, dimension
    assert [line.name for line in found.lines(CHANNEL, FIRST)] == ["info"]
    assert {line.value for line in found.lines(LANGUAGE, FIRST)} <= {"it", ""}
    assert len(found.lines(TEAM, FIRST)) == 2
    assert [line.value for line in found.lines(PRODUCT, FIRST)] == [""]
    assert all(line.name != line.value for line in found.lines(RULE, FIRST))


def test_other_days_and_other_kinds_do_not_count(desk: Desk) -> None:
    ask(desk, -24 * 2)
    other = ask(desk, 1, n=2)
    with desk.database.writing() as session:
        conversations.set_kind(session, session.get_one(Conversation, other.id), person(desk.manager), "supplier")
    assert report(desk).line(FIRST, NEXT).exchanges == 0
    assert report(desk, Period(date(2026, 2, 28), date(2026, 2, 28))).line(FIRST).exchanges == 1


def test_where_the_time_went_adds_up(desk: Desk) -> None:
    one = ask(desk, 0)
    with desk.database.writing() as session:
        conversations.claim(session, session.get_one(Conversation, one.id), session.get_one(User, desk.manager), at(1))
    answer(desk, one, 3)
    (way,) = ways(report(desk).tallies)
    assert way.answered == 1
    assert way.working["person"] == 7200
    (exchange,) = desk.exchanges(one)
    assert sum(way.wall[part] for part in HOLDERS if part in way.wall) == exchange.wall_seconds
    assert {one.holder for one in desk.all(Hop)} >= {"fetch", "person"}


def test_what_people_passed_on_counts_against_the_rule(desk: Desk) -> None:
    kept, moved = ask(desk, 0, n=1), ask(desk, 1, n=2)
    with desk.database.writing() as session:
        row = session.get_one(Conversation, moved.id)
        (team_id, *_) = session.scalars(select(Team.id).where(Team.id != row.team_id))
        conversations.assign(session, row, person(desk.manager), team_id=team_id, at=at(2))
        conversations.claim(session, session.get_one(Conversation, kept.id), session.get_one(User, desk.manager), at(2))
    found = report(desk)
    (line,) = accuracy(found)
    assert (line.decided, line.changed, line.moves, line.right) == (2, 1, 1, 1)
    (row,) = rows(desk, state=listed.PASSED, by=RULE, value=line.slug)
    assert row.conversation.id == moved.id


def test_every_number_has_its_cases(desk: Desk) -> None:
    """Whatever a line counts, the list behind it is as long."""
    late, early = ask(desk, 0, n=1), ask(desk, 1, n=2)
    with desk.database.writing() as session:
        for one in (late, early):
            conversations.claim(
                session, session.get_one(Conversation, one.id), session.get_one(User, desk.manager), at(1)
            )
    answer(desk, late, 30)
    answer(desk, early, 2)
    gone = ask(desk, 3, n=3)
    with desk.database.writing() as session:
        conversations.close(session, session.get_one(Conversation, gone.id), person(desk.manager), at(4))
    ask(desk, 5, n=4)
    found = report(desk)
    for measure in (FIRST, NEXT, RESOLUTION):
        line = found.line(measure)
        for state, number in (("", line.exchanges), ("answered", line.answered), ("waiting", line.waiting),
                              ("unanswered", line.unanswered), ("within", line.within),
                              ("late", line.targeted - line.within), ("uncertain", line.uncertain)):  # fmt: skip
            assert len(rows(desk, measure=measure, state=state)) == number, (measure, state)
    for dimension in DIMENSIONS:
        for line in found.lines(dimension, FIRST):
            assert len(rows(desk, measure=FIRST, by=dimension, value=line.value)) == line.exchanges
    assert [row.conversation.id for row in rows(desk, hour="0-9")] == [late.id]
    assert len(rows(desk, user_id=desk.manager, state="answered")) == 2


def test_the_cases_come_a_page_at_a_time(desk: Desk) -> None:
    numbers = [ask(desk, n / 10, n=n).id for n in range(5)]
    seen, after = [], ""
    with desk.database.reading() as session:
        for _ in range(3):
            some, after = listed.page(session, Wanted(DAYS, after=after), ZONE, 2)
            seen += [row.conversation.id for row in some]
    assert seen == numbers[::-1]
    assert after == ""


def test_a_place_that_says_nothing_begins_at_the_first(desk: Desk) -> None:
    ask(desk, 0)
    for after in ("x", "nan:1", "1e99:2", ":"):
        assert len(rows(desk, after=after)) == 1


@pytest.mark.parametrize(
    ("facts", "source"),
    [
        ({}, ""),
        ({"utm_source": " Newsletter "}, "newsletter"),
        ({"gclid": "abc", "referrer": "https://other.test/"}, "google"),
        ({"referrer": "https://www.fiera.test/espositori?x=1"}, "fiera.test"),
        ({"referrer": "http://[broken"}, ""),
    ],
)
def test_where_a_customer_came_from(facts: dict[str, Any], source: str) -> None:
    assert source_of(facts) == source


def test_a_void_exchange_counts_nowhere(desk: Desk) -> None:
    one = ask(desk, 0)
    desk.do(conversations.no_answer_needed, one)
    found = report(desk)
    assert found.line(FIRST).exchanges == 0
    assert rows(desk, measure=FIRST) == []
    assert len(desk.all(Exchange)) == 1


def rows(desk: Desk, **how: Any) -> list[listed.Row]:
    with desk.database.reading() as session:
        return listed.page(session, Wanted(DAYS, **how), ZONE)[0]
