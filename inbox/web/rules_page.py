"""The rules in order: what each asks and does, how often and when it last took a message."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from inbox import access
from inbox.models import Decision as DecisionRow
from inbox.web import context
from inbox.web.rule_desk import names
from routing import cases, describe, proposing, rules

blueprint = Blueprint("rules", __name__, url_prefix="/rules")


@blueprint.get("")
def index() -> str:
    """All rules in order, in words."""
    context.user(access.RULES)
    with context.reading() as session:
        rule_set = [rule.as_data() for rule in rules.load(session)]
        called, hits, proposed = names(session), _hits(session), proposing.waiting(session)
    shown = [
        {
            "rule": one,
            "when": describe.conditions(one.get("when", []), g.language, called),
            "then": describe.actions(one["then"], g.language, called),
            "occasion": describe.occasion(one, g.language) if one.get("on", "new") != "new" else "",
            "hits": hits.get(one["slug"], (0, None)),
        }
        for one in rule_set
    ]
    order = ",".join(one["slug"] for one in rule_set[:-1])
    return render_template("rules.html", shown=shown, order=order, proposed=proposed)


@blueprint.post("/<slug>/<any(up, down, removal):verb>")
def move(slug: str, verb: str) -> Response | tuple[str, int]:
    """Move a rule one place, or remove it; the catch-all stays last."""
    context.user(access.RULES)
    with context.writing() as session:
        rule_set = rules.load(session)
        place = next((number for number, rule in enumerate(rule_set[:-1]) if rule.slug == slug), None)
        if place is not None:
            rule = rule_set.pop(place)
            if verb != "removal":
                rule_set.insert(max(0, min(place + (-1 if verb == "up" else 1), len(rule_set) - 1)), rule)
            wrong = save(session, rule_set)
            if wrong:
                return render_template("rules_broken.html", broken=wrong, order=""), 422
    return redirect(url_for("rules.index", _anchor=f"rule-{slug}" if verb != "removal" else None))


@blueprint.post("/order")
def order() -> Response | tuple[str, int]:
    """The order after a drag; rules that it does not name keep their places after those it does."""
    context.user(access.RULES)
    typed = request.form.get("order", "")
    wanted = {slug: number for number, slug in enumerate(typed.split(","))}
    with context.writing() as session:
        rule_set = rules.load(session)
        first, last = rule_set[:-1], rule_set[-1:]
        placed = sorted(first, key=lambda rule: wanted.get(rule.slug, len(wanted)))
        wrong = save(session, [*placed, *last]) if placed != first else []
    if wrong:
        return render_template("rules_broken.html", broken=wrong, order=typed), 422
    return redirect(url_for("rules.index"))


def save(session: Session, whole: Sequence[rules.Rule], about: str = "") -> list[str]:
    """Keep the rules, unless a test case would come out otherwise and nobody said why; those cases in words.

    `about`: what is noted with the version, before the reason. Raises RuleError.
    """
    note = request.form.get("note", "").strip()
    wrong = cases.broken(session, rules.load(session), whole)
    if wrong and not note:
        called = names(session)
        return [cases.in_words(one, g.language, called) for one in wrong]
    rules.save(session, whole, g.user.id, " · ".join(one for one in (about, note) if one))
    return []


def _hits(session: Session) -> dict[str, tuple[int, Any]]:
    """How many messages each rule took, and when the last."""
    query = select(DecisionRow.rule_slug, func.count(), func.max(DecisionRow.at)).group_by(DecisionRow.rule_slug)
    return {slug: (count, last) for slug, count, last in session.execute(query)}
