"""What comes by social channels: one talk for each person or group, whose ids and numbers may change.

A person is known by each id that the platform tells; an answer leaves to the id that the talk has now.
"""

import dataclasses

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors import base
from inbox import taking, threads
from inbox.events import CUSTOMER, record
from inbox.models import Contact, Conversation, Identity, Intake, Message
from inbox.models.conversation import CLOSED
from inbox.social import files, versions
from inbox.taking import Batch, Taken

IDS = ("wa_id", "user_id")


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
        _keep_ids(session, batch.channel(intake.channel_id).kind, conversation.contact, message)
        if "moved_to" in read.facts:
            _move(session, conversation, message, read.facts["moved_to"])
        files.ask(session, message, quiet=intake.quiet)
    return taken


def echo(batch: Batch, intake: Intake, read: base.Message) -> Taken:
    """What somebody of the firm wrote in the platform's own app."""
    taken = taking.echo(batch, intake, read)
    if taken.outcome == "message":
        files.ask(batch.session, batch.session.get_one(Message, taken.message_id), quiet=intake.quiet)
    return taken


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
