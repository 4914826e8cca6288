"""The triage page: who waits longest comes first."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from inbox import access, listing
from inbox.models import Channel, Team
from inbox.web import context

blueprint = Blueprint("queue", __name__)


@blueprint.get("/")
def index() -> Response | str:
    """The queue, filtered by state, team, channel and whose."""
    user = g.user
    if user is not None and not access.may(user, access.SEE_QUEUE):
        return redirect(url_for("report.index"))
    user = context.user(access.SEE_QUEUE)
    wanted = wanted_filter()
    with context.reading() as session:
        page = listing.conversations(session, user, wanted)
        counts = listing.counts(session, user)
        teams = list(session.scalars(select(Team).order_by(Team.position)))
        channels = list(session.scalars(select(Channel).order_by(Channel.name)))
    template = "queue_list.html" if request.args.get("part") == "list" else "queue.html"
    return render_template(
        template, page=page[: listing.PAGE], counts=counts, wanted=wanted, teams=teams, channels=channels,
        next_key=listing.next_key(wanted, page), open_id=None,
    )  # fmt: skip


def wanted_filter() -> listing.Filter:
    """The filter in the address; unknown values fall back to the open ones."""
    state = request.args.get("state", "open")
    return listing.Filter(
        state=state if state in listing.STATES else "open",
        team=request.args.get("team", ""),
        channel=request.args.get("channel", ""),
        mine=request.args.get("mine") == "1",
        after=request.args.get("after", ""),
    )
