"""Two conversations about one matter: joined by a click, and separated again by another."""

from flask import Blueprint, flash, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access
from inbox.persons import duplicates, joining
from inbox.web import context
from inbox.web.conversation_actions import back, me
from inbox.web.person_labels import NOT_JOINED
from inbox.web.wording import gettext as _
from routing import twice

blueprint = Blueprint("joining", __name__, url_prefix="/conversations/<int:conversation_id>/joining")


@blueprint.post("")
def join(conversation_id: int) -> Response:
    """Join it with one that is told of at this moment."""
    number, wanted = conversation_id, request.form.get("other", "")
    with context.writing() as session:
        found = context.conversation(session, conversation_id, access.CHANGE)
        told = twice.seen_by(duplicates.find(session, found), me(session))
        offered = {str(one.conversation.id): one.conversation for one in told}
        other = offered.get(wanted)
        if other is None or not access.may(me(session), access.CHANGE, other):
            flash(_(NOT_JOINED[joining.GONE]))
        else:
            try:
                number = joining.join(session, found, other, me(session)).id
            except joining.CannotJoin as error:
                flash(_(NOT_JOINED[error.code]))
    return back(number)


@blueprint.post("/undoing")
def undo(conversation_id: int) -> Response:
    """It was two matters after all: the last joining is undone."""
    with context.writing() as session:
        found = context.conversation(session, conversation_id, access.CHANGE)
        done = joining.last(session, found.id)
        if done is None or str(done.id) != request.form.get("merge", ""):
            flash(_(NOT_JOINED[joining.GONE]))
        else:
            _separate(session, done.id)
    return back(conversation_id)


def _separate(session: Session, merge_id: int) -> None:
    try:
        joining.separate(session, merge_id, me(session))
    except joining.CannotJoin as error:
        flash(_(NOT_JOINED[error.code]))
