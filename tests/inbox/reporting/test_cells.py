"""What is kept of each day tells the same as counting, after whatever happened."""

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, select

from inbox import conversations, outcomes
from inbox.events import person, record
from inbox.models import Conversation, Delivery, Exchange, Message, ReportCell, User
from inbox.reporting import backlog, cells, counting, period
from inbox.reporting.cases import DIMENSIONS, FIRST, NEXT, RESOLUTION
from inbox.reporting.days import Period
from inbox.reporting.hops import ways
from tests.inbox.reporting.test_report import ZONE, answer, ask, at, desk
from tests.parts.desk import Desk

__all__ = ["desk"]
QUARTER = Period(date(2026, 1, 15), date(2026, 4, 10))
HALF_YEAR = Period(date(2025, 12, 20), date(2026, 7, 5))
TODAY = date(2026, 4, 20)
ROUGHLY = ("median_wall", "p90_wall", "median_working", "p90_working")


def test_what_is_kept_says_what_counting_says(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(6):
        text = "Vorremmo un preventivo per 40 pezzi." if n % 2 else "Qual è la tolleranza?"
        one = ask(desk, 200 * n - 500, text=text, n=n)
        if n % 3:
            answer(desk, one, 200 * n - 490)
    keep(desk)
    same(desk, monkeypatch)


def test_each_change_is_counted_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = ask(desk, 0, n=1), ask(desk, 30, n=2)
    keep(desk)
    answer(desk, one, 50)
    assert keep(desk) > 0
    same(desk, monkeypatch)
    with desk.database.writing() as session:
        row = session.get_one(Conversation, one.id)
        number = session.scalars(select(Message.id).where(Message.direction == "outbound").order_by(Message.id)).first()
        assert number is not None
        # The answer never arrived: the exchange runs again from its old start.
        sent = session.scalars(select(Delivery).where(Delivery.message_id == number)).one()
        outcomes.settle_bounced(session, sent, sent.recipient, "unknown", hard=True, at=at(55))
        conversations.add_note(session, row, session.get_one(User, desk.manager), "Rimandata", at=at(60))
        conversations.set_kind(session, session.get_one(Conversation, other.id), person(desk.manager), "supplier")
    keep(desk)
    same(desk, monkeypatch)
    assert desk.one(select(Exchange).where(Exchange.conversation_id == one.id)).closed_at is None


def test_nothing_new_is_no_work(desk: Desk) -> None:
    ask(desk, 0)
    assert keep(desk) > 0
    keep(desk)
    assert counting.refresh(desk.database, ZONE) == 0
    with desk.database.writing() as session:
        record(session, "target_line_set", person(desk.manager), minutes=60)
    assert counting.refresh(desk.database, ZONE) > 0


def test_an_event_that_is_committed_late_is_seen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that did not see it yet has already seen a later one."""
    one = ask(desk, 0, n=1)
    keep(desk)
    with desk.database.reading() as session:
        before = counting.company.get(session, counting.SEEN)
    answer(desk, one, 2)
    with desk.database.reading() as session:
        last = int(counting.company.get(session, counting.SEEN).split()[1])
    with desk.database.writing() as session:
        counting.company.put(session, counting.SEEN, f"{last} {last + 50}")
    monkeypatch.setattr(counting, "func", _Later(last + 60))
    assert counting.refresh(desk.database, ZONE) > 0
    assert before.split()[1] == str(last)
    same(desk, monkeypatch)


def test_days_not_yet_kept_are_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(desk, 0, n=1)
    keep(desk)
    ask(desk, 1, n=2)
    ask(desk, 700, n=3)
    with desk.database.writing() as session:
        counting.mark(session, {at(0).date(), at(700).date()})
    same(desk, monkeypatch)
    with desk.database.writing() as session:
        counting.mark(session, list(QUARTER))
    with desk.database.reading() as session:
        assert cells.read(session, QUARTER, ZONE, DIMENSIONS) is None


def test_a_month_is_one_row_where_nothing_changes(desk: Desk) -> None:
    ask(desk, 0)
    keep(desk)
    months = desk.all(ReportCell, ReportCell.grain == "month", ReportCell.dimension == "all")
    assert {cell.day for cell in months} == {date(2026, 3, 1)}


def test_whole_quarters_are_read_as_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those whose months were kept before quarters were."""
    for n in range(8):
        answer(desk, ask(desk, 400 * n - 1500, n=n), 400 * n - 1490)
    keep(desk)
    same(desk, monkeypatch, HALF_YEAR)
    with desk.database.writing() as session:
        session.execute(delete(ReportCell).where(ReportCell.grain == "quarter"))
    same(desk, monkeypatch, HALF_YEAR)
    keep(desk)
    quarters = desk.all(ReportCell, ReportCell.grain == "quarter", ReportCell.dimension == "all")
    assert {cell.day for cell in quarters} == {date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1)}
    with desk.database.writing() as session:
        # What is told now comes from the quarters alone.
        session.execute(delete(ReportCell).where(ReportCell.grain != "quarter"))
    same(desk, monkeypatch, Period(date(2025, 10, 1), date(2026, 6, 30)), daily=False)


def keep(desk: Desk) -> int:
    return counting.refresh(desk.database, ZONE)


def same(desk: Desk, monkeypatch: pytest.MonkeyPatch, days: Period = QUARTER, *, daily: bool = True) -> None:
    monkeypatch.setattr(cells, "EXACT_UP_TO", -1)
    with desk.database.reading() as session:
        exact = period.report(session, days, ZONE)
        rough = period.quickest(session, days, ZONE, DIMENSIONS)
        assert rough.rough
        assert period.quickest(session, days, ZONE, exact=True) == exact
        if daily:
            opened, ended = cells.daily(session, days.begins, TODAY, ZONE)
            assert (opened, ended) == backlog.per_day(session, days.begins, ZONE, TODAY)
    for measures in ((FIRST,), (NEXT,), (RESOLUTION,), (FIRST, NEXT)):
        alike(asdict(rough.line(*measures)), asdict(exact.line(*measures)))
        for one in DIMENSIONS:
            for kept, counted in zip(rough.lines(one, *measures), exact.lines(one, *measures), strict=True):
                alike(asdict(kept), asdict(counted))
    assert ways(rough.tallies) == ways(exact.tallies)


def alike(rough: dict[str, Any], exact: dict[str, Any]) -> None:
    for name in ROUGHLY:
        told, true = rough.pop(name), exact.pop(name)
        assert told == (None if true is None else pytest.approx(true, rel=0.025)), name
    assert rough == exact


class _Later:
    """max(Event.id) as it is once another transaction has written."""

    def __init__(self, last: int) -> None:
        self._last = last

    def max(self, _column: Any) -> Any:
        from sqlalchemy import literal

        return literal(self._last)


def test_before_anything_is_kept_all_is_counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(desk, 0)
    monkeypatch.setattr(cells, "EXACT_UP_TO", 0)
    with desk.database.reading() as session:
        found = period.quickest(session, QUARTER, ZONE)
    assert not found.rough
    assert found.line(FIRST).exchanges == 1
