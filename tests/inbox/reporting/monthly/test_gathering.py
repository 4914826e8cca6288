"""The content of a month is what the report counts, on both databases, also where there is nothing or somebody left."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from inbox import conversations, users
from inbox.events import SYSTEM, person
from inbox.models import Calendar, Contact, Conversation, Exchange, Lead, Team, User
from inbox.reporting import period
from inbox.reporting.cases import FIRST, NEXT
from inbox.reporting.days import Period
from inbox.reporting.monthly.content import Content, month_before, month_of
from inbox.reporting.monthly.gathering import gather
from tests.parts.desk import Desk

ZONE = "Europe/Rome"
MONDAY = datetime(2026, 10, 5, 8, tzinfo=UTC)
OCTOBER = month_of("2026-10")
WEEK = {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
LATER = datetime(2026, 11, 2, 7, tzinfo=UTC)


@pytest.fixture
def desk(desk_on_both: Desk) -> Desk:
    with desk_on_both.database.writing() as session:
        for one in session.scalars(select(Calendar)):
            session.delete(one)
        session.flush()
        session.add(Calendar(name="", timezone="UTC", hours=WEEK, valid_from=date(2020, 1, 1)))
    return desk_on_both


def ask(desk: Desk, days: float, n: int) -> Conversation:
    at = MONDAY + timedelta(days=days)
    with time_machine.travel(at, tick=False):
        return desk.ask(f"Qual è la tolleranza? {n}", sender=f"c{n}@cliente{n}.test", name=f"Cliente {n}", at=at)


def answered(desk: Desk, days: float, n: int, hours: float) -> Conversation:
    found = ask(desk, days, n)
    desk.answer(found, at=MONDAY + timedelta(days=days, hours=hours))
    desk.deliver()
    return found


def gathered(desk: Desk, days: Period = OCTOBER) -> Content:
    with desk.database.reading() as session:
        return gather(session, days, ZONE, LATER)


def test_the_numbers_are_the_reports(desk: Desk) -> None:
    answered(desk, 0, 1, 1)
    answered(desk, 1, 2, 6)
    ask(desk, 2, 3)
    ask(desk, -20, 4)
    found = gathered(desk)
    with desk.database.reading() as session:
        report = period.report(session, OCTOBER, ZONE)
        before = period.report(session, month_of("2026-09"), ZONE)
    assert (found.first, found.every) == (report.line(FIRST), report.line(FIRST, NEXT))
    assert found.before_first == before.line(FIRST)
    assert (found.first.exchanges, found.before_first.exchanges, found.waiting) == (3, 1, 2)
    assert sum(one.count for one in found.channels) == 3
    assert sum(one.before for one in found.channels) == 1
    assert sum(one.exchanges for one in found.teams) == 3


def test_few_answers_are_told_one_by_one_the_slowest_first(desk: Desk) -> None:
    answered(desk, 0, 1, 1)
    answered(desk, 1, 2, 6)
    found = gathered(desk)
    assert [(one.seconds, one.late) for one in found.slowest] == [(5 * 3600, True), (3600, False)]
    assert "Cliente 2" in found.slowest[0].customer


def test_who_waits_is_told_the_longest_first_also_from_the_month_before(desk: Desk) -> None:
    ask(desk, 2, 3)
    ask(desk, -20, 4)
    ask(desk, 27.9, 5)
    found = gathered(desk)
    assert [one.customer.split(",")[0] for one in found.longest] == ["Cliente 4", "Cliente 3"]
    assert found.longest[0].seconds > found.longest[1].seconds
    assert (found.waiting, found.waiting_late, found.waiting_from) == (2, 2, "2026-09-15")


def test_a_month_without_anything(desk: Desk) -> None:
    found = gathered(desk, month_of("2020-02"))
    assert (found.first.exchanges, found.waiting, found.findings) == (0, 0, [])
    assert found.first.median_working is None


def test_who_left_and_a_renamed_team(desk: Desk) -> None:
    marco = desk.add_user("marco@firm.test", "colleague", "rd")
    one = answered(desk, 0, 1, 1)
    waits = ask(desk, 1, 2)
    with desk.database.writing() as session:
        team = session.scalars(select(Team).where(Team.slug == "rd")).one()
        for number in (one.id, waits.id):
            conversations.assign(session, session.get_one(Conversation, number), SYSTEM, team_id=team.id, user_id=marco)
        for exchange in session.scalars(select(Exchange)):
            exchange.team_id = team.id
        team.name = "Ufficio tecnico"
        users.disable(session, session.get_one(User, marco), person(desk.manager))
        contact = session.get_one(Contact, session.get_one(Conversation, waits.id).contact_id)
        contact.name, contact.company_id = "", None
    found = gathered(desk)
    assert [line.name for line in found.teams] == ["Ufficio tecnico"]
    assert [(case.team, case.customer) for case in found.longest] == [("Ufficio tecnico", "")]


def test_stages_are_what_came_of_it(desk: Desk) -> None:
    earlier = MONDAY - timedelta(days=40)
    sales = (("new", MONDAY, None), ("quoted", MONDAY, 800_000), ("quoted", MONDAY, 50), ("won", MONDAY, 1_240_000),
             ("won", earlier, 70_000))  # fmt: skip
    for n, (stage, contacted, cents) in enumerate(sales):
        one = ask(desk, n / 10, n)
        with desk.database.writing() as session:
            session.add(Lead(
                contact_id=session.get_one(Conversation, one.id).contact_id, stage=stage, contacted_at=contacted,
                value_cents=cents, won_at=MONDAY if stage == "won" else None,
            ))  # fmt: skip
    assert [(one.value, one.count, one.cents) for one in gathered(desk).outcomes] == [
        ("new", 1, None), ("quoted", 2, 800_050), ("won", 1, 1_240_000), ("won_earlier", 1, 70_000),
    ]  # fmt: skip
    assert gathered(desk, month_of("2026-09")).outcomes == []


def test_months() -> None:
    assert month_before(date(2026, 3, 1)) == Period(date(2026, 2, 1), date(2026, 2, 28))
    assert month_before(date(2026, 1, 31)) == Period(date(2025, 12, 1), date(2025, 12, 31))
    for wrong in ("", "2026", "2026-13", "2026-1", "2026-10-01", "x-10", "1200-01", "２０２６-10x"):
        with pytest.raises(ValueError, match=r"month|year|day"):
            month_of(wrong)
