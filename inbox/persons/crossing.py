"""Which conversations of a batch may have come by another channel too: looked up at once, so that only for these
`duplicates.find` is asked, which looks at one.

It misses none for which that finds something; it may name others.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from inbox.models import Conversation, Message
from inbox.models.conversation import SPAM
from inbox.models.message import INBOUND, MESSAGE
from inbox.persons import sharing
from inbox.persons.duplicates import CANDIDATES, NEAR, WEEK, YOUNG, Duplicate, find, has_others

_CUSTOMERS = Message.direction == INBOUND, Message.kind == MESSAGE, Message.machine.is_(None)


@dataclass(slots=True)
class _Begun:
    """How the customer began a conversation: when, by which channel, in which words (Message.text_key)."""

    at: datetime
    channel_id: int
    keys: set[str] = field(default_factory=set)


class Crossings:
    """The duplicates of a batch's conversations, each looked for once however many are told of it.

    Others may be asked for too. What the batch itself changes is not looked for anew: of that only spam ends one.
    """

    def __init__(self, session: Session, conversations: Collection[Conversation] = ()) -> None:
        self._session = session
        self._looked_at = {one.id for one in conversations}
        self._perhaps = perhaps(session, conversations) if conversations else set()
        self._found: dict[int, list[Duplicate]] = {}

    def of(self, conversation: Conversation) -> list[Duplicate]:
        """Those of one conversation, see `duplicates.find`."""
        number = conversation.id
        if number not in self._found:
            is_looked_for = number in self._perhaps or number not in self._looked_at
            with self._session.no_autoflush:
                self._found[number] = find(self._session, conversation) if is_looked_for else []
        return [one for one in self._found[number] if one.conversation.status != SPAM]


def perhaps(session: Session, conversations: Collection[Conversation]) -> set[int]:
    """The numbers of those that may have a duplicate."""
    begun = _begun(session, {one.id for one in conversations}) if has_others(session) else {}
    if not begun:
        return set()
    by_words = _channels_of_words(session, begun)
    contacts = {one.contact_id for one in conversations}
    people = sharing.others(session, contacts)
    since = min(one.at for one in begun.values()) - WEEK
    talks = _talks(session, contacts.union(*people.values()), since)
    found = set()
    for one in conversations:
        first = begun.get(one.id)
        if first is None:
            continue
        told = {channel for key in first.keys for channel in by_words.get(key, ())}
        for contact_id in (one.contact_id, *people[one.contact_id]):
            theirs = talks.get(contact_id, {})
            if len(theirs) >= CANDIDATES:
                found.add(one.id)  # there are more than were looked at
            told |= {channel for number, some in theirs.items() if number != one.id for channel in some}
        if told - {first.channel_id}:
            found.add(one.id)
    return found


def _begun(session: Session, numbers: Collection[int]) -> dict[int, _Begun]:
    order = Message.at, Message.id
    place = func.row_number().over(partition_by=Message.conversation_id, order_by=order).label("place")
    columns = Message.conversation_id, Message.channel_id, Message.at, Message.text_key
    ranked = select(*columns, place).where(Message.conversation_id.in_(numbers), *_CUSTOMERS).subquery()
    rows = session.execute(select(ranked).where(ranked.c.place <= YOUNG).order_by(ranked.c.place))
    found: dict[int, _Begun] = {}
    for row in rows:
        found.setdefault(row.conversation_id, _Begun(row.at, row.channel_id)).keys.add(row.text_key)
    return found


def _channels_of_words(session: Session, begun: dict[int, _Begun]) -> dict[str, set[int]]:
    """By which channels the same words came about then."""
    keys = {key for one in begun.values() for key in one.keys} - {""}
    moments = [one.at for one in begun.values()]
    query = select(Message.text_key, Message.channel_id).where(
        Message.text_key.in_(keys), Message.text_key != "",
        Message.at.between(min(moments) - NEAR, max(moments) + NEAR),
    )  # fmt: skip
    found: dict[str, set[int]] = {}
    for key, channel_id in session.execute(query.distinct()) if keys else ():
        found.setdefault(key, set()).add(channel_id)
    return found


def _talks(session: Session, contacts: Collection[int], since: datetime) -> dict[int, dict[int, set[int]]]:
    """By contact the newest conversations since then, and by which channels the customer wrote in them."""
    place: Any = func.row_number().over(partition_by=Conversation.contact_id, order_by=Conversation.last_at.desc())
    shown = Conversation.merged_into_id.is_(None), Conversation.status != SPAM, Conversation.last_at >= since
    columns = Conversation.id, Conversation.contact_id, place.label("place")
    ranked = select(*columns).where(Conversation.contact_id.in_(contacts), *shown).subquery()
    theirs = and_(Message.conversation_id == ranked.c.id, *_CUSTOMERS)
    query = select(ranked.c.contact_id, ranked.c.id, Message.channel_id).outerjoin(Message, theirs)
    found: dict[int, dict[int, set[int]]] = {}
    # One more than are compared, for the conversation itself may be among them.
    for contact_id, number, channel_id in session.execute(query.where(ranked.c.place <= CANDIDATES + 1).distinct()):
        found.setdefault(contact_id, {}).setdefault(number, set()).update({channel_id} - {None})
    return found
