"""The test cases of the rules: all with how they come out now, made from a conversation, removed."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Message, RuleCase
from inbox.web import context
from inbox.web.rule_desk import names
from inbox.web.wording import gettext as _
from routing import cases, gather, rules

blueprint = Blueprint("cases", __name__)


@blueprint.get("/rules/cases")
def index() -> str:
    """All of them, tried with the rules in force."""
    context.user(access.RULES)
    with context.reading() as session:
        results = cases.run(session, rules.load(session))
        called = names(session)
    return render_template("cases.html", results=results, place=lambda one: called.get(one, one) or _("nobody"))


@blueprint.post("/conversations/<int:conversation_id>/case")
def keep(conversation_id: int) -> Response:
    """Keep a message of a conversation that is in the right hands."""
    context.user(access.RULES)
    with context.writing() as session:
        found = context.conversation(session, conversation_id, access.SEE)
        number = request.form.get("message", type=int)
        wanted = select(Message).where(Message.id == number, Message.conversation_id == found.id)
        message = session.scalar(wanted) or abort(404)
        if session.scalar(select(RuleCase.id).where(RuleCase.message_id == message.id)) is not None:
            flash(_("This message is a test case already."))
            return redirect(url_for("cases.index"))
        name = found.subject or found.snippet or _("(no subject)")
        try:
            cases.keep(session, gather.gather(session, [message])[0], message, name[:200], g.user.id)
        except ValueError:
            flash(_("First give the conversation to whom it belongs."))
            return redirect(url_for("why.show", conversation_id=conversation_id))
    flash(_("Kept as a test case."))
    return redirect(url_for("cases.index"))


@blueprint.post("/rules/cases/<int:case_id>/removal")
def remove(case_id: int) -> Response:
    """Forget one."""
    context.user(access.RULES)
    with context.writing() as session:
        session.delete(session.get(RuleCase, case_id) or abort(404))
    flash(_("Removed."))
    return redirect(url_for("cases.index"))
