"""The same person: brought together by a click, apart again by another, or never suggested again."""

from collections.abc import Callable

from flask import Blueprint, abort, flash
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox.events import record
from inbox.models import ContactMerge, Conversation
from inbox.persons import likely, merges
from inbox.web import context
from inbox.web.conversation_actions import back, do, me
from inbox.web.person_labels import NOT_MERGED
from inbox.web.wording import gettext as _

blueprint = Blueprint("persons", __name__, url_prefix="/conversations/<int:conversation_id>/persons")


@blueprint.post("/<int:contact_id>/merging")
def merge(conversation_id: int, contact_id: int) -> Response:
    """A contact that is suggested at this moment is the same person."""

    def bring_together(session: Session, found: Conversation) -> None:
        if _is_offered(session, found, contact_id):
            _try(lambda: merges.merge(session, found.contact_id, contact_id, me(session), found))

    do(conversation_id, bring_together)
    return back(conversation_id)


@blueprint.post("/<int:contact_id>/apart")
def set_apart(conversation_id: int, contact_id: int) -> Response:
    """It is somebody else."""

    def keep(session: Session, found: Conversation) -> None:
        if _is_offered(session, found, contact_id):
            other = next(one.contact for one in likely.alike(session, found.contact) if one.contact.id == contact_id)
            likely.set_apart(session, found.contact_id, contact_id, me(session).id)
            name = likely.described(other)
            record(session, "contacts_apart", context.actor(), conversation_id=found.id, name=name)

    do(conversation_id, keep)
    return back(conversation_id)


@blueprint.post("/merges/<int:merge_id>/undoing")
def undo(conversation_id: int, merge_id: int) -> Response:
    """It was not the same person after all."""

    def separate(session: Session, found: Conversation) -> None:
        merge = session.get(ContactMerge, merge_id) or abort(404)
        if merge.id not in {one.id for one in merges.of(session, found.contact)}:
            flash(_(NOT_MERGED[merges.GONE]))
        elif not likely.theirs(session, me(session), found.contact_id):
            abort(404)
        else:
            _try(lambda: merges.undo(session, merge_id, me(session), found))

    do(conversation_id, separate)
    return back(conversation_id)


def _is_offered(session: Session, found: Conversation, contact_id: int) -> bool:
    """Whether a contact is suggested to the user; else it is said."""
    numbers = {one.contact.id for one in likely.alike(session, found.contact)}
    if contact_id in numbers and likely.theirs(session, me(session), contact_id):
        return True
    flash(_(NOT_MERGED[merges.GONE]))
    return False


def _try(verb: Callable[[], object]) -> None:
    try:
        verb()
    except merges.CannotMerge as error:
        flash(_(NOT_MERGED[error.code]))
