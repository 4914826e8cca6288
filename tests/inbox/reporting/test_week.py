"""Arrivals against staffed hours, and who waited at the end of each day."""

from datetime import date

from inbox.reporting.arrivals import arrivals, staffed
from inbox.reporting.backlog import Point, backlog, thinned
from inbox.reporting.days import DAY, Period
from inbox.reporting.tallies import ARRIVED, HOUR, Key, Tally
from inbox.worktime.calendars import walls_of
from inbox.worktime.hours import Hours, Layer, Week

ZONE = "Europe/Rome"
WALLS = walls_of([["08:30", "12:30"], ["14:00", "18:00"]])
HOURS = Hours([Layer((Week(date(2020, 1, 1), ZONE, (*[WALLS] * 5, (), ())),))])
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def test_hours_are_those_of_the_clock_on_the_wall_all_through_the_change() -> None:
    found = staffed(MARCH, HOURS, ZONE)
    assert [hour for hour in range(24) if found[0][hour]] == [8, 9, 10, 11, 12, 14, 15, 16, 17]
    assert not any(found[6])


def test_without_known_hours_somebody_is_always_there() -> None:
    assert all(map(all, staffed(MARCH, Hours(), ZONE)))


def test_what_comes_while_nobody_is_there() -> None:
    counted = {Key(ARRIVED, HOUR, "0-9"): Tally(cases=3), Key(ARRIVED, HOUR, "6-23"): Tally(cases=2)}
    found = arrivals(counted, MARCH, HOURS, ZONE)
    assert (found.total, found.outside, found.most) == (5, 2, 3)


def test_counted_back_from_those_who_wait_now() -> None:
    first = date(2026, 3, 2)
    days = Period(first, first + 2 * DAY)
    opened = {first: 3, first + DAY: 1, first + 3 * DAY: 4}
    ended = {first + DAY: 2, first + 3 * DAY: 1}
    found = backlog(opened, ended, 6, days, first + 3 * DAY)
    assert [(one.opened, one.ended, one.waiting) for one in found] == [(3, 0, 4), (1, 2, 3), (0, 0, 3)]


def test_days_that_have_not_come_are_not_drawn() -> None:
    first = date(2026, 3, 2)
    assert [one.day for one in backlog({}, {}, 1, Period(first, first + 5 * DAY), first)] == [first]
    assert backlog({}, {}, 1, Period(first, first + DAY), first - DAY) == []


def test_long_lines_show_weeks() -> None:
    days = [Point(date(2026, 1, 1) + number * DAY, 1, 1, number) for number in range(200)]
    found = thinned(days)
    assert len(found) == 29
    assert found[-1] == Point(days[-1].day, 7, 7, 199)
    assert sum(one.opened for one in found) == 200
