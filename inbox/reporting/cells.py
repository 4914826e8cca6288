"""What days, months and quarters counted, as kept by inbox.reporting.counting: read here in place of the exchanges."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from inbox import company
from inbox.models import Exchange, ReportCell, ReportDay
from inbox.models.report import DAY, MONTH, QUARTER
from inbox.reporting import cases, hops, tallies
from inbox.reporting.backlog import per_day
from inbox.reporting.cases import ALL, FIRST, NEXT
from inbox.reporting.days import Period, month_of, quarter_of
from inbox.reporting.histograms import pack, unpack
from inbox.reporting.tallies import COUNTS, ENDED, Key, Tallies, Tally

# Where the setting lies that tells up to which event inbox.reporting.counting has looked; "" before its first run.
SEEN = "report_events"
# So many questions are counted one by one while somebody waits for the page.
EXACT_UP_TO = 2_000
# Days that are to be counted again are counted for each report; with more of them all is counted.
MOST_UNKEPT = 31
_SUMS = [func.sum(getattr(ReportCell, name)) for name in COUNTS]


def read(
    session: Session, period: Period, timezone: str, dimensions: Collection[str], counts_only: Collection[str] = ()
) -> Tallies | None:
    """What is kept of a period under some dimensions, with what is to be counted again counted now.

    `counts_only`: dimensions of which no percentiles are needed. None where too much is to be counted again, or nothing
    is kept yet: then all has to be counted.
    """
    unkept = {day for day in unkept_days(session) if period.begins <= day <= period.ends}
    if len(unkept) > MOST_UNKEPT or not company.get(session, SEEN):
        return None
    parts = or_(*_parts(period, unkept, kept_quarters(session)))
    key = (ReportCell.measure, ReportCell.dimension, ReportCell.value)
    counts = select(*key, *_SUMS).where(ReportCell.dimension.in_({*dimensions, *counts_only}), parts).group_by(*key)
    found: Tallies = {
        Key(measure, dimension, value): _tally(numbers)
        for measure, dimension, value, *numbers in session.execute(counts)
    }
    times = select(*key, ReportCell.wall, ReportCell.working).where(ReportCell.dimension.in_(dimensions), parts)
    for measure, dimension, value, wall, working in session.execute(times.where(ReportCell.answered > 0)):
        tally = found[Key(measure, dimension, value)]
        tally.wall_histogram += unpack(wall)
        tally.working_histogram += unpack(working)
    for day in unkept:
        tallies.put_together(found, count(session, day, timezone))
    return found


def daily(session: Session, since: date, today: date, timezone: str) -> tuple[Counter[date], Counter[date]]:
    """How many questions came, and how many ended, on each day from one on up to today."""
    unkept = {day for day in unkept_days(session) if day >= since}
    start, end = Period(since, max(since, today)).moments(timezone)
    is_kept = len(unkept) <= MOST_UNKEPT and company.get(session, SEEN)
    if not is_kept or not more_than(EXACT_UP_TO, session, start, end):
        return per_day(session, since, timezone, max(since, today))
    opened: Counter[date] = Counter()
    ended: Counter[date] = Counter()
    query = select(ReportCell.day, ReportCell.measure, ReportCell.cases).where(
        ReportCell.grain == DAY, ReportCell.dimension == ALL, ReportCell.day.between(since, today),
        ReportCell.measure.in_((FIRST, NEXT, ENDED)),
    )  # fmt: skip
    for day, measure, number in session.execute(query):
        if day not in unkept:
            (ended if measure == ENDED else opened)[day] += number
    for day in unkept:
        some_opened, some_ended = per_day(session, day, timezone, day)
        opened += some_opened
        ended += some_ended
    return opened, ended


def more_than(many: int, session: Session, start: datetime, end: datetime) -> bool:
    """Whether more exchanges than so many were opened from `start` on and before `end`."""
    some = select(Exchange.id).where(Exchange.opened_at >= start, Exchange.opened_at < end).limit(many + 1)
    return (session.scalar(select(func.count()).select_from(some.subquery())) or 0) > many


def unkept_days(session: Session) -> set[date]:
    """The days that are to be counted again."""
    return set(session.scalars(select(ReportDay.day)))


def count(session: Session, day: date, timezone: str) -> Tallies:
    """Everything of one day, counted case by case."""
    start, end = Period(day, day).moments(timezone)
    found = tallies.of(cases.of_period(session, start, end, timezone), hops.spent(session, start, end))
    _, ended = per_day(session, day, timezone, day)
    if ended[day]:
        found[Key(ENDED)] = Tally(cases=ended[day])
    return found


def kept_quarters(session: Session) -> set[date]:
    """The first days of the quarters that are kept as such."""
    return set(session.scalars(first_days(QUARTER)))


def first_days(grain: str) -> Select[Any]:
    """The first days of all that is kept of a length."""
    # Whatever was counted was counted under ALL, too.
    return select(ReportCell.day).where(ReportCell.grain == grain, ReportCell.dimension == ALL).distinct()


def of_longer(session: Session, period: Period, shorter: str) -> Tallies:
    """A month or quarter from its days or months (`shorter`)."""
    query = select(ReportCell).where(ReportCell.grain == shorter, ReportCell.day.between(period.begins, period.ends))
    found: Tallies = {}
    for cell in session.scalars(query):
        tally = found.setdefault(Key(cell.measure, cell.dimension, cell.value), Tally())
        more = {name: getattr(cell, name) for name in COUNTS}
        tally.merge(Tally(**more, wall_histogram=unpack(cell.wall), working_histogram=unpack(cell.working)))
    return found


def rows(grain: str, day: date, counted: Tallies) -> Iterator[dict[str, Any]]:
    """Tallies as rows of the table."""
    for key, tally in counted.items():
        yield {
            "grain": grain, "day": day, "measure": key.measure, "dimension": key.dimension, "value": key.value,
            **{name: getattr(tally, name) for name in COUNTS},
            "wall": pack(tally.all_walls()), "working": pack(tally.all_workings()),
        }  # fmt: skip


def _tally(numbers: Iterable[Any]) -> Tally:
    tally = Tally()
    for name, number in zip(COUNTS, numbers, strict=True):
        setattr(tally, name, int(number))
    return tally


def _parts(period: Period, unkept: set[date], quarters: set[date]) -> Iterator[ColumnElement[bool]]:
    """The longest kept parts that make up a period without its `unkept` days."""
    chosen: dict[str, list[date]] = {DAY: [], MONTH: [], QUARTER: []}
    rest = set(period) - unkept
    while rest:
        day = min(rest)
        grain, part = next(
            (grain, part) for grain, part in _beginning(day, quarters) if day == part.begins and rest.issuperset(part)
        )
        chosen[grain].append(day)
        rest.difference_update(part)
    for grain, days in chosen.items():
        yield and_(ReportCell.grain == grain, ReportCell.day.in_(days))


def _beginning(day: date, quarters: set[date]) -> Iterator[tuple[str, Period]]:
    """What a day may begin, the longest first."""
    if day in quarters:
        yield QUARTER, quarter_of(day)
    yield MONTH, month_of(day)
    yield DAY, Period(day, day)
