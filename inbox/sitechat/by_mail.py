"""A talk goes on by mail: what the visitor has not seen leaves for the address that is known, with the talk below it,
and whoever answers that mail goes on in the same conversation.

Nothing leaves while the visitor has the chat open, but for what lies unseen there for long.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import i18n
from inbox import queue, replies, signatures, sitechannels
from inbox.db import Database
from inbox.events import CUSTOMER, SYSTEM, record
from inbox.models import Channel, Conversation, Delivery, Event, Message, User, Visit, now
from inbox.models.delivery import ANSWER, TRANSCRIPT
from inbox.models.message import INBOUND, MESSAGE, NOTE
from inbox.sitechat import settings, talk, visits
from inbox.sitechat.words import words
from inbox.worktime import calendars

# What an open chat shows unseen for so long goes by mail too.
UNSEEN = timedelta(minutes=10)
LOOK_AGAIN_SECONDS = 30.0
TRANSCRIPT_PAUSE = timedelta(hours=1)
MOST_QUOTED = 100


class NoTranscript(ValueError):
    """The talk cannot be sent: the code of the sentence that says why."""


def watch(session: Session, visit: Visit) -> None:
    """An address is known now: see to it that the visitor gets what was not seen."""
    queue.enqueue(session, settings.BY_MAIL, visit.id, f"{settings.BY_MAIL}:{visit.id}")


def work(database: Database, jobs: Sequence[queue.Claim]) -> None:
    """Send by mail what visitors did not see. The handler of settings.BY_MAIL jobs."""
    for job in jobs:
        with database.writing() as session:
            visit = session.get_one(Visit, job.subject_id, with_for_update=True)
            if _may_wait(session, visit, now()):
                queue.postpone(session, job, LOOK_AGAIN_SECONDS)
            else:
                _send_unseen(session, visit, now())
                queue.acknowledge(session, job)


def transcript(session: Session, visit: Visit, at: datetime) -> None:
    """Send the whole talk to the visitor, who asks for it. Raises NoTranscript.

    Only once a colleague has written, so that nobody can have mail sent to strangers by a program.
    """
    found = talk.conversation(session, visit)
    if not visit.email:
        raise NoTranscript("no_email")
    if found is None or not talk.has_answer(session, visit):
        raise NoTranscript("too_early")
    if visit.transcript_at is not None and visit.transcript_at > at - TRANSCRIPT_PAUSE:
        raise NoTranscript("sent_lately")
    visit.transcript_at = at
    told = words(_language(visit))
    said = _messages(session, found)
    last = next(one for one in reversed(said) if one.direction != INBOUND)
    text = f"{told['transcript_intro']}\n\n{_lines(session, visit, said)}\n\n{told['reply_here']}"
    _queue(session, visit, found, [last], text, TRANSCRIPT)
    record(session, "chat_transcript", CUSTOMER, conversation_id=found.id, at=at)


def _may_wait(session: Session, visit: Visit, at: datetime) -> bool:
    """Whether something is unseen that the visitor may see yet, having the chat open."""
    found = _unseen(session, visit)
    return bool(found) and visits.is_here(visit, at) and found[0].at > at - UNSEEN


def _send_unseen(session: Session, visit: Visit, at: datetime) -> None:
    found = _unseen(session, visit)
    if not found:
        return
    conversation = session.get_one(Conversation, found[-1].conversation_id)
    if not visit.email:
        _tell_that_it_waits(session, conversation, found[-1], at)
        return
    told = words(_language(visit))
    who = visits.first_name(found[-1].from_name) or _firm(session, visit)
    earlier = [one for one in _messages(session, conversation) if one not in found]
    pieces = [told["answer_intro"].format(who=who), "\n\n".join(one.reply or one.text for one in found)]
    user = session.get(User, found[-1].user_id) if found[-1].user_id else None
    mailbox = _mailbox(session, visit)
    if mailbox is not None and user is not None:
        pieces.append(signatures.block(session, mailbox, user))
    pieces.append(told["reply_here"])
    if earlier:
        pieces.append(f"{told['talk']}:\n{_quoted(_lines(session, visit, earlier))}")
    if _queue(session, visit, conversation, found, "\n\n".join(filter(None, pieces)), ANSWER):
        record(session, "chat_mailed", SYSTEM, conversation_id=conversation.id, message_id=found[-1].id, at=at)


def _unseen(session: Session, visit: Visit) -> list[Message]:
    """The answers in the chat that the visitor has neither seen nor got by mail, the oldest first."""
    query = (
        select(Message)
        .join(Conversation, Message.conversation_id == Conversation.id)
        .where(Conversation.thread_key == visit.address, Message.channel_id == visit.channel_id)
        .where(Message.direction != INBOUND, Message.kind == MESSAGE, Message.alias == "", Message.id > visit.seen_id)
    )
    return list(session.scalars(query.order_by(Message.at, Message.id)))


def _queue(
    session: Session, visit: Visit, conversation: Conversation, said: Sequence[Message], text: str, purpose: str
) -> bool:
    """Have a mail sent about some messages; answers to it lead to the last of them. False without a mailbox."""
    mailbox = _mailbox(session, visit)
    if mailbox is None:
        return False
    external_id = replies.message_id_for(mailbox.address)
    to = {"address": visit.email, "name": visit.name}
    before = [one.alias for one in _messages(session, conversation) if one.alias]
    for one in said:
        one.alias = one.alias or external_id
        one.recipients = {"to": [to]}
    envelope: dict[str, Any] = {
        "to": [to], "subject": words(_language(visit))["subject"].format(firm=_firm(session, visit)), "text": text,
        "in_reply_to": before[-1] if before else "", "references": before[-replies.MAX_REFERENCES :],
        "attachment_ids": [file.id for one in said for file in one.attachments] if purpose == ANSWER else [],
        "from_name": said[-1].from_name if purpose == ANSWER else "",
    }  # fmt: skip
    replies.queue_delivery(session, Delivery(
        purpose=purpose, channel_id=mailbox.id, recipient=visit.email, conversation_id=conversation.id,
        message_id=said[-1].id if purpose == ANSWER else None, user_id=said[-1].user_id, envelope=envelope,
        external_id=external_id,
    ))  # fmt: skip
    return True


def _tell_that_it_waits(session: Session, conversation: Conversation, message: Message, at: datetime) -> None:
    """Write down, once, that an answer waits in the chat for a visitor who has left without an address."""
    told = select(Event.id).where(
        Event.conversation_id == conversation.id, Event.message_id == message.id, Event.action == "chat_waits"
    )
    if session.scalar(told.limit(1)) is None:
        record(session, "chat_waits", SYSTEM, conversation_id=conversation.id, message_id=message.id, at=at)


def _messages(session: Session, conversation: Conversation) -> list[Message]:
    """What both have said, the newest MOST_QUOTED of it, the oldest first."""
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.kind != NOTE, Message.machine.is_(None)
    )
    newest = session.scalars(query.order_by(Message.at.desc(), Message.id.desc()).limit(MOST_QUOTED)).all()
    return list(reversed(newest))


def _lines(session: Session, visit: Visit, said: Sequence[Message]) -> str:
    """A talk as text: who, when, what."""
    language, zone = _language(visit), calendars.company(session).zone_name
    told = words(language)
    lines = []
    for one in said:
        who = told["you"] if one.direction == INBOUND else visits.first_name(one.from_name)
        files = ", ".join(file.filename for file in one.attachments)
        lines.append(f"{who}, {i18n.formatted(one.at, 'd.M.yyyy HH:mm', language, zone)}\n{one.reply or one.text}")
        if files:
            lines[-1] += f"\n({told['files']}: {files})"
    return "\n\n".join(lines)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _language(visit: Visit) -> str:
    return (
        visit.language if visit.language in sitechannels.LANGUAGES else settings.settings_of(visit.channel)["language"]
    )


def _firm(session: Session, visit: Visit) -> str:
    mailbox = _mailbox(session, visit)
    return str(mailbox.settings.get("name", "") or mailbox.address) if mailbox else visit.channel.name


def _mailbox(session: Session, visit: Visit) -> Channel | None:
    return sitechannels.mailbox_of(session, visit.channel)
