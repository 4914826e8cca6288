"""Asking a colleague and giving facts; the approver's word."""

from flask import Blueprint, abort, flash, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access, approvals, drafts, replies
from inbox.blobs import writing_with
from inbox.models import Draft, Question
from inbox.web import context
from inbox.web.answering import kept, uploaded
from inbox.web.conversation_actions import back, me, refused
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence
from routing import approving, asking

blueprint = Blueprint("drafts", __name__, url_prefix="/conversations/<int:conversation_id>")


@blueprint.post("/questions")
def ask(conversation_id: int) -> Response | tuple[str, int]:
    """Ask a colleague, who is told."""
    text, to = request.form.get("text", "").strip(), request.form.get("user", "")
    with context.writing() as session:
        found = context.conversation(session, conversation_id, access.CHANGE)
        offered = {str(one.id): one for one in asking.could_be_asked(session, found, context.signed_in().id)}
        if to in offered and text:
            asking.ask(session, found, me(session), offered[to], text, context.app().public_url)
            flash(_("%s was asked.") % offered[to].name)
            return back(conversation_id)
    said = _("Please write something first.") if to in offered else _("Please choose whom to ask.")
    return refused(conversation_id, "question", said, text=text, user=to)


@blueprint.post("/questions/<int:question_id>/facts")
def facts(conversation_id: int, question_id: int) -> Response:
    """Answer a colleague's question: facts for whoever answers the customer; once more where there is more to say."""
    text, uploads, app = request.form.get("text", "").strip(), uploaded(), context.app()
    with writing_with(app.database, app.blobs, [content for _file, content in uploads]) as session:
        found = context.conversation(session, conversation_id, access.CHANGE)
        user = me(session)
        question = session.get(Question, question_id, with_for_update=True)
        if question is None or (question.conversation_id, question.user_id) != (found.id, user.id):
            abort(404)
        if not (text or uploads):
            flash(_("Nothing was changed: please write something first."))
        # A second press says nothing new.
        elif uploads or not asking.has_said(session, question, text):
            draft = drafts.begin(session, user, found.id, question_id=question.id)
            drafts.add(session, draft, text, [kept(file) for file, _content in uploads])
            people = asking.hand_in(session, draft, app.public_url)
            names = ", ".join(one.name for one in people)
            given = _("Given to %s, to write the answer from.") % names
            flash(given if people else _("Kept here, to write the answer from."))
    return back(conversation_id)


@blueprint.post("/drafts/<int:draft_id>/putting-away")
def put_away(conversation_id: int, draft_id: int) -> Response:
    """Facts that nobody needs."""
    with context.writing() as session:
        try:
            drafts.put_away(session, _draft(session, conversation_id, draft_id), me(session))
        except LookupError:
            flash(_("Nothing was changed: somebody has used it or put it away already."))
    return back(conversation_id)


@blueprint.post("/drafts/<int:draft_id>/approval")
def approve(conversation_id: int, draft_id: int) -> Response:
    """Send an answer that waits, as it is or changed."""
    text = request.form.get("text")
    if text is not None and not text.strip():
        flash(_("Please write something first."))
        return back(conversation_id)
    try:
        with context.writing() as session:
            approvals.approve(session, _draft(session, conversation_id, draft_id), me(session), text)
    except replies.CannotReply as error:
        flash(sentence(str(error)))
    except (LookupError, PermissionError):
        flash(_("Nothing was sent: the answer does not wait for your word (any more)."))
    return back(conversation_id)


@blueprint.post("/drafts/<int:draft_id>/refusal")
def refuse(conversation_id: int, draft_id: int) -> Response:
    """Give an answer back to its author, who is told why."""
    why = request.form.get("why", "")
    try:
        with context.writing() as session:
            draft = _draft(session, conversation_id, draft_id)
            approving.refuse(session, draft, me(session), why, context.app().public_url)
    except (LookupError, PermissionError):
        flash(_("Nothing was changed: the answer does not wait for your word (any more)."))
    return back(conversation_id)


def _draft(session: Session, conversation_id: int, draft_id: int) -> Draft:
    """A draft of a conversation that the signed-in user may change, held; else 404."""
    found = context.conversation(session, conversation_id, access.CHANGE)
    # Its conversation first, as everywhere: two that wait for each other would wait for ever.
    session.refresh(found, ["status"], with_for_update=True)
    draft = drafts.hold(session, draft_id)
    if draft is None or draft.conversation_id != conversation_id:
        abort(404)
    return draft
