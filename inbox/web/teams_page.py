"""A team: its name, who leads it, how long a question may wait, who approves, what is told of it, its group chats."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional

from inbox import access, contents, linking, users
from inbox.events import record
from inbox.models import Channel, Team, User
from inbox.models.user import CONTENTS
from inbox.web import context
from inbox.web.forms import Form, choices
from inbox.web.wording import gettext as _
from inbox.web.wording import label

blueprint = Blueprint("teams", __name__, url_prefix="/people/teams")
MAX_MINUTES = 10_000
_BOT = select(Channel).where(Channel.kind == "telegram", Channel.enabled).order_by(Channel.id).limit(1)


# The fields that name a colleague.
PEOPLE = ("lead_id", "approver_id", "deputy_id")


class TeamForm(Form):
    name = StringField(validators=[DataRequired()])
    lead_id = SelectField()
    approver_id = SelectField()
    deputy_id = SelectField()
    author_may_send = BooleanField()
    claim_minutes = IntegerField(validators=[Optional(), NumberRange(1, MAX_MINUTES)])
    content = SelectField()


@blueprint.route("/<int:team_id>", methods=["GET", "POST"])
def edit(team_id: int) -> Response | str | tuple[str, int]:
    """Change a team."""
    context.user(access.PEOPLE)
    team, form = _team(team_id), _form(team_id)
    if form.is_submitted() and form.validate() and _fits(form):
        with context.writing() as session:
            found = session.get_one(Team, team_id)
            found.name, found.claim_minutes = form.name.data.strip(), form.claim_minutes.data
            found.author_may_send = form.author_may_send.data
            for name in PEOPLE:
                setattr(found, name, int(form[name].data) if form[name].data else None)
            contents.set_team(session, found, form.content.data, context.actor())
            record(
                session, "team_set", context.actor(), subject_team_id=team_id, lead_user_id=found.lead_id,
                minutes=found.claim_minutes, approver_user_id=found.approver_id, deputy_user_id=found.deputy_id,
                author_may_send=found.author_may_send,
            )  # fmt: skip
        flash(_("Saved."))
        return redirect(url_for("people.index"))
    if not form.is_submitted():
        _choose(form, team)
    return _page(team, form), 422 if form.errors else 200


@blueprint.post("/<int:team_id>/telegram")
def telegram(team_id: int) -> str:
    """A deep link by which the manager chooses the team's group, once, within ten minutes."""
    context.user(access.PEOPLE)
    with context.writing() as session:
        team = session.get(Team, team_id) or abort(404)
        channel = session.scalar(_BOT)
        link = linking.group_link(session, channel, session.get_one(User, g.user.id), team) if channel else ""
    return _page(_team(team_id), _form(team_id, blank=True), link=link)


@blueprint.post("/<int:team_id>/links/<int:link_id>/removal")
def unlink(team_id: int, link_id: int) -> Response:
    """Forget a group; nothing more goes there."""
    context.user(access.PEOPLE)
    with context.writing() as session:
        linking.unlink_group(session, session.get(Team, team_id) or abort(404), link_id, context.actor())
    return redirect(url_for("teams.edit", team_id=team_id))


def _team(team_id: int) -> Team:
    with context.reading() as session:
        loaded = [selectinload(Team.members), selectinload(Team.links)]
        found: Team = session.get(Team, team_id, options=loaded) or abort(404)
    return found


def _form(team_id: int, *, blank: bool = False) -> TeamForm:
    """The team's form; `blank`: whatever was posted is no part of it."""
    with context.reading() as session:
        team = session.get_one(Team, team_id)
        people = session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.name)).all()
    form = TeamForm(formdata=None, obj=team) if blank else TeamForm(obj=team)
    able = {str(one.id): one.name for one in people if access.may(one, access.TAKE_TURNS)}
    for name in PEOPLE:
        form[name].choices = choices({"": _("nobody"), **able})
    form.content.choices = choices({code: label("content", code) for code in CONTENTS})
    if blank:
        _choose(form, team)
    return form


def _choose(form: TeamForm, team: Team) -> None:
    for name in PEOPLE:
        form[name].data = str(getattr(team, name) or "")


def _page(team: Team, form: TeamForm, **more: Any) -> str:
    with context.reading() as session:
        has_bot = session.scalar(_BOT) is not None
        waiting = users.has_ticket(session, users.TEAM_CHAT, g.user.id, team.id)
    return render_template(
        "team.html", **({"form": form, "team": team, "has_bot": has_bot, "waiting": waiting, "link": ""} | more)
    )


def _fits(form: TeamForm) -> bool:
    """Whether the deputy is somebody else than an approver that there is."""
    if not form.deputy_id.data or (form.approver_id.data and form.approver_id.data != form.deputy_id.data):
        return True
    form.deputy_id.errors = [_("A deputy stands in for somebody else who approves.")]
    return False
