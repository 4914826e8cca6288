"""The report as files: CSV and a workbook, with the words of the page in the reader's language. Times in seconds."""

from collections.abc import Callable, Sequence

from flask import Blueprint
from werkzeug.exceptions import UnprocessableEntity
from werkzeug.wrappers import Response

from inbox import access
from inbox.reporting import sheets
from inbox.reporting.cases import DIMENSIONS, FIRST
from inbox.reporting.figures import Figures
from inbox.reporting.hops import PARTS
from inbox.reporting.personal import PERSON
from inbox.reporting.sheets import Cell, Table
from inbox.web import context, report_words
from inbox.web.report_charts import days
from inbox.web.report_page import Shown, by_person, shown
from inbox.web.report_wish import Wish, wish
from inbox.web.wording import gettext as _

blueprint = Blueprint("report_files", __name__)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/report.csv")
def as_csv() -> Response:
    """All tables of the report as one CSV file."""
    return _file(sheets.as_csv, "text/csv; charset=utf-8", "csv")


@blueprint.get("/report.xlsx")
def as_workbook() -> Response:
    """All tables of the report as a workbook."""
    return _file(sheets.as_workbook, WORKBOOK, "xlsx")


def _file(write: Callable[[Sequence[Table]], bytes], content_type: str, ending: str) -> Response:
    context.user(access.SEE_REPORTS)
    wanted = wish()
    if wanted.errors:
        raise UnprocessableEntity(next(iter(wanted.errors.values())))
    with context.reading() as session:
        tables = _tables(shown(session, wanted, DIMENSIONS), wanted, by_person(session, wanted))
    name = f"report-{wanted.period.begins}-{wanted.period.ends}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(write(tables), headers=headers, content_type=content_type)


def _tables(found: Shown, wanted: Wish, people: Sequence[Figures] | None) -> list[Table]:
    """Everything that the page shows, and what it shows only when asked for; `people`: None where not to be seen."""
    report = found.report
    span = f"{wanted.period.begins} – {wanted.period.ends}"
    summary = [_line(_(report_words.MEASURES[measure]), line) for measure, line, _before in found.measures]
    if found.before:
        summary += [
            _line(f"{_(report_words.MEASURES[measure])} ({_('before')})", before)
            for measure, _now, before in found.measures
            if before
        ]
    by_each: dict[str, Sequence[Figures]] = {one: report.lines(one, FIRST) for one in DIMENSIONS}
    if people is not None:
        by_each[PERSON] = people
    by = [
        Table(
            f"{_('First response')}: {_(report_words.DIMENSIONS[one])}",
            _heads(_(report_words.DIMENSIONS[one])),
            [_line(report_words.called(one, line), line) for line in lines],
        )
        for one, lines in by_each.items()
    ]
    return [Table(f"{_('How fast')} {span}", _heads(""), summary), *by, _way(found), _week(found), _waiting(found),
            _rules(found)]  # fmt: skip


def _heads(first: str) -> list[str]:
    return [
        first, _("questions"), _("answered"), _("still waiting"), _("no answer"), _("answered, delivery uncertain"),
        _("with a target"), _("answered in time"), _("half within"), _("9 of 10 within"), _("half, all hours"),
        _("9 of 10, all hours"), _("customers asked"), _("said how it was"), _("found it good"),
        _("found it not good"),
    ]  # fmt: skip


def _line(name: str, line: Figures) -> list[Cell]:
    return [
        name, line.exchanges, line.answered, line.waiting, line.unanswered, line.uncertain, line.targeted, line.within,
        line.median_working, line.p90_working, line.median_wall, line.p90_wall, line.asked, line.voted, line.good,
        line.bad,
    ]  # fmt: skip


def _way(found: Shown) -> Table:
    names = found.report.names["team"]
    rows: list[list[Cell]] = [
        [report_words.value_name("team", one.team, names.get(one.team, "")), one.answered,
         *(one.working.get(part) for part in PARTS)]
        for one in found.ways
    ]  # fmt: skip
    heads = [_("Team"), _("answered"), *(_(report_words.PARTS[one]) for one in PARTS)]
    return Table(_("Where the time went"), heads, rows)


def _week(found: Shown) -> Table:
    rows: list[list[Cell]] = [[name, *found.arrivals.counts[day]] for day, name in enumerate(days())]
    return Table(_("When questions come"), ["", *map(str, range(24))], rows)


def _waiting(found: Shown) -> Table:
    rows: list[list[Cell]] = [[one.day.isoformat(), one.opened, one.ended, one.waiting] for one in found.points]
    return Table(_("Waiting at the end of the day"), [_("Up to"), _("arrived"), _("ended"), _("waiting")], rows)


def _rules(found: Shown) -> Table:
    rows: list[list[Cell]] = [[one.name, one.decided, one.changed, one.right] for one in found.rules]
    heads = [_("Rule"), _("new questions"), _("passed on by hand"), _("stayed there")]
    return Table(_("What the rules decided"), heads, rows)
