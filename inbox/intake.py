"""Hops ② and ③: keep raw items durably before anybody acknowledges them, then take in what they say.

`receive` commits bytes, rows, jobs and the cursor together. `take_in` reads in the child, outside any transaction,
then stores up to 50 outcomes in one transaction with a savepoint each.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.failpoints import point
from config.logging import get
from connectors.base import Batch, Echo, Ignored, Message, RawItem, Reading, Status
from inbox import queue, taking
from inbox.blobs import Blobs, digest, put_in
from inbox.db import Database
from inbox.models import Channel, FolderCursor, Intake, now
from inbox.models.intake import DONE, HELD, NEW
from inbox.models.job import BACKFILL, LIVE
from inbox.reader import Reader, Unreadable
from inbox.taking import NotYet, Taken

BATCH = 50
# A job claimed this often without an end has taken the process down with it.
POISONOUS_ATTEMPTS = 5
log = get("intake")


class Missing:
    """The raw bytes of an item are gone from the blob store."""


Readings = list[Reading] | Unreadable | Missing


def receive(
    database: Database,
    blobs: Blobs,
    channel_id: int,
    folder: str,
    batch: Batch,
    *,
    quiet: bool = False,
    keep_cursor: bool = False,
    fetched_at: datetime | None = None,
) -> int:
    """Store a batch with its cursor; only then may the caller acknowledge. Returns how many items were new.

    `quiet` items are taken in without telling anybody; `keep_cursor` leaves the folder's cursor alone (back-fill);
    `fetched_at` is when they reached us, where that is not this moment.
    """
    names = [digest(item.body) for item in batch.items]
    # Files are synced before the transaction that names them; rows go into it.
    if database.sqlite:
        blobs.put(item.body for item in batch.items)
    with database.writing() as session:
        if not database.sqlite:
            put_in(session, blobs, (item.body for item in batch.items))
        known = _known(session, channel_id, folder, [item.key for item in batch.items])
        fresh = [(item, name) for item, name in zip(batch.items, names, strict=True) if item.key not in known]
        _store(session, channel_id, folder, fresh, quiet=quiet, fetched_at=fetched_at or now())
        if not keep_cursor:
            cursor = session.get(FolderCursor, (channel_id, folder)) or FolderCursor(
                channel_id=channel_id, folder=folder
            )
            cursor.cursor, cursor.updated_at = batch.cursor, now()
            session.add(cursor)
            session.get_one(Channel, channel_id).heard_at = now()
        if fresh:
            point("receive.before_commit")
    if fresh:
        point("receive.after_commit")
    return len(fresh)


def take_in(database: Database, blobs: Blobs, reader: Reader, jobs: Sequence[queue.Claim]) -> None:
    """Carry intake jobs to their end: each item becomes a message, a status, an echo, ignored, or held."""
    readings = read_all(database, blobs, reader, jobs)
    store_all(database, blobs, jobs, readings)


def read_all(database: Database, blobs: Blobs, reader: Reader, jobs: Sequence[queue.Claim]) -> dict[int, Readings]:
    """What each job's raw item says, by job id."""
    with database.reading() as session:
        query = select(Intake, Channel.kind).join(Channel).where(Intake.id.in_([job.subject_id for job in jobs]))
        rows = {intake.id: (intake, kind) for intake, kind in session.execute(query)}
    readings: dict[int, Readings] = {}
    for job in jobs:
        if job.attempts > POISONOUS_ATTEMPTS or job.subject_id not in rows:
            continue
        intake, kind = rows[job.subject_id]
        try:
            item = RawItem(intake.key, intake.received_at, blobs.get(intake.sha256), intake.meta)
        except (KeyError, OSError):
            log.error("blob_missing", intake=intake.id, sha256=intake.sha256)
            readings[job.id] = Missing()
            continue
        readings[job.id] = reader.read(kind, item)
    return readings


