"""What colleagues' corrections say about the rules: proposals to accept or to dismiss, each with what speaks for it."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Conversation, Proposal
from inbox.models.proposal import ACCEPTED, DISMISSED, NEW, OUTDATED
from inbox.web import context, proposal_words
from inbox.web.rule_desk import names
from inbox.web.rules_page import save
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence
from routing import amend, proposing, rules

blueprint = Blueprint("proposals", __name__, url_prefix="/rules/proposals")


@blueprint.get("")
def index() -> str:
    """Those that wait, then those dismissed."""
    context.user(access.RULES)
    with context.reading() as session:
        query = select(Proposal).where(Proposal.state.in_((NEW, DISMISSED))).order_by(Proposal.at.desc(), Proposal.id)
        rows = session.scalars(query).all()
        words = proposal_words.Words(rules.load(session), names(session))
        subjects = _subjects(session, rows)
        busy, last = proposing.busy(session), proposing.looked_at(session)
    waiting = sorted((row for row in rows if row.state == NEW), key=lambda row: -row.evidence["right"])
    dismissed = [row for row in rows if row.state == DISMISSED]
    return render_template(
        "proposals.html", waiting=waiting, dismissed=dismissed, words=words, subjects=subjects, busy=busy, last=last
    )


@blueprint.post("/look")
def look() -> Response:
    """Look again now."""
    context.user(access.RULES)
    with context.writing() as session:
        proposing.begin(session)
    return redirect(url_for("proposals.index"))


@blueprint.post("/<int:proposal_id>/acceptance")
def accept(proposal_id: int) -> Response | tuple[str, int]:
    """Change the rules so; where test cases would come out otherwise, first ask why."""
    context.user(access.RULES)
    with context.writing() as session:
        row = _found(session, proposal_id, NEW)
        if row is None:
            return redirect(url_for("proposals.index"))
        before = rules.load(session)
        try:
            note = _("Proposal: %s") % proposal_words.Words(before, names(session)).what(row).replace("*", "")
            wrong = save(session, amend.apply(row.change, before), note)
        except amend.Outdated:
            proposing.decide(row, OUTDATED, g.user.id)
            flash(_("The rules were changed meanwhile, and the proposal no longer fits them. It was taken away."))
            return redirect(url_for("proposals.index"))
        except rules.RuleError as refused:
            flash(sentence(str(refused)))
            return redirect(url_for("proposals.index"))
        if wrong:
            back = url_for("proposals.index")
            return render_template("rules_broken.html", broken=wrong, order="", back=back), 422
        proposing.decide(row, ACCEPTED, g.user.id)
        slug = amend.slug_of(row.change)
        # What else was found counts otherwise now.
        proposing.begin(session)
    flash(_("The rule was changed."))
    return redirect(url_for("rule.edit", slug=slug))


@blueprint.post("/<int:proposal_id>/<any(dismissal, return):verb>")
def decide(proposal_id: int, verb: str) -> Response:
    """Dismiss one for good, or have a dismissed one proposed again."""
    context.user(access.RULES)
    was, then = (NEW, DISMISSED) if verb == "dismissal" else (DISMISSED, NEW)
    with context.writing() as session:
        row = _found(session, proposal_id, was)
        if row is not None:
            proposing.decide(row, then, g.user.id)
            flash(_("Dismissed. It does not come back by itself.") if then == DISMISSED else _("Proposed again."))
    return redirect(url_for("proposals.index"))


def _found(session: Session, proposal_id: int, state: str) -> Proposal | None:
    """The proposal in that state; None, and it is said, where somebody else decided meanwhile."""
    row = session.get(Proposal, proposal_id, with_for_update=True) or abort(404)
    if row.state == state:
        return row
    flash(_("This proposal was decided about meanwhile."))
    return None


def _subjects(session: Session, rows: Sequence[Proposal]) -> dict[int, str]:
    """The subjects of the conversations behind proposals, as far as those are still there."""
    numbers: set[Any] = {sample[0] for row in rows for sample in row.evidence["samples"]}
    query = select(Conversation.id, Conversation.subject).where(Conversation.id.in_(numbers))
    return {row.id: row.subject for row in session.execute(query)}
