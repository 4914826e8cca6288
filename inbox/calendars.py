"""The calendars and closures that people set, as stored, and as the hours that follow from them.

The company's hours measure how long a customer waits; teams and people have the company's unless they set their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from inbox.hours import DAYS, MINUTES_A_DAY, Hours, Layer, Special, Wall, Week
from inbox.models import Calendar, Closure

LONGEST_CLOSURE_DAYS = 366


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


def valid(calendars: Sequence[Calendar], day: date) -> Calendar | None:
    """The version that holds on a day, the first where none does yet."""
    begun = [one for one in calendars if one.valid_from <= day]
    return begun[-1] if begun else calendars[0] if calendars else None


def layer_of(calendars: Iterable[Calendar], closed: Iterable[Closure], *, always: bool = False) -> Layer:
    """What an owner set as a layer of hours."""
    return Layer(
        tuple(_week(one) for one in calendars),
        tuple(Special(one.starts, one.ends, tuple(map(_wall, one.hours)), one.id) for one in closed),
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


def _week(calendar: Calendar) -> Week:
    hours = calendar.hours
    days = None if hours is None else tuple(tuple(map(_wall, hours.get(day, ()))) for day in DAYS)
    return Week(
        calendar.valid_from, calendar.timezone, days, calendar.country, calendar.province, frozenset(calendar.worked)
    )


def _wall(interval: Sequence[str]) -> Wall:
    begins, ends = interval
    return minutes(begins), minutes(ends)
