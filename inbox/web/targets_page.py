"""Within which time customers are to be answered: the company's table, and what held before."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access
from inbox.clocks import targets
from inbox.customers.classes import CLASSES
from inbox.models import Channel, Tag, Target, Team, User
from inbox.models.conversation import CUSTOMER_KINDS, PRIORITIES
from inbox.web import context
from inbox.web.wording import gettext as _
from inbox.web.wording import label, working

blueprint = Blueprint("targets", __name__, url_prefix="/hours/targets")
NUMBERS = {"team": "team_id", "channel": "channel_id", "tag": "tag_id"}
TABLES: dict[str, Any] = {"team": Team, "channel": Channel, "tag": Tag}
CODES = {"contact_class": CLASSES, "priority": PRIORITIES, "kind": CUSTOMER_KINDS}


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | str | tuple[str, int]:
    """The lines that hold, and a form for one more."""
    context.user(access.PEOPLE)
    errors: dict[str, str] = {}
    if request.method == "POST":
        with context.writing() as session:
            wanted = _read(session, errors)
            if wanted is not None:
                try:
                    targets.put(session, wanted, context.actor())
                except ValueError:
                    errors["minutes"] = _("There are too many lines already.")
        if not errors:
            flash(_("Saved."))
            return redirect(url_for("targets.index"))
    return _page(errors), 422 if errors else 200


@blueprint.post("/<int:target_id>/end")
def end(target_id: int) -> Response:
    """Let a line hold no longer."""
    context.user(access.PEOPLE)
    with context.writing() as session:
        targets.end(session, session.get(Target, target_id) or abort(404), context.actor())
    return redirect(url_for("targets.index"))


def _read(session: Session, errors: dict[str, str]) -> Target | None:
    """The line that was typed; what is wrong is put into `errors`, by field."""
    form, row = request.form, Target(priority="", kind="")
    typed = form.get("minutes", "").strip()
    if not (typed.isdecimal() and len(typed) < 7 and 1 <= int(typed) <= targets.MOST_MINUTES):
        errors["minutes"] = _("Please enter minutes of working time, from 1 to %(most)s.") % {
            "most": targets.MOST_MINUTES
        }
    else:
        row.minutes = int(typed)
    for name, column in NUMBERS.items():
        value = form.get(name, "")
        found = session.get(TABLES[name], int(value)) if value.isdecimal() and len(value) < 18 else None
        if value and found is None:
            errors[name] = _("Please choose one that is offered here.")
        setattr(row, column, found.id if found is not None else None)
    for name, known in CODES.items():
        value = form.get(name, "")
        if value not in ("", *known):
            errors[name] = _("Please choose one that is offered here.")
        setattr(row, name, value)
    return None if errors else row


def _page(errors: dict[str, str]) -> str:
    with context.reading() as session:
        names = {
            "team": {row.id: row.name for row in session.scalars(select(Team).order_by(Team.position))},
            "channel": {row.id: row.name for row in session.scalars(select(Channel).order_by(Channel.name))},
            "tag": {row.id: row.name for row in session.scalars(select(Tag).order_by(Tag.name))},
        }
        users = {row.id: row.name for row in session.scalars(select(User))}
        shown = [(row, _said(row, names), working(row.minutes)) for row in targets.lines(session)]
        over = [
            (row, _said(row, names), working(row.minutes), users.get(row.ended_by_id or 0, ""))
            for row in targets.history(session)
        ]
    choices = {**names, **{name: {code: label(name, code) for code in known} for name, known in CODES.items()}}
    return render_template(
        "targets.html", lines=shown, over=over, choices=choices, errors=errors, given=request.form,
        usual=working(targets.USUAL_MINUTES), most=targets.MOST_MINUTES,
    )  # fmt: skip


def _said(row: Target, names: dict[str, dict[int, str]]) -> str:
    """What a line names, in words."""
    said = [
        names["tag"].get(row.tag_id or 0, ""),
        label("contact_class", row.contact_class) if row.contact_class else "",
        label("priority", row.priority) if row.priority else "",
        names["team"].get(row.team_id or 0, ""), names["channel"].get(row.channel_id or 0, ""),
        label("kind", row.kind) if row.kind else "",
    ]  # fmt: skip
    return " · ".join(one for one in said if one) or _("All questions")
