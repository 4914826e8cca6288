"""Answers to customers: the message and its delivery are stored together; sending is the delivery's business."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from email.utils import make_msgid
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from config.failpoints import point
from inbox import contacts, conversations, elsewhere, queue, reminders, signatures, threads
from inbox.db import new, new_id
from inbox.events import person, record
from inbox.models import Attachment, Channel, Contact, Conversation, Delivery, Message, User, now
from inbox.models.delivery import ANSWER, FAILED
from inbox.models.message import INBOUND, MESSAGE, OUTBOUND
from inbox.persons import ways
from inbox.satisfaction import asking
from inbox.sitechat import settings as sitechat
from inbox.sitechat import visits
from inbox.social import windows
from inbox.social.kinds import SOCIAL, TO_TALK

# RFC 3834: programs must not answer what a program sends by itself, or in answer; Exchange knows it by the other.
AUTO_GENERATED = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
AUTO_REPLIED = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
MAX_REFERENCES = 20
WINDOW_OVER = "nothing was sent: the customer last wrote too long ago, and the platform takes no free answer now"
ONLY_THERE = "nothing was sent: this service takes no answer by mail. Please answer there, and mark it here as done"
MAX_COPIES = 20
# Where what we send has a name of ours, and may name what it answers.
_NAMED = frozenset({"mail", *SOCIAL})
# Mailboxes that nobody reads get no copy.
_WRITABLE = re.compile(r"(?!(?:no-?reply|do-?not-?reply|undisclosed-recipients)\b)[^@\s]+@[^@\s]+\.[^@\s]+")


class CannotReply(ValueError):
    """There is nobody to answer to, or no way to; the text says what to do, `code` what is wrong."""

    code = "no_address"


class AnswerThere(CannotReply):
    """The customer wrote at a service that takes no answer by mail."""

    code = "there"


class WindowOver(CannotReply):
    """The platform takes no free text any more."""

    code = "window"


def reply(
    session: Session,
    conversation: Conversation,
    user: User,
    text: str,
    *,
    files: Sequence[Attachment] = (),
    at: datetime | None = None,
    left_out: Collection[str] = (),
    template: windows.Template | None = None,
    values: Sequence[str] = (),
    private: bool = False,
    by: int = 0,
) -> Message:
    """Answer the customer in the channel used, in the thread; `left_out`: who of `copies` gets none; `template`: the
    text is that of an approved one with these values; `private`: to whoever wrote a comment, alone; `by`: the number of
    one of the customer's messages, by whose way it leaves, 0 for the last one's. Raises CannotReply."""
    conversation = threads.kept(session, conversation)
    last = _last(session, conversation, by)
    chosen = ways.answering(session, last.channel_id) if by and last is not None else None
    channel = chosen or _channel(session, conversation, last, at or now())
    if template is None:
        _must_be_open(session, conversation, channel, at or now())
    to = recipient(session, conversation, channel, by)
    unwanted = {address.lower() for address in left_out}
    cc = [one for one in copies(session, conversation) if one["address"].lower() not in unwanted]
    earlier = _earlier(session, conversation, channel)
    subject = last.subject if last and channel is not conversation.channel else conversation.subject
    sent = _send(
        session, conversation, channel, user, text, to, cc, files, at or now(),
        subject=_reply_subject(subject) if earlier else subject,
        in_reply_to=last.external_id if last and channel.kind in _NAMED else "",
        references=_references(earlier), template=template, values=values, private=private,
    )  # fmt: skip
    if template is None:
        reminders.offer(session, conversation, sent, user)
        asking.offer(session, conversation, sent)
    return sent


def must_be_open(session: Session, conversation: Conversation, at: datetime | None = None) -> None:
    """Raises AnswerThere where no answer from here reaches the customer, WindowOver where a free text does no more."""
    if elsewhere.place(session, conversation) is not None:
        raise AnswerThere(ONLY_THERE)
    _must_be_open(session, conversation, channel_of(session, conversation, at), at or now())


def channel_of(session: Session, conversation: Conversation, at: datetime | None = None) -> Channel:
    """The channel by which an answer leaves, unless another one is chosen."""
    return _channel(session, conversation, _last(session, conversation), at or now())


def _must_be_open(session: Session, conversation: Conversation, channel: Channel, at: datetime) -> None:
    if channel.kind in SOCIAL and windows.is_over(session, conversation, at):
        raise WindowOver(WINDOW_OVER)


def copies(session: Session, conversation: Conversation) -> list[dict[str, str]]:
    """Whom the customer's last mail was written to besides us, as {address, name}: they get a copy of the answer."""
    last = _last(session, conversation)
    channel = ways.joined(session, conversation, last) or conversation.channel
    if last is None or channel.kind != "mail":
        return []
    known = contacts.ours(session) | {last.from_address.lower()}
    known |= {one["address"].lower() for one in last.recipients.get("reply_to", ())}
    found: dict[str, dict[str, str]] = {}
    for one in (*last.recipients.get("to", ()), *last.recipients.get("cc", ())):
        address = threads.without_token(one["address"].lower())
        if _WRITABLE.fullmatch(address) and address not in known:
            found.setdefault(address, {"address": one["address"], "name": one["name"]})
    return list(found.values())[:MAX_COPIES]


