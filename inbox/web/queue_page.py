"""The triage page: who waits longest comes first."""

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access, alarms, elsewhere, forgotten, listing, out_of_office
from inbox.models import Channel, Conversation, Identity, Team, now
from inbox.sitechat import settings as sitechat
from inbox.sitechat import visits
from inbox.web import clocks, context

blueprint = Blueprint("queue", __name__)
# What an address may say: a row's number, and a place in the list (how many before it, or since when and which).
NUMBER = re.compile(r"[0-9]{1,18}")
PLACE = re.compile(r"[0-9]{1,18}|h?[0-9]{1,10}(\.[0-9]{1,9})?:[0-9]{1,18}")


@blueprint.get("/")
def index() -> Response | str:
    """The queue, filtered by state, team, channel and whose."""
    user = g.user
    if user is not None and not access.may(user, access.SEE_QUEUE):
        return redirect(url_for("report.index"))
    context.user(access.SEE_QUEUE)
    open_id = request.args.get("open", "")
    with context.reading() as session:
        data = queue_data(session, wanted_filter(), int(open_id) if NUMBER.fullmatch(open_id) else None)
    return render_template("queue_list.html" if request.args.get("part") == "list" else "queue.html", **data)


def queue_data(session: Session, wanted: listing.Filter, open_id: int | None = None) -> dict[str, Any]:
    """The list, its filters and counts; `open_id` is the conversation that is read beside it."""
    here = visits.waiting(session, now())
    rows = listing.conversations(session, g.user, wanted, here)
    page = rows[: listing.PAGE]
    return {
        "page": page,
        "wanted": wanted,
        "open_id": open_id,
        "here": here,
        "ringing": listing.ringing(session, g.user, here),
        "services": elsewhere.places(session, page),
        "target_states": clocks.states(session, page),
        "forgotten": forgotten.reasons(session, [one.id for one in page]) if wanted.state == listing.FORGOTTEN else {},
        "addresses": _addresses(session, page),
        "counts": listing.counts(session, g.user),
        "teams": list(session.scalars(select(Team).order_by(Team.position))),
        "channels": list(session.scalars(select(Channel).order_by(Channel.name))),
        "troubles": alarms.troubles(session) if access.may(g.user, access.CHANNELS) else [],
        "seem_away": out_of_office.shown_to(session, g.user, now()),
        "next_key": listing.next_key(wanted, rows, here),
    }


def wanted_filter() -> listing.Filter:
    """The filter in the address; unknown values fall back to the open ones."""
    state, channel = request.args.get("state", "open"), request.args.get("channel", "")
    after = request.args.get("after", "")
    return listing.Filter(
        state=state if state in listing.STATES else "open",
        team=request.args.get("team", ""),
        channel=channel if NUMBER.fullmatch(channel) else "",
        mine=request.args.get("mine") == "1",
        after=after if PLACE.fullmatch(after) else "",
    )


def _addresses(session: Session, page: Sequence[Conversation]) -> dict[int, str]:
    """For contacts without a name: the address to call them by."""
    nameless = [one.contact_id for one in page if not one.contact.name]
    rows = session.execute(
        select(Identity.contact_id, Identity.address).where(
            # A visitor's address is a random name of ours, which says nothing to a reader.
            Identity.contact_id.in_(nameless),
            Identity.address != "unknown",
            Identity.kind != sitechat.KIND,
        )
    )
    return dict(rows.all())
