"""A colleague's own response times, which nobody else sees unless it was agreed."""

from flask import Blueprint, abort, g, render_template

from inbox import access
from inbox.reporting import agreements, personal
from inbox.web import context, report_words
from inbox.web.report_wish import usual_periods, wish

blueprint = Blueprint("my_times", __name__, url_prefix="/me/times")


@blueprint.get("")
def index() -> tuple[str, int]:
    """First and next responses of a period (the last 30 days if none is given), and where the time went."""
    user = context.signed_in()
    if not access.may_see_times(user, user.id, agreed=False):
        abort(403)
    asked = wish()
    with context.reading() as session:
        own = personal.own(session, g.user.id, asked.period, context.app().settings.timezone)
        agreement = agreements.holding(session)
    page = render_template(
        "my_times.html", wish=asked, own=own, agreement=agreement, periods=usual_periods(), words=report_words,
        parts=personal.OWN_PARTS,
    )  # fmt: skip
    return page, 422 if asked.errors else 200
