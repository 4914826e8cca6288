"""Taking up, or not, the reminder of what one has promised in an answer."""

from flask import Blueprint, flash, g
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import reminders
from inbox.models import Conversation
from inbox.web.conversation_actions import back, do
from inbox.web.wording import gettext as _

blueprint = Blueprint("promise", __name__, url_prefix="/conversations/<int:conversation_id>/reminders")


@blueprint.post("/<int:reminder_id>/<any(acceptance,refusal):verb>")
def decide(conversation_id: int, reminder_id: int, verb: str) -> Response:
    """One press, by its author alone."""

    def carry_out(session: Session, found: Conversation) -> None:
        mine = {one.id for one in (*reminders.offered(session, found.id, g.user.id),
                                   *reminders.waiting(session, found.id, g.user.id))}  # fmt: skip
        if reminder_id in mine:
            reminders.decide(session, reminder_id, g.user.id, wanted=verb == "acceptance")
        else:
            flash(_("Nothing was changed: please choose once more."))

    do(conversation_id, carry_out)
    return back(conversation_id)
