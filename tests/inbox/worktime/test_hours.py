"""Working time: counted minute by minute, in any zone, over changes of the clock; holidays, closures, half days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.worktime import publicholidays
from inbox.worktime.hours import DAYS, Hours, Layer, Special, Week
from tests.parts.hours import LONG_AGO, minutes_by_the_clock, office, utc
from tests.parts.long import examples

WEEKDAYS = {day: [["08:30", "12:30"], ["14:00", "18:00"]] for day in DAYS[:5]}
OFFICE = office(WEEKDAYS)
MORNING, AFTERNOON = (510, 750), (840, 1080)
FULL = ((MORNING, AFTERNOON),) * 5 + ((),) * 2
VICENZA = Week(LONG_AGO, "Europe/Rome", FULL, "IT", "VI")
# Nights in which these zones change their clocks: by an hour, by half an hour, at midnight; and one that never does.
NIGHTS = {
    "Europe/Rome": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Africa/Casablanca": [date(2026, 2, 15), date(2026, 3, 22)],
    "America/Havana": [date(2026, 3, 8), date(2026, 11, 1)],
    "Asia/Kathmandu": [date(2026, 3, 29)],
}


def rome(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026, whose second is a Monday; Rome is one hour ahead."""
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


def walls() -> st.SearchStrategy[Any]:
    marks = st.lists(st.integers(0, 96).map(lambda n: n * 15), max_size=6, unique=True).map(sorted)
    return marks.map(lambda some: tuple(zip(some[::2], some[1::2], strict=False)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Layer], datetime, datetime]:
    """Layers of company, team and person, and a span around a night in which the clock changes."""
    zone = draw(st.sampled_from(sorted(NIGHTS)))
    night = draw(st.sampled_from(NIGHTS[zone]))
    days = st.tuples(*[walls()] * 7)
    layers = []
    for level in range(draw(st.integers(1, 3))):
        first = LONG_AGO if level == 0 else night + timedelta(days=draw(st.integers(-3, 3)))
        weeks = [Week(first, zone if level == 0 else "", draw(days))] if level == 0 or draw(st.booleans()) else []
        specials = []
        for _ in range(draw(st.integers(0, 2))):
            starts = night + timedelta(days=draw(st.integers(-2, 2)))
            specials.append(Special(starts, starts + timedelta(days=draw(st.integers(0, 2))), draw(walls())))
        layers.append(Layer(tuple(weeks), tuple(specials), level == 0))
    start = datetime(night.year, night.month, night.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(-2880, 2880)))
    return layers, start, start + timedelta(minutes=draw(st.integers(0, 2880)))


@settings(max_examples=examples(150), deadline=None)
@given(cases())
def test_working_time_is_what_counting_minutes_gives(case: tuple[list[Layer], datetime, datetime]) -> None:
    layers, start, end = case
    hours = Hours(layers)
    counted = minutes_by_the_clock(layers, start, end)
    assert hours.working_seconds(start, end) == 60 * counted
    assert hours.is_working(start) == bool(minutes_by_the_clock(layers, start, start + timedelta(minutes=1)))
    if counted:
        done = hours.after(start, counted)
        assert done <= end
        assert hours.working_seconds(start, done) == 60 * counted
        assert hours.working_seconds(start, done - timedelta(seconds=1)) == 60 * counted - 1


def test_vicenzas_days_off_in_2026_and_2027() -> None:
    hours = Hours([Layer((VICENZA,), always=True)])
    off = {
        2026: "01-01 01-06 04-06 06-02 05-01 09-08 12-08 12-25",
        2027: "01-01 01-06 03-29 06-02 09-08 10-04 11-01 12-08",
    }
    for year, listed in off.items():
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
        found = [day.isoformat()[5:] for day in days if day.weekday() < 5 and not hours.day(day).walls]
        assert found == sorted(listed.split())
    assert hours.day(date(2026, 4, 6)).holiday == "Easter Monday"
    assert hours.day(date(2026, 9, 8)).holiday == "Our Lady of Monte Berico"
    assert "Francis" in hours.day(date(2026, 10, 4)).holiday, "a national holiday again from 2026, a Sunday then"
    assert hours.working_seconds(utc(2026, 9, 7, 15, 0), utc(2026, 9, 9, 7, 0)) == 90 * 60, "an hour and half an hour"


def test_a_holiday_may_be_worked_and_other_countries_have_theirs() -> None:
    worked = Week(LONG_AGO, "Europe/Rome", FULL, "IT", "VI", frozenset(["Our Lady of Monte Berico"]))
    assert Hours([Layer((worked,))]).day(date(2026, 9, 8)).walls == (MORNING, AFTERNOON)
    bavaria = Hours([Layer((Week(LONG_AGO, "Europe/Berlin", FULL, "DE", "BY"),))])
    assert bavaria.day(date(2026, 6, 4)).holiday == "Corpus Christi"
    assert bavaria.day(date(2026, 9, 8)).walls
    assert Hours([Layer((Week(LONG_AGO, "Europe/Rome", FULL, "XX"),))]).day(date(2026, 12, 25)).walls


