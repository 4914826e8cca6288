"""The questions that come most often in a period, with what was answered."""

from flask import Blueprint, abort, g, render_template

from inbox import access
from inbox.web import context
from inbox.web.report_wish import wish
from routing import questions

blueprint = Blueprint("report_questions", __name__)


@blueprint.get("/report/questions")
def index() -> tuple[str, int]:
    """The groups of similar questions. They are customers' words, so not for whoever sees figures only."""
    user = context.user(access.SEE_REPORTS)
    if not access.may(user, access.NAMES):
        abort(403)
    wanted = wish()
    with context.reading() as session:
        found = questions.frequent(session, *wanted.period.moments(context.app().settings.timezone))
    page = render_template("report_questions.html", wish=wanted, found=found, opens=access.may(g.user, access.SEE))
    return page, 422 if wanted.errors else 200