def store_all(database: Database, blobs: Blobs, jobs: Sequence[queue.Claim], readings: dict[int, Readings]) -> None:
    """Store all outcomes in one transaction; one that fails is rolled back alone and tried again later."""
    with database.writing() as session:
        queue.carry_out(
            session, jobs,
            lambda job: _store_one(session, blobs, job, readings.get(job.id)),
            lambda job, error: _failed(session, job, error),
        )  # fmt: skip
        point("take_in.before_commit")
    point("take_in.after_commit")


def hold(session: Session, intake: Intake, reason: str) -> None:
    """Keep an item visible and replayable that nothing could be made of."""
    intake.state, intake.reason = HELD, reason[:500]


def retry_held(session: Session, intake: Intake) -> None:
    """Take a held item in once more."""
    intake.state, intake.reason, intake.poison = NEW, "", 0
    queue.enqueue(session, "take_in", intake.id, _lane(intake))


def _store_one(session: Session, blobs: Blobs, job: queue.Claim, readings: Readings | None) -> None:
    intake = session.get(Intake, job.subject_id)
    if intake is None or intake.state != NEW:
        return
    if readings is None:
        hold(session, intake, "taking it in ended the process several times")
        return
    if intake.meta.get("oversize"):
        hold(session, intake, f"larger than allowed ({intake.meta['oversize']} bytes)")
        return
    if isinstance(readings, Missing):
        hold(session, intake, "its raw bytes are missing from the data folder")
        return
    if isinstance(readings, Unreadable):
        _finish(intake, taking.unreadable(session, blobs, intake, readings.reason))
        return
    for reading in readings or [Ignored("nothing in it")]:
        _finish(intake, _take(session, blobs, intake, reading))


def _take(session: Session, blobs: Blobs, intake: Intake, reading: Reading) -> Taken:
    match reading:
        case Message():
            return taking.message(session, blobs, intake, reading)
        case Echo():
            return taking.echo(session, blobs, intake, reading.message)
        case Status():
            return taking.status(session, intake, reading)
        case Ignored():
            return Taken("ignored", reason=reading.reason)


def _finish(intake: Intake, taken: Taken) -> None:
    if taken.outcome == HELD:
        intake.state, intake.reason = HELD, taken.reason[:500]
        return
    intake.state, intake.outcome, intake.reason = DONE, taken.outcome, taken.reason[:500]
    intake.message_id = taken.message_id


def _failed(session: Session, job: queue.Claim, error: Exception) -> bool:
    """Try again later, or hold the item; True while it will be tried again."""
    if isinstance(error, NotYet):
        queue.postpone(session, job, error.seconds)
        return False
    log.error("take_in_failed", intake=job.subject_id, exc_info=error)
    intake = session.get_one(Intake, job.subject_id)
    intake.poison += 1
    reason = f"{type(error).__name__}: {error}"
    if intake.poison >= POISONOUS_ATTEMPTS or not queue.put_back(session, job, reason):
        hold(session, intake, reason)
        queue.acknowledge(session, job)
        return False
    return True


def _known(session: Session, channel_id: int, folder: str, keys: list[str]) -> set[str]:
    query = select(Intake.key).where(Intake.channel_id == channel_id, Intake.folder == folder, Intake.key.in_(keys))
    return set(session.scalars(query))


def _store(
    session: Session,
    channel_id: int,
    folder: str,
    fresh: Sequence[tuple[RawItem, str]],
    *,
    quiet: bool,
    fetched_at: datetime,
) -> None:
    latest = now() + timedelta(seconds=1)
    rows = [
        Intake(
            channel_id=channel_id, folder=folder, key=item.key, received_at=min(item.received_at, latest), sha256=name,
            size=len(item.body), meta=dict(item.meta), quiet=quiet, fetched_at=fetched_at,
        )
        for item, name in fresh
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    for row in rows:
        queue.enqueue(session, "take_in", row.id, _lane(row), priority=BACKFILL if quiet else LIVE)


def _lane(intake: Intake) -> str:
    """One sender's (or thread's) items of one folder keep their order; a Sent folder never holds up the inbox."""
    key = intake.meta.get("lane") or intake.key
    return f"take_in:{intake.channel_id}:{intake.meta.get('folder', '')}:{key}"[:500]
