"""The rules, in order, and a plain editor: one rule a page, conditions as rows."""

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Decision as DecisionRow
from inbox.models import Team, User
from inbox.models.conversation import KINDS, PRIORITIES
from inbox.web import context, rule_form
from inbox.web.wording import gettext as _
from routing import facts, rules

blueprint = Blueprint("rules", __name__, url_prefix="/rules")


@blueprint.get("")
def index() -> str:
    """All rules in order, with how often each took a message."""
    context.user(access.RULES)
    with context.reading() as session:
        query = select(DecisionRow.rule_slug, func.count()).group_by(DecisionRow.rule_slug)
        hits = dict(session.execute(query).all())
        teams = {team.slug: team.name for team in session.scalars(select(Team))}
        return render_template("rules.html", rules=rules.load(session), hits=hits, teams=teams)


@blueprint.route("/<slug>", methods=["GET", "POST"])
def edit(slug: str) -> Response | str | tuple[str, int]:
    """Change one rule, or write a new one ("new")."""
    context.user(access.RULES)
    with context.reading() as session:
        rule_set = rules.load(session)
        teams = {team.slug: team.name for team in session.scalars(select(Team).order_by(Team.position))}
        active = select(User).where(User.disabled_at.is_(None)).order_by(User.name)
        people = {user.email: user.name for user in session.scalars(active)}
    known = next(
        (rule.as_data() | {"when": [one.as_data() for one in rule.when]} for rule in rule_set if rule.slug == slug),
        None,
    )
    if known is None and slug != "new":
        abort(404)
    data = known or {"slug": "", "name": "", "when": [], "then": {}}
    errors: dict[str, str] = {}
    last = known is not None and rule_set[-1].slug == slug
    if request.method == "POST":
        data = rule_form.read(request.form, known, {rule.slug for rule in rule_set})
        errors = rule_form.problems(data, last, set(teams), set(people))
        try:
            if not errors:
                _save(rule_set, data, known is None)
                return redirect(url_for("rules.index"))
        except rules.RuleError as refused:
            errors = {"name": str(refused)}
    return render_template(
        "rule.html", data=data, rows=rule_form.rows(data), errors=errors, is_new=known is None, last=last,
        title=known["name"] if known else _("New rule"), teams=teams, people=people,
        facts=facts.TEXTS + facts.NAMES, kinds=KINDS, priorities=PRIORITIES,
    ), 422 if errors else 200  # fmt: skip


@blueprint.post("/<slug>/<any(up, down, removal):verb>")
def move(slug: str, verb: str) -> Response:
    """Move a rule one place, or remove it; the catch-all stays last."""
    context.user(access.RULES)
    with context.writing() as session:
        rule_set = rules.load(session)
        place = next((number for number, rule in enumerate(rule_set[:-1]) if rule.slug == slug), None)
        if place is not None:
            rule = rule_set.pop(place)
            if verb != "removal":
                rule_set.insert(max(0, min(place + (-1 if verb == "up" else 1), len(rule_set) - 1)), rule)
            rules.save(session, rule_set, g.user.id)
    return redirect(url_for("rules.index"))


def _save(rule_set: list[rules.Rule], data: dict[str, Any], is_new: bool) -> None:
    changed = [data if rule.slug == data["slug"] else rule.as_data() for rule in rule_set]
    if is_new:
        changed.insert(len(changed) - 1, data)
    with context.writing() as session:
        rules.save(session, rules.from_data(changed), g.user.id)
