"""What becomes of what visitors of the firm's site post: by a form, or in the chat."""

from connectors import base
from inbox import conversations, floods, readings, taking
from inbox.consents import asking
from inbox.db import new
from inbox.events import SYSTEM
from inbox.forms import settings
from inbox.models import Contact, Conversation, Intake, now
from inbox.models.conversation import SPAM
from inbox.models.message import INBOUND
from inbox.sitechat import arrivals
from inbox.sitechat import settings as sitechat

KINDS = frozenset({settings.KIND, sitechat.KIND})


def take(batch: taking.Batch, intake: Intake, read: base.Message) -> taking.Taken:
    """A visitor's post joins the talk of its visit, or begins a conversation."""
    mark = batch.mark(intake, read)
    if mark in batch.known:
        return taking.Taken("repeat", batch.known[mark])
    is_chat = batch.channel(intake.channel_id).kind == sitechat.KIND
    return (_chatted if is_chat else _posted)(batch, intake, read, mark)


def _posted(batch: taking.Batch, intake: Intake, read: base.Message, mark: str) -> taking.Taken:
    """What a visitor of the site posted begins a conversation in the form's mailbox.

    Never more: anybody can type anybody's address, or the code of a card, into a form.
    """
    session, mailbox = batch.session, batch.answering(batch.channel(intake.channel_id))
    if mailbox is None:
        return taking.Taken("held", reason="the mailbox by which this form is answered is gone: choose another one")
    if read.sender.address:
        contact = batch.contact(mailbox, read.sender)
    else:
        contact = new(session, Contact(name=read.sender.name))
        batch.traits.begin(contact)
    conversation = conversations.begin(session, contact, mailbox.id, read.subject, intake.received_at)
    stored = readings.stored(intake, read, INBOUND, mark)
    stored.language = stored.language or read.facts.get("language", "")
    taking.put(batch, conversation, stored, begun=True)
    taking.opened(session, intake, conversation, stored)
    batch.traits.observe(contact, stored)
    if not _put_aside(batch, intake, read, conversation):
        taking.enqueue(session, intake, conversation, stored)
        if read.facts.get("consent.marketing") == "yes" and "consent_text" in intake.meta:
            form_id, shown = intake.channel_id, int(intake.meta["consent_text"])
            asking.ask(session, conversation, stored, form_id, shown, read.facts.get("page", ""))
    return taking.Taken("message", stored.id)


def _chatted(batch: taking.Batch, intake: Intake, read: base.Message, mark: str) -> taking.Taken:
    """What a visitor of the site wrote in the chat joins the visit's conversation, or begins one."""
    session, channel = batch.session, batch.channel(intake.channel_id)
    contact = batch.contact(channel, read.sender)
    found = batch.index.find(read, contact, channel.id, intake.received_at)
    conversation = found.join or conversations.begin(
        session, contact, channel.id, read.subject, intake.received_at, thread_key=read.thread_key,
        related_id=found.related.id if found.related else None, related_why=found.why,
    )  # fmt: skip
    stored = readings.stored(intake, read, INBOUND, mark)
    stored.language = stored.language or read.facts.get("language", "")
    taking.put(batch, conversation, stored, begun=found.join is None)
    is_spam = conversation.status == SPAM
    taking.opened(session, intake, conversation, stored)
    batch.traits.observe(contact, stored, read.thread_key)
    if not is_spam and not _put_aside(batch, intake, read, conversation):
        taking.enqueue(session, intake, conversation, stored)
        arrivals.arrived(session, channel, conversation, now())
    return taking.Taken("message", stored.id)


def _put_aside(batch: taking.Batch, intake: Intake, read: base.Message, conversation: Conversation) -> bool:
    """Whether what a visitor posted is known as spam, and now is such."""
    session, channel, trap = batch.session, batch.channel(intake.channel_id), read.facts.get("trap")
    if not trap or (trap == floods.FLOOD and floods.lets_through(session, channel, intake.received_at)):
        return False
    if trap == floods.FLOOD:
        floods.put_aside(session, channel, conversation, intake.received_at)
    else:
        conversations.mark_spam(session, conversation, SYSTEM, intake.received_at)
    return True
