"""The calendars and closures that people set, as stored, and as the hours that follow from them.

The company's hours measure how long a customer waits; teams and people have the company's unless they set their own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.models import Calendar, Closure
from inbox.worktime.hours import DAYS, MINUTES_A_DAY, Hours, Layer, Special, Wall, Week

LONGEST_CLOSURE_DAYS = 366
UNREADABLE, BACKWARDS, OVERLAP = "unreadable", "backwards", "overlap"
_SPAN = re.compile(
    r"(\d{1,2})(?:[:.,h](\d{2}))?\s*(?:-|–|—|a(?:lle)?|to|bis)\s*(\d{1,2})(?:[:.,h](\d{2}))?(?!\d)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a calendar or closure is: a team's, a person's, or (both None) the company's."""

    team_id: int | None = None
    user_id: int | None = None

    def rows(self, kind: type[Calendar] | type[Closure]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        """The condition that a row is the owner's."""
        return kind.team_id.is_not_distinct_from(self.team_id), kind.user_id.is_not_distinct_from(self.user_id)


COMPANY = Owner()


def company(session: Session) -> Hours:
    """The company's hours."""
    layer = layer_of(versions(session, COMPANY), closures(session, COMPANY), always=True)
    return Hours([layer]) if layer.weeks else Hours()


def versions(session: Session, owner: Owner) -> Sequence[Calendar]:
    """All versions of somebody's calendar, oldest first."""
    return session.scalars(
        select(Calendar).where(*owner.rows(Calendar)).order_by(Calendar.valid_from, Calendar.id)
    ).all()


def closures(session: Session, owner: Owner, since: date | None = None) -> Sequence[Closure]:
    """Somebody's closures or absences that end on a day or later, in the order in which they were entered."""
    query = select(Closure).where(*owner.rows(Closure))
    return session.scalars((query.where(Closure.ends >= since) if since else query).order_by(Closure.id)).all()


def layer_of(calendars: Iterable[Calendar], closed: Iterable[Closure], *, always: bool = False) -> Layer:
    """What an owner set as a layer of hours."""
    return Layer(
        tuple(_week(one) for one in calendars),
        tuple(Special(one.starts, one.ends, walls_of(one.hours), one.id) for one in closed),
        always,
    )


def check_hours(hours: dict[str, list[list[str]]]) -> None:
    """Raise ValueError naming the day and what is wrong: unknown day, bad time, backwards or overlapping intervals."""
    for day, intervals in hours.items():
        if day not in DAYS:
            raise ValueError(f"{day}: is not a day ({', '.join(DAYS)})")
        previous = 0
        for interval in intervals:
            try:
                begins, ends = _wall(interval)
            except (ValueError, TypeError):
                raise ValueError(f"{day}: must be pairs of times such as 08:30 and 12:30 (got {interval!r})") from None
            if begins >= ends or begins < previous:
                raise ValueError(f"{day}: {interval[0]}-{interval[1]} is backwards or overlaps the one before")
            previous = ends


def minutes(text: str) -> int:
    """Minutes of the day from "08:30"; "24:00" is its end. Raises ValueError."""
    hour, colon, minute = text.partition(":")
    if not colon or not (hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        raise ValueError(f"must be a time such as 08:30 (got {text!r})")
    found = int(hour) * 60 + int(minute)
    if int(minute) > 59 or found > MINUTES_A_DAY:
        raise ValueError(f"must be a time of the day (got {text!r})")
    return found


class HoursError(ValueError):
    """What is wrong with hours that somebody wrote: a `code`, and what it is about."""

    def __init__(self, code: str, given: str) -> None:
        super().__init__(f"{code}: {given}")
        self.code, self.given = code, given


def read_walls(text: str) -> tuple[Wall, ...]:
    """Hours as people write them: "8:30-12:30, 14-18", "08.30–12.30 e 14.00–18.00". Raises HoursError."""
    found: list[Wall] = []
    rest = _SPAN.sub(lambda match: found.append(_span(match)) or "", text)  # type: ignore[func-returns-value]
    if rest.strip(" ,;./eE&+\t\n"):
        raise HoursError(UNREADABLE, rest.strip(" ,;"))
    for begins, ends in found:
        if begins >= ends:
            raise HoursError(BACKWARDS, say_walls([(begins, ends)]))
    found.sort()
    for one, other in pairwise(found):
        if other[0] < one[1]:
            raise HoursError(OVERLAP, say_walls([one, other]))
    return tuple(found)


def say_walls(walls: Iterable[Wall]) -> str:
    """Hours as they are shown: "08:30–12:30, 14:00–18:00"."""
    return ", ".join("–".join(_clock(minute) for minute in wall) for wall in walls)


def say_week(hours: Hours) -> dict[str, str]:
    """What a week is like by the newest calendar of some hours, by day, as it is shown."""
    weeks = [week for layer in hours.layers for week in layer.weeks if week.days is not None]
    days = weeks[-1].days if weeks else None
    return {day: say_walls(days[number]) if days else "" for number, day in enumerate(DAYS)}


def walls_of(intervals: Iterable[Sequence[str]]) -> tuple[Wall, ...]:
    """Stored hours ([["08:30", "12:30"], …]) as minutes."""
    return tuple(map(_wall, intervals))


def write_walls(walls: Iterable[Wall]) -> list[list[str]]:
    """Hours as they are stored."""
    return [[_clock(minute) for minute in wall] for wall in walls]


def save(session: Session, owner: Owner, wanted: Week, actor: Actor) -> Calendar:
    """Set somebody's calendar from a day on; a version that begins on just that day is replaced."""
    row = session.scalar(select(Calendar).where(*owner.rows(Calendar), Calendar.valid_from == wanted.valid_from))
    if row is None:
        row = Calendar(name="", team_id=owner.team_id, user_id=owner.user_id, valid_from=wanted.valid_from)
        session.add(row)
    days = wanted.days
    row.hours = None if days is None else {DAYS[n]: write_walls(walls) for n, walls in enumerate(days) if walls}
    row.timezone, row.country, row.province = wanted.zone, wanted.country, wanted.province
    row.worked = sorted(wanted.worked)
    session.flush()
    about: dict[str, Any] = {"subject_user_id": owner.user_id, "subject_team_id": owner.team_id}
    record(session, "calendar_set", actor, **about, calendar_id=row.id, valid_from=wanted.valid_from.isoformat())
    return row


def _span(match: re.Match[str]) -> Wall:
    begins_hour, begins_minute, ends_hour, ends_minute = (int(one or 0) for one in match.groups())
    begins, ends = begins_hour * 60 + begins_minute, ends_hour * 60 + ends_minute
    if max(begins_minute, ends_minute) > 59 or max(begins, ends) > MINUTES_A_DAY:
        raise HoursError(UNREADABLE, match.group().strip(" ,;"))
    return begins, ends


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _week(calendar: Calendar) -> Week:
    hours = calendar.hours
    days = None if hours is None else tuple(walls_of(hours.get(day, ())) for day in DAYS)
    return Week(
        calendar.valid_from, calendar.timezone, days, calendar.country, calendar.province, frozenset(calendar.worked)
    )


def _wall(interval: Sequence[str]) -> Wall:
    begins, ends = interval
    return minutes(begins), minutes(ends)
