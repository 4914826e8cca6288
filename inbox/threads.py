"""Which conversation a message belongs to.

By References and In-Reply-To, and only when the sender takes part in that conversation: a forged or forwarded
reference never lets a stranger in. (RFC 5322 section 3.6.4 defines the two headers.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import base
from inbox.models import Contact, Conversation, Delivery, Identity, Message
from inbox.models.conversation import CLOSED

REOPENS_FOR = timedelta(days=14)
MAX_REFERENCES = 50
MAX_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Found:
    """The conversation to join, or the one a new conversation is related to and why."""

    join: Conversation | None = None
    related: Conversation | None = None
    why: str = ""


def find(session: Session, message: base.Message, contact: Contact, channel_id: int, at: datetime) -> Found:
    """Where an inbound message goes; an empty Found means a new conversation."""
    if message.thread_key:
        found = _by_thread_key(session, message.thread_key, channel_id)
    else:
        found = candidates(session, [message.in_reply_to, *reversed(message.references)])
    for conversation in found:
        if not takes_part(session, conversation, contact, message.sender.address):
            continue
        if conversation.status == CLOSED and conversation.closed_at and at - conversation.closed_at > REOPENS_FOR:
            return Found(related=conversation, why="closed_long_ago")
        return Found(join=conversation)
    return Found(related=found[0], why="other_sender") if found else Found()


def candidates(session: Session, ids: Sequence[str]) -> list[Conversation]:
    """The conversations of known message ids, the nearest first as `ids` are; an id may be used in several."""
    wanted = [one for one in dict.fromkeys(ids) if one][:MAX_REFERENCES]
    if not wanted:
        return []
    query = select(Message.external_id, Message.conversation_id).where(Message.external_id.in_(wanted)).distinct()
    rows = session.execute(query.order_by(Message.conversation_id.desc()).limit(MAX_REFERENCES)).all()
    nearest = dict.fromkeys(number for one in wanted for known, number in rows if known == one)
    return [session.get_one(Conversation, number) for number in list(nearest)[:MAX_CANDIDATES]]


def takes_part(session: Session, conversation: Conversation, contact: Contact, address: str) -> bool:
    """Whether the sender is the conversation's contact or was written to, or wrote, in it before."""
    if conversation.contact_id == contact.id:
        return True
    return address.lower() in participants(session, conversation)


def participants(session: Session, conversation: Conversation) -> set[str]:
    """All addresses that wrote, or were openly written to, in the conversation (lower case)."""
    known = set(session.scalars(select(Identity.address).where(Identity.contact_id == conversation.contact_id)))
    rows = session.execute(
        select(Message.from_address, Message.recipients).where(
            Message.conversation_id == conversation.id, Message.kind == "message"
        )
    )
    for sender, recipients in rows:
        known.add(sender.lower())
        known.update(one["address"].lower() for field in ("to", "cc") for one in recipients.get(field, ()))
    return known


def by_delivery(session: Session, external_id: str) -> Delivery | None:
    """The delivery that carried this message id, for bounces and copies in the Sent folder."""
    if not external_id:
        return None
    return session.scalar(select(Delivery).where(Delivery.external_id == external_id).limit(1))


def _by_thread_key(session: Session, thread_key: str, channel_id: int) -> list[Conversation]:
    query = select(Conversation).where(Conversation.thread_key == thread_key, Conversation.channel_id == channel_id)
    return list(session.scalars(query.order_by(Conversation.id.desc()).limit(1)))
