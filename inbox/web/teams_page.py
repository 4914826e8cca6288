"""A team: its name, who leads it, and how long a question may wait to be taken before it passes on."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, StringField
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
    form.lead_id.choices = choices({"": _("nobody"), **able})
    if form.is_submitted() and form.validate():
        with context.writing() as session:
            found = session.get_one(Team, team_id)
            found.name, found.claim_minutes = form.name.data.strip(), form.claim_minutes.data
            found.lead_id = int(form.lead_id.data) if form.lead_id.data else None
            record(
                session, "team_set", context.actor(), subject_team_id=team_id, lead_user_id=found.lead_id,
                minutes=found.claim_minutes,
            )  # fmt: skip
        flash(_("Saved."))
        return redirect(url_for("people.index"))
    if not form.is_submitted():
        form.lead_id.data = str(team.lead_id or "")
    return render_template("team.html", form=form, team=team), 422 if form.errors else 200
