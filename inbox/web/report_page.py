"""Response times on a page, and the same figures as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from inbox import access, reports
from inbox.models import now
from inbox.web import context
from inbox.web.wording import gettext as _

blueprint = Blueprint("report", __name__)


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report is about; where the wish is refused the last 30, and why, by field."""

    begins: date
    ends: date
    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/report")
def index() -> tuple[str, int]:
    """The report of a period (the last 30 days if none is given)."""
    context.user(access.SEE_REPORTS)
    period = _period()
    return render_template("report.html", report=_report(period), period=period), 422 if period.errors else 200


@blueprint.get("/report.json")
def as_json() -> Response | tuple[Response, int]:
    """The same figures for other programs."""
    context.user(access.SEE_REPORTS)
    period = _period()
    if period.errors:
        return jsonify(error=next(iter(period.errors.values()))), 422
    return jsonify(_report(period).as_data())


def _report(period: Period) -> reports.Report:
    with context.reading() as session:
        return reports.report(session, period.begins, period.ends, context.app().settings.timezone)


def _period() -> Period:
    # The company's day, which may already be tomorrow's in UTC.
    ends = now().astimezone(ZoneInfo(context.app().settings.timezone)).date()
    begins = ends - timedelta(days=29)
    typed = {name: request.args.get(name, "").strip() for name in ("from", "to")}
    if not any(typed.values()):
        return Period(begins, ends, {"from": begins.isoformat(), "to": ends.isoformat()})
    days, errors = {}, {}
    for name, text in typed.items():
        try:
            days[name] = date.fromisoformat(text)
            if days[name].year not in reports.YEARS:
                errors[name] = _("Please choose a day from %(first)s to %(last)s.") % {
                    "first": reports.YEARS[0],
                    "last": reports.YEARS[-1],
                }
        except ValueError:
            errors[name] = _("Please give both days as year-month-day.")
    if not errors and days["from"] > days["to"]:
        errors["from"] = _("The first day comes after the last.")
    if errors:
        return Period(begins, ends, typed, errors)
    return Period(days["from"], days["to"], typed)
