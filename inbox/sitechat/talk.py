"""What a visitor sees of the talk: its messages, who answers, and what is said where nobody is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from config import i18n
from inbox.clocks import targets
from inbox.models import Attachment, Conversation, Message, Visit
from inbox.models.message import ACKNOWLEDGEMENT, INBOUND, MESSAGE
from inbox.satisfaction import asking
from inbox.sitechat import visits
from inbox.sitechat.posting import Chat
from inbox.sitechat.words import words
from inbox.worktime import calendars

# So many messages at once; the rest is fetched with the next look.
MOST, MOST_BEFORE = 200, 20
# Numbers are handed out a little before their rows are seen: what was stored so shortly before is looked at again.
OVERLAP = timedelta(seconds=60)
CLOSED, BUSY = "closed", "busy"


@dataclass(frozen=True, slots=True)
class Situation:
    """Whether somebody is there for a visitor who waits: "" (yes, or nobody waits), CLOSED or BUSY; by when an answer
    comes (UTC), and the company's zone; seconds after which to look again, None where only an event changes it."""

    code: str = ""
    due: datetime | None = None
    again: int | None = None
    zone: str = "UTC"


def of(session: Session, chat: Chat, visit: Visit, after: int, at: datetime) -> dict[str, Any]:
    """The talk as the widget reads it, from after the message with this number on, at a moment (UTC)."""
    found = conversation(session, visit)
    shown = _messages(session, visit, after)
    has_more = after > 0 and len(shown) >= MOST
    language = visits.language(visit, chat.text("language"))
    told = words(language)
    there = situation(session, chat, visit, found, at)
    lines = []
    if there.code:
        lines.append(says(language, there))
        lines.append(told["by_mail"].format(email=visit.email) if visit.email else told["leave_email"])
    return {
        "version": visit.version,
        "messages": [_shown(one, visit) for one in shown],
        "holder": _holder(found),
        "typing": bool(visits.who_answers(visit, at)),
        "seen": visit.read_id,
        "notice": " ".join(lines),
        "asks_email": bool(there.code) and not visit.email,
        "email": visit.email,
        "transcript": bool(visit.email) and has_answer(session, visit),
        "asks": asking.in_chat(session, found, language, at),
        "again": 1 if has_more else there.again,
    }


def conversation(session: Session, visit: Visit) -> Conversation | None:
    """The visit's newest conversation."""
    query = select(Conversation).where(
        Conversation.thread_key == visit.address, Conversation.channel_id == visit.channel_id
    )
    found: Conversation | None = session.scalar(query.order_by(Conversation.id.desc()).limit(1))
    return found


def situation(session: Session, chat: Chat, visit: Visit, found: Conversation | None, at: datetime) -> Situation:
    """Whether somebody is there for the visitor at a moment (UTC)."""
    if found is None or found.waiting_since is None:
        return Situation()
    hours = calendars.company(session)
    due = found.promised_at or targets.due(session, hours, found, found.waiting_since)
    if not hours.is_working(at):
        return Situation(CLOSED, max(due, hours.next_opening(at)), zone=hours.zone_name)
    waits = (at - found.waiting_since).total_seconds()
    patience = chat.number("patience_seconds")
    if visits.who_answers(visit, at):
        return Situation(again=int(visits.WRITING.total_seconds()))
    if waits < patience:
        return Situation(again=int(patience - waits) + 1)
    return Situation(BUSY, max(due, at), zone=hours.zone_name)


def says(language: str, there: Situation) -> str:
    """What a visitor is told where nobody is there, in a language of ours."""
    told = words(language)
    if there.due is None:
        return ""
    day, time = (i18n.formatted(there.due, pattern, language, there.zone) for pattern in (told["day"], "HH:mm"))
    return told[there.code].format(day=day, time=time)


def newest(session: Session, visit: Visit) -> int:
    """The number of the newest message that the visitor may see, 0 without any."""
    found = _of_visit(visit).with_only_columns(Message.id).order_by(Message.id.desc()).limit(1)
    return session.scalar(found) or 0


def has_answer(session: Session, visit: Visit) -> bool:
    """Whether a colleague has written to the visitor."""
    query = _of_visit(visit).where(Message.direction != INBOUND, Message.kind == MESSAGE)
    return session.scalar(query.limit(1)) is not None


def file_of(session: Session, visit: Visit, number: int) -> Attachment | None:
    """A file of the visit's talk, None where it has none with this number."""
    file = session.get(Attachment, number)
    if file is None or session.scalar(_of_visit(visit).where(Message.id == file.message_id)) is None:
        return None
    return file


def _messages(session: Session, visit: Visit, after: int) -> Sequence[Message]:
    """The newest; after a known one the next ones, with those just before it that may have been seen late."""
    query = _of_visit(visit)
    last = session.scalar(select(Message.stored_at).where(Message.id == after)) if after else None
    if last is None:
        newest = session.scalars(query.order_by(Message.at.desc(), Message.id.desc()).limit(MOST)).all()
        return list(reversed(newest))
    following = session.scalars(query.where(Message.id > after).order_by(Message.id).limit(MOST)).all()
    around = query.where(Message.id <= after, Message.stored_at > last - OVERLAP)
    before = session.scalars(around.order_by(Message.id.desc()).limit(MOST_BEFORE)).all()
    return [*reversed(before), *following]


def _of_visit(visit: Visit) -> Any:
    """The messages that a visitor may see: never a note, nor what machines wrote to us."""
    query = (
        select(Message)
        .join(Conversation, Message.conversation_id == Conversation.id)
        .where(Conversation.thread_key == visit.address, Conversation.channel_id == visit.channel_id)
        .where(or_(Message.kind == ACKNOWLEDGEMENT, (Message.kind == MESSAGE) & Message.machine.is_(None)))
    )
    # Anybody can type anybody's address: what goes on by mail is shown only to whom the site vouches for.
    return query if visit.identity else query.where(Message.channel_id == visit.channel_id)


def _shown(one: Message, visit: Visit) -> dict[str, Any]:
    own = one.direction == INBOUND
    client = one.external_id.removeprefix(f"{visit.address}.") if one.channel_id == visit.channel_id else ""
    return {
        "id": one.id,
        "client": client if own else "",
        "from": "visitor" if own else "system" if one.kind == ACKNOWLEDGEMENT else "us",
        "name": "" if own else visits.first_name(one.from_name),
        "text": one.reply or one.text,
        "at": one.at.isoformat(),
        "files": [{"id": file.id, "name": file.filename, "size": file.size} for file in one.attachments],
    }


def _holder(found: Conversation | None) -> str:
    """The first name of the colleague who has taken it."""
    return visits.first_name(found.user.name) if found is not None and found.user and found.claimed_at else ""
