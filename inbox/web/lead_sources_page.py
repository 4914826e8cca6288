"""The sources of leads: how they are called, which count as one, what they cost by month; also from a file."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access, company, webhooks
from inbox.events import record
from inbox.leads import costfile, handoff, money, sources
from inbox.leads.sources import SourceError
from inbox.web import context
from inbox.web.lead_form import typed
from inbox.web.lead_words import source_name, wrong
from inbox.web.wording import gettext as _
from inbox.web.wording import today

blueprint = Blueprint("lead_sources", __name__, url_prefix="/leads/sources")
SHOWN_ERRORS = 20


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | str | tuple[str, int]:
    """All sources with their costs of one month, to be changed and saved as a whole."""
    context.user(access.RULES)
    month = costfile.month_of(request.args.get("month", "")) or today().replace(day=1)
    if request.method == "GET":
        return _page(month)
    rows = _typed()
    errors = {
        f"cost-{number}": wrong("no_sum")
        for number, row in enumerate(rows)
        if row["cost"] and money.cents(row["cost"]) is None
    }
    if not errors:
        errors = _save(rows, month)
    if errors:
        return _page(month, rows, errors), 422
    flash(_("Saved."))
    return redirect(url_for("lead_sources.index", month=f"{month:%Y-%m}"))


@blueprint.post("/file")
def bring() -> Response | tuple[str, int]:
    """Costs from a file: all of it, or nothing where a line cannot be read."""
    context.user(access.RULES)
    upload = request.files.get("file")
    content = upload.read(costfile.MAX_BYTES + 1) if upload else b""
    if not content:
        return _page(today().replace(day=1), said=[_("Please choose a file.")]), 422
    with context.reading() as session:
        costs, mistakes = costfile.read(content, _called(session))
    if mistakes:
        return _page(today().replace(day=1), said=[_mistake(one) for one in mistakes[:SHOWN_ERRORS]]), 422
    with context.writing() as session:
        changed = sum(sources.set_cost(session, context.actor(), one.source, one.month, one.cents) for one in costs)
    flash(
        _("%(read)s costs were read, %(changed)s of them changed something.") % {"read": len(costs), "changed": changed}
    )
    last = max((one.month for one in costs), default=today())
    return redirect(url_for("lead_sources.index", month=f"{last:%Y-%m}"))


def _typed() -> list[dict[str, str]]:
    form = request.form
    lists = [form.getlist(name) for name in ("code", "name", "into", "cost")]
    return [
        dict(zip(("code", "name", "into", "cost"), (one.strip() for one in row), strict=True))
        for row in zip(*lists, strict=False)
    ]


def _save(rows: Sequence[dict[str, str]], month: date) -> dict[str, str]:
    """Write it all, or nothing where something is wrong: what, by field."""
    errors: dict[str, str] = {}
    texts = {
        "unknown": _("This source is not known (any more)."),
        "circle": _("Two sources cannot count as each other."),
        "too_long": wrong("too_long"),
        "taken": _("Another source is called so already."),
    }
    try:
        with context.writing() as session:
            for number, row in enumerate(rows):
                try:
                    sources.change(session, context.actor(), row["code"], row["name"], row["into"])
                    session.flush()
                except SourceError as error:
                    field = "into" if error.code in ("circle", "unknown") else "name"
                    errors[f"{field}-{number}"] = texts[error.code]
                    continue
                cents = money.cents(row["cost"]) if row["cost"] else 0
                sources.set_cost(session, context.actor(), row["code"], month, cents or 0)
            if errors:
                raise _Wrong
    except _Wrong:
        pass
    return errors


@blueprint.post("/webhook")
def choose_webhook() -> Response:
    """Which program is told of every change of a lead."""
    context.user(access.RULES)
    name = request.form.get("webhook", "")
    with context.writing() as session:
        if name == "" or name in webhooks.names(session):
            company.put(session, handoff.WEBHOOK, name)
            record(session, "lead_webhook_set", context.actor(), name=name)
            flash(_("Saved."))
        else:
            flash(_("Nothing was changed: please choose once more."))
    return redirect(url_for("lead_sources.index"))


class _Wrong(Exception):
    """Takes the transaction back."""


def _page(
    month: date, rows: Sequence[dict[str, str]] | None = None, errors: dict[str, str] | None = None,
    said: Sequence[str] = (),
) -> str:  # fmt: skip
    with context.reading() as session:
        names = sources.names(session)
        codes = sorted(sources.all_codes(session), key=lambda code: source_name(code).casefold())
        costs = sources.costs(session, [month])
        programs, program = sorted(webhooks.names(session)), company.get(session, handoff.WEBHOOK)
    usual = {code: source_name(code) for code in codes}
    shown: list[dict[str, Any]] = list(rows) if rows is not None else [
        {"code": code, "name": names.names.get(code, ""), "into": names.into.get(code, ""),
         "cost": typed(costs.get((code, month)))}
        for code in codes
    ]  # fmt: skip
    number = month.year * 12 + month.month - 1
    around = [date(one // 12, one % 12 + 1, 1) for one in (number - 1, number + 1)]
    return render_template(
        "lead_sources.html", rows=shown, usual=usual, errors=errors or {}, said=said, month=month, around=around,
        total=sum(costs.values()), called={code: source_name(code, names) for code in codes},
        programs=programs, program=program,
    )  # fmt: skip


def _called(session: Session) -> dict[str, str]:
    """Sources by everything they are called: own name, usual name, code."""
    names = sources.names(session)
    codes = sources.all_codes(session)
    return (
        {code: code for code in codes}
        | {source_name(code): code for code in codes}
        | {source_name(code, names): code for code in codes}
    )


def _mistake(one: costfile.Wrong) -> str:
    texts = {
        "size": _("The file is too large: at most 1 MB and 10,000 lines."),
        "columns": _("The first line must name three columns: source, month and cost."),
        "source": _("Line %(line)s: no source is called %(value)s."),
        "month": _("Line %(line)s: this is no month: %(value)s."),
        "cost": _("Line %(line)s: this is no sum: %(value)s."),
        "twice": _("Line %(line)s: this source and month stand above already: %(value)s."),
    }
    text = texts[one.code]
    return text % {"line": one.line, "value": one.value or "–"} if "%(line)s" in text else text
