"""How conversations stood when a message came, as far as events and exchanges tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Conversation, Event, Exchange, Message

# What begins so, and is set by an event of its name.
FIRST = {"kind": "enquiry", "priority": "normal", "stage": ""}
_ACTIONS = ("received", "routed", "assigned", "tagged", *(f"{name}_set" for name in FIRST))


@dataclass(frozen=True, slots=True)
class State:
    """What of a conversation changes: `waiting_since` is None where nobody waits for an answer."""

    kind: str
    priority: str
    stage: str
    team_id: int | None
    tags: tuple[str, ...]
    waiting_since: datetime | None


def today(conversation: Conversation) -> State:
    """How it stands at this moment."""
    return State(
        conversation.kind, conversation.priority, conversation.stage, conversation.team_id,
        tuple(sorted(tag.name for tag in conversation.tags)), conversation.waiting_since,
    )  # fmt: skip


class History:
    """The events and exchanges of some conversations, looked up at once."""

    def __init__(self, session: Session, conversations: Iterable[int]) -> None:
        numbers = set(conversations)
        events = select(Event).where(Event.conversation_id.in_(numbers), Event.action.in_(_ACTIONS))
        self._events: dict[int | None, list[Event]] = {}
        for event in session.scalars(events.order_by(Event.id)):
            self._events.setdefault(event.conversation_id, []).append(event)
        exchanges = select(Exchange).where(Exchange.conversation_id.in_(numbers))
        self._exchanges: dict[int, list[Exchange]] = {}
        for exchange in session.scalars(exchanges.order_by(Exchange.opened_at, Exchange.id)):
            self._exchanges.setdefault(exchange.conversation_id, []).append(exchange)

    def state(self, conversation: Conversation, message: Message) -> State:
        """How it stood when the message was first routed, else when it was received.

        Today's value is given for what no event tells of: what was set without one.
        """
        events = self._events.get(conversation.id, [])
        place = _place(events, message)
        before, after = events[:place], events[place:]
        values = {
            name: _value(name, before, after, first, getattr(conversation, name)) for name, first in FIRST.items()
        }
        return State(
            **values, team_id=_team(before, after, conversation.team_id), tags=_tags(conversation, before, after),
            waiting_since=self._waiting_since(conversation.id, message.at),
        )  # fmt: skip

    def _waiting_since(self, conversation_id: int, at: datetime) -> datetime | None:
        exchanges = self._exchanges.get(conversation_id, ())
        running = (one for one in exchanges if one.opened_at <= at and (one.closed_at is None or at < one.closed_at))
        return next((one.opened_at for one in running), None)


def _place(events: Sequence[Event], message: Message) -> int:
    """Before which event the rules saw the message."""
    for action in ("routed", "received"):
        for index, event in enumerate(events):
            if event.message_id == message.id and event.action == action:
                return index
    return next((index for index, event in enumerate(events) if event.at > message.at), len(events))


def _value(name: str, before: Sequence[Event], after: Sequence[Event], first: Any, today: Any) -> Any:
    action = f"{name}_set"
    for event in reversed(before):
        if event.action == action:
            return event.data.get(name, first)
    return first if any(event.action == action for event in after) else today


def _team(before: Sequence[Event], after: Sequence[Event], today: int | None) -> int | None:
    given = next((event for event in reversed(before) if event.action == "assigned"), None)
    if given is not None:
        return given.data.get("team_id")
    taken = next((event for event in after if event.action == "assigned"), None)
    return today if taken is None else taken.data.get("from_team_id")


def _tags(conversation: Conversation, before: Sequence[Event], after: Sequence[Event]) -> tuple[str, ...]:
    earlier, later = (
        {tag for event in some if event.action == "tagged" for tag in event.data.get("tags", ())}
        for some in (before, after)
    )
    return tuple(sorted(earlier | ({tag.name for tag in conversation.tags} - later)))
