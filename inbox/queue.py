"""The one job queue: claim with a lease, acknowledge with a fencing token, back off, give up, order per lane.

A job is at the head of its lane when no earlier job of that lane is claimed or waiting for a later try. Claiming
takes whole runs of a lane in order; on PostgreSQL an advisory lock makes claimers take turns, which keeps lanes in
order without a lock per row.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import CursorResult, and_, bindparam, delete, exists, literal, or_, select, text, union_all, update
from sqlalchemy.orm import Session, aliased

from config.logging import get
from inbox.db import announce, append, savepoint
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
) -> None:
    """Add a job in the caller's transaction. `lane` keeps order among jobs of the same lane."""
    moment = now()
    append(
        session, Job, kind=kind, subject_id=subject_id, lane=lane, priority=priority, payload=payload or {},
        run_at=run_at or moment, created_at=moment,
    )  # fmt: skip
    announce(session, kind)


_EARLIER = aliased(Job)
_RELEASE = {"state": READY, "token": "", "lease_until": None}
_EXPIRE = update(Job).where(
    Job.kind.in_(bindparam("kinds", expanding=True)), Job.state == CLAIMED, Job.lease_until < bindparam("moment")
).values(**_RELEASE).execution_options(synchronize_session=False)  # fmt: skip
_BLOCKED = exists().where(
    _EARLIER.lane == Job.lane,
    _EARLIER.id < Job.id,
    or_(
        and_(_EARLIER.state == CLAIMED, _EARLIER.lease_until >= bindparam("moment")),
        and_(_EARLIER.state == READY, _EARLIER.run_at > bindparam("moment")),
    ),
)
_CLAIMABLE = (
    select(Job.id, Job.kind, Job.lane, Job.subject_id, Job.payload, Job.attempts)
    .where(
        Job.kind == bindparam("kind"), Job.state == READY, Job.run_at <= bindparam("moment"), ~_BLOCKED
    )
    .order_by(Job.priority, Job.id)
    .limit(bindparam("limit"))
)  # fmt: skip
_IS_DUE = and_(
    Job.run_at <= bindparam("moment"),
    or_(Job.state == READY, and_(Job.state == CLAIMED, Job.lease_until < bindparam("moment"))),
)
_DUE = select(Job.id).where(Job.kind.in_(bindparam("kinds", expanding=True)), _IS_DUE).limit(1)


def claim(session: Session, kinds: Iterable[str], limit: int, lease_seconds: float = LEASE_SECONDS) -> list[Claim]:
    """Take up to `limit` due jobs, live ones first, oldest first. Call in a short writing transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CLAIM_LOCK})
    kinds, moment, token = list(kinds), now(), new_token()
    session.execute(_EXPIRE, {"kinds": kinds, "moment": moment})
    rows: list[Any] = []
    for kind in kinds:
        rows += session.execute(_CLAIMABLE, {"kind": kind, "moment": moment, "limit": limit - len(rows)}).all()
    if rows:
        values = {"state": CLAIMED, "token": token, "lease_until": moment + timedelta(seconds=lease_seconds)}
        taken = update(Job).where(Job.id.in_([row.id for row in rows])).values(attempts=Job.attempts + 1, **values)
        session.execute(taken.execution_options(synchronize_session=False))
    return [Claim(row.id, row.kind, row.lane, row.subject_id, row.payload, token, row.attempts + 1) for row in rows]


def due(session: Session, kinds: Iterable[str]) -> bool:
    """Whether claiming may bring something: a cheap look before a write."""
    return session.scalar(_DUE, {"kinds": list(kinds), "moment": now()}) is not None


def due_among(session: Session, kinds: tuple[str, ...]) -> frozenset[str]:
    """For which of these kinds claiming may bring something, by one look at all."""
    return frozenset(session.scalars(_any_due(kinds), {"moment": now()}))


@cache
def _any_due(kinds: tuple[str, ...]) -> Any:
    return union_all(*(select(literal(kind)).where(exists().where(Job.kind == kind, _IS_DUE)) for kind in kinds))


def carry_out(
    session: Session,
    jobs: Sequence[Claim],
    work: Callable[[Sequence[Claim]], None],
    failed: Callable[[Claim, Exception], bool],
) -> None:
    """Do all jobs in one savepoint and acknowledge them there; if anything fails, each in a savepoint of its own.

    One that fails is rolled back alone; `failed` then says whether it will be tried again. If so, what stands behind
    it in its lane waits too.
    """
    if len(jobs) > 1:
        try:
            with savepoint(session):
                work(jobs)
                acknowledge(session, *jobs)
            return
        except Exception as error:
            log.info("batch_apart", jobs=len(jobs), kind=jobs[0].kind, reason=type(error).__name__)
    stopped: set[str] = set()
    for job in jobs:
        try:
            if job.lane in stopped:
                _release(session, job)
                continue
            with savepoint(session):
                work([job])
                acknowledge(session, job)
        except LostLease:
            log.warning("lease_lost", job=job.id, kind=job.kind)
        except Exception as error:
            if failed(job, error):
                stopped.add(job.lane)


def acknowledge(session: Session, *jobs: Claim) -> None:
    """Done: jobs of one claim go away in the transaction that holds their outcome. Raises LostLease."""
    held = delete(Job).where(Job.id.in_([job.id for job in jobs]), Job.token == jobs[0].token, Job.state == CLAIMED)
    _must_change(session.execute(held.execution_options(synchronize_session=False)), len(jobs))


def put_back(session: Session, job: Claim, error: str, *, after_seconds: float | None = None) -> bool:
    """Try again later (exponential back-off with jitter), or give up after MAX_ATTEMPTS; True while it goes on."""
    going_on = job.attempts < MAX_ATTEMPTS
    delay = back_off(job.attempts) if after_seconds is None else after_seconds
    values: dict[str, Any] = {"error": error[:500], "token": "", "lease_until": None}
    values |= {"state": READY, "run_at": now() + timedelta(seconds=delay)} if going_on else {"state": GIVEN_UP}
    result = session.execute(update(Job).where(Job.id == job.id, Job.token == job.token).values(**values))
    _must_change(result, 1)
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
    return _changed(session.execute(update(Job).where(Job.state == CLAIMED).values(**_RELEASE)))


def back_off(attempts: int) -> float:
    """Seconds before the next try: 2, 4, 8 … one hour, ± 20 %."""
    return float(min(2.0**attempts, BACK_OFF_CAP_SECONDS) * random.uniform(0.8, 1.2))


def _release(session: Session, job: Claim, **values: Any) -> None:
    """Give a job back as if it had not been claimed."""
    values |= {**_RELEASE, "attempts": job.attempts - 1}
    _must_change(session.execute(update(Job).where(Job.id == job.id, Job.token == job.token).values(**values)), 1)


def _changed(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0


def _must_change(result: Any, rows: int) -> None:
    if _changed(result) != rows:
        raise LostLease
