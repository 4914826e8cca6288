"""When customers write, by hour and weekday, against the hours in which somebody is there."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from inbox.reporting.days import Period
from inbox.reporting.tallies import ARRIVED, HOUR, Key, Tallies
from inbox.worktime.hours import Hours

WEEKDAYS, HOURS = range(7), range(24)
# An hour counts as staffed on a weekday if half of it is worked on the average of those days.
LEAST = 0.5
# Longer periods are judged by their last days: what is staffed changes seldom, and each day is worked out.
DAYS_LOOKED_AT = 92


@dataclass(frozen=True, slots=True)
class Arrivals:
    """`counts` and `staffed` by weekday (0 is Monday) and hour of the local day."""

    counts: tuple[tuple[int, ...], ...]
    staffed: tuple[tuple[bool, ...], ...]

    @property
    def most(self) -> int:
        """The highest count."""
        return max(map(max, self.counts))

    @property
    def total(self) -> int:
        """All of them."""
        return sum(map(sum, self.counts))

    @property
    def outside(self) -> int:
        """How many came while nobody was there."""
        return sum(self.counts[day][hour] for day in WEEKDAYS for hour in HOURS if not self.staffed[day][hour])


def arrivals(counted: Tallies, period: Period, hours: Hours, timezone: str) -> Arrivals:
    """The questions of a period by when they came, and when the company was there."""
    by_hour = tuple(
        tuple(one.cases if (one := counted.get(Key(ARRIVED, HOUR, f"{day}-{hour}"))) else 0 for hour in HOURS)
        for day in WEEKDAYS
    )
    return Arrivals(by_hour, staffed(period, hours, timezone))


def staffed(period: Period, hours: Hours, timezone: str) -> tuple[tuple[bool, ...], ...]:
    """By weekday and hour whether at least half of it is worked; without known hours always."""
    if not hours.known:
        return tuple(tuple(True for _ in HOURS) for _ in WEEKDAYS)
    zone = ZoneInfo(timezone)
    worked = [[0.0] * 24 for _ in WEEKDAYS]
    days = [0] * 7
    for day in list(period)[-DAYS_LOOKED_AT:]:
        days[day.weekday()] += 1
        for begins, ends in hours.stretches(day):
            while begins < ends:
                local = begins.astimezone(zone)
                upto = min(ends, begins + timedelta(minutes=60 - local.minute, seconds=-local.second))
                worked[local.weekday()][local.hour] += (upto - begins).total_seconds() / 3600
                begins = upto
    return tuple(tuple(worked[day][hour] >= LEAST * days[day] for hour in HOURS) for day in WEEKDAYS)
