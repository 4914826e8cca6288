"""When reports are due: working days of the company's calendar, eight o'clock where the company is, once and never lost."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import company
from inbox.models import Channel, Job
from inbox.models.report_mail import DAILY, MONTHLY, WEEKLY
from inbox.reporting.days import Period
from inbox.reporting.monthly import schedule
from inbox.worktime.hours import Hours, Layer, Special, Week
from tests.parts.desk import Desk

ROME = "Europe/Rome"
WORKED = ((480, 720), (780, 1020))
WEEK = Week(date(2020, 1, 1), ROME, (*[WORKED] * 5, (), ()), "IT")
HOURS = Hours([Layer((WEEK,), (Special(date(2026, 8, 3), date(2026, 8, 21)),))])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def days(begins: str, ends: str) -> Period:
    return Period(date.fromisoformat(begins), date.fromisoformat(ends))


@pytest.mark.parametrize(
    ("kind", "moment", "begins", "ends"),
    [
        # 1 November 2026 is a Sunday and a holiday.
        (MONTHLY, "2026-11-02T08:00+01:00", "2026-10-01", "2026-10-31"),
        (MONTHLY, "2026-11-02T07:59+01:00", "2026-09-01", "2026-09-30"),
        (MONTHLY, "2026-11-01T12:00+01:00", "2026-09-01", "2026-09-30"),
        (MONTHLY, "2026-11-30T23:00+01:00", "2026-10-01", "2026-10-31"),
        # New Year's Day, Epiphany after it; 2 January 2026 is a Friday.
        (MONTHLY, "2026-01-02T08:00+01:00", "2025-12-01", "2025-12-31"),
        (MONTHLY, "2026-01-01T12:00+01:00", "2025-11-01", "2025-11-30"),
        # Closed for the first weeks of August; summer time.
        (MONTHLY, "2026-08-21T12:00+02:00", "2026-06-01", "2026-06-30"),
        (MONTHLY, "2026-08-24T08:00+02:00", "2026-07-01", "2026-07-31"),
        (WEEKLY, "2026-11-09T08:00+01:00", "2026-11-02", "2026-11-08"),
        (WEEKLY, "2026-11-09T07:59+01:00", "2026-10-26", "2026-11-01"),
        (WEEKLY, "2026-11-15T12:00+01:00", "2026-11-02", "2026-11-08"),
        # Easter Monday: the Tuesday after it.
        (WEEKLY, "2026-04-06T12:00+02:00", "2026-03-23", "2026-03-29"),
        (WEEKLY, "2026-04-07T08:00+02:00", "2026-03-30", "2026-04-05"),
        (DAILY, "2026-11-10T08:00+01:00", "2026-11-09", "2026-11-09"),
        (DAILY, "2026-11-09T08:00+01:00", "2026-11-06", "2026-11-08"),
        (DAILY, "2026-11-08T12:00+01:00", "2026-11-05", "2026-11-05"),
        (DAILY, "2026-08-24T08:00+02:00", "2026-07-31", "2026-08-23"),
    ],
)
def test_due(kind: str, moment: str, begins: str, ends: str) -> None:
    assert schedule.due(kind, HOURS, ROME, at(moment)) == days(begins, ends)


def test_without_hours_monday_to_friday_are_worked() -> None:
    assert schedule.due(MONTHLY, Hours(), ROME, at("2026-11-01T12:00+01:00")) == days("2026-09-01", "2026-09-30")
    assert schedule.due(WEEKLY, Hours(), ROME, at("2026-11-02T08:00+01:00")) == days("2026-10-26", "2026-11-01")


def test_nobody_ever_works() -> None:
    idle = Hours([Layer((Week(date(2020, 1, 1), ROME, ((),) * 7),))])
    assert schedule.due(DAILY, idle, ROME, at("2026-11-02T08:00+01:00")) is None
    assert schedule.due(WEEKLY, idle, ROME, at("2026-11-02T08:00+01:00")) is None
    assert schedule.due(MONTHLY, idle, ROME, at("2026-11-02T08:00+01:00")) == days("2026-10-01", "2026-10-31")


def look(desk: Desk, moment: str) -> int:
    with time_machine.travel(at(moment), tick=False):
        return schedule.look(desk.database, ROME)


def queued(desk: Desk, kind: str) -> list[Any]:
    return [one.payload["begins"] for one in desk.all(Job, Job.kind == schedule.KIND) if one.payload["kind"] == kind]


def test_the_first_look_notes_where_to_begin_and_then_each_goes_once(desk_on_both: Desk) -> None:
    desk = desk_on_both
    assert look(desk, "2026-10-28T09:00+01:00") == 0
    assert look(desk, "2026-11-02T07:59+01:00") == 1
    assert queued(desk, MONTHLY) == []
    assert look(desk, "2026-11-02T08:00+01:00") == 3
    assert look(desk, "2026-11-02T08:01+01:00") == 0
    assert queued(desk, MONTHLY) == ["2026-10-01"]
    assert queued(desk, WEEKLY) == ["2026-10-26"]
    assert queued(desk, DAILY) == ["2026-10-29", "2026-10-30"]


def test_after_an_outage_months_are_made_up_for_and_only_the_last_week(desk: Desk) -> None:
    look(desk, "2026-03-10T09:00+01:00")
    look(desk, "2026-10-20T09:00+01:00")
    assert queued(desk, MONTHLY) == ["2026-07-01", "2026-08-01", "2026-09-01"]
    assert queued(desk, WEEKLY) == ["2026-10-12"]
    assert len(queued(desk, DAILY)) == 1


def test_without_a_mailbox_it_waits_for_one(desk: Desk) -> None:
    look(desk, "2026-10-20T09:00+01:00")
    with desk.database.writing() as session:
        session.get_one(Channel, desk.channel).enabled = False
    assert look(desk, "2026-11-02T09:00+01:00") == 0
    with desk.database.writing() as session:
        session.get_one(Channel, desk.channel).enabled = True
    look(desk, "2026-11-04T09:00+01:00")
    assert queued(desk, MONTHLY) == ["2026-10-01"]


def test_a_clock_set_back_sends_nothing_again(desk: Desk) -> None:
    look(desk, "2026-11-20T09:00+01:00")
    assert look(desk, "2026-10-20T09:00+02:00") == 0
    with desk.database.reading() as session:
        assert company.get(session, "report_mailed_monthly") == "2026-10-01"


def test_many_looks_in_a_month_send_one_page(desk: Desk) -> None:
    moment = at("2026-10-20T09:00+02:00")
    for hours in range(0, 24 * 40, 12):
        with time_machine.travel(moment + timedelta(hours=hours), tick=False):
            schedule.look(desk.database, ROME)
    assert queued(desk, MONTHLY) == ["2026-10-01"]
    assert len(queued(desk, WEEKLY)) == 5
