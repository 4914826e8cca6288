"""The questions behind a number of the report, one by one."""

import re
from dataclasses import replace

from flask import Blueprint, g, render_template, request
from sqlalchemy.orm import Session

from inbox import access
from inbox.models import User
from inbox.reporting import cases, listed, personal
from inbox.reporting.listed import Wanted
from inbox.reporting.period import names
from inbox.web import context, report_words
from inbox.web.report_charts import days
from inbox.web.report_wish import Wish, wish
from inbox.web.wording import gettext as _

blueprint = Blueprint("report_cases", __name__)
HOUR_OF_WEEK = re.compile(r"[0-6]-(?:[01]?\d|2[0-3])")


@blueprint.get("/report/cases")
def index() -> tuple[str, int]:
    """The questions of a period, of a kind given by the address."""
    context.user(access.SEE_REPORTS)
    asked = wish()
    wanted = _wanted(asked)
    with context.reading() as session:
        wanted, whose = _of_person(session, wanted)
        rows, after = listed.page(session, wanted, context.app().settings.timezone)
        name = whose or _name(session, wanted)
    page = render_template(
        "report_cases.html", wish=asked, wanted=wanted, rows=rows, after=after, name=name, words=report_words,
        hour=_hour(wanted.hour), given={key: value for key, value in request.args.items() if key != "after"},
        named=access.may(g.user, access.NAMES), opinions=wanted.state in listed.OPINIONS,
    )  # fmt: skip
    return page, 422 if asked.errors else 200


def _wanted(asked: Wish) -> Wanted:
    """What the address asks for; what it cannot mean is left out."""
    measure, state = request.args.get("measure", ""), request.args.get("state", "")
    by, hour = request.args.get("by", ""), request.args.get("hour", "")
    return Wanted(
        asked.period,
        measure if measure in listed.MEASURES else listed.EVERY,
        state if state in listed.STATES else "",
        by if by in cases.DIMENSIONS and "value" in request.args else cases.ALL,
        request.args.get("value", "")[:200],
        hour if HOUR_OF_WEEK.fullmatch(hour) else "",
        g.user.id if request.args.get("mine") == "1" else None,
        after=request.args.get("after", ""),
    )


def _of_person(session: Session, wanted: Wanted) -> tuple[Wanted, str]:
    """The questions of one colleague, and that one's name, for who may see the times of each; else as it was."""
    value = request.args.get("value", "")
    if request.args.get("by") != personal.PERSON or not value.isdecimal() or len(value) > 18:
        return wanted, ""
    since, user = context.times_since(session), session.get(User, int(value))
    if since is None or user is None:
        return wanted, ""
    return replace(wanted, user_id=user.id, since=since), f"{_(report_words.DIMENSIONS[personal.PERSON])}: {user.name}"


def _name(session: Session, wanted: Wanted) -> str:
    """What the value of the address is called."""
    if wanted.by == cases.ALL:
        return ""
    known = names(session).get(wanted.by, {})
    called = report_words.value_name(wanted.by, wanted.value, known.get(wanted.value, ""))
    return f"{_(report_words.DIMENSIONS[wanted.by])}: {called}" if called else ""


def _hour(hour: str) -> str:
    """An hour of the week in words: Mon 9:00."""
    day, _dash, clock = hour.partition("-")
    return f"{days()[int(day)]} {clock}:00" if hour else ""
