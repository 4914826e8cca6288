"""Correcting the past, from the page of the company's hours: begun by a button, then shown with what it changed."""

from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from inbox import access
from inbox.clocks import corrections
from inbox.clocks.corrections import CannotCorrect
from inbox.models import Correction
from inbox.web import context
from inbox.web.wording import gettext as _
from inbox.web.wording import today

blueprint = Blueprint("corrections", __name__, url_prefix="/hours/corrections")


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | str | tuple[str, int]:
    """What correcting the past means, a form to begin, and the corrections there were."""
    context.user(access.PEOPLE)
    error = ""
    if request.method == "POST":
        try:
            since = date.fromisoformat(request.form.get("since", "").strip())
            with context.writing() as session:
                zone = context.app().settings.timezone
                row = corrections.begin(session, since, zone, context.actor(), today())
            return redirect(url_for("corrections.show", correction_id=row.id))
        except CannotCorrect as refused:
            error = _refused(refused.code)
        except ValueError:
            error = _("Please choose a day.")
    with context.reading() as session:
        rows = corrections.latest(session)
    page = render_template("corrections.html", rows=rows, error=error, given=request.form, today=today())
    return page, 422 if error else 200


@blueprint.get("/<int:correction_id>")
def show(correction_id: int) -> str:
    """How far a correction is, and what it has changed so far: as it was, as it is."""
    context.user(access.PEOPLE)
    with context.reading() as session:
        row = session.get(Correction, correction_id) or abort(404)
        who = row.user.name if row.user is not None else ""
        changes = corrections.changes(session, row)
    return render_template("correction.html", row=row, who=who, changes=changes)


def _refused(code: str) -> str:
    return {
        corrections.BUSY: _("One correction is under way; the next can begin when it is done."),
        corrections.COMING: _("Please choose a day that is past, or today."),
        corrections.TOO_LONG: _("At most ten years back."),
    }[code]
