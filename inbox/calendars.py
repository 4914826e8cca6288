"""Working time: how much of a stretch of time falls into the company's hours.

Intervals are local wall times, turned into UTC day by day, so that a day of 23 or 25 hours counts what it had.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Calendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
# Beyond these no working time is looked for.
DAYS_AHEAD = 3650
Versions = list[Calendar]


def versions(session: Session) -> Versions:
    """All versions of the company calendar, oldest first."""
    own = select(Calendar).where(Calendar.team_id.is_(None), Calendar.user_id.is_(None))
    return list(session.scalars(own.order_by(Calendar.valid_from, Calendar.id)))


def working_seconds(calendars: Versions, start: datetime, end: datetime) -> int:
    """Seconds between two UTC moments that lie in working hours; 0 if `end` is not after `start`.

    Each local day goes by the version valid on it; days before the first version go by the first. Without a
    calendar every second counts.
    """
    if end <= start:
        return 0
    if not calendars:
        return int((end - start).total_seconds())
    zone = ZoneInfo(calendars[-1].timezone)
    total = 0.0
    # A day more on both sides: a version of another zone may begin its days earlier or end them later.
    day, last = start.astimezone(zone).date() - DAY, end.astimezone(zone).date() + DAY
    while day <= last:
        for begins, ends in _intervals(_version_on(calendars, day), day):
            overlap = (min(end, ends) - max(start, begins)).total_seconds()
            total += max(0.0, overlap)
        day += DAY
    return int(total)


def is_working(calendars: Versions, moment: datetime) -> bool:
    """Whether `moment` (UTC) lies in working hours."""
    if not calendars:
        return True
    day = moment.astimezone(ZoneInfo(calendars[-1].timezone)).date()
    return any(begins <= moment < ends for begins, ends in _intervals(_version_on(calendars, day), day))


def local_day(calendars: Versions, moment: datetime) -> date:
    """The company's day at a moment (UTC); UTC's own without a calendar."""
    return (moment.astimezone(ZoneInfo(calendars[-1].timezone)) if calendars else moment).date()


def after(calendars: Versions, start: datetime, minutes: int) -> datetime:
    """The moment (UTC) by which so many working minutes have passed since `start`.

    Without a calendar, or where no working time comes, minutes of the clock count.
    """
    left = timedelta(minutes=minutes)
    for begins, ends in _from(calendars, start):
        begins = max(begins, start)
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    return start + timedelta(minutes=minutes)


def next_opening(calendars: Versions, moment: datetime) -> datetime:
    """When working hours next begin, not before `moment` (UTC); `moment` itself where they never do."""
    return next((begins for begins, _ in _from(calendars, moment) if begins >= moment), moment)


def check_hours(hours: dict[str, Any]) -> None:
    """Raise ValueError naming the day and what is wrong: unknown day, bad time, backwards or overlapping intervals."""
    for day, intervals in hours.items():
        if day not in DAYS:
            raise ValueError(f"{day}: is not a day ({', '.join(DAYS)})")
        previous = time.min
        for interval in intervals:
            try:
                begins, ends = (time.fromisoformat(part) for part in interval)
            except (ValueError, TypeError):
                raise ValueError(f"{day}: must be pairs of times such as 08:30 and 12:30 (got {interval!r})") from None
            if begins >= ends or begins < previous:
                raise ValueError(f"{day}: {interval[0]}-{interval[1]} is backwards or overlaps the one before")
            previous = ends


def _from(calendars: Versions, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of working time that end after a moment, in order."""
    if not calendars:
        return
    # A day earlier: see `working_seconds`.
    day = moment.astimezone(ZoneInfo(calendars[-1].timezone)).date() - DAY
    for _ in range(DAYS_AHEAD):
        yield from (one for one in _intervals(_version_on(calendars, day), day) if one[1] > moment)
        day += DAY


def _version_on(calendars: Versions, day: date) -> Calendar:
    chosen = calendars[0]
    for calendar in calendars:
        if calendar.valid_from <= day:
            chosen = calendar
    return chosen


def _intervals(calendar: Calendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    zone = ZoneInfo(calendar.timezone)
    for begins, ends in (calendar.hours or {}).get(DAYS[day.weekday()], ()):
        yield (
            datetime.combine(day, time.fromisoformat(begins), zone).astimezone(UTC),
            datetime.combine(day, time.fromisoformat(ends), zone).astimezone(UTC),
        )