def begin(session: Session, channel: Channel, user: User, to: str, name: str, subject: str, text: str) -> Conversation:
    """Start a conversation with a customer. Raises CannotReply."""
    if not to:
        raise CannotReply("an address is needed")
    contact: Contact = contacts.for_address(session, channel.kind, to, name)
    conversation = conversations.begin(session, contact, channel.id, subject, now(), status="pending", user_id=user.id)
    conversation.channel = channel
    record(session, "begun", person(user.id), conversation_id=conversation.id)
    reply(session, conversation, user, text)
    return conversation


def of_another(
    session: Session, conversation: Conversation, user_id: int, since: ColumnElement[bool]
) -> Message | None:
    """What somebody else has answered `since` (a condition on Message), if the customer wrote nothing after it; an
    answer that did not arrive is none."""
    failed = exists().where(Delivery.message_id == Message.id, Delivery.state == FAILED)
    query = _messages(conversation.id, OUTBOUND).where(since, Message.user_id.is_distinct_from(user_id), ~failed)
    answer: Message | None = session.scalar(query.order_by(Message.at.desc(), Message.id.desc()).limit(1))
    if answer is None:
        return None
    later = _messages(conversation.id, INBOUND).where(Message.at > answer.at)
    return answer if session.scalar(later.limit(1)) is None else None


def queue_delivery(session: Session, delivery: Delivery) -> None:
    """Add a delivery and its job; deliveries to one recipient by one channel keep their order."""
    new(session, delivery)
    queue.enqueue(session, "deliver", delivery.id, f"deliver:{delivery.channel_id}:{delivery.recipient.lower()}")


def message_id_for(address: str) -> str:
    """A Message-ID in the mailbox's own domain (RFC 5322 section 3.6.4), fixed when the message is queued."""
    return make_msgid(domain=contacts.domain_of(address) or "centralino.invalid")


def _channel(session: Session, conversation: Conversation, last: Message | None, at: datetime) -> Channel:
    """The channel by which an answer leaves: that of the customer's last message where conversations were joined, else
    the conversation's. A chat that its visitor has left and gone on with by mail is answered by the mailbox."""
    channel = conversation.channel
    other = ways.joined(session, conversation, last)
    if last is None or last.channel_id == channel.id or (channel.kind != sitechat.KIND and other is None):
        return channel
    visit = visits.of(session, conversation) if other is None else None
    if visit is not None and visits.is_here(visit, at):
        return channel
    return other or session.get_one(Channel, last.channel_id)


def _send(
    session: Session,
    conversation: Conversation,
    channel: Channel,
    user: User,
    text: str,
    to: dict[str, str],
    cc: list[dict[str, str]],
    files: Sequence[Attachment],
    at: datetime,
    *,
    subject: str,
    in_reply_to: str,
    references: list[str],
    template: windows.Template | None,
    values: Sequence[str],
    private: bool,
) -> Message:
    external_id = message_id_for(channel.address) if channel.kind in _NAMED else ""
    subject, headers = marked(conversation, subject, channel)
    whole = signatures.signed(text, signatures.block(session, channel, user))
    message = Message(
        channel_id=channel.id, direction=OUTBOUND, kind=MESSAGE, external_id=external_id, subject=subject, text=whole,
        reply=text, from_name=user.name, from_address=channel.address, user_id=user.id, at=at,
        recipients={"to": [to], **({"cc": cc} if cc else {})},
        in_reply_to=in_reply_to, references=references, attachments=list(files), language=conversation.language,
    )  # fmt: skip
    conversations.add_message(session, conversation, message)
    for file in files:
        # The envelope names the files before they are written.
        file.id = file.id or new_id(session, Attachment)
    envelope: dict[str, Any] = {
        "to": [to], "cc": cc, "subject": subject, "text": whole, "in_reply_to": in_reply_to, "references": references,
        "thread_key": conversation.thread_key, "attachment_ids": [file.id for file in files], "from_name": user.name,
        "headers": headers, "private": private, "late": windows.is_late(session, conversation, at),
    }  # fmt: skip
    if template is not None:
        envelope["template"] = {"name": template.name, "language": template.language, "values": list(values)}
    delivery = Delivery(
        purpose=ANSWER, channel_id=channel.id, recipient=to["address"], conversation_id=conversation.id,
        message_id=message.id, user_id=user.id, envelope=envelope, external_id=external_id,
    )  # fmt: skip
    queue_delivery(session, delivery)
    if channel.kind == sitechat.KIND and (visit := visits.of(session, conversation)) is not None:
        # Whether the visitor sees it, or needs it by mail, is looked at from now on.
        queue.enqueue(session, sitechat.BY_MAIL, visit.id, f"{sitechat.BY_MAIL}:{visit.id}")
    record(session, "answered", person(user.id), conversation_id=conversation.id, message_id=message.id, at=at)
    point("reply.before_commit")
    return message


