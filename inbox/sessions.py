"""Signed-in browsers: an opaque token, used by the pages and the live door alike, revocable at once."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session, joinedload

from inbox.models import User, UserSession, now
from inbox.secrets import new_token, token_hash

COOKIE = "centralino_session"
LIFETIME = timedelta(days=30)


def begin(session: Session, user: User) -> str:
    """Sign a user in; returns the token for the cookie."""
    token = new_token()
    session.add(UserSession(token_hash=token_hash(token), user_id=user.id, expires_at=now() + LIFETIME))
    return token


def user_of(session: Session, token: str) -> User | None:
    """The user of a valid token whose account is not disabled."""
    if not token:
        return None
    found = session.get(UserSession, token_hash(token), options=[joinedload(UserSession.user).selectinload(User.teams)])
    if found is None or found.expires_at < now() or found.user.disabled_at is not None:
        return None
    return found.user


def end(session: Session, token: str) -> None:
    """Sign out."""
    session.execute(delete(UserSession).where(UserSession.token_hash == token_hash(token)))


def sweep(session: Session) -> None:
    """Forget what has expired."""
    session.execute(delete(UserSession).where(UserSession.expires_at < now()))
