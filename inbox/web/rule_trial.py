"""What a rule would have done over the last 90 days, shown beside the editor while the rule is written."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request

from inbox import access
from inbox.web import context, rule_form
from inbox.web.rule_desk import Desk
from inbox.web.rule_problems import said
from inbox.web.troubles import RULE_NOTICES
from inbox.web.wording import gettext as _
from routing import backtest, checks, rules

blueprint = Blueprint("rule_trial", __name__, url_prefix="/rules")


@blueprint.post("/<slug>/trial")
def attempt(slug: str) -> str:
    """The trial of the rule as it is typed at this moment; nothing is kept."""
    context.user(access.RULES)
    desk = Desk()
    data = rule_form.read(request.form, desk.known(slug), {rule.slug for rule in desk.rules}, desk.words)
    data["when"] = _complete(data["when"])
    if not data["when"] and not (desk.rules and desk.rules[-1].slug == slug):
        return ""
    return render_template("rule_trial.html", **look(desk, {**data, "name": data["name"] or _("New rule")}))


def _complete(when: list[Any]) -> list[Any]:
    """Without the conditions that somebody is about to write."""
    kept = []
    for node in when:
        if "fact" in node:
            value = next((value for key, value in node.items() if key != "fact"), None)
            kept += [node] if node["fact"] and value not in ("", []) else []
        else:
            kind, parts = next(iter(node.items()))
            kept += [{kind: inner}] if (inner := _complete(parts)) else []
    return kept


def look(desk: Desk, data: Mapping[str, Any]) -> dict[str, Any]:
    """What the part of the page shows: the trial, or what is wrong with the rule (`refused`)."""
    try:
        whole = desk.changed({**data, "then": data["then"] or {"tags": ["-"]}})
    except rules.RuleError as refused:
        return {"trial": None, "refused": said(refused)}
    with context.reading() as session:
        trial = backtest.run(session, desk.rules, whole, data["slug"])
    names = desk.teams | desk.people
    notices = [noticed(one, desk) for one in checks.warnings(whole) if one.slug == data["slug"]]
    return {"trial": trial, "refused": "", "notices": notices, "place": lambda one: names.get(one, one) or _("nobody")}


def noticed(notice: checks.Notice, desk: Desk) -> str:
    """What can hardly be meant, in the reader's words."""
    other = next((rule.name for rule in desk.rules if rule.slug == notice.other), notice.other)
    text = _(RULE_NOTICES[notice.code])
    return text % other if "%s" in text else text
