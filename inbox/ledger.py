"""The ledger: for each folder, what the server holds, what of it is stored, and what became of it.

Once a day, and on demand, the server is asked what it still holds of all that came since we began; what is not stored
is fetched at once, as if it had just been found. What was deleted there since is no loss.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.logging import get
from connectors.abilities import Counted
from connectors.base import Batch, Connector
from inbox import channels, intake
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.events import record
from inbox.models import Channel, FolderCursor, Intake, now
from inbox.models.intake import HELD, NEW

SHOWN = ("message",)
log = get("ledger")


@dataclass(frozen=True, slots=True)
class Line:
    """One folder of one channel. `on_server` and `missing` are of the last look (`checked_at`, None: never).

    `received` counts everything ever taken over; of it `shown` are messages, `aside` repeats, our own copies, statuses
    and what is no message, `held` could not be taken in, `waiting` is under way.
    """

    channel_id: int
    channel: str
    folder: str
    checked_at: datetime | None
    on_server: int
    missing: int
    received: int
    shown: int
    aside: int
    held: int
    waiting: int


def lines(session: Session) -> list[Line]:
    """The ledger as it stands."""
    query = select(Intake.channel_id, Intake.folder, Intake.state, Intake.outcome, func.count()).group_by(
        Intake.channel_id, Intake.folder, Intake.state, Intake.outcome
    )
    counts: dict[tuple[int, str], dict[str, int]] = {}
    for channel_id, folder, state, outcome, count in session.execute(query):
        kind = {NEW: "waiting", HELD: "held"}.get(state, "shown" if outcome in SHOWN else "aside")
        found = counts.setdefault((channel_id, folder), dict.fromkeys(("shown", "aside", "held", "waiting"), 0))
        found[kind] += count
    folders = select(FolderCursor, Channel.name).join(Channel, Channel.id == FolderCursor.channel_id)
    result = []
    for row, name in session.execute(folders.order_by(Channel.name, FolderCursor.folder)):
        found = counts.get((row.channel_id, row.folder), dict.fromkeys(("shown", "aside", "held", "waiting"), 0))
        result.append(
            Line(
                row.channel_id,
                name,
                row.folder,
                row.checked_at,
                row.on_server,
                row.missing,
                sum(found.values()),
                **found,
            )
        )
    return result


def reconcile_all(database: Database, blobs: Blobs, build: Callable[[int], Connector]) -> None:
    """Reconcile every enabled channel that can be asked; one that fails keeps its old figures."""
    with database.reading() as session:
        numbers = list(session.scalars(select(Channel.id).where(Channel.enabled).order_by(Channel.id)))
    for number in numbers:
        try:
            reconcile(database, blobs, number, build(number))
        except Exception as error:
            log.warning("ledger_failed", channel=number, reason=channels.sentence(error))


def reconcile(database: Database, blobs: Blobs, channel_id: int, connector: Connector) -> int:
    """Ask the server of one channel what it holds, fetch what is missing; how many were. Raises ConnectorError."""
    if not isinstance(connector, Counted):
        return 0
    with database.reading() as session:
        query = select(FolderCursor).where(FolderCursor.channel_id == channel_id).order_by(FolderCursor.folder)
        rows = list(session.scalars(query))
    try:
        return sum(_reconcile_folder(database, blobs, connector, row) for row in rows)
    finally:
        close = getattr(connector, "close", None)
        if close is not None:
            close()


def _reconcile_folder(database: Database, blobs: Blobs, connector: Counted, row: FolderCursor) -> int:
    present = connector.present(row.folder, row.begun, row.cursor)
    missing = _not_stored(database, row, present)
    left = list(missing)
    while left:
        items = connector.again(row.folder, left)
        if not items:
            break
        intake.receive(database, blobs, row.channel_id, row.folder, Batch(items, ""), keep_cursor=True)
        got = {item.key for item in items}
        left = [key for key in left if key not in got]
    with database.writing() as session:
        kept = session.get_one(FolderCursor, (row.channel_id, row.folder))
        kept.checked_at, kept.on_server, kept.missing = now(), len(present), len(left)
        if missing:
            log.error("mail_was_missing", channel=row.channel_id, folder=row.folder, keys=missing[:50])
            record(session, "mail_was_missing", channel_id=row.channel_id, folder=row.folder, keys=missing[:50],
                   fetched=len(missing) - len(left))  # fmt: skip
    return len(missing)


def _not_stored(database: Database, row: FolderCursor, keys: Sequence[str]) -> list[str]:
    with database.reading() as session:
        query = select(Intake.key).where(Intake.channel_id == row.channel_id, Intake.folder == row.folder)
        stored = set(session.scalars(query))
    return [key for key in keys if key not in stored]
