"""The rules, in order, and a plain editor: one rule a page, conditions as rows."""

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Decision as DecisionRow
from inbox.models import Team
from inbox.models.conversation import KINDS, PRIORITIES
from inbox.web import context
from inbox.web.wording import gettext as _
from inbox.web.wording import label
from routing import facts, rules

blueprint = Blueprint("rules", __name__, url_prefix="/rules")
ROWS = 3


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
        teams = list(session.scalars(select(Team).order_by(Team.position)))
    known = next((rule.as_data() for rule in rule_set if rule.slug == slug), None)
    if known is None and slug != "new":
        abort(404)
    data = known or {"slug": "", "name": "", "when": [], "then": {}}
    error, last = "", known is not None and rule_set[-1].slug == slug
    if request.method == "POST":
        data = _from_form(known, {rule.slug for rule in rule_set})
        error = _problem(data, last)
        try:
            if not error:
                _save(rule_set, data, known is None)
                return redirect(url_for("rules.index"))
        except rules.RuleError as refused:
            error = str(refused)
    return render_template(
        "rule.html", data=data, rows=_rows(data), error=error, is_new=known is None, last=last, teams=teams,
        facts=facts.ALL, kinds=KINDS, priorities=PRIORITIES,
    ), 422 if error else 200  # fmt: skip


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


def _from_form(known: dict[str, Any] | None, taken: set[str]) -> dict[str, Any]:
    name = request.form.get("name", "").strip()
    slug = known["slug"] if known else _slug(name, taken)
    when = []
    for fact, text in zip(request.form.getlist("fact"), request.form.getlist("values"), strict=False):
        values = [one.strip() for one in text.replace("\n", ",").split(",") if one.strip()]
        if fact == "machine" and not values:
            when.append({"fact": fact, "exists": True})
        elif fact or values:
            when.append({"fact": fact, ("has_any" if fact in facts.TEXTS else "is_any"): values})
    then = {key: request.form.get(key, "") for key in ("team", "priority", "kind") if request.form.get(key)}
    tags = [one.strip() for one in request.form.get("tags", "").split(",") if one.strip()]
    actions: dict[str, Any] = then | ({"tags": tags} if tags else {})
    if known and known["then"].get("person"):
        actions["person"] = known["then"]["person"]
    data = {"slug": slug, "name": name or slug, "when": when, "then": actions}
    return data if request.form.get("enabled") else data | {"enabled": False}


def _problem(data: dict[str, Any], last: bool) -> str:
    """What is missing, in the reader's words; the rules themselves check the rest."""
    for condition in data["when"]:
        values: Any = next(value for key, value in condition.items() if key != "fact")
        if not condition["fact"]:
            return _("Please choose what is looked at for: %s.") % ", ".join(values)
        if not values:
            return _("Please write at least one word or value for: %s.") % label("fact", condition["fact"])
    if not data["when"] and not last:
        return _("Please say when the rule fits; only the last rule takes whatever is left.")
    then = data["then"]
    if last and not then.get("team") and not then.get("person"):
        return _("The last rule must give questions to a team, so that none is left lying.")
    return "" if then else _("Please say what is to be done.")


def _rows(data: dict[str, Any]) -> list[dict[str, str]]:
    rows = []
    for condition in data.get("when", []):
        values: Any = next((value for key, value in condition.items() if key != "fact"), [])
        rows.append({"fact": condition["fact"], "values": ", ".join(values) if isinstance(values, list) else ""})
    return rows + [{"fact": "", "values": ""}] * max(2, ROWS - len(rows))


def _slug(name: str, taken: set[str]) -> str:
    from routing.words import split

    slug = base = "-".join(split(name)) or "rule"
    number = 2
    while slug in taken or slug == "new":
        slug, number = f"{base}-{number}", number + 1
    return slug
