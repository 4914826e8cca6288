"""What can be done with a conversation's lead, each as a resource that is posted to."""

from flask import Blueprint, abort, flash, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access
from inbox.leads import inheriting, keeping, linking, stages
from inbox.models import Conversation, Lead
from inbox.models.user import EXTERNAL
from inbox.web import context
from inbox.web.conversation_actions import back, do, refused
from inbox.web.lead_form import apply, blank
from inbox.web.wording import gettext as _

blueprint = Blueprint("lead", __name__, url_prefix="/conversations/<int:conversation_id>/lead")


@blueprint.post("")
def change(conversation_id: int) -> Response | tuple[str, int]:
    """Stage, value, next step and the rest; the first stage makes the lead."""
    with context.reading() as session:
        found = context.conversation(session, conversation_id, access.CHANGE)
        form = blank(session, keeping.of(session, conversation_id), found)
    if not form.validate():
        return refused(conversation_id, "lead", _("Please look at the lead once more."), lead_form=form)

    def carry_out(session: Session, found: Conversation) -> None:
        lead = keeping.of(session, found.id, locked=True)
        if lead is None and not form.stage.data:
            flash(_("Please choose a stage: with it the lead begins."))
            return
        apply(session, form, lead, found, context.actor())

    do(conversation_id, carry_out)
    return back(conversation_id)


@blueprint.post("/link")
def link(conversation_id: int) -> Response:
    """It is about a lead of the same contact or company; whoever has that gets it, if nobody has it yet."""
    if context.signed_in().role == EXTERNAL:
        abort(403)

    def join(session: Session, found: Conversation) -> None:
        offered = {str(one.id): one for one in linking.offered(session, found)}
        lead: Lead | None = offered.get(request.form.get("lead", ""))
        if lead is None:
            flash(_("Nothing was changed: please choose once more."))
            return
        linking.link(session, lead, found, context.actor())
        inheriting.give(session, found, keeping.holder(session, lead))

    do(conversation_id, join)
    return back(conversation_id)


@blueprint.post("/separation")
def separate(conversation_id: int) -> Response:
    """It is about no lead after all."""
    do(conversation_id, lambda session, found: stages.set_stage(session, found, context.actor(), ""))
    return back(conversation_id)
