"""The rule editor: one rule as rows of plain controls, tried on the past before it is saved."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from inbox import access
from inbox.models.conversation import KINDS, PRIORITIES, STAGES
from inbox.web import context, rule_form, rule_problems, rule_trial
from inbox.web.rule_desk import Desk
from inbox.web.rules_page import save
from inbox.web.wording import gettext as _
from inbox.web.wording import label
from routing import describe, facts, phrases

blueprint = Blueprint("rule", __name__, url_prefix="/rules")
MORE_ACTIONS = ("target", "snooze", "stage", "language", "webhook", "watchers", "acknowledge", "close", "spam")


@blueprint.route("/<slug>", methods=["GET", "POST"])
def edit(slug: str) -> Response | str | tuple[str, int]:
    """Change one rule, or write a new one ("new")."""
    context.user(access.RULES)
    desk = Desk()
    known = desk.known(slug)
    if known is None and slug != "new":
        abort(404)
    data = known or {"slug": "", "name": "", "when": [], "then": {}}
    errors: dict[str, str] = {}
    broken: list[str] = []
    if request.method == "POST":
        data = rule_form.read(request.form, known, {rule.slug for rule in desk.rules}, desk.words)
        errors, whole = rule_problems.check(desk, data, request.form)
        if whole is not None and not request.form.get("try"):
            with context.writing() as session:
                broken = save(session, whole)
            if not broken:
                flash(_("Saved."))
                return redirect(url_for("rules.index", _anchor=f"rule-{data['slug']}"))
            errors["note"] = _("Please say why, or change the rule.")
    return _page(desk, data, errors, known, broken), 422 if errors else 200


def _page(
    desk: Desk, data: dict[str, Any], errors: dict[str, str], known: dict[str, Any] | None, broken: list[str]
) -> str:
    names = desk.teams | desk.people
    looked = rule_trial.look(desk, data) if request.form.get("try") and not errors else {}
    webhooks = data["then"].get("webhook", [])
    webhooks = [webhooks] if isinstance(webhooks, str) else webhooks
    return render_template(
        "rule.html", data=data, errors=errors, is_new=known is None, broken=broken, told=webhooks,
        note=request.form.get("note", ""), last=known is not None and desk.rules[-1].slug == known["slug"],
        title=known["name"] if known else _("New rule"), groups=rule_form.groups(data, desk.words),
        kept=describe.conditions(rule_form.kept(data), g.language, names), offers=desk.words.offers(),
        others_open=any("any" in one or "none" in one for one in data["when"]),
        more_open=any(data["then"].get(one) for one in MORE_ACTIONS),
        timed_open=any(data.get(one) for one in ("on", "after", "from", "until", "continue")),
        **_choices(desk), **looked,
    )  # fmt: skip


def _choices(desk: Desk) -> dict[str, Any]:
    """What can be chosen on the page, in the reader's words."""
    return {
        "teams": desk.teams, "people": desk.people, "webhooks": desk.webhooks,
        "kinds": KINDS, "priorities": PRIORITIES, "stages": [one for one in STAGES if one],
        "languages": tuple(phrases.VALUES["language"]), "options": _options,
        "picks": [(key, _(text)) for key, text in phrases.PICKS.items()],
        "occasions": [(key, _(text)) for key, text in phrases.OCCASIONS.items()],
        "known_facts": {name: facts.kind_of(name) for _heading, names in phrases.FACT_GROUPS for name in names},
        "fact_name": lambda name: _capital(phrases.looked_at(name, g.language)),
        "fact_groups": [(_(heading), names) for heading, names in phrases.FACT_GROUPS],
        "operators": [(key, _(text), " ".join(_kinds_of(key))) for key, text in phrases.CHOICES.items()],
    }  # fmt: skip


def _options(kind: str, codes: list[str]) -> list[tuple[str, str]]:
    return [(code, phrases.value(kind, code, g.language, {}) if kind == "language" else label(kind, code))
            for code in codes]  # fmt: skip


def _kinds_of(operator: str) -> list[str]:
    """The kinds of facts that take an operator, and the single facts that do."""
    asked = facts.EXISTS if operator == rule_form.MISSING else operator
    kinds = [kind for kind, operators in facts.OPERATORS.items() if asked in operators]
    return kinds + (list(facts.DOMAINS) if asked == facts.UNDER else [])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
