"""Sending an approved text to a customer to whom no free answer may be written any more."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from inbox import access, replies
from inbox.social import windows
from inbox.web import context
from inbox.web.conversation_actions import back, me, refused
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence

blueprint = Blueprint("approved", __name__, url_prefix="/conversations/<int:conversation_id>")


@blueprint.post("/template")
def send(conversation_id: int) -> Response | tuple[str, int]:
    """Send one of the channel's approved texts with what was typed into its places."""
    values = [one.strip() for one in request.form.getlist("value")]
    try:
        with context.writing() as session:
            found = context.conversation(session, conversation_id, access.CHANGE)
            chosen = windows.find(found.channel, request.form.get("name", ""), request.form.get("language", ""))
            if chosen is None:
                raise replies.CannotReply(_("This text is no longer among the approved ones."))
            if len(values) != chosen.places or not all(values):
                raise replies.CannotReply(_("Please fill in every place of the text."))
            text = chosen.filled(values)
            replies.reply(session, found, me(session), text, template=chosen, values=values)
    except replies.CannotReply as error:
        return refused(conversation_id, "template", sentence(str(error)))
    return back(conversation_id)
