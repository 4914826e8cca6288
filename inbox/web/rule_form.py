"""What the rule editor's form says: as the rule's data, as rows to show again, and what is wrong with it."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from inbox.models.conversation import KINDS, PRIORITIES
from inbox.web.wording import gettext as _
from inbox.web.wording import label
from routing import facts
from routing.conditions import EXISTS, HAS_ANY, IS_ANY
from routing.words import split

ROWS = 3
CHOICES = ("team", "person", "priority", "kind")


def read(form: MultiDict[str, str], known: Mapping[str, Any] | None, taken: set[str]) -> dict[str, Any]:
    """The rule as typed; `known` is the rule that is changed, `taken` are the short names in use."""
    name = form.get("name", "").strip()
    before = {one["fact"]: next(key for key in one if key != "fact") for one in known["when"]} if known else {}
    when = []
    for fact, text in zip(form.getlist("fact"), form.getlist("values"), strict=False):
        values = [one.strip() for one in text.replace("\n", ",").split(",") if one.strip()]
        operator = before.get(fact) or (HAS_ANY if fact in facts.TEXTS else IS_ANY)
        if not values and (fact == "machine" or operator == EXISTS):
            when.append({"fact": fact, EXISTS: True})
        elif fact or values:
            when.append({"fact": fact, IS_ANY if operator == EXISTS else operator: values})
    tags = [one.strip() for one in form.get("tags", "").split(",") if one.strip()]
    # What a file gave it and this form does not show stays.
    then = {key: value for key, value in known["then"].items() if key not in (*CHOICES, "tags")} if known else {}
    then |= {key: form[key] for key in CHOICES if form.get(key)} | ({"tags": tags} if tags else {})
    data = {"slug": known["slug"] if known else _slug(name, taken), "name": name, "when": when, "then": then}
    return data if form.get("enabled") else data | {"enabled": False}


def problems(data: Mapping[str, Any], last: bool, teams: set[str], people: set[str]) -> dict[str, str]:
    """What is wrong, in the reader's words, by the id of the field that says it."""
    found = {} if data["name"] else {"name": _("Please give the rule a name.")}
    for number, condition in enumerate(data["when"]):
        values: Any = next(value for key, value in condition.items() if key != "fact")
        wordless = [one for one in condition.get(HAS_ANY, ()) if not split(one)]
        if not condition["fact"]:
            found[f"fact-{number}"] = _("Please choose what is looked at for: %s.") % ", ".join(values)
        elif not values:
            said = label("fact", condition["fact"])
            found[f"values-{number}"] = _("Please write at least one word or value for: %s.") % said
        elif wordless:
            found[f"values-{number}"] = _("There is no word in: %s") % ", ".join(wordless)
    if not data["when"] and not last:
        found["fact-0"] = _("Please say when the rule fits; only the last rule takes whatever is left.")
    return found | _wrong_actions(data["then"], last, teams, people)


def rows(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """The conditions as rows of the form, and a few empty ones."""
    filled = []
    for condition in data["when"]:
        values: Any = next(value for key, value in condition.items() if key != "fact")
        filled.append({"fact": condition["fact"], "values": ", ".join(values) if isinstance(values, list) else ""})
    return filled + [{"fact": "", "values": ""}] * max(2, ROWS - len(filled))


def _wrong_actions(then: Mapping[str, Any], last: bool, teams: set[str], people: set[str]) -> dict[str, str]:
    offered = {"team": teams, "person": people, "priority": set(PRIORITIES), "kind": set(KINDS)}
    gone = {
        key: _("Please choose one that is offered here.")
        for key in CHOICES
        if then.get(key) not in {None, *offered[key]}
    }
    if gone:
        return gone
    if last and not then.get("team") and not then.get("person"):
        return {"team": _("The last rule must give questions to a team, so that none is left lying.")}
    return {} if then else {"team": _("Please say what is to be done.")}


def _slug(name: str, taken: set[str]) -> str:
    slug = base = "-".join(split(name)) or "rule"
    number = 2
    while slug in taken or slug == "new":
        slug, number = f"{base}-{number}", number + 1
    return slug
