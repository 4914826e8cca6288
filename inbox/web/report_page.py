"""The report of a period on a page, and the same figures as JSON."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Blueprint, g, jsonify, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Exchange
from inbox.models.conversation import CUSTOMER_KINDS
from inbox.models.exchange import ANSWERED, BY_PHONE
from inbox.models.user import COLLEAGUE, MANAGER
from inbox.reporting import agreements, backlog, cells, listed, period, personal, tallies
from inbox.reporting.accuracy import Accuracy, accuracy
from inbox.reporting.arrivals import Arrivals, arrivals
from inbox.reporting.backlog import Point
from inbox.reporting.cases import DIMENSIONS, DONE, FIRST, NEXT, RESOLUTION, WITHOUT, Timed
from inbox.reporting.figures import Figures, figures
from inbox.reporting.hops import PARTS, Way, ways
from inbox.reporting.period import Report
from inbox.web import context, report_charts, report_words
from inbox.web.report_wish import COMPARISONS, Wish, dimensions, today, usual_periods, wish
from inbox.web.wording import gettext as _
from inbox.worktime import calendars

blueprint = Blueprint("report", __name__)
# So many customers without an answer are named on the page itself.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that the page shows of one period. `own`: the reader's answers, where the reader answers customers;
    `opened`: since when managers may see those of each."""

    report: Report
    before: Report | None
    lines: Sequence[Figures]
    ways: Sequence[Way]
    arrivals: Arrivals
    points: Sequence[Point]
    rules: Sequence[Accuracy]
    unanswered: Sequence[listed.Row]
    own: Figures | None
    opened: datetime | None

    @property
    def comparable(self) -> Report | None:
        """The days compared with, unless nobody asked anything in them."""
        return self.before if self.before and self.before.line(FIRST, NEXT).exchanges else None

    @property
    def measures(self) -> Sequence[tuple[str, Figures, Figures | None]]:
        """First and next responses and resolutions, each with that of the days compared with."""
        return [(one, self.report.line(one), self.comparable.line(one) if self.comparable else None)
                for one in (FIRST, NEXT, RESOLUTION)]  # fmt: skip


@blueprint.get("/report")
def index() -> tuple[str, int]:
    """The report of a period (the last 30 days if none is given)."""
    context.user(access.SEE_REPORTS)
    wanted = wish()
    with context.reading() as session:
        found = shown(session, wanted)
    page = render_template(
        "report.html", wish=wanted, shown=found, report=found.report, charts=_charts(found, wanted),
        periods=usual_periods(), comparisons=COMPARISONS, dimensions=dimensions(), parts=PARTS, words=report_words,
        days=report_charts.days(), short=report_charts.short,
    )  # fmt: skip
    return page, 422 if wanted.errors else 200


@blueprint.get("/report.json")
def as_json() -> Response | tuple[Response, int]:
    """The same figures for other programs."""
    context.user(access.SEE_REPORTS)
    wanted = wish()
    if wanted.errors:
        return jsonify(error=next(iter(wanted.errors.values()))), 422
    with context.reading() as session:
        found = period.quickest(session, wanted.period, context.app().settings.timezone, DIMENSIONS, exact=wanted.exact)
        people = by_person(session, wanted)
    by = {} if people is None else {f"first_by_{personal.PERSON}": [asdict(line) for line in people]}
    return jsonify(found.as_data() | by)


def by_person(session: Session, wanted: Wish) -> Sequence[Figures] | None:
    """First responses by colleague; None where the reader may not see them."""
    since = context.times_since(session)
    timezone = context.app().settings.timezone
    return None if since is None else personal.lines(session, wanted.period, timezone, since)


def shown(session: Session, wanted: Wish, dimensions: Collection[str] = ()) -> Shown:
    """What the page shows of the days wished for; `dimensions` besides those that it shows."""
    timezone = context.app().settings.timezone
    report = period.quickest(session, wanted.period, timezone, dimensions or {wanted.by}, exact=wanted.exact)
    other = wanted.compared
    before = period.quickest(session, other, timezone, exact=wanted.exact) if other else None
    begins = wanted.period.begins
    opened, ended = cells.daily(session, begins, today(), timezone)
    points = backlog.backlog(opened, ended, backlog.open_now(session), wanted.period, today())
    unanswered = listed.Wanted(wanted.period, state=WITHOUT)
    # Of very many, the number leads to them.
    named = access.may(g.user, access.NAMES) and not report.rough
    agreement = agreements.holding(session)
    people = by_person(session, wanted) if wanted.by == personal.PERSON else None
    return Shown(
        report, before, report.lines(wanted.by, FIRST) if people is None else people, ways(report.tallies),
        arrivals(report.tallies, wanted.period, calendars.company(session), timezone),
        backlog.thinned(points), accuracy(report),
        listed.page(session, unanswered, timezone, NAMED)[0] if named else (), _own(session, wanted, timezone),
        agreement.at if agreement is not None else None,
    )  # fmt: skip


def _own(session: Session, wanted: Wish, timezone: str) -> Figures | None:
    """What the reader answered; nobody else sees it."""
    if g.user.role not in (MANAGER, COLLEAGUE):
        return None
    start, end = wanted.period.moments(timezone)
    mine = select(Exchange.wall_seconds, Exchange.working_seconds).where(
        Exchange.opened_at >= start, Exchange.opened_at < end, Exchange.user_id == g.user.id,
        Exchange.outcome.in_((ANSWERED, BY_PHONE)), Exchange.kind.in_(CUSTOMER_KINDS),
    )  # fmt: skip
    tally = tallies.Tally()
    for wall, working in session.execute(mine):
        tally.add(Timed(listed.EVERY, DONE, wall, working))
    return figures(tally) if tally.answered else None


def _charts(seen: Shown, wanted: Wish) -> Mapping[str, object]:
    """The charts there is something to draw for."""
    if not seen.report.line(FIRST, NEXT).exchanges:
        return {}
    names = seen.report.names
    speed = _("First response, working time: %s") % _(report_words.DIMENSIONS[wanted.by])
    found = {"week": report_charts.week(_("When questions come"), seen.arrivals)}
    if any(line.answered for line in seen.lines):
        found["speed"] = report_charts.speed(speed, wanted.by, seen.lines)
    if seen.ways:
        found["way"] = report_charts.way(
            _("Working time of an answered question, on average"), seen.ways, names["team"]
        )
    if seen.points:
        found["waiting"] = report_charts.waiting(_("Waiting at the end of the day"), seen.points)
    return found
