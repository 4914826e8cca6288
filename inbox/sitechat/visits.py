"""Visits: who chats, known by a random token of which only the hash is kept; when they were last there, and what they
have seen. Whatever gives a visitor something new to see lets the visit's version grow."""

import re
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from inbox import sitechannels
from inbox.db import Database
from inbox.events import touched
from inbox.models import Channel, Conversation, User, Visit, now
from inbox.secrets import token_hash
from inbox.sitechat.settings import KIND

# 256 random bits, as the widget writes them (RFC 4648 section 5).
TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
# After so long without a sign of life a visitor has left.
HERE = timedelta(seconds=45)
# "… is writing" is shown for so long.
WRITING = timedelta(seconds=8)
# More than so many are not set apart in a list.
MOST_HERE = 500
ADDRESS = "visit"


def find(session: Session, channel_id: int, token: str) -> Visit | None:
    """The visit of a token, None where there is none on this chat."""
    if not TOKEN.fullmatch(token):
        return None
    query = select(Visit).where(Visit.token_hash == token_hash(token), Visit.channel_id == channel_id)
    found: Visit | None = session.scalar(query)
    return found


def begin(database: Database, channel_id: int, token: str) -> Visit:
    """The visit of a token, made where there is none; the token is a well-formed one. Raises LookupError where it is
    another chat's."""
    for _ in range(2):
        try:
            with database.writing() as session:
                visit = find(session, channel_id, token)
                if visit is None:
                    address = f"{ADDRESS}.{secrets.token_hex(10)}"
                    visit = Visit(channel_id=channel_id, token_hash=token_hash(token), address=address)
                    session.add(visit)
                return visit
        except IntegrityError:
            # Two first messages at once: one has made it.
            continue
    raise LookupError("a token of another chat")


def of(session: Session, conversation: Conversation) -> Visit | None:
    """The visit that a conversation belongs to, None where it is no chat."""
    found: Visit | None = session.scalar(select(Visit).where(Visit.address == conversation.thread_key))
    return found if conversation.thread_key else None


def is_here(visit: Visit, at: datetime) -> bool:
    """Whether the visitor has the chat open at a moment (UTC)."""
    return visit.seen_at > at - HERE


def is_writing(visit: Visit, at: datetime) -> bool:
    """Whether the visitor is typing at a moment (UTC)."""
    return visit.typing_at is not None and visit.typing_at > at - WRITING


def who_answers(visit: Visit, at: datetime) -> str:
    """The name of the colleague who is typing an answer at a moment (UTC), or ""."""
    return visit.answering if visit.answering_at is not None and visit.answering_at > at - WRITING else ""


def touch(visit: Visit, at: datetime) -> None:
    """Colleagues have something new to see of a visit, the visitor has not."""
    visit.changed_at = at


def change(session: Session, visit: Visit, at: datetime | None = None) -> None:
    """The visitor has something new to see."""
    _grow(session, [visit.id], at or now())


def change_touched(session: Session) -> None:
    """So have the visitors of all conversations to which something happened in this transaction."""
    numbers = touched(session)
    if not numbers:
        return
    query = select(Visit.id).join(Conversation, Conversation.thread_key == Visit.address)
    found = list(session.scalars(query.join(Channel).where(Conversation.id.in_(numbers), Channel.kind == KIND)))
    if found:
        _grow(session, found, now())


def answering(session: Session, conversation: Conversation, user: User, at: datetime | None = None) -> None:
    """A colleague is typing an answer, and has seen what the visitor wrote."""
    visit = of(session, conversation)
    if visit is not None:
        visit.answering, visit.answering_at = first_name(user.name), at or now()
        change(session, visit, at)


def read(session: Session, conversation: Conversation, message_id: int) -> None:
    """A colleague has seen the visitor's messages up to this one."""
    visit = of(session, conversation)
    if visit is not None and visit.read_id < message_id:
        visit.read_id = message_id
        change(session, visit)


def heard(session: Session, numbers: Collection[int], at: datetime) -> None:
    """These visitors are there at a moment (UTC)."""
    session.execute(update(Visit).where(Visit.id.in_(numbers), Visit.seen_at < at).values(seen_at=at))


def changed(session: Session, since: datetime) -> Mapping[int, int]:
    """The versions of all visits that changed since a moment (UTC)."""
    rows = session.execute(select(Visit.id, Visit.version).where(Visit.changed_at >= since))
    return {row.id: row.version for row in rows}


def signs(session: Session, at: datetime) -> Collection[tuple[object, ...]]:
    """What changes whenever colleagues have something new to see of the visitors who are there at a moment (UTC)."""
    here = session.scalar(select(func.count()).select_from(Visit).where(Visit.seen_at > at - HERE))
    lately = select(Visit.id, Visit.changed_at, Visit.version).where(Visit.changed_at > at - HERE)
    return [(here,), *(tuple(row) for row in session.execute(lately.order_by(Visit.id).limit(MOST_HERE)))]


def waiting(session: Session, at: datetime) -> Collection[int]:
    """The conversations of visitors who are there at a moment (UTC) and wait for an answer, the longest wait first."""
    addresses = session.scalars(select(Visit.address).where(Visit.seen_at > at - HERE).limit(MOST_HERE)).all()
    if not addresses:
        return []
    query = select(Conversation.id).where(
        Conversation.thread_key.in_(addresses), Conversation.waiting_since.is_not(None)
    )  # fmt: skip
    return session.scalars(query.order_by(Conversation.waiting_since, Conversation.id)).all()


def language(visit: Visit, usual: str) -> str:
    """The language in which a visitor is spoken to: the page's where it is one of ours, else the chat's `usual`."""
    return visit.language if visit.language in sitechannels.LANGUAGES else usual


def first_name(name: str) -> str:
    """What visitors read of a colleague's name."""
    return name.split()[0] if name.split() else ""


def _grow(session: Session, numbers: Collection[int], at: datetime) -> None:
    grown = update(Visit).where(Visit.id.in_(numbers)).values(version=Visit.version + 1, changed_at=at)
    session.execute(grown.execution_options(synchronize_session=False))
