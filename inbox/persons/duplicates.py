"""Whether a customer has asked the same by another channel: told to colleagues, never joined by itself.

By the same words, or the same person (or who may be, inbox.persons.likely), within 48 hours; by the same name, company
and product within seven days. Looked up by indexes alone: for a batch when it is routed, and whenever somebody
reads, so that what became known since shows (a merge, two who are not one person).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from inbox import products
from inbox.linking import COLLEAGUE_KINDS
from inbox.models import Channel, Conversation, Message
from inbox.models.conversation import SPAM
from inbox.models.message import INBOUND, MESSAGE, OUTBOUND
from inbox.persons import likely

# Which of a conversation's messages are compared: its first few.
YOUNG = 3
NEAR, WEEK = timedelta(hours=48), timedelta(days=7)
TEXT, PERSON, PRODUCT = "text", "person", "product"
MOST, CANDIDATES = 3, 20
_KNOWN = "customers_have_channels"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another conversation, why it may be the same matter, when the customer wrote there (UTC) and by which channel;
    whoever of us wrote there last ("" for nobody)."""

    conversation: Conversation
    why: str
    at: datetime
    channel: Channel
    answered_by: str = ""


def find(session: Session, conversation: Conversation) -> list[Duplicate]:
    """Conversations by other channels that may be about the same, the nearest in time first."""
    if conversation.status == SPAM or conversation.merged_into_id is not None or not has_others(session):
        return []
    first = session.scalars(_customers(conversation.id).limit(YOUNG)).all()
    if not first:
        return []
    begun, channel_id = first[0].at, first[0].channel_id
    people = {one.contact.id: one.why for one in likely.alike(session, conversation.contact)}
    same_words = _same_words(session, conversation, first)
    others = _of_people(session, conversation, [conversation.contact_id, *people], begun)
    apart = likely.apart(session, conversation.contact_id, {one.contact_id for one in same_words})
    numbers = {one.id: one for one in (*others, *same_words) if one.contact_id not in apart}
    found = []
    for one in numbers.values():
        wrote = _nearest(session, one.id, channel_id, begun)
        why = _why(session, one, wrote, begun, same_words, first, people) if wrote is not None else ""
        if why and wrote is not None:
            channel = session.get_one(Channel, wrote.channel_id)
            found.append(Duplicate(one, why, wrote.at, channel, _answered_by(session, one.id)))
    return sorted(found, key=lambda one: (abs(one.at - begun), one.conversation.id))[:MOST]


def _why(
    session: Session,
    other: Conversation,
    wrote: Message,
    begun: datetime,
    same_words: Sequence[Conversation],
    first: Sequence[Message],
    people: Mapping[int, tuple[str, ...]],
) -> str:
    """Why it may be the same matter, "" where it is not."""
    if other in same_words:
        return TEXT
    if abs(wrote.at - begun) <= NEAR:
        return PERSON
    # The contact itself, or one of the same name and company.
    if likely.NAME not in people.get(other.contact_id, (likely.NAME,)):
        return ""
    finder = products.finder(session)
    theirs = session.scalars(_customers(other.id).limit(YOUNG)).all()
    named, also = (
        {product for message in some for product in finder.find(message.subject, message.reply or message.text)}
        for some in (first, theirs)
    )
    return PRODUCT if named & also else ""


def has_others(session: Session) -> bool:
    """Whether customers have more than one channel; asked once a session."""
    if _KNOWN not in session.info:
        known = select(Channel.id).where(Channel.kind.not_in(COLLEAGUE_KINDS))
        session.info[_KNOWN] = len(session.scalars(known.limit(2)).all()) > 1
    return bool(session.info[_KNOWN])


def _same_words(session: Session, conversation: Conversation, first: Sequence[Message]) -> Sequence[Conversation]:
    keys = {one.text_key for one in first} - {""}
    if not keys:
        return []
    # Written out, so that the index is used, which holds just those that have one.
    found = select(Message.conversation_id).where(
        Message.text_key.in_(keys), Message.text_key != "", Message.channel_id != first[0].channel_id,
        Message.at.between(first[0].at - NEAR, first[0].at + NEAR), Message.conversation_id != conversation.id,
    )  # fmt: skip
    numbers = set(session.scalars(found.limit(CANDIDATES)))
    query = _shown().where(Conversation.id.in_(numbers))
    return session.scalars(query).all() if numbers else []


def _of_people(
    session: Session, conversation: Conversation, contacts: Sequence[int], begun: datetime
) -> Sequence[Conversation]:
    query = _shown().where(
        Conversation.contact_id.in_(contacts), Conversation.id != conversation.id,
        Conversation.last_at >= begun - WEEK, Conversation.created_at <= begun + WEEK,
    )  # fmt: skip
    return session.scalars(query.order_by(Conversation.last_at.desc()).limit(CANDIDATES)).all()


def _nearest(session: Session, number: int, channel_id: int, begun: datetime) -> Message | None:
    """What the customer wrote there by another channel, nearest in time."""
    query = _customers(number).where(Message.channel_id != channel_id, Message.at.between(begun - WEEK, begun + WEEK))
    return min(session.scalars(query.limit(CANDIDATES)).all(), key=lambda one: abs(one.at - begun), default=None)


def _answered_by(session: Session, number: int) -> str:
    query = select(Message).where(
        Message.conversation_id == number, Message.direction == OUTBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None),
    ).options(joinedload(Message.user)).order_by(Message.at.desc(), Message.id.desc())  # fmt: skip
    last = session.scalar(query.limit(1))
    return "" if last is None else last.user.name if last.user else last.from_name or last.from_address


def _shown() -> Any:
    unmerged = Conversation.merged_into_id.is_(None), Conversation.status != SPAM
    return select(Conversation).where(*unmerged).options(joinedload(Conversation.user), joinedload(Conversation.team))


def _customers(number: int) -> Any:
    """What the customer wrote in a conversation, the first first."""
    query = select(Message).where(
        Message.conversation_id == number, Message.direction == INBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None),
    )  # fmt: skip
    return query.order_by(Message.at, Message.id)
