"""Reports by mail: what everybody gets, what is on the monthly page, sending one now, and the links that went out."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import ReportRecipient, ReportSending, User, now
from inbox.models.report_mail import DAILY, MONTHLY, REPORT_KINDS, WEEKLY
from inbox.reporting.days import Period
from inbox.reporting.monthly import links, recipients, schedule, words
from inbox.reporting.monthly.content import SECTIONS
from inbox.reporting.monthly.page import HEADERS, written
from inbox.reporting.monthly.recipients import RecipientError
from inbox.web import context
from inbox.web.labels import LANGUAGES
from inbox.web.month_page import usual_month
from inbox.web.wording import gettext as _
from inbox.worktime import calendars
from inbox.worktime.hours import Hours

blueprint = Blueprint("mailing", __name__, url_prefix="/report/mailing")
# So many of those sent last are listed.
MOST_SENT = 50


@dataclass(frozen=True, slots=True)
class Sent:
    """A sending as it is listed."""

    row: ReportSending
    title: str
    link: str


@blueprint.get("")
def index() -> str:
    """What is sent to whom; what a manager may change."""
    context.user(access.SEE_REPORTS)
    return _page()


@blueprint.post("/mine")
def mine() -> Response:
    """What I get."""
    context.user(access.SEE_REPORTS)
    with context.writing() as session:
        user = session.get_one(User, g.user.id)
        recipients.set_user(session, user, request.form.getlist("kinds"), context.actor())
    flash(_("Saved."))
    return redirect(url_for("mailing.index"))


@blueprint.post("/now")
def send_now() -> Response:
    """Send me one now."""
    context.user(access.SEE_REPORTS)
    kind = request.form.get("kind", MONTHLY)
    with context.writing() as session:
        period = _period(kind, calendars.company(session)) if kind in REPORT_KINDS else None
        if period is None:
            abort(422)
        if recipients.mailbox(session, g.user.email) is None:
            flash(_("There is no mailbox that works: connect one under Channels first."))
            return redirect(url_for("mailing.index"))
        schedule.ask(session, kind, period, g.user.id)
    flash(_("On its way to %s.") % g.user.email)
    return redirect(url_for("mailing.index"))


@blueprint.post("/users/<int:user_id>")
def set_user(user_id: int) -> Response:
    """What a colleague gets."""
    context.user(access.PEOPLE)
    with context.writing() as session:
        user = session.get(User, user_id)
        if user is None or not access.may(user, access.SEE_REPORTS):
            abort(404)
        recipients.set_user(session, user, request.form.getlist("kinds"), context.actor())
    flash(_("Saved."))
    return redirect(url_for("mailing.index"))


@blueprint.post("/outside")
def add() -> Response | tuple[str, int]:
    """An address outside gets reports."""
    context.user(access.PEOPLE)
    form = request.form
    language = form.get("language", "")
    try:
        with context.writing() as session:
            recipients.add(
                session, form.get("address", ""), form.get("name", ""), language if language in LANGUAGES else "it",
                form.getlist("kinds"), form.get("names") == "1", context.actor(),
            )  # fmt: skip
    except RecipientError as error:
        reasons = {
            "no_address": _("This is not a mail address."),
            "ours": _("This is an address of ours: colleagues are in the list above."),
            "taken": _("This address already gets reports."),
        }
        return _page(wrong=reasons[error.code]), 422
    flash(_("Saved."))
    return redirect(url_for("mailing.index"))


@blueprint.post("/outside/<int:number>/removal")
def remove(number: int) -> Response:
    """An address outside gets nothing more."""
    context.user(access.PEOPLE)
    with context.writing() as session:
        row = session.get(ReportRecipient, number)
        if row is None or row.user_id is not None:
            abort(404)
        recipients.remove(session, row, context.actor())
    return redirect(url_for("mailing.index"))


@blueprint.post("/page")
def set_page() -> Response:
    """What is on the monthly page."""
    context.user(access.PEOPLE)
    with context.writing() as session:
        recipients.set_page(session, request.form.getlist("sections"), request.form.get("heading", ""))
    flash(_("Saved."))
    return redirect(url_for("mailing.index"))


@blueprint.get("/sent/<int:number>")
def sent(number: int) -> Response:
    """What a link shows, without counting as opened."""
    context.user(access.PEOPLE)
    with context.reading() as session:
        row = session.get(ReportSending, number) or abort(404)
    page = written(row.content, row.language, context.app().settings.timezone) or abort(404)
    return Response(page, headers=HEADERS, content_type="text/html")


@blueprint.post("/sent/<int:number>/revocation")
def revoke(number: int) -> Response:
    """A link opens nothing more."""
    context.user(access.PEOPLE)
    with context.writing() as session:
        links.revoke(session, session.get(ReportSending, number) or abort(404), context.actor(), now())
    return redirect(url_for("mailing.index"))


def _page(wrong: str = "") -> str:
    manages = access.may(g.user, access.PEOPLE)
    with context.reading() as session:
        every = recipients.every(session)
        query = select(ReportSending).options(joinedload(ReportSending.delivery)).order_by(ReportSending.id.desc())
        rows = session.scalars(query.limit(MOST_SENT)).all() if manages else []
        shown, heading = recipients.sections(session), recipients.heading(session)
        works = recipients.mailbox(session) is not None
        month = usual_month(session)
    moment = now()
    listed = [
        Sent(one, words.title(Period(one.begins, one.ends), g.language), links.state(one, moment).value)
        for one in rows
    ]  # fmt: skip
    return render_template(
        "mailing.html", every=every, mine=next(one for one in every if one.user_id == g.user.id),
        manages=manages, sent=listed, kinds=_kinds(), parts=_sections(), shown=shown, heading=heading, works=works,
        languages=LANGUAGES, typed=request.form if wrong else {}, wrong=wrong, month=f"{month.begins:%Y-%m}",
    )  # fmt: skip


def _kinds() -> dict[str, str]:
    return {MONTHLY: _("monthly page"), WEEKLY: _("weekly"), DAILY: _("daily")}


def _sections() -> dict[str, str]:
    names = (_("What stands out"), _("How many asked, and from where"), _("Where the time went"),
             _("Which teams answered"), _("What came of it"), _("Who still waits"))  # fmt: skip
    return dict(zip(SECTIONS, names, strict=True))


def _period(kind: str, hours: Hours) -> Period | None:
    if kind == MONTHLY:
        with context.reading() as session:
            return usual_month(session)
    return schedule.due(kind, hours, context.app().settings.timezone, now())