def test_a_team_elsewhere_has_its_own_holidays_and_the_companys_closing() -> None:
    closing = Special(date(2026, 8, 10), date(2026, 8, 21))
    company = Layer((VICENZA,), (closing,), True)
    berlin = Hours([company, Layer((Week(LONG_AGO, "Europe/Berlin", None, "DE", "BE"),))])
    assert berlin.day(date(2026, 9, 8)).walls, "no holiday there"
    assert not berlin.day(date(2026, 8, 12)).walls
    assert berlin.zone_name == "Europe/Berlin"


@pytest.mark.parametrize(
    ("name", "language", "said"),
    [("IT", "it", "Lunedì dell'Angelo"), ("IT", "en", "Easter Monday"), ("DE", "it", "Ostermontag")],
)
def test_holidays_are_called_in_the_readers_language_where_there_is_one(name: str, language: str, said: str) -> None:
    assert publicholidays.of_year(name, "", 2026, language)[date(2026, 4, 6)] == (said,)


def test_the_nearest_to_the_person_decides() -> None:
    company = Layer(
        (VICENZA,),
        (Special(date(2026, 8, 10), date(2026, 8, 21)), Special(date(2026, 12, 24), date(2026, 12, 24), (MORNING,))),
        True,
    )
    part_time = Week(LONG_AGO, "", (((540, 720),),) * 5 + ((),) * 2)
    on_duty = Special(date(2026, 8, 10), date(2026, 8, 14), ((540, 660),))
    person = Hours([company, Layer(), Layer((part_time,), (on_duty,))])
    assert person.day(date(2026, 8, 12)).walls == ((540, 660),), "on duty while the company is closed"
    assert person.day(date(2026, 8, 18)).walls == ()
    assert person.day(date(2026, 12, 24)).walls == ((540, 720),), "of a half day what both have in common"
    assert person.day(date(2026, 11, 25)).walls == ((540, 720),)


def test_a_closure_is_one_that_lies_before_the_next_work() -> None:
    august = Special(date(2026, 8, 10), date(2026, 8, 21), number=7)
    hours = Hours([Layer((VICENZA,), (august,), True)])
    assert hours.closure(utc(2026, 8, 7, 10)) is None, "Friday at noon: at work"
    for moment in (utc(2026, 8, 7, 20), utc(2026, 8, 9, 10), utc(2026, 8, 15, 10), utc(2026, 8, 21, 21)):
        assert hours.closure(moment) == august, moment
    assert hours.closure(utc(2026, 8, 22, 10)) is None, "the weekend after it is one as any other"
    assert hours.next_opening(utc(2026, 8, 15, 10)) == utc(2026, 8, 24, 6, 30)
    assert hours.closure(utc(2026, 9, 8, 10)) is None, "a holiday closes nobody's desk for long"


def test_the_end_of_the_day_is_24() -> None:
    night = office({"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]})
    assert night.working_seconds(utc(2026, 3, 2, 20), utc(2026, 3, 3, 12)) == 8 * 3600
    assert night.next_opening(utc(2026, 3, 2, 20)) == utc(2026, 3, 2, 21)


@pytest.mark.parametrize(
    ("start", "minutes", "ends"),
    [
        (rome(3, 10), 60, rome(3, 11)),
        (rome(3, 12), 60, rome(3, 14, 30)),
        (rome(3, 12), 30, rome(3, 12, 30)),
        (rome(3, 17), 120, rome(4, 9, 30)),
        (rome(6, 17), 120, rome(9, 9, 30)),
        (rome(7, 3), 1, rome(9, 8, 31)),
        (rome(3, 8, 30), 480 * 5, rome(9, 18)),
    ],
)
def test_working_minutes_lie_in_working_hours(start: datetime, minutes: int, ends: datetime) -> None:
    assert OFFICE.after(start, minutes) == ends


def test_without_working_hours_the_clock_counts() -> None:
    for hours in (Hours(), office({})):
        assert hours.after(rome(3, 10), 90) == rome(3, 11, 30)
        assert hours.next_opening(rome(3, 10)) == rome(3, 10)


@given(st.integers(0, 60 * 24 * 400), st.integers(1, 5000))
def test_after_is_the_inverse_of_counting(begins: int, minutes: int) -> None:
    """Also over both changes of the clocks."""
    start = rome(1, 3) + timedelta(minutes=begins)
    ends = OFFICE.after(start, minutes)
    assert OFFICE.working_seconds(start, ends) == 60 * minutes
    assert OFFICE.working_seconds(start, ends - timedelta(seconds=1)) == 60 * minutes - 1
