"""Response times of a period, by team and channel: count, median and 90th percentile, wall and working time.

A period's figures are those of exchanges *opened* in it. Percentiles are nearest-rank (ISO 3534-1: the smallest
value with at least that share of the cases at or below it). Only enquiries and customers count.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Channel, Exchange, Team
from inbox.models.conversation import CUSTOMER_KINDS
from inbox.models.exchange import ANSWERS, UNANSWERED

# Beyond these, days have no neighbours in every time zone.
YEARS = range(1970, 2100)


@dataclass(frozen=True, slots=True)
class Figures:
    """One line of the report; times in seconds, None where nothing was answered."""

    name: str
    exchanges: int
    answered: int
    unanswered: int
    waiting: int
    uncertain: int
    median_wall: int | None
    p90_wall: int | None
    median_working: int | None
    p90_working: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """First responses and all exchanges of a period, in total, by team and by channel."""

    begins: date
    ends: date
    first: Figures
    every: Figures
    first_by_team: Sequence[Figures]
    first_by_channel: Sequence[Figures]

    def as_data(self) -> dict[str, Any]:
        """JSON-ready; dates as ISO texts."""
        return asdict(self) | {"begins": self.begins.isoformat(), "ends": self.ends.isoformat()}


def report(session: Session, begins: date, ends: date, timezone: str) -> Report:
    """The report of the days `begins` to `ends`, both included, in the company's zone.

    Raises ValueError for days in years that are not in YEARS.
    """
    for day in (begins, ends):
        if day.year not in YEARS:
            raise ValueError(f"must be a day from {YEARS[0]} to {YEARS[-1]} (got {day})")
    start, end = day_start(begins, timezone), day_start(ends + timedelta(days=1), timezone)
    rows = list(
        session.scalars(
            select(Exchange).where(
                Exchange.opened_at >= start, Exchange.opened_at < end, Exchange.kind.in_(CUSTOMER_KINDS)
            )
        )
    )
    first = [row for row in rows if row.first]
    teams = {team.id: team.name for team in session.scalars(select(Team).order_by(Team.position))}
    channels = {channel.id: channel.name for channel in session.scalars(select(Channel).order_by(Channel.name))}
    return Report(
        begins, ends, figures("", first), figures("", rows),
        _by(first, teams, lambda row: row.team_id), _by(first, channels, lambda row: row.channel_id),
    )  # fmt: skip


def figures(name: str, rows: Sequence[Exchange]) -> Figures:
    """Counts and times of some exchanges."""
    answered = [row for row in rows if row.outcome in ANSWERS]
    wall = sorted(row.wall_seconds for row in answered if row.wall_seconds is not None)
    working = sorted(row.working_seconds for row in answered if row.working_seconds is not None)
    return Figures(
        name=name,
        exchanges=len(answered) + sum(row.outcome in ("", UNANSWERED) for row in rows),
        answered=len(answered),
        unanswered=sum(row.outcome == UNANSWERED for row in rows),
        waiting=sum(row.closed_at is None for row in rows),
        uncertain=sum(row.flagged for row in answered),
        median_wall=percentile(wall, 50),
        p90_wall=percentile(wall, 90),
        median_working=percentile(working, 50),
        p90_working=percentile(working, 90),
    )


def percentile(ordered: Sequence[int], share: float) -> int | None:
    """The nearest-rank percentile of ordered values, None of none."""
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)] if ordered else None


def day_start(day: date, timezone: str) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(day, time.min, ZoneInfo(timezone))


def _by(rows: Sequence[Exchange], names: dict[int, str], key: Callable[[Exchange], int | None]) -> list[Figures]:
    lines = [figures(name, [row for row in rows if key(row) == number]) for number, name in names.items()]
    lines.append(figures("", [row for row in rows if key(row) not in names]))
    return [line for line in lines if line.exchanges]
