"""The rule editor's form: as the rule's data, and the data as rows to show again.

A rule is three groups of rows: all of this, at least one of this, none of this. What a file states in a finer structure
is kept as it is and shown in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from inbox.web.rule_values import Words
from routing import facts, occasions, slugs

GROUPS = ("all", "any", "none")
MISSING = "missing"
SINGLE = ("team", "pick", "person", "priority", "kind", "stage", "language")
NUMBERS = ("target", "snooze")
TICKS = ("acknowledge", "close", "spam")
ONE_VALUE = ("is", "at_least", "at_most")


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as its three controls; `operator` may be "missing" for exists = false."""

    fact: str = ""
    operator: str = facts.HAS_ANY
    values: str = ""


def read(form: MultiDict[str, str], known: Mapping[str, Any] | None, taken: set[str], words: Words) -> dict[str, Any]:
    """The rule as typed; `known` is the rule that is changed, `taken` are the short names in use."""
    name = form.get("name", "").strip()
    leaves = {group: [_leaf(row, words) for row in typed(form, group)] for group in GROUPS}
    when: list[Any] = leaves["all"] + [{group: leaves[group]} for group in ("any", "none") if leaves[group]]
    data: dict[str, Any] = {"slug": known["slug"] if known else slugs.free(name, taken), "name": name}
    data["when"] = when + (kept(known) if known else [])
    for key in ("from", "until"):
        if form.get(key, "").strip():
            data[key] = form[key].strip()
    if form.get("on"):
        data["on"] = form["on"]
    if form.get("on") in occasions.TIMED and form.get("after", "").strip():
        data["after"] = number(form["after"])
    if form.get("continue"):
        data["continue"] = True
    if not form.get("enabled"):
        data["enabled"] = False
    return data | {"then": _then(form)}


def typed(form: MultiDict[str, str], group: str) -> list[Row]:
    """The rows of a group that say something."""
    columns = (form.getlist(f"{group}-{part}") for part in ("fact", "operator", "values"))
    rows = [Row(*(one.strip() for one in row)) for row in zip(*columns, strict=False)]
    return [row for row in rows if row.fact or row.values]


def groups(data: Mapping[str, Any], words: Words) -> dict[str, list[Row]]:
    """The conditions as rows by group, each with an empty one to go on with."""
    found: dict[str, list[Row]] = {"all": [_row(one, words) for one in data["when"] if "fact" in one]}
    for group in ("any", "none"):
        inner: list[Any] = next((one[group] for one in data["when"] if _plain(one, group)), [])
        found[group] = [_row(one, words) for one in inner]
    return {group: rows + [Row()] * max(1, 2 - len(rows)) for group, rows in found.items()}


def kept(data: Mapping[str, Any]) -> list[Any]:
    """The conditions that the rows cannot show: groups in groups, and second groups of a kind."""
    rest, seen = [], set()
    for one in data["when"]:
        group = next((group for group in ("any", "none") if _plain(one, group)), "")
        if "fact" not in one and (not group or group in seen):
            rest.append(one)
        seen.add(group)
    return rest


def number(text: str) -> int | str:
    """A whole number where it is one, else the text (which the rule's check then names)."""
    return int(text) if text.strip().isascii() and text.strip().isdecimal() else text.strip()


def _plain(node: Mapping[str, Any], group: str) -> bool:
    return group in node and all("fact" in one for one in node[group])


def _leaf(row: Row, words: Words) -> dict[str, Any]:
    if row.operator in ("exists", MISSING) or facts.kind_of(row.fact) == facts.FLAG:
        return {"fact": row.fact, "exists": row.operator != MISSING}
    if row.operator == "matches":
        values = [one.strip() for one in row.values.split("\n") if one.strip()]
    else:
        values = [one.strip() for one in row.values.replace("\n", ",").split(",") if one.strip()]
    values = words.codes(row.fact, values)
    operator = row.operator or "has_any"
    if operator in ONE_VALUE:
        only = ", ".join(values)
        return {"fact": row.fact, operator: number(only) if operator != "is" else only}
    return {"fact": row.fact, operator: values}


def _row(leaf: Mapping[str, Any], words: Words) -> Row:
    operator, value = next((key, value) for key, value in leaf.items() if key != "fact")
    if operator == "exists":
        return Row(leaf["fact"], "exists" if value else MISSING)
    values: Sequence[str] = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    joint = "\n" if operator == "matches" else ", "
    return Row(leaf["fact"], operator, joint.join(words.shown(leaf["fact"], values)))


def _then(form: MultiDict[str, str]) -> dict[str, Any]:
    then: dict[str, Any] = {key: form[key] for key in SINGLE if form.get(key)}
    then |= {key: number(form[key]) for key in NUMBERS if form.get(key, "").strip()}
    then |= {key: True for key in TICKS if form.get(key)}
    tags = [one.strip() for one in form.get("tags", "").split(",") if one.strip()]
    lists = {"tags": tags, "watchers": form.getlist("watchers"), "webhook": form.getlist("webhook")}
    return then | {key: values for key, values in lists.items() if values}
