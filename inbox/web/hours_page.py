"""Hours, holidays, closing days and absences: the company's, a team's, a person's, one page for all."""

from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import available_timezones

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access, out_of_office
from inbox.models import Closure, Team, User
from inbox.web import context, hours_form
from inbox.web.conversation_page import holders
from inbox.web.wording import gettext as _
from inbox.web.wording import today
from inbox.worktime import calendars, closing
from inbox.worktime.calendars import COMPANY, Owner
from inbox.worktime.closing import ClosureError, Wanted

blueprint = Blueprint("hours", __name__, url_prefix="/hours")
View = TypeVar("View", bound=Callable[..., Any])
PLACES = ("", "/teams/<int:team_id>", "/people/<int:user_id>")


def _routes(path: str, **options: Any) -> Callable[[View], View]:
    """The same page for the company, a team and a person."""

    def add(view: View) -> View:
        for place in PLACES:
            blueprint.route(f"{place}{path}", **options)(view)
        return view

    return add


@_routes("", methods=["GET", "POST"])
def index(team_id: int | None = None, user_id: int | None = None) -> Response | str | tuple[str, int]:
    """Weekly hours and holidays, and below them what closes when."""
    owner = _owner(team_id, user_id)
    with context.reading() as session:
        typed = _stored(session, owner)
    if request.method == "POST":
        changed_country = request.form.get("country", typed.country) != typed.country
        typed, week = hours_form.read(request.form, typed, owner, today())
        if week is not None:
            with context.writing() as session:
                calendars.save(session, owner, week, context.actor())
            chooses = changed_country and week.country and hours_form.provinces(week.country)
            flash(_("Saved. The province can be chosen now.") if chooses else _("Saved."))
            if week.valid_from < today():
                flash(_("What is past stays as it was measured, until somebody corrects the past."))
            return redirect(_url(owner))
    return _page(owner, typed), 422 if typed.errors else 200


@_routes("/closures", methods=["POST"])
def close(team_id: int | None = None, user_id: int | None = None) -> Response | tuple[str, int]:
    """Enter a closing or an absence."""
    owner = _owner(team_id, user_id)
    wanted, errors = hours_form.read_closure(request.form)
    if not errors:
        try:
            return _closed(owner, wanted)
        except ClosureError as error:
            errors[error.field] = hours_form.refused(error)
    with context.reading() as session:
        typed = _stored(session, owner)
    return _page(owner, typed, errors), 422


@blueprint.post("/people/<int:user_id>/presence")
def here(user_id: int) -> Response:
    """Whose mail program answers by itself is here all the same."""
    _owner(None, user_id)
    with context.writing() as session:
        out_of_office.over(session.get_one(User, user_id))
    return redirect(url_for("queue.index"))


@_routes("/closures/<int:closure_id>/removal", methods=["POST"])
def reopen(closure_id: int, team_id: int | None = None, user_id: int | None = None) -> Response:
    """Take a closing or an absence back."""
    owner = _owner(team_id, user_id)
    with context.writing() as session:
        row = session.get(Closure, closure_id)
        if row is None or (row.team_id, row.user_id) != (owner.team_id, owner.user_id):
            abort(404)
        closing.remove(session, row, context.actor())
    return redirect(_url(owner, "closures"))


def _closed(owner: Owner, wanted: Wanted) -> Response:
    with context.writing() as session:
        row = closing.add(session, owner, wanted, context.actor(), today())
        session.flush()
        for one in hours_form.gaps(session, max(row.starts, today()), row.ends):
            flash(one)
    flash(_("Saved."))
    return redirect(_url(owner, "closures"))


def _owner(team_id: int | None, user_id: int | None) -> Owner:
    """Whose hours these are, for whoever may set them; else 404, which tells nothing."""
    me = context.signed_in()
    with context.reading() as session:
        there = session.get(Team, team_id) if team_id is not None else session.get(User, user_id) if user_id else True
    if not there or not access.may_set_hours(me, team_id, user_id):
        abort(404)
    return Owner(team_id, user_id)


def _stored(session: Session, owner: Owner) -> hours_form.Typed:
    rows = calendars.versions(session, owner)
    return hours_form.shown(rows[-1] if rows else None, owner, today(), context.app().settings.timezone)


def _page(owner: Owner, typed: hours_form.Typed, closure_errors: dict[str, str] | None = None) -> str:
    with context.reading() as session:
        company = calendars.company(session)
        closures = sorted(calendars.closures(session, owner, today()), key=lambda one: one.starts)
        data = {
            "name": _name(session, owner),
            "closures": [(one, hours_form.span(one.starts, one.ends), _hours(one)) for one in closures],
            "covers": [one for one in holders(session) if one.id != owner.user_id],
            "cover_names": {one.id: one.name for one in session.scalars(select(User))},
            "teams": session.scalars(select(Team).order_by(Team.position)).all() if owner == COMPANY else [],
            "bridges": list(closing.bridges(company, today())) if owner == COMPANY else [],
            "inherited": calendars.say_week(company) if owner != COMPANY else {},
        }
    return render_template(
        "hours.html", owner=owner, typed=typed, errors=typed.errors, closure_errors=closure_errors or {},
        given=request.form if closure_errors else {}, is_own=owner.user_id == g.user.id,
        here=_url(owner), today=today(),
        days=[(day, hours_form.day_name(number)) for number, day in enumerate(typed.days)],
        zones=sorted(available_timezones()), countries=hours_form.countries() if owner.user_id is None else [],
        provinces=hours_form.provinces(typed.country), holidays=hours_form.holidays(typed, today()),
        is_company=owner == COMPANY, **data,
    )  # fmt: skip


def _name(session: Session, owner: Owner) -> str:
    if owner.team_id is not None:
        return session.get_one(Team, owner.team_id).name
    return session.get_one(User, owner.user_id).name if owner.user_id is not None else ""


def _hours(closure: Closure) -> str:
    return calendars.say_walls(calendars.walls_of(closure.hours))


def _url(owner: Owner, anchor: str | None = None) -> str:
    place: dict[str, Any] = {"team_id": owner.team_id} if owner.team_id else {}
    place |= {"user_id": owner.user_id} if owner.user_id else {}
    return url_for("hours.index", _anchor=anchor, **place)
