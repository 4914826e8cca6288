"""What every page needs: the opened App, the signed-in user, the right to be here."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, cast

from flask import abort, current_app, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from inbox import access, sessions, threads
from inbox.events import Actor, person
from inbox.models import Conversation, User
from inbox.reporting import agreements

if TYPE_CHECKING:
    from inbox.app import App


class SignInFirst(Exception):
    """Nobody is signed in; the visitor is led to the sign-in page."""


def app() -> "App":
    """The opened App behind this request."""
    return cast("App", current_app.config["CENTRALINO"])


def reading() -> AbstractContextManager[Session]:
    """See Database.reading."""
    return app().database.reading()


def writing() -> AbstractContextManager[Session]:
    """See Database.writing."""
    return app().database.writing()


def load_user() -> None:
    """Find out who asks, before each request."""
    g.user, g.language = None, _browser_language()
    if request.path.startswith("/static/"):
        return
    token = request.cookies.get(sessions.COOKIE, "")
    if token:
        with reading() as session:
            g.user = sessions.user_of(session, token)
    if g.user is not None:
        g.language = g.user.language


def signed_in() -> User:
    """The signed-in user; else the sign-in page."""
    if g.user is None:
        raise SignInFirst
    return cast(User, g.user)


def user(action: str) -> User:
    """The signed-in user, who may do `action`; else the sign-in page or 403."""
    found = signed_in()
    if not access.may(found, action):
        abort(403)
    return found


def actor() -> Actor:
    """The signed-in user as the actor of an event."""
    return person(g.user.id)


def times_since(session: Session) -> datetime | None:
    """From which moment on the signed-in user may see the times of each colleague; None: not at all."""
    return agreements.since(session, signed_in())


def conversation(session: Session, conversation_id: int, action: str) -> Conversation:
    """A conversation that the signed-in user may see or change, or the one it was joined with; else 404, which tells
    nothing."""
    found = session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .options(selectinload(Conversation.contact), selectinload(Conversation.tags))
    )
    if found is not None:
        found = threads.kept(session, found)
    if found is None or not access.may(user(action), action, found):
        abort(404)
    return found


def _browser_language() -> str:
    return request.accept_languages.best_match(["it", "en"]) or app().settings.language
