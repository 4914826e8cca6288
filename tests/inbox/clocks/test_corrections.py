"""Correcting the past: only by an explicit act, with the old figures beside."""

from datetime import date, timedelta

import pytest
import time_machine

from inbox.clocks import corrections, recomputing
from inbox.clocks.corrections import CannotCorrect
from inbox.events import person
from inbox.models import Conversation, CorrectedExchange, Correction, Exchange, now
from inbox.worktime import calendars
from inbox.worktime.calendars import COMPANY
from inbox.worktime.hours import Week
from tests.parts.desk import Desk

# Wednesday 25 November 2026, 9 to 11 in Rome.
MORNING = "2026-11-25T08:00:00+00:00"
ZONE, TODAY = "Europe/Rome", date(2026, 11, 26)
SHORT = Week(date(2026, 11, 1), ZONE, (*tuple(((600, 720),) for _ in range(5)), (), ()))


@pytest.fixture
def answered(desk_on_both: Desk) -> Conversation:
    with time_machine.travel(MORNING, tick=False) as clock:
        asked = desk_on_both.ask()
        clock.shift(timedelta(hours=2))
        desk_on_both.answer(asked)
        desk_on_both.deliver()
    return asked


def working(desk: Desk) -> list[int | None]:
    return [row.working_seconds for row in desk.all(Exchange)]


def change(desk: Desk) -> None:
    with desk.database.writing() as session:
        calendars.save(session, COMPANY, SHORT, person(desk.manager))


def begin(desk: Desk, since: date) -> None:
    with desk.database.writing() as session:
        corrections.begin(session, since, ZONE, person(desk.manager), TODAY)


def carry_out(desk: Desk) -> None:
    while jobs := desk.claim(corrections.KIND, 1):
        corrections.work(desk.database, jobs)


def test_changed_hours_change_no_time_that_was_measured(desk_on_both: Desk, answered: Conversation) -> None:
    desk = desk_on_both
    assert working(desk) == [2 * 3600]
    change(desk)
    found = [one for batch in recomputing.recompute(desk.database, [answered.id], check=False) for one in batch.found]
    assert (found, working(desk)) == ([], [2 * 3600])


def test_a_correction_measures_again_and_keeps_what_it_was(
    desk_on_both: Desk, answered: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_on_both
    monkeypatch.setattr(corrections, "BATCH", 1)
    change(desk)
    begin(desk, date(2026, 11, 25))
    with pytest.raises(CannotCorrect, match=corrections.BUSY):
        begin(desk, date(2026, 11, 25))
    carry_out(desk)
    assert working(desk) == [3600], "from 10 to 11"
    (row,) = desk.all(Correction)
    assert (row.state, row.total, row.looked_at, row.changed, row.user_id) == ("done", 1, 1, 1, desk.manager)
    assert [(one.was, one.made) for one in desk.all(CorrectedExchange)] == [(7200, 3600)]
    begin(desk, date(2026, 11, 25))
    carry_out(desk)
    assert desk.all(Correction)[-1].changed == 0, "once is enough"
    assert [one.what for batch in recomputing.recompute(desk.database, [answered.id], check=True)
            for one in batch.found] == []  # fmt: skip


def test_what_ended_before_the_day_is_left_alone(desk_on_both: Desk, answered: Conversation) -> None:
    change(desk_on_both)
    begin(desk_on_both, TODAY)
    carry_out(desk_on_both)
    assert working(desk_on_both) == [2 * 3600]
    assert desk_on_both.all(Correction)[0].total == 0


@pytest.mark.parametrize(
    ("since", "code"), [(date(2026, 11, 27), corrections.COMING), (date(2001, 1, 1), corrections.TOO_LONG)]
)
def test_days_that_make_no_sense_are_refused(desk: Desk, since: date, code: str) -> None:
    with pytest.raises(CannotCorrect) as refused:
        begin(desk, since)
    assert refused.value.code == code


def test_a_calendar_without_hours_measures_nothing_and_breaks_nothing(desk: Desk) -> None:
    with desk.database.writing() as session:
        empty = Week(date(2000, 1, 1), ZONE, ((),) * 7)
        calendars.save(session, COMPANY, empty, person(desk.manager))
    with time_machine.travel(MORNING, tick=False) as clock:
        asked = desk.ask()
        clock.shift(timedelta(hours=2))
        desk.answer(asked)
        desk.deliver()
    (row,) = desk.all(Exchange)
    assert (row.wall_seconds, row.working_seconds) == (7200, 0)
    assert row.closed_at is not None
    assert row.closed_at <= now()