def marked(conversation: Conversation, subject: str, channel: Channel | None = None) -> tuple[str, dict[str, str]]:
    """Subject and headers with the conversation's token, where the mailbox (None: the conversation's) is set so;
    certified mail is left as is."""
    channel = channel or conversation.channel
    if channel.kind != "mail" or conversation.certified or not channel.thread_mark:
        return subject, {}
    token = threads.token_of(conversation)
    if channel.thread_mark == threads.IN_ADDRESS:
        return subject, {"Reply-To": threads.marked_address(channel.address, token)}
    return threads.marked_subject(subject, token), {}


def _last(session: Session, conversation: Conversation, by: int = 0) -> Message | None:
    """The customer's last message (by the way of one of theirs). Raises CannotReply where that is none."""
    if by:
        chosen = ways.chosen(session, conversation, by)
        if chosen is None:
            raise CannotReply("the customer has not written by this channel")
        return chosen
    newest = _messages(conversation.id, INBOUND).order_by(Message.at.desc(), Message.id.desc())
    found: Message | None = session.scalar(newest.limit(1))
    return found


def recipient(
    session: Session, conversation: Conversation, channel: Channel | None = None, by: int = 0
) -> dict[str, str]:
    """Where an answer goes, as {address, name}: the last customer message's Reply-To or sender, else the contact's
    address. `channel`: by which it leaves, None for the usual; `by`: see reply. Raises CannotReply."""
    last = _last(session, conversation, by)
    channel = channel or ways.joined(session, conversation, last) or conversation.channel
    if channel.kind in (sitechat.KIND, *TO_TALK) and conversation.thread_key:
        return {"address": conversation.thread_key, "name": conversation.contact.name}
    if last is not None:
        if elsewhere.KIND in last.facts:
            raise AnswerThere(ONLY_THERE)
        for one in last.recipients.get("reply_to", ()):
            if one["address"]:
                return {"address": one["address"], "name": one["name"]}
        if last.from_address:
            return {"address": last.from_address, "name": last.from_name}
    address = contacts.address_of(session, conversation.contact_id, channel.kind)
    if not address or address == "unknown":
        raise CannotReply("the sender gave no address to answer to")
    return {"address": address, "name": conversation.contact.name}


def _messages(conversation_id: int, direction: str | None) -> Any:
    query = select(Message).where(Message.conversation_id == conversation_id, Message.kind == MESSAGE)
    return query.where(Message.direction == direction, Message.machine.is_(None)) if direction else query


def _earlier(session: Session, conversation: Conversation, channel: Channel) -> list[Message]:
    """What was said before, for a mail without what came by channels whose ids mean nothing to mail programs."""
    query = _messages(conversation.id, None)
    if channel.kind not in SOCIAL:
        social = select(Channel.id).where(Channel.kind.in_(SOCIAL))
        query = query.where(Message.channel_id.not_in(social))
    return list(session.scalars(query.order_by(Message.at, Message.id)))


def _references(earlier: Sequence[Message]) -> list[str]:
    """The ids of a conversation's mails, the newest of them; those of a chat mean nothing to mail programs."""
    ids = [one.external_id or one.alias for one in earlier]
    return [one for one in ids if one and not one.startswith(f"{visits.ADDRESS}.")][-MAX_REFERENCES:]


def _reply_subject(subject: str) -> str:
    return subject if subject[:3].lower() in ("re:", "r: ") or subject[:2].lower() == "r:" else f"Re: {subject}"
