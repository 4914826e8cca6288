"""Correcting the past: exchanges that are over measured anew by the calendars of today, because a manager said so; what
they were measured as is kept beside. When they opened and closed is not touched.

A job does a part at a time and is queued again for the next, so that a page can show how far it is.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inbox import queue
from inbox.clocks.measuring import measure
from inbox.db import Database, append
from inbox.events import SYSTEM, Actor, record
from inbox.models import CorrectedExchange, Correction, Exchange, now
from inbox.models.correction import DONE, FAILED, RUNNING
from inbox.worktime.rota import Rota

KIND = "correct_past"
BATCH = 300
# Beyond that no calendar was kept.
LONGEST = timedelta(days=3_653)
BUSY, COMING, TOO_LONG = "busy", "coming", "too_long"


class CannotCorrect(ValueError):
    """Nothing was begun; `code` says why: BUSY (one is under way), COMING (the day is not past), TOO_LONG."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin(session: Session, since: date, zone: str, actor: Actor, today: date) -> Correction:
    """Have everything measured anew that ended on a day (in the company's zone) or later. Raises CannotCorrect."""
    if since > today:
        raise CannotCorrect(COMING)
    if today - since > LONGEST:
        raise CannotCorrect(TOO_LONG)
    if session.scalar(select(Correction.id).where(Correction.state == RUNNING).limit(1)) is not None:
        raise CannotCorrect(BUSY)
    row = Correction(since=since, user_id=actor.user_id)
    row.total = session.scalar(select(func.count()).select_from(Exchange).where(*_over(since, zone))) or 0
    session.add(row)
    session.flush()
    record(session, "past_correction_begun", actor, correction_id=row.id, since=since.isoformat())
    queue.enqueue(session, KIND, row.id, KIND, payload={"zone": zone})
    return row


def latest(session: Session, most: int = 10) -> Sequence[Correction]:
    """The corrections there were, the newest first."""
    query = select(Correction).options(joinedload(Correction.user)).order_by(Correction.id.desc())
    return session.scalars(query.limit(most)).all()


def changes(session: Session, correction: Correction, most: int = 50) -> Sequence[CorrectedExchange]:
    """What a correction changed, the largest difference first."""
    query = select(CorrectedExchange).where(CorrectedExchange.correction_id == correction.id)
    query = query.options(joinedload(CorrectedExchange.exchange))
    by = func.abs(CorrectedExchange.made - CorrectedExchange.was).desc()
    return session.scalars(query.order_by(by, CorrectedExchange.exchange_id).limit(most)).all()


def work(database: Database, jobs: Sequence[queue.Claim]) -> None:
    """Do the next part of each; the last one ends it."""
    for job in jobs:
        try:
            with database.writing() as session:
                row = session.get(Correction, job.subject_id, with_for_update=True)
                if row is not None and row.state == RUNNING:
                    _next_part(session, row, job.payload["zone"])
                queue.acknowledge(session, job)
        except queue.LostLease:
            raise
        except Exception as error:
            with database.writing() as session:
                if not queue.put_back(session, job, f"{type(error).__name__}: {error}"):
                    session.get_one(Correction, job.subject_id).state = FAILED


def _next_part(session: Session, row: Correction, zone: str) -> None:
    query = select(Exchange).where(*_over(row.since, zone), Exchange.id > row.place).order_by(Exchange.id)
    part = session.scalars(query.options(selectinload(Exchange.hops)).limit(BATCH)).all()
    rota = Rota(session)
    for exchange in part:
        was = exchange.working_seconds
        if exchange.closed_at is not None:
            measure(session, exchange, exchange.closed_at, rota)
        made = exchange.working_seconds
        if was is not None and made is not None and was != made:
            append(session, CorrectedExchange, correction_id=row.id, exchange_id=exchange.id, was=was, made=made)
            row.changed += 1
        row.looked_at, row.place = row.looked_at + 1, exchange.id
    if len(part) == BATCH:
        queue.enqueue(session, KIND, row.id, KIND, payload={"zone": zone})
    else:
        row.state, row.done_at = DONE, now()
        record(session, "past_corrected", SYSTEM, correction_id=row.id, changed=row.changed)


def _over(since: date, zone: str) -> tuple[ColumnElement[bool], ...]:
    start = datetime.combine(since, time.min, ZoneInfo(zone))
    return (Exchange.closed_at >= start,)
