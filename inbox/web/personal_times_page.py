"""Letting managers see the times of single persons, by a stated agreement, and closing them again."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import TimesAgreement
from inbox.models.agreement import BASES
from inbox.reporting import agreements
from inbox.web import context
from inbox.web.wording import gettext as _
from inbox.web.wording import label, today

blueprint = Blueprint("personal_times", __name__, url_prefix="/people/times")


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | str | tuple[str, int]:
    """What holds, a form to begin, and what held before."""
    context.user(access.TIMES)
    errors: dict[str, str] = {}
    if request.method == "POST":
        basis, reference, dated = _read(errors)
        if dated is not None and not errors:
            try:
                with context.writing() as session:
                    agreements.begin(session, basis, reference, dated, context.actor())
                flash(_("Managers see personal times from now on. Every colleague is told."))
            except agreements.CannotAgree:
                flash(_("An agreement holds already."))
            return redirect(url_for("personal_times.index"))
    with context.reading() as session:
        page = render_template(
            "personal_times.html", holding=agreements.holding(session), history=agreements.history(session),
            bases={code: label("times_basis", code) for code in BASES}, errors=errors, given=request.form,
            longest=agreements.MAX_REFERENCE, today=today(),
        )  # fmt: skip
    return page, 422 if errors else 200


@blueprint.post("/<int:agreement_id>/end")
def end(agreement_id: int) -> Response:
    """Let nobody see the times of others any more."""
    context.user(access.TIMES)
    with context.writing() as session:
        agreements.end(session, session.get(TimesAgreement, agreement_id) or abort(404), context.actor())
    flash(_("Personal times are closed again. Every colleague is told."))
    return redirect(url_for("personal_times.index"))


def _read(errors: dict[str, str]) -> tuple[str, str, date | None]:
    """What was typed; what is wrong is put into `errors`, by field."""
    basis, reference = request.form.get("basis", ""), request.form.get("reference", "").strip()
    dated: date | None = None
    if basis not in BASES:
        errors["basis"] = _("Please choose one that is offered here.")
    if not reference or len(reference) > agreements.MAX_REFERENCE:
        errors["reference"] = _("Please say by which document, for example its number or who signed it.")
    try:
        dated = date.fromisoformat(request.form.get("dated", "").strip())
        if dated > today():
            errors["dated"] = _("Please choose a day that is past, or today.")
    except ValueError:
        errors["dated"] = _("Please choose a day.")
    return basis, reference, dated
