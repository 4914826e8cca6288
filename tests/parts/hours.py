"""Hours without a database, and an oracle of working time that shares no code with them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from inbox.models import Calendar
from inbox.worktime import calendars
from inbox.worktime.hours import Hours, Layer

LONG_AGO = date(2000, 1, 1)


def office(hours: dict[str, Any], **more: Any) -> Hours:
    """A company with these weekly hours, in Rome unless something else is said."""
    values = {"name": "company", "timezone": "Europe/Rome", "valid_from": LONG_AGO, **more}
    return Hours([calendars.layer_of([Calendar(hours=hours, **values)], [], always=True)])


def minutes_by_the_clock(layers: Sequence[Layer], start: datetime, end: datetime) -> int:
    """Look at the wall clock in every minute: does anybody work?"""
    zone = ZoneInfo(next(week.zone for layer in reversed(layers) for week in reversed(layer.weeks) if week.zone))
    count = 0
    while start < end:
        local = start.astimezone(zone)
        count += works(layers, local.date(), local.hour * 60 + local.minute)
        start += timedelta(minutes=1)
    return count


def works(layers: Sequence[Layer], day: date, minute: int) -> bool:
    """Asked from the person up: the nearest closure decides, within the person's own week; else the nearest week."""
    weekly: bool | None = None
    for layer in reversed(layers):
        special = [one for one in layer.specials if one.starts <= day <= one.ends]
        weeks = [one for one in layer.weeks if one.valid_from <= day] or (list(layer.weeks[:1]) if layer.always else [])
        own = None
        if weeks and weeks[-1].days is not None:
            own = any(begins <= minute < ends for begins, ends in weeks[-1].days[day.weekday()])
        if special:
            within = any(begins <= minute < ends for begins, ends in special[-1].walls)
            return within and weekly is not False
        weekly = own if weekly is None else weekly
    return bool(weekly)


def utc(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
