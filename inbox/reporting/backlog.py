"""How many customers waited at the end of each day: counted back from those who wait now."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox.models import Exchange
from inbox.models.conversation import CUSTOMER_KINDS
from inbox.reporting.days import DAY, Period, day_start

# A line of more points is no more readable: longer periods show each week's last day.
MOST_POINTS = 100


@dataclass(frozen=True, slots=True)
class Point:
    """What a day brought, and who waited at its end."""

    day: date
    opened: int
    ended: int
    waiting: int


def backlog(
    opened: Mapping[date, int], ended: Mapping[date, int], open_now: int, period: Period, today: date
) -> list[Point]:
    """The days of a period up to today; `opened` and `ended` by day, from the period's first day up to today."""
    found, waiting, day = [], open_now, max(today, period.ends)
    while day >= period.begins:
        if day <= min(today, period.ends):
            found.append(Point(day, opened.get(day, 0), ended.get(day, 0), waiting))
        waiting += ended.get(day, 0) - opened.get(day, 0)
        day -= DAY
    return found[::-1]


def thinned(points: list[Point]) -> list[Point]:
    """Few enough points for a line: the last of each week, its days added up."""
    if len(points) <= MOST_POINTS:
        return points
    weeks = [points[max(0, end - 7) : end] for end in range(len(points), 0, -7)][::-1]
    return [
        Point(week[-1].day, sum(one.opened for one in week), sum(one.ended for one in week), week[-1].waiting)
        for week in weeks
    ]


def open_now(session: Session) -> int:
    """How many customers wait at this moment."""
    query = select(func.count()).where(Exchange.closed_at.is_(None), Exchange.kind.in_(CUSTOMER_KINDS))
    return session.scalar(query) or 0


def per_day(
    session: Session, since: date, timezone: str, until: date | None = None
) -> tuple[Counter[date], Counter[date]]:
    """How many exchanges were opened, and how many ended, on each local day from one on (up to another, included)."""
    start, zone = day_start(since, timezone), ZoneInfo(timezone)
    end = day_start(until + DAY, timezone) if until else None
    found = []
    for column in (Exchange.opened_at, Exchange.closed_at):
        query = select(column).where(column >= start, Exchange.kind.in_(CUSTOMER_KINDS))
        moments = session.scalars(query.where(column < end) if end else query)
        found.append(Counter(one.astimezone(zone).date() for one in moments if one is not None))
    return found[0], found[1]
