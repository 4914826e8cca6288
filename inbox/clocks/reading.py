"""What is stored of conversations that their clocks follow from: messages, deliveries, events, many at a time.

What was joined into a conversation is a *side* of it: its messages stand here, its own events stay with it. Of what was
separated again, the events of its messages may stand in the other one.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from inbox.models import Conversation, ConversationMerge, Delivery, Event, Intake, Message
from inbox.models.delivery import ANSWER
from inbox.models.exchange import BY_PHONE, NOT_NEEDED, THERE, UNANSWERED, VOID

DEEDS = {"answered_by_phone": BY_PHONE, "answered_there": THERE, "no_answer_needed": NOT_NEEDED,
         "closed": UNANSWERED, "marked_spam": VOID}  # fmt: skip
_JOINED = "conversations_joined"
_ACTIONS = (
    "received", "answered", "answered_elsewhere", "answer_sent", "answer_uncertain", "answer_failed",
    "answer_requeued", *DEEDS, "assigned", "claimed", "approval_asked", "approval_given", "approval_refused",
    "reopened",
)  # fmt: skip
Told = Row[tuple[int, datetime, int, str, int | None, int | None, dict[str, Any]]]
_TOLD = (Event.id, Event.at, Event.conversation_id, Event.action, Event.message_id, Event.user_id, Event.data)


@dataclass(slots=True)
class Side:
    """A conversation that was joined into another: which messages it brought, since when (by number and moment), and
    in whose hands it was at last."""

    number: int
    into: int
    messages: frozenset[int]
    team_id: int | None
    user_id: int | None
    seq: int = 0
    at: datetime | None = None


@dataclass(slots=True)
class Rows:
    """What is stored of one conversation; `sides` by number, those of its sides too; `origin`: by message the side to
    which it came, where that is one."""

    number: int
    team_id: int | None
    user_id: int | None
    messages: list[Any] = field(default_factory=list)
    deliveries: dict[int, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    fetched: dict[int, tuple[datetime, datetime, bool]] = field(default_factory=dict)
    sides: dict[int, Side] = field(default_factory=dict)
    origin: dict[int, int] = field(default_factory=dict)

    def side(self, told: Told) -> int:
        """The side on which something was done; 0: in the conversation itself."""
        return told.conversation_id if told.conversation_id in self.sides else 0


def read(session: Session, numbers: Collection[int]) -> dict[int, Rows]:
    """What is stored of some conversations, by number; all that waits in the session has been written out."""
    held = select(Conversation.id, Conversation.team_id, Conversation.user_id).where(Conversation.id.in_(numbers))
    found = {row.id: Rows(row.id, row.team_id, row.user_id) for row in session.execute(held)}
    parts = (Message.conversation_id, Message.id, Message.at, Message.stored_at, Message.direction, Message.kind,
             Message.machine, Message.bounce, Message.external_id, Message.alias)  # fmt: skip
    for row in session.execute(select(*parts).where(Message.conversation_id.in_(numbers))):
        found[row.conversation_id].messages.append(row)
    sent = select(Delivery.conversation_id, Delivery.message_id, Delivery.state, Delivery.purpose)
    for row in session.execute(sent.where(Delivery.conversation_id.in_(numbers)).order_by(Delivery.id)):
        if row.message_id is not None:
            states = found[row.conversation_id].deliveries
            states[row.message_id] = row.state if row.purpose == ANSWER else states.get(row.message_id, "")
    _tell(session, found, _join(session, found))
    taken = select(Message.conversation_id, Intake.message_id, Intake.fetched_at, Intake.received_at, Intake.quiet)
    taken = taken.join(Message, Message.id == Intake.message_id).where(Message.conversation_id.in_(numbers))
    for row in session.execute(taken.where(Intake.outcome.in_(("message", ""))).order_by(Intake.id.desc())):
        found[row.conversation_id].fetched[row.message_id] = row.fetched_at, row.received_at, row.quiet
    return found


def _tell(session: Session, found: dict[int, Rows], owners: dict[int, int]) -> None:
    """The events of each conversation and its sides, and those of its messages where they stand elsewhere."""
    own = select(*_TOLD).where(Event.conversation_id.in_([*found, *owners]), Event.action.in_(_ACTIONS))
    for told in session.execute(own.order_by(Event.id)):
        found[owners.get(told.conversation_id, told.conversation_id)].told.append(told)
    others = _separated(session, {*found, *owners})
    if not others:
        return
    place = {message.id: rows for rows in found.values() for message in rows.messages}
    theirs = select(*_TOLD).where(
        Event.conversation_id.in_(others), Event.action.in_(_ACTIONS), Event.message_id.is_not(None)
    )
    for told in session.execute(theirs).all():
        rows = place.get(told.message_id)
        if rows is not None and told.conversation_id not in (rows.number, *rows.sides):
            rows.told.append(told)
    for rows in found.values():
        rows.told.sort(key=lambda told: told.id)


def _join(session: Session, found: dict[int, Rows]) -> dict[int, int]:
    """Note what was joined into these conversations; the number of each that has it now, by the emptied one's."""
    owners: dict[int, int] = {}
    into = {number: number for number in found}
    while into:
        query = select(ConversationMerge, Conversation.team_id, Conversation.user_id).where(
            Conversation.id == ConversationMerge.merged_id, ConversationMerge.kept_id.in_(into),
            ConversationMerge.undone_at.is_(None),
        )  # fmt: skip
        next_ones: dict[int, int] = {}
        for merge, team_id, user_id in session.execute(query):
            owner = next_ones[merge.merged_id] = into[merge.kept_id]
            moved = frozenset(merge.moved.get("messages", ()))
            found[owner].sides[merge.merged_id] = Side(merge.merged_id, merge.kept_id, moved, team_id, user_id)
            # What was joined into this one is read later, and brought the fewer.
            found[owner].origin |= dict.fromkeys(moved, merge.merged_id)
        told = select(Event.conversation_id, Event.id, Event.at).where(
            Event.conversation_id.in_(next_ones), Event.action == _JOINED
        )
        for one in session.execute(told.order_by(Event.id)) if next_ones else ():
            side = found[next_ones[one.conversation_id]].sides[one.conversation_id]
            side.seq, side.at = one.id, one.at
        owners |= next_ones
        into = next_ones
    return owners


def _separated(session: Session, numbers: set[int]) -> set[int]:
    """Conversations with which some were one for a time, also by way of others."""
    near, latest = set(numbers), set(numbers)
    while latest:
        query = select(ConversationMerge.kept_id, ConversationMerge.merged_id).where(
            ConversationMerge.undone_at.is_not(None),
            or_(ConversationMerge.kept_id.in_(latest), ConversationMerge.merged_id.in_(latest)),
        )
        latest = {number for pair in session.execute(query).all() for number in pair} - near
        near |= latest
    return near - numbers
