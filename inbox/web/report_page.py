"""Response times on a page, and the same figures as JSON."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from inbox import access, reports
from inbox.models import now
from inbox.web import context
from inbox.web.wording import gettext as _

blueprint = Blueprint("report", __name__)


@blueprint.get("/report")
def index() -> str | tuple[str, int]:
    """The report of a period (the last 30 days if none is given)."""
    context.user(access.SEE_REPORTS)
    begins, ends, error = _period()
    return render_template("report.html", report=_report(begins, ends), error=error), 422 if error else 200


@blueprint.get("/report.json")
def as_json() -> Response | tuple[Response, int]:
    """The same figures for other programs."""
    context.user(access.SEE_REPORTS)
    begins, ends, error = _period()
    return (jsonify(error=error), 422) if error else jsonify(_report(begins, ends).as_data())


def _report(begins: date, ends: date) -> reports.Report:
    with context.reading() as session:
        return reports.report(session, begins, ends, context.app().settings.timezone)


def _period() -> tuple[date, date, str]:
    # The company's day, which may already be tomorrow's in UTC.
    ends = now().astimezone(ZoneInfo(context.app().settings.timezone)).date()
    begins = ends - timedelta(days=29)
    try:
        given = [date.fromisoformat(request.args[name]) for name in ("from", "to") if request.args.get(name)]
    except ValueError:
        return begins, ends, _("Please give both days as year-month-day.")
    if len(given) != 2:
        return begins, ends, ""
    if given[0] > given[1]:
        return begins, ends, _("The first day comes after the last.")
    return given[0], given[1], ""
