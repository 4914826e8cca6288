"""A month's page for those who sign in: to look at, as a PDF and as JSON. Names as the reader's role has them."""

from datetime import date

from flask import Blueprint, g, jsonify, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Exchange
from inbox.models.conversation import CUSTOMER_KINDS
from inbox.reporting.days import Period, day_start
from inbox.reporting.monthly import recipients
from inbox.reporting.monthly.content import Content, month_before, month_days, month_of
from inbox.reporting.monthly.gathering import gather
from inbox.reporting.monthly.page import HEADERS, page
from inbox.reporting.monthly.pdf import pdf
from inbox.reporting.monthly.sheet import Sheet, sheet
from inbox.web import context
from inbox.web.report_wish import today
from inbox.web.wording import gettext as _

blueprint = Blueprint("month", __name__)


@blueprint.get("/report/month")
def show() -> Response | tuple[str, int]:
    """The page as it would go out now."""
    context.user(access.SEE_REPORTS)
    period = _period()
    if period is None:
        return render_template("error.html", code=422, hint=_unreadable()), 422
    return Response(page(_sheet(period), context.app().public_url), headers=HEADERS, content_type="text/html")


@blueprint.get("/report/month.pdf")
def as_pdf() -> Response | tuple[str, int]:
    """The page on paper."""
    context.user(access.SEE_REPORTS)
    period = _period()
    if period is None:
        return render_template("error.html", code=422, hint=_unreadable()), 422
    headers = {"Content-Disposition": f'inline; filename="{period.begins:%Y-%m}.pdf"', "Cache-Control": "no-store"}
    content = pdf(_sheet(period), context.app().public_url)
    return Response(content, headers=headers, content_type="application/pdf")


@blueprint.get("/report/month.json")
def as_json() -> Response | tuple[Response, int]:
    """The numbers of the page for other programs."""
    context.user(access.SEE_REPORTS)
    period = _period()
    if period is None:
        return jsonify(error=_unreadable()), 422
    return jsonify(_content(period).as_data())


def usual_month(session: Session) -> Period:
    """The month that the page is usually about: the last whole one; this one where nobody asked before it."""
    this = today()
    begins = day_start(this.replace(day=1), context.app().settings.timezone)
    counted = Exchange.opened_at < begins, Exchange.kind.in_(CUSTOMER_KINDS)
    asked = session.scalar(select(Exchange.id).where(*counted).limit(1))
    return month_before(this) if asked is not None else Period(*month_days(this))


def _period() -> Period | None:
    """The month that the address names, the usual one if none; None where it cannot be read."""
    text = request.args.get("month", "").strip()
    if not text:
        with context.reading() as session:
            return usual_month(session)
    try:
        return month_of(text)
    except ValueError:
        return None


def _unreadable() -> str:
    return _("Please give the month as year-month, such as %s.") % f"{date(2026, 10, 1):%Y-%m}"


def _content(period: Period) -> Content:
    with context.reading() as session:
        found = gather(session, period, context.app().settings.timezone)
    return found if access.may(g.user, access.NAMES) else found.without_names()


def _sheet(period: Period) -> Sheet:
    content, named = _content(period), access.may(g.user, access.NAMES)
    with context.reading() as session:
        company, sections = recipients.heading(session), recipients.sections(session)
    zone = context.app().settings.timezone
    return sheet(content, g.language, zone, company=company, sections=sections, names=named)
