"""Conversations that are answered elsewhere: a service told of them by mail and takes no answer by it.

Their key begins with `notice:`; who wrote is a contact of the service's own, by name. A person answers there and says
so here, which is when the clock stops.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import base
from inbox import conversations
from inbox.clocks import exchanges
from inbox.events import person, record
from inbox.models import Conversation, Message, User, now
from inbox.models.conversation import OPEN, PENDING
from inbox.models.exchange import THERE
from inbox.models.message import INBOUND, MESSAGE, OUTBOUND

KIND = "notice"
KEY = f"{KIND}:"
REVIEW = "review"
MAX_WORDS_CHARS = 20_000
ALL_STARS = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is answered: the service's code and name, the link there ("" where none is known), what it
    told of, and the stars of a review (0 for none)."""

    code: str
    name: str
    url: str
    told: str
    stars: int

    @property
    def is_review(self) -> bool:
        """Whether everybody can read it, and a mark was given."""
        return self.told == REVIEW

    @property
    def starred(self) -> str:
        """The stars as signs, "" where there are none."""
        return "★" * self.stars + "☆" * (ALL_STARS - self.stars) if self.stars else ""


def identity_kind(kind: str, read: base.Message) -> str:
    """By which kind of address the sender is known: who wrote at a service has none of a mailbox."""
    return KIND if kind == "mail" and KIND in read.facts else kind


def place(session: Session, conversation: Conversation) -> Place | None:
    """Where a conversation is answered, None for by the way it came."""
    return places(session, [conversation]).get(conversation.id)


def places(session: Session, some: Sequence[Conversation]) -> dict[int, Place]:
    """The same of several, by conversation: what the latest message of each told."""
    # Another program may tell any facts: what it told is answered through it.
    numbers = [one.id for one in some if one.thread_key.startswith(KEY) and one.channel.kind == "mail"]
    if not numbers:
        return {}
    query = select(Message.conversation_id, Message.facts).where(
        Message.conversation_id.in_(numbers), Message.direction == INBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None),
    )  # fmt: skip
    rows = session.execute(query.order_by(Message.at, Message.id)).all()
    return {number: _place(facts) for number, facts in rows if KIND in facts}


def answered(
    session: Session, conversation: Conversation, user: User, words: str = "", at: datetime | None = None
) -> bool:
    """A person has answered there: the clock stops; `words` of the answer are kept as such. False where the
    conversation is answered from here."""
    there = place(session, conversation)
    if there is None:
        return False
    at = at or now()
    kept = _kept(session, conversation, user, words[:MAX_WORDS_CHARS], at, there) if words else None
    by = person(user.id)
    record(
        session, "answered_there", by, conversation_id=conversation.id, message_id=kept, at=at, name=there.name
    )  # fmt: skip
    exchanges.close(session, conversation, at, THERE, message_id=kept)
    if conversation.status == OPEN and conversation.running is None:
        conversation.status = PENDING
    return True


def _kept(session: Session, conversation: Conversation, user: User, words: str, at: datetime, there: Place) -> int:
    message = Message(
        channel_id=conversation.channel_id, direction=OUTBOUND, kind=MESSAGE, subject=conversation.subject, text=words,
        reply=words, from_name=user.name, from_address=user.email, user_id=user.id, at=at,
        language=conversation.language, facts={"answered_there": there.name},
    )  # fmt: skip
    conversations.add_message(session, conversation, message)
    return message.id


def _place(facts: dict[str, Any]) -> Place:
    url, stars = str(facts.get("notice_url", "")), str(facts.get("stars", ""))
    return Place(
        str(facts[KIND]), str(facts.get("notice_name") or facts[KIND]), url if url.startswith("https://") else "",
        str(facts.get("notice_kind", "")), min(int(stars), ALL_STARS) if stars.isdecimal() else 0,
    )  # fmt: skip
