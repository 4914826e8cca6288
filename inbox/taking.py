"""What becomes of one reading: a message in its conversation, a repeat, an echo of an answer, a status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import base
from inbox import (
    cards,
    colleague_chat,
    colleague_mail,
    contacts,
    conversations,
    elsewhere,
    forwards,
    linking,
    outcomes,
    queue,
    readings,
    sitechannels,
    snoozing,
    stated,
    threads,
)
from inbox.blobs import Blobs
from inbox.clocks import exchanges
from inbox.events import CUSTOMER, SYSTEM, person, record
from inbox.forms import settings
from inbox.leads import inheriting
from inbox.models import Channel, Contact, Conversation, Intake, Message, User, now
from inbox.models.conversation import CLOSED
from inbox.models.job import BACKFILL, LIVE
from inbox.models.message import INBOUND, OUTBOUND
from inbox.persons import duplicates, traits

WAIT_FOR_PARENT = timedelta(minutes=10)
PARENT_RETRY_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Taken:
    """How an item ended: message, repeat, status, echo, ignored or held."""

    outcome: str
    message_id: int | None = None
    reason: str = ""


class NotYet(Exception):
    """Something this item builds on may still be on its way."""

    seconds = PARENT_RETRY_SECONDS


class Batch:
    """Items of a few channels that are stored together, with all that they name looked up at once.

    `reads`: the messages among them, each with its item; all are `indexable`. Their files' bytes are kept by the
    caller.
    """

    def __init__(self, session: Session, reads: Sequence[tuple[Intake, base.Message]]) -> None:
        self.session = session
        self._channels: dict[int, Channel] = {}
        self._mailboxes: dict[int, Channel | None] = {}
        self.index = threads.Index(session, [read for _, read in reads])
        self._marks = {id(read): readings.fingerprint(read, intake.sha256) for intake, read in reads}
        known = select(Message.fingerprint, Message.id).where(Message.fingerprint.in_(set(self._marks.values())))
        self.known = {row.fingerprint: row.id for row in session.execute(known)} if reads else {}
        self._books: dict[str, contacts.Book] = {}
        senders: dict[str, list[str]] = {}
        for intake, read in reads:
            answering = self.answering(self.channel(intake.channel_id))
            if answering is not None:
                kind = elsewhere.identity_kind(answering.kind, read)
                senders.setdefault(kind, []).append(read.sender.address)
        for kind, addresses in senders.items():
            self._books[kind] = contacts.Book(session, kind, addresses)
        self.traits = traits.Known(session, {one.id for book in self._books.values() for one in book.found()})

    def channel(self, number: int) -> Channel:
        """One of the channels."""
        if number not in self._channels:
            self._channels[number] = self.session.get_one(Channel, number)
        return self._channels[number]

    def answering(self, channel: Channel) -> Channel | None:
        """The channel by which what came in here is answered: of a form its mailbox, None where that is gone."""
        if channel.kind != settings.KIND:
            return channel
        if channel.id not in self._mailboxes:
            self._mailboxes[channel.id] = sitechannels.mailbox_of(self.session, channel)
        return self._mailboxes[channel.id]

    def contact(self, channel: Channel, sender: base.Address, kind: str = "") -> Contact:
        """The sender as a contact; `kind`: of the address, where that is not the channel's."""
        kind = kind or channel.kind
        book = self._books.get(kind) or contacts.Book(self.session, kind, [sender.address])
        contact = book.contact(sender.address, sender.name)
        if contact.id in book.made:
            self.traits.begin(contact)
        return contact

    def mark(self, intake: Intake, read: base.Message) -> str:
        """The fingerprint of an item's reading."""
        return self._marks.get(id(read)) or readings.fingerprint(read, intake.sha256)


