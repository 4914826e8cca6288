"""Keeping what days, months and quarters counted: each minute those of all conversations to which something happened.

Events tell which, since every change writes one in its transaction. Each event is looked at in two runs, a minute
apart, because on PostgreSQL one that was begun earlier may be committed later.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from inbox import company
from inbox.clocks import targets
from inbox.db import Database
from inbox.models import Event, Exchange, Message, ReportCell, ReportDay
from inbox.models.report import DAY, MONTH, QUARTER
from inbox.reporting import cells
from inbox.reporting.cells import SEEN
from inbox.reporting.days import Period, month_of, quarter_of
from inbox.reporting.tallies import Tallies

# So many days a run, so that it never takes much of a minute; the newest first.
DAYS_AT_ONCE = 62
# Quarters whose months were kept before quarters were.
QUARTERS_AT_ONCE = 4
CHUNK = 500
# After these all that was counted may be another.
CHANGING_ALL = ("target_line_set", "target_line_ended", "past_corrected")
# And after these where targets go by what a contact is.
CHANGING_CLASSES = ("customers_imported", "customer_owner_set")


def refresh(database: Database, timezone: str, days: int = DAYS_AT_ONCE) -> int:
    """Count again what has changed since the last time; how many days that were."""
    with database.reading() as session:
        seen = company.get(session, SEEN)
        last = session.scalar(select(func.max(Event.id))) or 0
        before, newest = map(int, seen.split()) if seen else (0, 0)
        if last < newest:
            # Another database was put in this one's place.
            seen = ""
        # Each event is looked at twice, so all is counted again in both runs.
        everything = not seen or _changes_all(session, before, last)
        touched = _all_days(session, timezone) if everything else set()
        if not everything and last > before:
            touched = _days_of(session, before, last, timezone)
    if not seen or last != before:
        with database.writing() as session:
            mark(session, touched)
            company.put(session, SEEN, f"{newest if seen else last} {last}")
    with database.reading() as session:
        due = sorted(cells.unkept_days(session), reverse=True)[:days]
    for quarter, some in groupby(due, quarter_of):
        _keep_quarter(database, quarter, list(some), timezone)
    with database.reading() as session:
        older = _quarters_of_months(session) - cells.kept_quarters(session)
    for quarter in sorted(map(quarter_of, older), key=lambda one: one.begins, reverse=True)[:QUARTERS_AT_ONCE]:
        _keep_longer(database, QUARTER, quarter, MONTH)
    return len(due)


def mark(session: Session, days: Collection[date]) -> None:
    """These days are to be counted again."""
    there = cells.unkept_days(session)
    missing = [{"day": day} for day in sorted(set(days) - there)]
    if missing:
        session.execute(insert(ReportDay), missing)


def _keep_quarter(database: Database, quarter: Period, days: Sequence[date], timezone: str) -> None:
    """Count some days of a quarter again, and with them their months and the quarter."""
    for day in days:
        with database.reading() as session:
            counted = cells.count(session, day, timezone)
        with database.writing() as session:
            _replace(session, DAY, day, counted)
    for month in sorted({day.replace(day=1) for day in days}):
        _keep_longer(database, MONTH, month_of(month), DAY)
    _keep_longer(database, QUARTER, quarter, MONTH)
    with database.writing() as session:
        # Only now, since reports add up days that stand in no month or quarter.
        session.execute(delete(ReportDay).where(ReportDay.day.in_(days)))


def _keep_longer(database: Database, grain: str, period: Period, shorter: str) -> None:
    with database.reading() as session:
        counted = cells.of_longer(session, period, shorter)
    with database.writing() as session:
        _replace(session, grain, period.begins, counted)


def _quarters_of_months(session: Session) -> set[date]:
    """The first days of quarters in which a month is kept."""
    return {quarter_of(month).begins for month in session.scalars(cells.first_days(MONTH))}


def _changes_all(session: Session, after: int, upto: int) -> bool:
    """Whether targets, what they go by, or the hours of the past have changed."""
    by_class = any(one.contact_class for one in targets.lines(session))
    actions = (*CHANGING_ALL, *(CHANGING_CLASSES if by_class else ()))
    query = select(Event.id).where(Event.id > after, Event.id <= upto, Event.action.in_(actions))
    return session.scalar(query.limit(1)) is not None


def _replace(session: Session, grain: str, day: date, counted: Tallies) -> None:
    session.execute(delete(ReportCell).where(ReportCell.grain == grain, ReportCell.day == day))
    rows = list(cells.rows(grain, day, counted))
    if rows:
        session.execute(insert(ReportCell), rows)


def _all_days(session: Session, timezone: str) -> set[date]:
    moments: set[date] = set()
    for column in (Exchange.opened_at, Exchange.closed_at):
        moments |= set(_local(session.scalars(select(column).where(column.is_not(None))), timezone))
    return moments | set(session.scalars(select(ReportCell.day).where(ReportCell.grain == DAY).distinct()))


def _days_of(session: Session, after: int, upto: int, timezone: str) -> set[date]:
    """All days on which something happened in the conversations that events are about: an exchange that is no more, or
    ends elsewhere now, began with a message and ended with an act."""
    query = select(Event.conversation_id).where(Event.id > after, Event.id <= upto, Event.conversation_id.is_not(None))
    numbers = list(session.scalars(query.distinct()))
    found: set[date] = set()
    for start in range(0, len(numbers), CHUNK):
        some = numbers[start : start + CHUNK]
        for moment, table in (
            (Exchange.opened_at, Exchange), (Exchange.closed_at, Exchange), (Message.at, Message), (Event.at, Event),
        ):  # fmt: skip
            chosen = select(moment).where(table.conversation_id.in_(some), moment.is_not(None))
            found |= set(_local(session.scalars(chosen), timezone))
    return found


def _local(moments: Iterable[datetime | None], timezone: str) -> Iterator[date]:
    zone = ZoneInfo(timezone)
    return (moment.astimezone(zone).date() for moment in moments if moment is not None)
