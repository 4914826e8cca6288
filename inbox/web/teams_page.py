"""A team: its name, who leads it, how long a question may wait to be taken, and who approves the answers."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, NumberRange, Optional

from inbox import access
from inbox.events import record
from inbox.models import Team, User
from inbox.web import context
from inbox.web.forms import Form, choices
from inbox.web.wording import gettext as _

blueprint = Blueprint("teams", __name__, url_prefix="/people/teams")
MAX_MINUTES = 10_000


class TeamForm(Form):
    name = StringField(validators=[DataRequired()])
    lead_id = SelectField()
    approver_id = SelectField()
    deputy_id = SelectField()
    author_may_send = BooleanField()
    claim_minutes = IntegerField(validators=[Optional(), NumberRange(1, MAX_MINUTES)])


@blueprint.route("/<int:team_id>", methods=["GET", "POST"])
def edit(team_id: int) -> Response | str | tuple[str, int]:
    """Change a team."""
    context.user(access.PEOPLE)
    with context.reading() as session:
        team = session.get(Team, team_id, options=[selectinload(Team.members)]) or abort(404)
        people = session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.name)).all()
    form = TeamForm(obj=team)
    able = {str(one.id): one.name for one in people if access.may(one, access.TAKE_TURNS)}
    people_fields = {name: form[name] for name in ("lead_id", "approver_id", "deputy_id")}
    for one in people_fields.values():
        one.choices = choices({"": _("nobody"), **able})
    if form.is_submitted() and form.validate() and _fits(form):
        with context.writing() as session:
            found = session.get_one(Team, team_id)
            found.name, found.claim_minutes = form.name.data.strip(), form.claim_minutes.data
            found.author_may_send = form.author_may_send.data
            for name, chosen in people_fields.items():
                setattr(found, name, int(chosen.data) if chosen.data else None)
            record(
                session, "team_set", context.actor(), subject_team_id=team_id, lead_user_id=found.lead_id,
                minutes=found.claim_minutes, approver_user_id=found.approver_id, deputy_user_id=found.deputy_id,
                author_may_send=found.author_may_send,
            )  # fmt: skip
        flash(_("Saved."))
        return redirect(url_for("people.index"))
    if not form.is_submitted():
        for name, field in people_fields.items():
            field.data = str(getattr(team, name) or "")
    return render_template("team.html", form=form, team=team), 422 if form.errors else 200


def _fits(form: TeamForm) -> bool:
    """Whether the deputy is somebody else than an approver that there is."""
    if not form.deputy_id.data or (form.approver_id.data and form.approver_id.data != form.deputy_id.data):
        return True
    form.deputy_id.errors = [_("A deputy stands in for somebody else who approves.")]
    return False