def message(batch: Batch, intake: Intake, read: base.Message) -> Taken:
    """A message from outside joins its conversation, or begins one; a colleague's goes to the linking."""
    session, channel = batch.session, batch.channel(intake.channel_id)
    if channel.kind in linking.COLLEAGUE_KINDS:
        return Taken("status", reason=colleague_chat.take(session, channel, intake, read))
    mark = batch.mark(intake, read)
    if mark in batch.known:
        return Taken("repeat", batch.known[mark])
    if read.bounce is None and not _is_ours(batch, read) and (card := cards.named(session, read)) is not None:
        outcome, reason = colleague_mail.take(session, intake, read, card)
        return Taken(outcome, reason=reason)
    if read.bounce and (bounced := _bounced(batch, read.bounce, intake)) is not None:
        conversation: Conversation | None = bounced
    elif _is_ours(batch, read):
        return Taken("echo", reason="our own message came back")
    else:
        conversation = None
    contact = batch.contact(channel, read.sender, elsewhere.identity_kind(channel.kind, read))
    begun = False
    if conversation is None:
        found = batch.index.find(read, contact, channel.id, intake.received_at)
        begun = found.join is None
        conversation = found.join or conversations.begin(
            session, contact, channel.id, read.subject, intake.received_at, thread_key=read.thread_key,
            related_id=found.related.id if found.related else None, related_why=found.why,
        )  # fmt: skip
    stored = readings.stored(intake, read, INBOUND, mark)
    put(batch, conversation, stored, begun=begun)
    opened(session, intake, conversation, stored)
    batch.traits.observe(contact, stored)
    by = forwards.colleague(session, read.facts[forwards.BY]) if forwards.BY in read.facts else None
    if by is not None:
        record(session, "forwarded", person(by.id), conversation_id=conversation.id, message_id=stored.id)
    enqueue(session, intake, conversation, stored)
    return Taken("message", stored.id)


def enqueue(session: Session, intake: Intake, conversation: Conversation, stored: Message) -> None:
    """Have the rules asked about a message."""
    queue.enqueue(
        session, "route", stored.id, f"route:{conversation.id}", payload={"quiet": intake.quiet},
        priority=BACKFILL if intake.quiet else LIVE,
    )  # fmt: skip


def echo(batch: Batch, intake: Intake, read: base.Message) -> Taken:
    """A message that went out on our behalf: evidence for our own send, or an answer written elsewhere."""
    session = batch.session
    ours = batch.index.delivery(read.external_id)
    if ours is not None:
        outcomes.settle_by_evidence(session, ours, "sent_folder")
        return Taken("echo", ours.message_id, "our own message")
    if read.machine:
        return Taken("ignored", reason=f"automatic mail ({read.machine}): a program's answer is none")
    mark = batch.mark(intake, read)
    if mark in batch.known:
        return Taken("repeat", batch.known[mark])
    answered = batch.index.candidates(read)
    if not answered and read.thread_key:
        answered = threads.by_thread_key(session, read.thread_key, intake.channel_id)
    if not answered:
        if (read.in_reply_to or read.thread_key) and now() - intake.fetched_at < WAIT_FOR_PARENT and not intake.quiet:
            raise NotYet("the message it answers is not here yet")
        return Taken("ignored", reason="not part of a conversation")
    written_to = {one.address.lower() for one in (*read.to, *read.cc)}
    conversation = next((one for one in answered if written_to & _customers(session, one)), None)
    if conversation is None:
        return Taken("ignored", reason="sent to nobody of the conversation")
    stored = readings.stored(intake, read, OUTBOUND, mark)
    author = session.scalar(select(User).where(User.email == read.sender.address.lower()))
    stored.user_id = author.id if author else None
    put(batch, conversation, stored)
    record(session, "answered_elsewhere", SYSTEM, conversation_id=conversation.id, message_id=stored.id, at=stored.at)
    exchanges.close(session, conversation, stored.at, message_id=stored.id)
    return Taken("message", stored.id)


