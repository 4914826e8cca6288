"""A change of the rules as data, and the rules with that change made.

{"do": "add", "rule", "path", "fact", "operator", "value", "place"}: one value more in a list of a rule that sends to
`place`. {"do": "remove", …}: one value less; both name the condition by its path within the rule's `when`.
{"do": "insert", "before", "rule"}: a new rule, as data, right before the one of that short name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from routing import facts
from routing.conditions import parse_all
from routing.errors import RuleError
from routing.operators import cased
from routing.outcome import parse_actions
from routing.rules import Rule
from routing.words import phrase, stems

ADD, INSERT, REMOVE = "add", "insert", "remove"
Change = Mapping[str, Any]
Path = tuple[int | str, ...]


class Outdated(Exception):
    """The rules were changed meanwhile, and the change does not fit them any more."""


def apply(change: Change, rules: Sequence[Rule]) -> list[Rule]:
    """The rules with the change made, those given untouched. Raises Outdated."""
    made = list(rules)
    slug = change["before"] if change["do"] == INSERT else change["rule"]
    place = next((number for number, rule in enumerate(rules) if rule.slug == slug), None)
    if place is None:
        raise Outdated(f"there is no rule {slug!r} any more")
    try:
        if change["do"] == INSERT:
            made.insert(place, _new(change["rule"], rules))
        else:
            made[place] = replace(rules[place], when=parse_all(_edited(change, rules[place])))
    except (RuleError, ValueError) as refused:
        raise Outdated(str(refused)) from None
    return made


def slug_of(change: Change) -> str:
    """The short name of the rule that the change makes or is about."""
    return str(change["rule"]["slug"] if change["do"] == INSERT else change["rule"])


def place_of(change: Change) -> str:
    """Where the change sends messages: a team's short name or a person's address; "" for one that takes a value out."""
    if change["do"] == INSERT:
        then = change["rule"]["then"]
        return str(then.get("team") or then.get("person"))
    return str(change.get("place", ""))


def asked(change: Change) -> tuple[str, str]:
    """The fact and the value that the change is about."""
    condition = change["rule"]["when"][0] if change["do"] == INSERT else change
    if change["do"] != INSERT:
        return str(condition["fact"]), str(condition["value"])
    return str(condition["fact"]), str(next(value[0] for key, value in condition.items() if key != "fact"))


def key(change: Change) -> str:
    """What tells the same thought again, however it is carried out: these words, or this sender, go to this place."""
    fact, value = asked(change)
    if change["do"] == REMOVE:
        return f"out of {change['rule']}: {cased(value)}"
    return f"to {place_of(change)}: {root(value) if facts.kind_of(fact) == facts.TEXT else cased(value)}"


def root(text: str) -> str:
    """The same for the same words in another number or gender: the shortest of each word's stems."""
    return " ".join(min(stems(word), key=lambda stem: (len(stem), stem)) for word in phrase(text).words)


def _new(data: Mapping[str, Any], rules: Sequence[Rule]) -> Rule:
    slug = str(data["slug"])
    if any(rule.slug == slug for rule in rules):
        raise Outdated(f"there is a rule {slug!r} already")
    return Rule(slug, str(data["name"]), parse_actions(data["then"]), parse_all(data["when"]))


def _edited(change: Change, rule: Rule) -> list[Any]:
    """The rule's conditions as data, with one value more or less."""
    when = [node.as_data() for node in rule.when]
    leaf = _leaf(change, when, rule.slug)
    values, value = leaf[change["operator"]], change["value"]
    same = [one for one in values if cased(one) == cased(value)]
    if change["do"] == ADD:
        if same:
            raise Outdated(f"the rule {rule.slug!r} asks for {value!r} already")
        leaf[change["operator"]] = [*values, value]
    else:
        if not same or len(values) == len(same):
            raise Outdated(f"the rule {rule.slug!r} does not ask for {value!r} any more, or for nothing else")
        leaf[change["operator"]] = [one for one in values if one not in same]
    return when


def _leaf(change: Change, when: list[Any], slug: str) -> dict[str, Any]:
    node: Any = when
    try:
        for step in change["path"]:
            node = node[step]
    except (LookupError, TypeError):
        node = None
    if not isinstance(node, dict) or node.get("fact") != change["fact"] or change["operator"] not in node:
        raise Outdated(f"the rule {slug!r} asks otherwise now")
    return node
