"""What is wrong with a rule as typed, in the reader's words, by the id of the field that says it."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from inbox.web.rule_desk import Desk
from inbox.web.rule_form import GROUPS, MISSING, NUMBERS, Row, typed
from inbox.web.troubles import RULE_TROUBLES
from inbox.web.wording import gettext as _
from inbox.web.wording import sentence
from routing import facts, occasions, rules
from routing.words import split

WORDS = ("has_any", "has_all")
MOST_MINUTES = 100_000


def check(
    company: Desk, data: Mapping[str, Any], form: MultiDict[str, str]
) -> tuple[dict[str, str], list[rules.Rule] | None]:
    """The mistakes by field; the whole rule set where there are none."""
    last = bool(company.rules) and company.rules[-1].slug == data["slug"]
    found = {} if data["name"] else {"name": _("Please give the rule a name.")}
    for group in GROUPS:
        for number, row in enumerate(typed(form, group)):
            found |= _wrong_row(f"{group}-{number}", row)
    if not data["when"] and not last:
        found["all-0-fact"] = _("Please say when the rule fits; only the last rule takes whatever is left.")
    found |= _wrong_amounts(data) | _wrong_actions(company, data["then"], last)
    if found:
        return found, None
    try:
        return {}, company.changed(data)
    except rules.RuleError as refused:
        return {_field_of(refused, data): said(refused)}, None


def _wrong_row(row_id: str, row: Row) -> dict[str, str]:
    if not row.fact:
        return {f"{row_id}-fact": _("Please choose what is looked at for: %s.") % row.values}
    if row.operator in ("exists", MISSING) or facts.kind_of(row.fact) == facts.FLAG:
        return {}
    if not row.values:
        return {f"{row_id}-values": _("Please write at least one word or value.")}
    pieces = [one for one in row.values.replace("\n", ",").split(",") if one.strip()]
    wordless = [one.strip() for one in pieces if row.operator in WORDS and not split(one)]
    if wordless:
        return {f"{row_id}-values": _("There is no word in: %s") % ", ".join(wordless)}
    if row.operator in ("at_least", "at_most") and not row.values.strip().isdecimal():
        return {f"{row_id}-values": _("Please write a whole number.")}
    return {}


def _wrong_amounts(data: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, value in (("after", data.get("after")), *((one, data["then"].get(one)) for one in NUMBERS)):
        if value is not None and not (isinstance(value, int) and 1 <= value <= MOST_MINUTES):
            found[name] = _("Please write a number of minutes from 1 to 100,000.")
    if data.get("on") in occasions.TIMED and "after" not in data:
        found["after"] = _("Please say after how many working minutes.")
    return found


def _wrong_actions(company: Desk, then: Mapping[str, Any], last: bool) -> dict[str, str]:
    offered: dict[str, Any] = {"team": company.teams, "person": company.people}
    gone = {
        key: _("Please choose one that is offered here.")
        for key, known in offered.items()
        if then.get(key) and then[key] not in known
    }
    if gone:
        return gone
    if last and not then.get("team") and not then.get("person"):
        return {"team": _("The last rule must give questions to a team, so that none is left lying.")}
    return {} if then else {"team": _("Please say what is to be done.")}


def _field_of(error: rules.RuleError, data: Mapping[str, Any]) -> str:
    """The id of the field that an error of the rule's own check is about; the name where it is about the whole."""
    parts = error.path.split(".")
    if parts[0] == "then" and len(parts) > 1:
        return parts[1]
    if parts[0] != "when" or len(parts) < 2:
        return parts[0] if parts[0] in ("from", "until", "on", "after", "note") else "name"
    number = int(parts[1])
    node = data["when"][number]
    if "fact" in node:
        place = sum("fact" in one for one in data["when"][:number])
        return f"all-{place}-values"
    return f"{parts[2]}-{parts[3]}-values" if len(parts) > 3 else "name"


def said(error: rules.RuleError) -> str:
    """What is wrong, in the reader's words."""
    known = RULE_TROUBLES.get(error.code)
    if known is None:
        return sentence(error.text)
    return _(known) % error.text if "%s" in known else _(known)
