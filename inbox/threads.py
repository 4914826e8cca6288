"""Which conversation a message belongs to.

By References and In-Reply-To (RFC 5322 section 3.6.4), else by the random token that our answers carry in the subject
or in the address to answer to (RFC 5233 subaddress), and only when the sender takes part in that conversation: a forged
or forwarded reference or token never lets a stranger in.
"""

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, selectinload

from connectors import base
from inbox.models import Contact, Conversation, Delivery, Exchange, Identity, Message
from inbox.models.conversation import CLOSED
from inbox.models.message import OUTBOUND

REOPENS_FOR = timedelta(days=14)
MAX_REFERENCES = 50
MAX_CANDIDATES = 5
MAX_TOKENS = 3
IN_SUBJECT, IN_ADDRESS = "subject", "address"
_IN_SUBJECT = re.compile(r"\[#([a-z2-7]{10})\]", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"\+([a-z2-7]{10})(?=@)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """The conversation to join, or the one a new conversation is related to and why."""

    join: Conversation | None = None
    related: Conversation | None = None
    why: str = ""


class Index:
    """What the ids that a batch of messages names lead to, looked up at once and kept up to date while it is stored.

    The conversations are locked, in the order of their numbers, until the transaction ends.
    """

    def __init__(self, session: Session, reads: Sequence[base.Message]) -> None:
        self._session = session
        self._conversations: dict[int, Conversation] = {}
        self._by_id: dict[str, list[int]] = {}
        sent = {read.external_id for read in reads} | {read.bounce.original_id for read in reads if read.bounce}
        query = select(Delivery).where(Delivery.external_id.in_(sent - {""})).order_by(Delivery.id.desc())
        self._deliveries = {row.external_id: row for row in session.scalars(query)} if sent - {""} else {}
        bounced = {read.bounce.original_id for read in reads if read.bounce} - {""}
        self._look_up(
            {one for read in reads for one in _named(read)} | bounced, {one for read in reads for one in tokens(read)}
        )

    def find(self, message: base.Message, contact: Contact, channel_id: int, at: datetime) -> Found:
        """Where an inbound message goes; an empty Found means a new conversation."""
        if message.thread_key:
            found = by_thread_key(self._session, message.thread_key, channel_id)
        else:
            found = self.candidates(message)
        elsewhere: Conversation | None = None
        for conversation in found:
            if not takes_part(self._session, conversation, contact, message.sender.address):
                continue
            if "certified" in message.facts and conversation.channel_id != channel_id:
                # Its answer has to leave by the mailbox it came to.
                elsewhere = elsewhere or conversation
                continue
            if conversation.status == CLOSED and conversation.closed_at and at - conversation.closed_at > REOPENS_FOR:
                return Found(related=conversation, why="closed_long_ago")
            return Found(join=conversation)
        if elsewhere is not None:
            return Found(related=elsewhere, why="other_channel")
        return Found(related=found[0], why="other_sender") if found else Found()

    def candidates(self, message: base.Message) -> list[Conversation]:
        """The conversations of the ids it names, the nearest first; an id may be used in several."""
        names = (*_named(message), *map(_as_name, tokens(message)))
        numbers = dict.fromkeys(number for one in names for number in self._by_id.get(one, ()))
        return [self._conversations[number] for number in list(numbers)[:MAX_CANDIDATES]]

    def delivery(self, external_id: str) -> Delivery | None:
        """The delivery that carried this message id, for bounces and copies in the Sent folder."""
        return self._deliveries.get(external_id)

    def holds(self, conversation: Conversation) -> bool:
        """Whether the conversation is locked, or was begun here."""
        return conversation.id in self._conversations

    def add(self, conversation: Conversation, message: Message) -> None:
        """A message has been stored: the next ones may refer to it."""
        self._conversations[conversation.id] = conversation
        for one in filter(None, (message.external_id, message.alias)):
            known = self._by_id.setdefault(one, [])
            if conversation.id not in known:
                known.insert(0, conversation.id)

    def _look_up(self, ids: set[str], marks: set[str]) -> None:
        if ids:
            self._look_up_ids(ids)
        if marks:
            marked = select(Conversation).where(Conversation.token.in_(marks))
            found = self._session.scalars(marked).all()
            self._by_id.update({_as_name(row.token): [kept(self._session, row).id] for row in found})
        numbers = {number for found in self._by_id.values() for number in found}
        if numbers:
            locked = (
                select(Conversation).where(Conversation.id.in_(numbers)).order_by(Conversation.id).with_for_update()
            )
            with_clock = selectinload(Conversation.running).selectinload(Exchange.hops)
            rows = self._session.scalars(locked.options(with_clock).execution_options(populate_existing=True))
            # One may have been joined with another while we waited for it.
            self._conversations = {row.id: kept(self._session, row) for row in rows}

    def _look_up_ids(self, ids: set[str]) -> None:
        columns = (Message.external_id, Message.alias)
        known = union_all(*(select(one.label("name"), Message.conversation_id).where(one.in_(ids)) for one in columns))
        named = known.subquery()
        rank = func.dense_rank().over(partition_by=named.c.name, order_by=named.c.conversation_id.desc())
        newest = select(named, rank.label("rank")).subquery()
        query = select(newest.c.name, newest.c.conversation_id).where(newest.c.rank <= MAX_CANDIDATES)
        for name, number in self._session.execute(query.distinct().order_by(newest.c.conversation_id.desc())):
            self._by_id.setdefault(name, []).append(number)


def kept(session: Session, conversation: Conversation) -> Conversation:
    """The conversation with which one was joined, else itself."""
    while conversation.merged_into_id is not None:
        conversation = session.get_one(Conversation, conversation.merged_into_id)
    return conversation


def tokens(message: base.Message) -> list[str]:
    """The tokens that a message carries in its subject and in the addresses it was written to."""
    found = _IN_SUBJECT.findall(message.subject)
    for one in (*message.to, *message.cc):
        found += _IN_ADDRESS.findall(one.address)
    return list(dict.fromkeys(one.lower() for one in found))[:MAX_TOKENS]


def token_of(conversation: Conversation) -> str:
    """The conversation's token (50 random bits), made when it is first needed."""
    if not conversation.token:
        conversation.token = base64.b32encode(secrets.token_bytes(10)).decode().lower()[:10]
    return conversation.token


def marked_subject(subject: str, token: str) -> str:
    """The subject with a token at its end."""
    return f"{_IN_SUBJECT.sub('', subject).rstrip()} [#{token}]"


def marked_address(address: str, token: str) -> str:
    """Our address with a token in it; the server has to deliver name+anything@ to name@."""
    name, _, domain = address.rpartition("@")
    return f"{name}+{token}@{domain}"


def without_token(address: str) -> str:
    """The plain address of one that `marked_address` made."""
    return _IN_ADDRESS.sub("", address)


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


def by_delivery(session: Session, external_id: str, channel_id: int = 0) -> Delivery | None:
    """The delivery that carried this message id, for bounces and copies in the Sent folder; on a channel also by the
    provider's own name for it."""
    if not external_id:
        return None
    found: Delivery | None = session.scalar(select(Delivery).where(Delivery.external_id == external_id).limit(1))
    if found is None and channel_id:
        named = select(Delivery).where(Delivery.provider_id == external_id, Delivery.channel_id == channel_id)
        found = session.scalar(named.order_by(Delivery.id.desc()).limit(1))
    return found


def sent(session: Session, external_id: str, channel_id: int) -> Message | None:
    """The message with this id that left by this mailbox, written here or in another program."""
    if not external_id:
        return None
    query = select(Message).where(
        Message.external_id == external_id, Message.channel_id == channel_id, Message.direction == OUTBOUND
    )
    return session.scalar(query.order_by(Message.id.desc()).limit(1))


def _as_name(token: str) -> str:
    """A token among message ids, which begin with another sign."""
    return f"#{token}"


def _named(message: base.Message) -> list[str]:
    """The ids that a message says it answers, the nearest first."""
    ids = (message.in_reply_to, *reversed(message.references))
    return [one for one in dict.fromkeys(ids) if one][:MAX_REFERENCES]


def by_thread_key(session: Session, thread_key: str, channel_id: int) -> list[Conversation]:
    """The newest conversation of a chat, alone in a list, or none."""
    query = select(Conversation).where(Conversation.thread_key == thread_key, Conversation.channel_id == channel_id)
    return list(session.scalars(query.order_by(Conversation.id.desc()).limit(1)))
