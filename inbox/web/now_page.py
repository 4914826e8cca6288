"""Who waits at this moment and how today goes: a page for the desk, and one for a screen on the wall."""

from typing import Any

from flask import Blueprint, g, render_template, request

from inbox import access
from inbox.models import now
from inbox.reporting import today
from inbox.web import context

blueprint = Blueprint("now", __name__, url_prefix="/now")
# Rows that can be read across a room.
ON_THE_WALL = 12


@blueprint.get("")
def index() -> str:
    """The page for the desk."""
    return render_template(
        "now.html", **_shown(), named=access.may(g.user, access.NAMES), holders=access.may(g.user, access.SEE_QUEUE)
    )


@blueprint.get("/wall")
def wall() -> str:
    """The page for the wall: customers' names only where the address asks for them and the reader may see them."""
    shown = _shown()
    named = request.args.get("names") == "1" and access.may(g.user, access.NAMES)
    return render_template("wall.html", **shown, named=named, holders=access.may(g.user, access.SEE_QUEUE),
                           most=ON_THE_WALL, at=now())  # fmt: skip


def _shown() -> dict[str, Any]:
    context.user(access.SEE_REPORTS)
    with context.reading() as session:
        return {"today": today.today(session, now(), context.app().settings.timezone)}