def unreadable(batch: Batch, blobs: Blobs, intake: Intake, reason: str) -> Taken:
    """A mail that could not be read becomes a conversation that says so, its raw bytes attached; its clock runs."""
    channel = batch.channel(intake.channel_id)
    if channel.kind != "mail" or intake.meta.get("folder") == "sent":
        return Taken("held", reason=f"could not be read: {reason}")
    sender = intake.meta.get("lane", "")
    content = blobs.get(intake.sha256)
    # Its one file is the raw item itself, kept since it was received.
    read = base.Message(
        external_id="", sender=base.Address(sender[:readings.MAX_ID_CHARS]), text="", reply="",
        problems=[f"could not be read in full: {reason}"],
        attachments=[base.Attachment("message.eml", "message/rfc822", content)],
    )  # fmt: skip
    return message(batch, intake, read)


def opened(session: Session, intake: Intake, conversation: Conversation, stored: Message) -> None:
    """The customer's message opens the conversation and its clock; a machine's only joins."""
    record(
        session, "received", CUSTOMER, conversation_id=conversation.id, message_id=stored.id, at=stored.at,
        machine=stored.machine or "",
    )  # fmt: skip
    if intake.quiet and _is_old(intake.received_at):
        # Back-filled history: nobody waits for an answer to last month's mail until somebody says so.
        if conversation.messages_count == 1:
            conversation.status = CLOSED
        if conversation.status == CLOSED:
            conversation.closed_at = max(stored.at, conversation.closed_at or stored.at)
        return
    if stored.machine:
        return
    if conversation.messages_count <= duplicates.YOUNG:
        stored.text_key = stated.text_key(stored.facts, stored.reply or stored.text)
    if conversation.status == CLOSED:
        conversation.closed_at = None
    snoozing.wake(session, conversation, CUSTOMER, stored.at)
    exchanges.open_for(session, conversation, stored, intake.fetched_at)
    if conversation.messages_count == 1 and not intake.quiet:
        inheriting.inherit(session, conversation, stored.at)


def _is_ours(batch: Batch, read: base.Message) -> bool:
    """Our own mail in one of our mailboxes: its id and its sender say so (an id alone is used twice by others)."""
    delivery = batch.index.delivery(read.external_id)
    if delivery is None:
        return False
    return batch.channel(delivery.channel_id).address.lower() == read.sender.address.lower()


def _is_old(received_at: datetime) -> bool:
    return now() - received_at > timedelta(hours=1)


def _bounced(batch: Batch, bounce: base.Bounce, intake: Intake) -> Conversation | None:
    """The conversation whose answer bounced; a report that is final fails it, and its clock runs again."""
    session, delivery = batch.session, batch.index.delivery(bounce.original_id)
    if delivery is not None and delivery.conversation_id is not None:
        if bounce.final:
            reason = bounce.reason or bounce.status
            outcomes.settle_bounced(
                session, delivery, bounce.recipient, reason, hard=bounce.hard, at=intake.received_at
            )
        return session.get(Conversation, delivery.conversation_id)
    written_elsewhere = threads.sent(session, bounce.original_id, intake.channel_id)
    if written_elsewhere is None:
        return None
    conversation = session.get_one(Conversation, written_elsewhere.conversation_id)
    if bounce.final:
        outcomes.failed_elsewhere(session, written_elsewhere, bounce.reason or bounce.status, intake.received_at)
    return conversation


def _customers(session: Session, conversation: Conversation) -> set[str]:
    """Addresses of the conversation that are not one of our own mailboxes or colleagues."""
    return threads.participants(session, conversation) - contacts.ours(session)


def put(batch: Batch, conversation: Conversation, stored: Message, *, begun: bool = False) -> None:
    """Put a message into its conversation, for the rest of the batch to see."""
    locked = begun or batch.index.holds(conversation)
    conversations.add_message(batch.session, conversation, stored, locked=locked)
    if locked:
        batch.index.add(conversation, stored)
    batch.known[stored.fingerprint] = stored.id
