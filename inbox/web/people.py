"""People and teams: invite by link, roles, memberships, switching off."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional, ValidationError

from inbox import access, users
from inbox.models import Team, User
from inbox.models.user import COLLEAGUE, ROLES
from inbox.web import context
from inbox.web.forms import Form, TickField, choices, reason_of, refuse
from inbox.web.labels import LANGUAGES
from inbox.web.wording import gettext as _
from inbox.web.wording import label
from routing import zones

blueprint = Blueprint("people", __name__, url_prefix="/people")


MAX_OPEN = 10_000


class UserForm(Form):
    name = StringField(validators=[DataRequired()])
    email = StringField(validators=[DataRequired()])
    role = SelectField(default=COLLEAGUE)
    language = SelectField(choices=choices(LANGUAGES))
    teams = TickField()
    notify_by_mail = BooleanField(default=True)
    zones = StringField()
    max_open = IntegerField(validators=[Optional(), NumberRange(0, MAX_OPEN)])

    def validate_zones(self, field: StringField) -> None:
        """Refuse what is no place, by name."""
        try:
            zones.read(field.data or "")
        except ValueError as error:
            raise ValidationError(_("This is no region, province or country: %s") % error) from None


@blueprint.route("", methods=["GET", "POST"])
def index() -> Response | str | tuple[str, int]:
    """All people and teams, and the form that invites one more."""
    context.user(access.PEOPLE)
    form = _form()
    if request.method == "POST" and form.validate():
        try:
            with context.writing() as session:
                user = users.create(
                    session, form.email.data, form.name.data, form.role.data, form.language.data, form.teams.data
                )
                user.notify_by_mail = form.notify_by_mail.data
                token = users.issue_ticket(session, users.INVITATION, user.id)
            return _page(_form(blank=True), link=(user, _link(token)))
        except users.AccountError as error:
            refuse(form, error)
    return _page(form), 422 if form.errors else 200


@blueprint.route("/<int:user_id>", methods=["GET", "POST"])
def edit(user_id: int) -> Response | str | tuple[str, int]:
    """One person's name, role, teams and how they are told."""
    context.user(access.PEOPLE)
    with context.reading() as session:
        user = session.get(User, user_id, options=[selectinload(User.teams), selectinload(User.links)])
    if user is None:
        abort(404)
    form = _form(user)
    if request.method == "POST" and form.validate():
        try:
            _change(user_id, form)
            return redirect(url_for("people.index"))
        except users.AccountError as error:
            refuse(form, error)
    return render_template("person.html", form=form, person=user), 422 if form.errors else 200


@blueprint.post("/<int:user_id>/<any(disabling, enabling, invitation):verb>")
def change(user_id: int, verb: str) -> Response | str:
    """Switch an account off or on, or make a new invitation link."""
    context.user(access.PEOPLE)
    try:
        with context.writing() as session:
            user = session.get(User, user_id) or abort(404)
            if verb == "invitation":
                token = users.issue_ticket(session, users.INVITATION, user.id)
            elif verb == "disabling":
                users.disable(session, user, context.actor())
            else:
                users.enable(session, user, context.actor())
    except users.AccountError as error:
        flash(reason_of(error))
        return redirect(url_for("people.index"))
    return (
        _page(_form(blank=True), link=(user, _link(token)))
        if verb == "invitation"
        else redirect(url_for("people.index"))
    )


def _change(user_id: int, form: UserForm) -> None:
    with context.writing() as session:
        found = session.get_one(User, user_id)
        found.name, found.language = form.name.data.strip(), form.language.data
        found.notify_by_mail, found.max_open = form.notify_by_mail.data, form.max_open.data
        found.zones = zones.read(form.zones.data or "")
        users.set_email(session, found, form.email.data)
        users.set_role(session, found, form.role.data)
        users.set_teams(session, found, form.teams.data)


def _form(user: User | None = None, blank: bool = False) -> UserForm:
    form = UserForm(formdata=None) if blank else UserForm(obj=user)
    with context.reading() as session:
        teams = session.scalars(select(Team).order_by(Team.position))
        form.teams.choices = choices({team.slug: team.name for team in teams})
    form.role.choices = choices({role: label("role", role) for role in ROLES})
    if user is not None and request.method == "GET":
        form.teams.data = [team.slug for team in user.teams]
        form.zones.data = zones.say(user.zones, g.language)
    return form


def _page(form: UserForm, link: tuple[User, str] | None = None) -> str:
    with context.reading() as session:
        people = session.scalars(
            select(User)
            .options(selectinload(User.teams), selectinload(User.links))
            .order_by(User.disabled_at, User.name)
        ).all()
        loaded = (selectinload(Team.members), selectinload(Team.links))
        teams = session.scalars(select(Team).options(*loaded).order_by(Team.position)).all()
    told = {one.id for one in people if any(chat.works for chat in one.links)}
    blocked = [(one.name, chat.name, chat.blocked_at) for one in people for chat in one.links if chat.blocked_at]
    blocked += [(one.name, chat.name, chat.blocked_at) for one in teams for chat in one.links if chat.blocked_at]
    return render_template("people.html", form=form, people=people, teams=teams, link=link, told=told, blocked=blocked)


def _link(token: str) -> str:
    return context.app().public_url.rstrip("/") + url_for("auth.invitation", token=token)
