"""Putting a conversation off, letting colleagues watch it; whose customer it is, how much is told, and no more news."""

from flask import Blueprint, abort, flash, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import contacts, contents, snoozing, watchers
from inbox.consents import asking
from inbox.models import Conversation, User, now
from inbox.models.user import COLLEAGUE, MANAGER
from inbox.web import context
from inbox.web.conversation_actions import back, do, to_queue
from inbox.web.conversation_care import choices
from inbox.web.conversation_page import holders
from inbox.web.wording import gettext as _

blueprint = Blueprint("care", __name__, url_prefix="/conversations/<int:conversation_id>")


@blueprint.post("/snooze")
def snooze(conversation_id: int) -> Response:
    """Put it off until one of the moments that are offered now."""

    def put_off(session: Session, found: Conversation) -> None:
        until = choices(session).get(request.form.get("until", ""))
        if until is None or not snoozing.snooze(session, found, context.actor(), until):
            flash(_("Nothing was changed: please choose once more."))

    do(conversation_id, put_off)
    return to_queue()


@blueprint.post("/waking")
def waking(conversation_id: int) -> Response:
    """Back into the queue."""
    do(conversation_id, lambda session, found: snoozing.wake(session, found, context.actor()))
    return back(conversation_id)


@blueprint.post("/watchers")
def add_watcher(conversation_id: int) -> Response:
    """Let a colleague watch."""

    def add(session: Session, found: Conversation) -> None:
        offered = {str(one.id): one for one in watchers.possible(session, found)}
        user = offered.get(request.form.get("user", ""))
        if user is None or not watchers.watch(session, found, context.actor(), user):
            flash(_("Nothing was changed: please choose once more."))

    do(conversation_id, add)
    return back(conversation_id)


@blueprint.post("/owner")
def set_owner(conversation_id: int) -> Response:
    """Say whose customer this is."""
    if context.signed_in().role not in (MANAGER, COLLEAGUE):
        abort(403)

    def keep(session: Session, found: Conversation) -> None:
        offered = {"": None, **{str(one.id): one for one in holders(session)}}
        chosen = request.form.get("owner", "-")
        if chosen in offered:
            contacts.set_owner(session, found, offered[chosen], context.actor())
        else:
            flash(_("Nothing was changed: please choose once more."))

    do(conversation_id, keep)
    return back(conversation_id)


@blueprint.post("/content")
def set_content(conversation_id: int) -> Response:
    """Say how much of this contact's messages is told outside the pages."""
    if context.signed_in().role not in (MANAGER, COLLEAGUE):
        abort(403)

    def keep(session: Session, found: Conversation) -> None:
        if not contents.set_contact(session, found, request.form.get("content", "-"), context.actor()):
            flash(_("Nothing was changed: please choose once more."))

    do(conversation_id, keep)
    return back(conversation_id)


@blueprint.post("/consent/withdrawal")
def withdraw_consent(conversation_id: int) -> Response:
    """The customer has said, on the phone or in a letter, that no more news is wanted."""
    if context.signed_in().role not in (MANAGER, COLLEAGUE):
        abort(403)

    def withdraw(session: Session, found: Conversation) -> None:
        if not asking.withdraw(session, asking.of_contact(session, found.contact_id), context.actor(), now()):
            flash(_("Nothing was changed: please choose once more."))

    do(conversation_id, withdraw)
    return back(conversation_id)


@blueprint.post("/watchers/<int:user_id>/removal")
def remove_watcher(conversation_id: int, user_id: int) -> Response:
    """Let a colleague watch no longer."""

    def remove(session: Session, found: Conversation) -> None:
        user = session.get(User, user_id) or abort(404)
        watchers.unwatch(session, found, context.actor(), user)

    do(conversation_id, remove)
    return back(conversation_id)
