"""Hops ② and ③: keep raw items durably before anybody acknowledges them, then take in what they say.

`receive` commits bytes, rows, jobs and the cursor together. `take_in` reads in the child, outside any transaction,
then stores up to 100 outcomes in one transaction: all in one savepoint, or, if one fails, each in its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from config.failpoints import point
from config.logging import get
from connectors.base import Batch, Echo, Ignored, Message, RawItem, Reading, Status
from inbox import forwards, from_site, queue, readings, receipts, services, taking
from inbox.blobs import Blobs, digest, writing_with
from inbox.clocks import dating
from inbox.db import Database, append, new_id
from inbox.models import Channel, FolderCursor, Intake, now
from inbox.models.intake import DONE, HELD, NEW
from inbox.models.job import BACKFILL, LIVE
from inbox.reader import Reader, Unreadable
from inbox.social import arrivals
from inbox.social.kinds import SOCIAL
from inbox.taking import NotYet, Taken

BATCH = 100
BATCH_BYTES = 4_000_000
# Claimed at once, so that reading and storing go on side by side.
CLAIMED = 4 * BATCH
# A job claimed this often without an end has taken the process down with it.
POISONOUS_ATTEMPTS = 5
# What becomes of a message, by the kind of its channel; of all others it is mail's way.
_WAYS = {**dict.fromkeys(SOCIAL, arrivals.take), **dict.fromkeys(from_site.KINDS, from_site.take)}
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
    heard: bool = False,
    fetched_at: datetime | None = None,
) -> int:
    """Store a batch with its cursor; only then may the caller acknowledge. Returns how many items were new.

    `quiet` items are taken in without telling anybody; `keep_cursor` leaves the folder's cursor alone (back-fill), with
    `heard` it is a sign of life all the same (a call); `fetched_at` is when they reached us, if not at this moment.
    """
    names = [digest(item.body) for item in batch.items]
    with writing_with(database, blobs, [item.body for item in batch.items]) as session:
        known = _known(session, channel_id, folder, [item.key for item in batch.items])
        fresh = [(item, name) for item, name in zip(batch.items, names, strict=True) if item.key not in known]
        _store(session, channel_id, folder, fresh, quiet=quiet, fetched_at=fetched_at or now())
        if not keep_cursor:
            cursor = session.get(FolderCursor, (channel_id, folder)) or FolderCursor(
                channel_id=channel_id, folder=folder
            )
            cursor.cursor, cursor.updated_at = batch.cursor, now()
            cursor.begun = cursor.begun or batch.cursor
            session.add(cursor)
        if heard or not keep_cursor:
            session.get_one(Channel, channel_id).heard_at = now()
        if fresh:
            point("receive.before_commit")
    if fresh:
        point("receive.after_commit")
    return len(fresh)


def receive_once(database: Database, blobs: Blobs, channel_id: int, folder: str, item: RawItem) -> None:
    """Store what somebody posted to us, once however often it comes. Whatever keeps it from being stored is raised."""
    for last in (False, True):
        try:
            receive(database, blobs, channel_id, folder, Batch([item], ""), keep_cursor=True, heard=True)
            return
        except IntegrityError:
            # The same came at the same moment: it is known when looked at again.
            if last:
                raise


def take_in(database: Database, blobs: Blobs, reader: Reader, jobs: Sequence[queue.Claim]) -> None:
    """Carry intake jobs to their end: each item becomes a message, a status, an echo, ignored, or held.

    While one batch is stored, the child reads the next.
    """
    batches = _batches(database, jobs)
    if len(batches) == 1:
        store_all(database, blobs, jobs, read_all(database, blobs, reader, jobs))
        return
    with ThreadPoolExecutor(1, "read-ahead") as pool:
        ahead = [pool.submit(read_all, database, blobs, reader, batches[0])]
        for number, batch in enumerate(batches):
            readings = ahead.pop().result()
            if number + 1 < len(batches):
                ahead.append(pool.submit(read_all, database, blobs, reader, batches[number + 1]))
            store_all(database, blobs, batch, readings)


def _batches(database: Database, jobs: Sequence[queue.Claim]) -> list[list[queue.Claim]]:
    """The jobs in runs of at most BATCH items and, but for a single one, BATCH_BYTES."""
    with database.reading() as session:
        query = select(Intake.id, Intake.size).where(Intake.id.in_([job.subject_id for job in jobs]))
        sizes = {row.id: row.size for row in session.execute(query)}
    batches: list[list[queue.Claim]] = []
    room = 0
    for job in jobs:
        size = sizes.get(job.subject_id, 0)
        if not batches or len(batches[-1]) == BATCH or size > room:
            batches.append([])
            room = BATCH_BYTES
        batches[-1].append(job)
        room -= size
    return batches


def read_all(database: Database, blobs: Blobs, reader: Reader, jobs: Sequence[queue.Claim]) -> dict[int, Readings]:
    """What each job's raw item says, by job id."""
    with database.reading() as session:
        query = select(Intake, Channel.kind).join(Channel).where(Intake.id.in_([job.subject_id for job in jobs]))
        rows = {intake.id: (intake, kind) for intake, kind in session.execute(query)}
        chosen = {"mail": {"services": services.for_reader(session)}}
    contents = blobs.get_all({intake.sha256 for intake, _ in rows.values()})
    readings: dict[int, Readings] = {}
    for job in jobs:
        if job.attempts > POISONOUS_ATTEMPTS or job.subject_id not in rows:
            continue
        intake, kind = rows[job.subject_id]
        if intake.sha256 not in contents:
            log.error("blob_missing", intake=intake.id, sha256=intake.sha256)
            readings[job.id] = Missing()
            continue
        item = RawItem(intake.key, intake.received_at, contents[intake.sha256], {**intake.meta, **chosen.get(kind, {})})
        read = reader.read(kind, item)
        readings[job.id] = [_indexable(one) for one in read] if isinstance(read, list) else read
    return readings


