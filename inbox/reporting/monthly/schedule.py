"""When which report is due: the month's on the first working day after it, the week's on its first, the day's each day.

From eight o'clock in the company's zone on. After an outage what is still worth reading is made up for: up to three
months, the last week, the last day. The first look of all only notes where to begin.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from inbox import company, queue
from inbox.db import Database
from inbox.models import now
from inbox.models.report_mail import MONTHLY, REPORT_KINDS, WEEKLY
from inbox.reporting.days import DAY, Period
from inbox.reporting.monthly import links, recipients
from inbox.reporting.monthly.content import month_before, month_days
from inbox.worktime import calendars
from inbox.worktime.hours import Hours

KIND = "report_mail"
HOUR = time(8)
MOST_MONTHS = 3
# Longer nobody closes: beyond it the calendar is wrong.
_DAYS_BACK = 60


def look(database: Database, timezone: str, moment: datetime | None = None) -> int:
    """Queue the reports that are due and were not queued yet; returns how many."""
    moment = moment or now()
    with database.reading() as session:
        hours = calendars.company(session)
        found = {kind: due(kind, hours, timezone, moment) for kind in REPORT_KINDS}
        marks = {kind: company.get(session, _mark(kind)) for kind in REPORT_KINDS}
        fresh = {kind: one for kind, one in found.items() if one and one.begins.isoformat() > marks[kind]}
        # Without a mailbox it waits until there is one.
        if not fresh or (all(marks[kind] for kind in fresh) and recipients.mailbox(session) is None):
            return 0
    with database.writing() as session:
        count = sum(_queue(session, kind, period) for kind, period in fresh.items())
        links.forget_files(session, moment)
    return count


def due(kind: str, hours: Hours, timezone: str, moment: datetime) -> Period | None:
    """The last period that a kind of report is due for at a moment (UTC), None for none."""
    local = moment.astimezone(ZoneInfo(timezone))
    reached = local.date() if local.time() >= HOUR else local.date() - DAY
    if kind == MONTHLY:
        first, last = month_days(reached)
        begun = next((day for day in Period(first, last) if works(hours, day)), first)
        return month_before(reached if reached >= begun else first - DAY)
    if kind == WEEKLY:
        monday = reached - timedelta(days=reached.weekday())
        for _week in range(_DAYS_BACK // 7):
            if any(works(hours, day) for day in Period(monday, min(reached, monday + 6 * DAY))):
                return Period(monday - 7 * DAY, monday - DAY)
            monday -= 7 * DAY
        return None
    worked = (day for number in range(_DAYS_BACK) if works(hours, day := reached - number * DAY))
    last_day, day_before = next(worked, None), next(worked, None)
    return Period(day_before, last_day - DAY) if last_day and day_before else None


def works(hours: Hours, day: date) -> bool:
    """Whether anybody works on a day; Monday to Friday where the company set no hours."""
    return bool(hours.day(day).walls) if hours.known else day.weekday() < 5


def ask(session: Session, kind: str, period: Period, user_id: int) -> None:
    """Queue a report for one user who wants it now."""
    _enqueue(session, kind, period, {"user_id": user_id})


def _queue(session: Session, kind: str, period: Period) -> int:
    """Queue what is due of a kind, unless another has done so meanwhile."""
    mark = company.get(session, _mark(kind))
    if mark >= period.begins.isoformat():
        return 0
    company.put(session, _mark(kind), period.begins.isoformat())
    if not mark:
        return 0
    periods = list(_missed(date.fromisoformat(mark), period)) if kind == MONTHLY else [period]
    for one in periods:
        _enqueue(session, kind, one, {})
    return len(periods)


def _missed(mark: date, last: Period) -> Iterator[Period]:
    """The months after the one that begins on `mark`, up to the last one, the newest of them."""
    found = [last]
    while len(found) < MOST_MONTHS and (earlier := month_before(found[0].begins)).begins > mark:
        found.insert(0, earlier)
    return iter(found)


def _enqueue(session: Session, kind: str, period: Period, more: dict[str, int]) -> None:
    payload = {"kind": kind, "begins": period.begins.isoformat(), "ends": period.ends.isoformat(), **more}
    queue.enqueue(session, KIND, 0, KIND, payload=payload)


def _mark(kind: str) -> str:
    return f"report_mailed_{kind}"
