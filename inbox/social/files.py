"""Files that a message only names: fetched from the platform after the message was taken in, within a bound of size.

Until then, and where a file cannot be had any more, the message says so: its fact `file` is COMING or GONE.
"""

import mimetypes
from collections.abc import Callable

from sqlalchemy.orm import Session

from config.logging import get
from connectors.abilities import KeepsFiles
from connectors.base import Attachment as File
from connectors.base import Connector, ConnectorError
from inbox import queue
from inbox.blobs import Blobs, digest, writing_with
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Attachment, Message
from inbox.models.job import BACKFILL, LIVE

KIND = "fetch_file"
STATE, REASON, NAMED = "file", "file_reason", "media_id"
COMING, GONE = "coming", "gone"
LONGEST_REASON = 300
log = get("files")


def ask(session: Session, message: Message, *, quiet: bool = False) -> None:
    """See to the file that a message names, if it does."""
    if message.facts.get(NAMED):
        message.facts = {**message.facts, STATE: COMING}
        priority = BACKFILL if quiet else LIVE
        queue.enqueue(session, KIND, message.id, f"{KIND}:{message.id}", priority=priority)


def fetch(
    database: Database, blobs: Blobs, connector_for: Callable[[int], Connector], job: queue.Claim, most: int
) -> None:
    """Carry one job to its end, or put it back for a later try; `most`: bytes of a file that is taken."""
    with database.reading() as session:
        message = session.get(Message, job.subject_id)
    try:
        file = None
        if message is not None and message.facts.get(STATE) == COMING:
            connector = connector_for(message.channel_id)
            if not isinstance(connector, KeepsFiles):
                raise ConnectorError("the channel has no files", permanent=True)
            file = connector.fetch_file(message.facts[NAMED], most)
    except Exception as error:
        _failed(database, job, error)
        return
    with writing_with(database, blobs, [file.content] if file else []) as session:
        if file is not None:
            _put(session, job.subject_id, file)
        queue.acknowledge(session, job)


def _put(session: Session, message_id: int, file: File) -> None:
    message = session.get_one(Message, message_id, with_for_update=True, populate_existing=True)
    if message.facts.get(STATE) != COMING:
        return
    kind = file.content_type or message.facts.get("mime", "") or "application/octet-stream"
    name = message.facts.get("file_name") or f"{message.facts.get('content', 'file')}{_ending(kind)}"
    session.add(Attachment(
        message_id=message.id, filename=name, content_type=kind, size=len(file.content), sha256=digest(file.content),
    ))  # fmt: skip
    message.facts = {name: value for name, value in message.facts.items() if name != STATE}
    record(session, "file_came", SYSTEM, conversation_id=message.conversation_id, message_id=message.id)


def _failed(database: Database, job: queue.Claim, error: Exception) -> None:
    known = isinstance(error, ConnectorError)
    reason = error.reason if isinstance(error, ConnectorError) else f"{type(error).__name__}: {error}"
    log.warning("file_failed", message=job.subject_id, reason=reason, exc_info=None if known else error)
    with database.writing() as session:
        wait = error.retry_after if isinstance(error, ConnectorError) else 0
        # A token that is over is mended by a person; the file waits for it.
        lasting = isinstance(error, ConnectorError) and error.permanent and error.code != "token"
        if not lasting and queue.put_back(session, job, reason, after_seconds=wait or None):
            return
        message = session.get_one(Message, job.subject_id, with_for_update=True, populate_existing=True)
        message.facts = {**message.facts, STATE: GONE, REASON: reason[:LONGEST_REASON]}
        record(session, "file_gone", SYSTEM, conversation_id=message.conversation_id, message_id=message.id)
        if lasting:
            queue.acknowledge(session, job)


def _ending(kind: str) -> str:
    return {"image/jpeg": ".jpg", "audio/ogg": ".ogg"}.get(kind) or mimetypes.guess_extension(kind) or ""