def store_all(database: Database, blobs: Blobs, jobs: Sequence[queue.Claim], readings: dict[int, Readings]) -> None:
    """Store all outcomes in one transaction; one that fails is rolled back alone and tried again later."""
    files = [file.content for message in _messages(readings.values()) for file in message.attachments]
    with writing_with(database, blobs, files) as session:
        queue.carry_out(
            session, jobs,
            lambda some: _store_some(session, blobs, some, readings),
            lambda job, error: _failed(session, job, error),
        )  # fmt: skip
        point("take_in.before_commit")
    point("take_in.after_commit")


def hold(intake: Intake, reason: str) -> None:
    """Keep an item visible and replayable that nothing could be made of."""
    intake.state, intake.reason = HELD, reason[:500]


def retry_held(session: Session, intake: Intake) -> None:
    """Take a held item in once more."""
    intake.state, intake.reason, intake.poison = NEW, "", 0
    queue.enqueue(session, "take_in", intake.id, _lane(intake.channel_id, intake.key, intake.meta))


def _store_some(session: Session, blobs: Blobs, jobs: Sequence[queue.Claim], readings: dict[int, Readings]) -> None:
    rows = session.scalars(select(Intake).where(Intake.id.in_([job.subject_id for job in jobs])))
    waiting = {intake.id: intake for intake in rows if intake.state == NEW}
    readings = {number: _as_customers(session, one) for number, one in readings.items()}
    reads = [
        (waiting[job.subject_id], message)
        for job in jobs
        if job.subject_id in waiting
        for message in _messages([readings[job.id]] if job.id in readings else [])
    ]
    batch = taking.Batch(session, reads)
    for job in jobs:
        if job.subject_id in waiting:
            _store_one(batch, blobs, waiting[job.subject_id], readings.get(job.id))


def _store_one(batch: taking.Batch, blobs: Blobs, intake: Intake, readings: Readings | None) -> None:
    if readings is None:
        hold(intake, "taking it in ended the process several times")
    elif intake.meta.get("oversize"):
        hold(intake, f"larger than allowed ({intake.meta['oversize']} bytes)")
    elif isinstance(readings, Missing):
        hold(intake, "its raw bytes are missing from the data folder")
    elif isinstance(readings, Unreadable):
        _finish(intake, taking.unreadable(batch, blobs, intake, readings.reason))
    else:
        for reading in readings or [Ignored("nothing in it")]:
            _finish(intake, _take(batch, intake, reading))


def _messages(readings: Iterable[Readings]) -> Iterator[Message]:
    """The messages among some items' readings, copies of our own sends included."""
    for one in readings:
        for reading in one if isinstance(one, list) else ():
            if isinstance(reading, Message | Echo):
                yield reading if isinstance(reading, Message) else reading.message


def _take(batch: taking.Batch, intake: Intake, reading: Reading) -> Taken:
    kind = batch.channel(intake.channel_id).kind
    match reading:
        case Message():
            return _WAYS.get(kind, taking.message)(batch, intake, reading)
        case Echo():
            return (arrivals.echo if kind in SOCIAL else taking.echo)(batch, intake, reading.message)
        case Status():
            return receipts.take(batch.session, intake, reading)
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
        hold(intake, reason)
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
    for item, name in fresh:
        number = new_id(session, Intake)
        received_at, dated = dating.received(item.received_at, fetched_at)
        append(
            session, Intake, id=number, channel_id=channel_id, folder=folder, key=item.key,
            received_at=received_at, sha256=name, size=len(item.body), meta={**item.meta, **dated},
            quiet=quiet, fetched_at=fetched_at,
        )  # fmt: skip
        lane = _lane(channel_id, item.key, item.meta)
        queue.enqueue(session, "take_in", number, lane, priority=BACKFILL if quiet else LIVE)


def _as_customers(session: Session, readings: Readings) -> Readings:
    """What colleagues forwarded becomes the customers' own."""
    if not isinstance(readings, list) or not any(
        isinstance(one, Message) and one.facts.get("fwd_from") for one in readings
    ):
        return readings
    return [forwards.as_customers(session, one) if isinstance(one, Message) else one for one in readings]


def _indexable(reading: Reading) -> Reading:
    if isinstance(reading, Message):
        return readings.indexable(reading)
    return Echo(readings.indexable(reading.message)) if isinstance(reading, Echo) else reading


def _lane(channel_id: int, key: str, meta: Mapping[str, Any]) -> str:
    """One sender's (or thread's) items of one folder keep their order; a Sent folder never holds up the inbox."""
    return f"take_in:{channel_id}:{meta.get('folder', '')}:{meta.get('lane') or key}"[:500]
