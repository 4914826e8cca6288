"""Writing down what happened, in the transaction in which it happens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from inbox.db import append
from inbox.models import Event, now


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: customer, user (with id), rule or system."""

    kind: str
    user_id: int | None = None


CUSTOMER = Actor("customer")
SYSTEM = Actor("system")
RULE = Actor("rule")


def person(user_id: int) -> Actor:
    """A colleague as the actor."""
    return Actor("user", user_id)


def touched(session: Session) -> set[int]:
    """The conversations to which something happened in this transaction."""
    found: set[int] = session.info.get("touched", set())
    return found


def record(
    session: Session,
    action: str,
    actor: Actor = SYSTEM,
    *,
    conversation_id: int | None = None,
    message_id: int | None = None,
    at: datetime | None = None,
    **data: Any,
) -> None:
    """Append one event; `data` holds codes and values, never sentences."""
    if conversation_id is not None:
        session.info.setdefault("touched", set()).add(conversation_id)
    append(
        session, Event, at=at or now(), conversation_id=conversation_id, message_id=message_id, actor=actor.kind,
        user_id=actor.user_id, action=action, data=data,
    )  # fmt: skip
