"""Who seems to be away: a colleague's mail program answers by itself. It is proposed to enter the absence; that, or a
sign of life, ends the proposal."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.access import PEOPLE, may
from inbox.events import person, record
from inbox.models import User, now

MAX_CHARS = 200
# An older automatic reply says nothing about today.
COUNTS_FOR = timedelta(days=7)


def note(session: Session, user: User, conversation_id: int, words: str) -> None:
    """A colleague's mail program has answered, in these words."""
    record(session, "perhaps_away", person(user.id), conversation_id=conversation_id)
    user.seems_away_at, user.seems_away_says = now(), " ".join(words.split())[:MAX_CHARS]


def over(user: User) -> None:
    """The colleague is here, or the absence is known."""
    if user.seems_away_at is not None:
        user.seems_away_at, user.seems_away_says = None, ""


def shown_to(session: Session, user: User, moment: datetime) -> Sequence[User]:
    """Who seems to be away at a moment (UTC), for whoever may enter it: the managers, and each for themselves."""
    query = select(User).where(User.seems_away_at > moment - COUNTS_FOR, User.disabled_at.is_(None))
    if not may(user, PEOPLE):
        query = query.where(User.id == user.id)
    return session.scalars(query.order_by(User.name)).all()
