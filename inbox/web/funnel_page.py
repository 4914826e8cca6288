"""From the source to the sale: what the ways to us bring and cost. Figures only, no names."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from inbox import access
from inbox.leads import funnel, sources
from inbox.leads.costfile import month_of
from inbox.web import context, funnel_chart
from inbox.web.lead_words import source_name
from inbox.web.wording import gettext as _
from inbox.web.wording import today

blueprint = Blueprint("funnel", __name__, url_prefix="/leads/funnel")
MONTHS, MOST_MONTHS = 6, 36


@blueprint.get("")
def index() -> tuple[str, int]:
    """The funnel of some months (the last six if none are given)."""
    context.user(access.SEE_REPORTS)
    begins, ends, wrong = _period()
    by = funnel.FIRST if request.args.get("by") == funnel.FIRST else funnel.LAST
    whom = request.args.get("whom", "")
    whom = whom if whom in (funnel.NEW, funnel.CUSTOMERS) else funnel.EVERYBODY
    zone = context.app().settings.timezone
    with context.reading() as session:
        names = sources.names(session)
        page: dict[str, Any] = {
            "funnel": (found := funnel.funnel(session, begins, ends, zone, by, whom)),
            "chart": funnel_chart.stages(found.total) if found.total.leads else "",
            "named": lambda code: source_name(code, names),
            "any": funnel.first_month(session, zone) is not None,
        }
    page |= {"begins": begins, "ends": ends, "wrong": wrong, "by": by, "whom": whom}
    return render_template("funnel.html", **page), 422 if wrong else 200


def _period() -> tuple[date, date, str]:
    """First and last month, and what is wrong with those that were asked for."""
    this = today().replace(day=1)
    usual = _before(this, MONTHS - 1), this
    typed = [request.args.get(name, "") for name in ("from", "to")]
    if not any(typed):
        return *usual, ""
    asked = [month_of(text) for text in typed]
    begins, ends = asked[0], asked[1]
    if begins is None or ends is None:
        return *usual, _("Please choose two months.")
    if begins > ends:
        return *usual, _("The first month comes after the last.")
    if (ends.year - begins.year) * 12 + ends.month - begins.month >= MOST_MONTHS:
        return *usual, _("At most %s months can be shown at once.") % MOST_MONTHS
    return begins, ends, ""


def _before(month: date, count: int) -> date:
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)
