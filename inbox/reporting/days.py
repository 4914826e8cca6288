"""Days as the company has them: their first moments, and the periods that reports are about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# Beyond these, days have no neighbours in every time zone.
YEARS = range(1970, 2100)


@dataclass(frozen=True, slots=True)
class Period:
    """The days `begins` to `ends`, both included. Raises ValueError where they are out of order or not in YEARS."""

    begins: date
    ends: date

    def __post_init__(self) -> None:
        for day in (self.begins, self.ends):
            if day.year not in YEARS:
                raise ValueError(f"must be a day from {YEARS[0]} to {YEARS[-1]} (got {day})")
        if self.begins > self.ends:
            raise ValueError("the first day comes after the last")

    def __iter__(self) -> Iterator[date]:
        return (self.begins + number * DAY for number in range(len(self)))

    def __len__(self) -> int:
        return (self.ends - self.begins).days + 1

    def moments(self, timezone: str) -> tuple[datetime, datetime]:
        """The first moment of the period, and the first after it."""
        return day_start(self.begins, timezone), day_start(self.ends + DAY, timezone)

    def before(self) -> "Period | None":
        """As long a period just before: whole months before whole months. None before all YEARS."""
        if self.begins.day == 1 and (self.ends + DAY).day == 1:
            months = 12 * (self.ends.year - self.begins.year) + self.ends.month - self.begins.month + 1
            return _period(_months_later(self.begins, -months), self.begins - DAY)
        return _period(self.begins - len(self) * DAY, self.begins - DAY)

    def year_before(self) -> "Period | None":
        """The same days of the year before; to the end of February where this ends there. None before all YEARS."""
        whole_month = (self.ends + DAY).day == 1
        ends = _year_earlier(self.ends + DAY) - DAY if whole_month else _year_earlier(self.ends)
        return _period(_year_earlier(self.begins), ends)


def month_of(day: date) -> Period:
    """The month that a day is in."""
    return Period(day.replace(day=1), _months_later(day, 1) - DAY)


def quarter_of(day: date) -> Period:
    """The three months, from January on, that a day is in."""
    begins = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return Period(begins, _months_later(begins, 3) - DAY)


def day_start(day: date, timezone: str) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(day, time.min, ZoneInfo(timezone))


def _months_later(day: date, months: int) -> date:
    """The first of a later month."""
    number = 12 * day.year + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _year_earlier(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _period(begins: date, ends: date) -> Period | None:
    return Period(begins, ends) if begins.year in YEARS and ends.year in YEARS else None
