"""Who wrote: where a platform tells only a number, it is asked for the name afterwards."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from config.logging import get
from connectors.abilities import Named
from connectors.base import Connector, ConnectorError
from inbox import queue
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Contact, Message
from inbox.models.job import BACKFILL, LIVE
from inbox.social.kinds import KINDS

KIND = "ask_name"
LONGEST = 200
log = get("names")


def ask(session: Session, kind: str, message: Message, contact: Contact, *, quiet: bool = False) -> None:
    """See to the sender's name, where a message came without and its platform may tell."""
    if KINDS[kind].named and not contact.name and not message.from_name:
        priority = BACKFILL if quiet else LIVE
        queue.enqueue(session, KIND, message.id, f"{KIND}:{message.id}", priority=priority)


def work(database: Database, connector_for: Callable[[int], Connector], job: queue.Claim) -> None:
    """Carry one job to its end, or put it back for a later try. Without a name a person stays a number."""
    with database.reading() as session:
        message = session.get(Message, job.subject_id)
        known = message is None or bool(message.conversation.contact.name)
    name = ""
    try:
        if message is not None and not known:
            connector = connector_for(message.channel_id)
            name = connector.profile(message.from_address).name if isinstance(connector, Named) else ""
    except Exception as error:
        reason = error.reason if isinstance(error, ConnectorError) else f"{type(error).__name__}: {error}"
        log.warning("name_not_told", message=job.subject_id, reason=reason)
        if not (isinstance(error, ConnectorError) and error.permanent):
            wait = error.retry_after if isinstance(error, ConnectorError) else 0
            with database.writing() as session:
                queue.put_back(session, job, reason, after_seconds=wait or None)
            return
    with database.writing() as session:
        if name:
            _put(session, job.subject_id, name.strip()[:LONGEST])
        queue.acknowledge(session, job)


def _put(session: Session, message_id: int, name: str) -> None:
    message = session.get_one(Message, message_id)
    conversation = message.conversation
    message.from_name = message.from_name or name
    if not conversation.contact.name:
        conversation.contact.name = name
        record(session, "name_told", SYSTEM, conversation_id=conversation.id, message_id=message.id)
