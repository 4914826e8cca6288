"""What comes by social channels: one talk for each person or group, whose ids and numbers may change.

A person is known by each id that the platform tells; an answer leaves to the id that the talk has now.
"""

import dataclasses
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors import base
from inbox import outcomes, taking, threads
from inbox.events import CUSTOMER, record
from inbox.models import Contact, Conversation, Delivery, Identity, Intake, Message, now
from inbox.models.conversation import CLOSED
from inbox.models.delivery import FAILED, SENT
from inbox.models.message import INBOUND
from inbox.social import files, names, versions
from inbox.taking import Batch, NotYet, Taken

IDS = ("wa_id", "user_id")
WAIT_FOR_OUR_OWN = timedelta(minutes=2)


def take(batch: Batch, intake: Intake, read: base.Message) -> Taken:
    """A customer's message, or a sign (a reaction, something taken back, a new number), which begins no talk."""
    session = batch.session
    if "chat_moved_to" in read.facts:
        return _chat_moved(session, intake.channel_id, read.thread_key, read.facts["chat_moved_to"])
    read = _in_known_talk(session, batch.channel(intake.channel_id).kind, intake.channel_id, read)
    if read.machine and not _goes_on(session, intake, read):
        return Taken("ignored", reason=f"{read.facts.get('content', read.machine)}: of a talk that is not here")
    known = versions.of(session, intake.channel_id, read)
    if known:
        kept = versions.changed(known, read)
        if kept is None:
            return Taken("repeat", known[-1].id, "a change of nothing that is shown")
        read = kept
    taken = taking.message(batch, intake, read)
    if taken.outcome == "message":
        message = session.get_one(Message, taken.message_id)
        conversation = session.get_one(Conversation, message.conversation_id)
        kind = batch.channel(intake.channel_id).kind
        _keep_ids(session, kind, conversation.contact, message)
        names.ask(session, kind, message, conversation.contact, quiet=intake.quiet)
        if "moved_to" in read.facts:
            _move(session, conversation, message, read.facts["moved_to"])
        files.ask(session, message, quiet=intake.quiet)
    return taken


def echo(batch: Batch, intake: Intake, read: base.Message) -> Taken:
    """What somebody of the firm wrote in the platform's own app, or what was sent from here."""
    ours = threads.by_delivery(batch.session, read.external_id, intake.channel_id)
    if ours is not None:
        outcomes.settle_by_evidence(batch.session, ours, "sent_folder")
        return Taken("echo", ours.message_id, "our own message")
    taken = taking.echo(batch, intake, _answering(batch.session, intake, read))
    if taken.outcome == "message":
        files.ask(batch.session, batch.session.get_one(Message, taken.message_id), quiet=intake.quiet)
    return taken


def _answering(session: Session, intake: Intake, read: base.Message) -> base.Message:
    """What went out, with the talk that it belongs to: of a public answer the platform tells what was answered, and not
    always whom.

    Raises NotYet where it may be an answer of ours whose name the platform has not told yet.
    """
    if not read.thread_key and (about := _named(session, intake.channel_id, read.in_reply_to)) is not None:
        talk = session.get_one(Conversation, about.conversation_id)
        read = dataclasses.replace(read, to=[base.Address(about.from_address)], thread_key=talk.thread_key)
    talks = threads.by_thread_key(session, read.thread_key, intake.channel_id) if read.thread_key else []
    under_way = select(Delivery.id).where(
        Delivery.conversation_id.in_([one.id for one in talks]), Delivery.state.not_in((SENT, FAILED))
    )
    if now() - intake.fetched_at < WAIT_FOR_OUR_OWN and session.scalar(under_way.limit(1)) is not None:
        raise NotYet("it may be an answer of ours")
    return read


def _named(session: Session, channel_id: int, external_id: str) -> Message | None:
    """The customer's message with this id."""
    query = select(Message).where(
        Message.channel_id == channel_id, Message.external_id == external_id, Message.direction == INBOUND
    )
    found: Message | None = session.scalar(query.order_by(Message.id.desc()).limit(1))
    return found


def _goes_on(session: Session, intake: Intake, read: base.Message) -> bool:
    """Whether there is a talk that a further message would join."""
    talks = threads.by_thread_key(session, read.thread_key, intake.channel_id)
    ended = talks[0].closed_at if talks and talks[0].status == CLOSED else None
    return bool(talks) and (ended is None or intake.received_at - ended <= threads.REOPENS_FOR)


def _in_known_talk(session: Session, kind: str, channel_id: int, read: base.Message) -> base.Message:
    """The message with the key of the talk that its sender has under another id, where there is one."""
    if "group" in read.facts or threads.by_thread_key(session, read.thread_key, channel_id):
        return read
    ids = [read.facts[name].lower() for name in IDS if name in read.facts]
    if not ids:
        return read
    known = select(Identity.contact_id).where(Identity.kind == kind, Identity.address.in_(ids))
    # A group's talk is nobody's own.
    own = select(Identity.address).where(Identity.contact_id == Conversation.contact_id, Identity.kind == kind)
    talk = select(Conversation.thread_key).where(
        Conversation.channel_id == channel_id,
        Conversation.contact_id.in_(known),
        func.lower(Conversation.thread_key).in_(own),
    )
    found = session.scalar(talk.order_by(Conversation.id.desc()).limit(1))
    return dataclasses.replace(read, thread_key=found) if found else read


def _keep_ids(session: Session, kind: str, contact: Contact, message: Message) -> None:
    """Know the sender by all ids that came with the message."""
    if message.facts.get("group"):
        return
    ids = {message.facts[name].lower() for name in IDS if name in message.facts}
    known = set(session.scalars(select(Identity.address).where(Identity.kind == kind, Identity.address.in_(ids))))
    session.add_all(Identity(kind=kind, address=one, contact_id=contact.id) for one in sorted(ids - known))


def _move(session: Session, conversation: Conversation, message: Message, new: str) -> None:
    """The customer has another number: the contact is known by it, and what is answered goes there."""
    old, kind = message.from_address, conversation.channel.kind
    taken = select(Identity.id).where(Identity.kind == kind, Identity.address == new.lower())
    identity = session.scalar(select(Identity).where(Identity.kind == kind, Identity.address == old.lower()))
    if identity is not None and session.scalar(taken) is None:
        identity.address = new.lower()
    talks = select(Conversation).where(
        Conversation.channel_id == conversation.channel_id, Conversation.thread_key == old
    )
    for one in session.scalars(talks):
        one.thread_key = new
    record(
        session, "number_changed", CUSTOMER, conversation_id=conversation.id, message_id=message.id, old=old, new=new
    )


def _chat_moved(session: Session, channel_id: int, old: str, new: str) -> Taken:
    """A group has another number: the talks of its people are found by it, and answered there."""
    talks = select(Conversation).where(
        Conversation.channel_id == channel_id, Conversation.thread_key.startswith(f"{old}:", autoescape=True)
    )
    for one in session.scalars(talks):
        one.thread_key = f"{new}:{one.thread_key.partition(':')[2]}"
    return Taken("status", reason=f"the group {old} has the number {new} now")
