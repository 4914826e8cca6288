"""The one job queue: claim with a lease, acknowledge with a fencing token, back off, give up, order per lane.

A job is at the head of its lane when no earlier job of that lane is claimed or waiting for a later try. Claiming
takes whole runs of a lane in order; on PostgreSQL an advisory lock makes claimers take turns, which keeps lanes in
order without a lock per row.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from config.logging import get
from inbox.models import Job, now
from inbox.models.job import CLAIMED, GIVEN_UP, LIVE, READY
from inbox.secrets import new_token

# Short, because the worker renews them while it lives: what a dead one held is free again soon.
LEASE_SECONDS = 10.0
MAX_ATTEMPTS = 12
BACK_OFF_CAP_SECONDS = 3600
CLAIM_LOCK = 0x43454E54
log = get("queue")


class LostLease(Exception):
    """The job was taken by another worker meanwhile; nothing of this transaction may be kept."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A claimed job as plain values, free of any session."""

    id: int
    kind: str
    lane: str
    subject_id: int
    payload: dict[str, Any]
    token: str
    attempts: int


def enqueue(
    session: Session,
    kind: str,
    subject_id: int,
    lane: str,
    *,
    priority: int = LIVE,
    run_at: datetime | None = None,
    payload: dict[str, Any] | None = None,
) -> Job:
    """Add a job in the caller's transaction. `lane` keeps order among jobs of the same lane."""
    job = Job(
        kind=kind, subject_id=subject_id, lane=lane, priority=priority, payload=payload or {}, run_at=run_at or now()
    )
    session.add(job)
    return job


def claim(session: Session, kinds: Iterable[str], limit: int, lease_seconds: float = LEASE_SECONDS) -> list[Claim]:
    """Take up to `limit` due jobs, live ones first, oldest first. Call in a short writing transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CLAIM_LOCK})
    moment = now()
    earlier = aliased(Job)
    expired = and_(Job.state == CLAIMED, Job.lease_until < moment)
    blocked = exists().where(
        earlier.lane == Job.lane,
        earlier.id < Job.id,
        or_(
            and_(earlier.state == CLAIMED, earlier.lease_until >= moment),
            and_(earlier.state == READY, earlier.run_at > moment),
        ),
    )
    query = (
        select(Job)
        .where(Job.kind.in_(list(kinds)), Job.run_at <= moment, or_(Job.state == READY, expired), ~blocked)
        .order_by(Job.priority, Job.id)
        .limit(limit)
    )
    jobs = session.scalars(query).all()
    token = new_token()
    for job in jobs:
        job.state, job.token, job.lease_until = CLAIMED, token, moment + timedelta(seconds=lease_seconds)
        job.attempts += 1
    return [Claim(job.id, job.kind, job.lane, job.subject_id, job.payload, token, job.attempts) for job in jobs]


def due(session: Session, kinds: Iterable[str]) -> bool:
    """Whether claiming may bring something: a cheap look before a write."""
    moment = now()
    is_due = or_(Job.state == READY, and_(Job.state == CLAIMED, Job.lease_until < moment))
    query = select(Job.id).where(Job.kind.in_(list(kinds)), Job.run_at <= moment, is_due).limit(1)
    return session.scalar(query) is not None


def carry_out(
    session: Session, jobs: Sequence[Claim], one: Callable[[Claim], None], failed: Callable[[Claim, Exception], bool]
) -> None:
    """Do each job in a savepoint of its own and acknowledge it there.

    One that fails is rolled back alone; `failed` then says whether it will be tried again. If so, what stands behind
    it in its lane waits too.
    """
    stopped: set[str] = set()
    for job in jobs:
        try:
            if job.lane in stopped:
                _release(session, job)
                continue
            with session.begin_nested():
                one(job)
                acknowledge(session, job)
        except LostLease:
            log.warning("lease_lost", job=job.id, kind=job.kind)
        except Exception as error:
            if failed(job, error):
                stopped.add(job.lane)


def acknowledge(session: Session, job: Claim) -> None:
    """Done: the job goes away in the transaction that holds its outcome. Raises LostLease."""
    result = session.execute(delete(Job).where(Job.id == job.id, Job.token == job.token, Job.state == CLAIMED))
    _must_change_one(result)


def put_back(session: Session, job: Claim, error: str, *, after_seconds: float | None = None) -> bool:
    """Try again later (exponential back-off with jitter), or give up after MAX_ATTEMPTS; True while it goes on."""
    going_on = job.attempts < MAX_ATTEMPTS
    delay = back_off(job.attempts) if after_seconds is None else after_seconds
    values: dict[str, Any] = {"error": error[:500], "token": "", "lease_until": None}
    values |= {"state": READY, "run_at": now() + timedelta(seconds=delay)} if going_on else {"state": GIVEN_UP}
    result = session.execute(update(Job).where(Job.id == job.id, Job.token == job.token).values(**values))
    _must_change_one(result)
    return going_on


def postpone(session: Session, job: Claim, seconds: float) -> None:
    """Look again later, in a lane of its own: it waits for something else, which is no failure and holds up nobody."""
    later = now() + timedelta(seconds=seconds)
    _release(session, job, run_at=later, lane=f"{job.lane}:waits:{job.id}"[:500])


def renew(session: Session, tokens: Iterable[str], lease_seconds: float = LEASE_SECONDS) -> None:
    """Keep the jobs of these claims for longer."""
    until = now() + timedelta(seconds=lease_seconds)
    held = update(Job).where(Job.token.in_(list(tokens)), Job.state == CLAIMED)
    session.execute(held.values(lease_until=until))


def void_leases(session: Session) -> int:
    """Make every claimed job ready again: right only where no other process can hold one (SQLite at start)."""
    values = {"state": READY, "token": "", "lease_until": None}
    return _changed(session.execute(update(Job).where(Job.state == CLAIMED).values(**values)))


def pending(session: Session) -> int:
    """How many jobs wait or run now (given-up ones not counted)."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.state != GIVEN_UP)) or 0


def back_off(attempts: int) -> float:
    """Seconds before the next try: 2, 4, 8 … one hour, ± 20 %."""
    return float(min(2.0**attempts, BACK_OFF_CAP_SECONDS) * random.uniform(0.8, 1.2))


def _release(session: Session, job: Claim, **values: Any) -> None:
    """Give a job back as if it had not been claimed."""
    values |= {"state": READY, "token": "", "lease_until": None, "attempts": job.attempts - 1}
    _must_change_one(session.execute(update(Job).where(Job.id == job.id, Job.token == job.token).values(**values)))


def _changed(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def _must_change_one(result: Any) -> None:
    if _changed(result) != 1:
        raise LostLease
