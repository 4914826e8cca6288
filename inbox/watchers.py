"""Colleagues who are told of a conversation without having it in hand."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.access import SEE, may
from inbox.events import Actor, record
from inbox.models import Conversation, User


def watch(session: Session, conversation: Conversation, actor: Actor, user: User, at: datetime | None = None) -> bool:
    """Let a colleague watch; False for one who does already, or may not see the conversation."""
    if user in conversation.watchers or not may(user, SEE, conversation):
        return False
    conversation.watchers.append(user)
    record(session, "watched", actor, conversation_id=conversation.id, at=at, user_id=user.id)
    return True


def unwatch(session: Session, conversation: Conversation, actor: Actor, user: User, at: datetime | None = None) -> bool:
    """Let a colleague watch no longer; False for one who does not."""
    if user not in conversation.watchers:
        return False
    conversation.watchers.remove(user)
    record(session, "unwatched", actor, conversation_id=conversation.id, at=at, user_id=user.id)
    return True


def possible(session: Session, conversation: Conversation) -> Sequence[User]:
    """Who could watch it and does not yet."""
    active = session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.name))
    return [one for one in active if may(one, SEE, conversation) and one not in conversation.watchers]
