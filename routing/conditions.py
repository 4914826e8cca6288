"""Questions about facts, alone or in groups. A condition only answers; rules decide and actions do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from routing import facts, operators, patterns
from routing.errors import RuleError
from routing.facts import AT_LEAST, AT_MOST, EXISTS, HAS_ALL, HAS_ANY, IS, IS_ANY, MATCHES, UNDER, Facts
from routing.words import phrase

__all__ = ("EXISTS", "HAS_ANY", "IS_ANY", "Condition", "Group", "Node", "parse", "parse_all")
ALL, ANY, NONE = "all", "any", "none"
GROUPS = (ALL, ANY, NONE)
MAX_DEPTH, MAX_VALUE = 5, 500


@dataclass(frozen=True, slots=True)
class Condition:
    """One question: `fact` `operator` and what it is compared with.

    `number` is that of at_least and at_most, `wanted` that of exists, `values` the texts of all others (`is` has one).
    """

    fact: str
    operator: str
    values: tuple[str, ...] = ()
    number: float = 0
    wanted: bool = True

    def found(self, known: Facts) -> list[str] | None:
        """The values that made it true (maybe none to name), or None when it is not true."""
        return operators.ANSWERS[self.operator](self, known)

    def as_data(self) -> dict[str, Any]:
        """The form kept in the database and in TOML."""
        if self.operator == EXISTS:
            return {"fact": self.fact, EXISTS: self.wanted}
        if self.operator in (AT_LEAST, AT_MOST):
            return {"fact": self.fact, self.operator: self.number}
        return {"fact": self.fact, self.operator: self.values[0] if self.operator == IS else list(self.values)}


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions as one: `kind` says whether all, any or none of `parts` must hold."""

    kind: str
    parts: tuple["Condition | Group", ...]

    def as_data(self) -> dict[str, Any]:
        """The form kept in the database and in TOML."""
        return {self.kind: [part.as_data() for part in self.parts]}


Node = Condition | Group


def parse_all(data: Any, path: str = "when") -> tuple[Node, ...]:
    """The conditions of a rule from their data; raises RuleError with what is wrong and where."""
    if not isinstance(data, list):
        raise RuleError(f"{path}: must be a list of conditions (got {data!r})", "not_a_list", path)
    return tuple(parse(one, f"{path}.{number}") for number, one in enumerate(data))


def parse(data: Any, path: str = "", depth: int = 1) -> Node:
    """A condition or group from its data, `depth` groups deep; raises RuleError with what is wrong and where."""
    kinds = [key for key in GROUPS if isinstance(data, dict) and key in data]
    if kinds and "fact" not in data:
        return _group(data, kinds[0], path, depth)
    if not isinstance(data, dict) or not isinstance(data.get("fact"), str):
        raise RuleError(f"a condition needs a fact (got {data!r})", "no_fact", path)
    fact, asked = data["fact"], [key for key in data if key != "fact"]
    offered = facts.operators_of(fact)
    if not offered:
        known = f"{', '.join(facts.ALL)} or {facts.OWN}<name>"
        raise RuleError(f"fact: must be one of {known} (got {fact!r})", "unknown_fact", path)
    if len(asked) != 1 or asked[0] not in operators.ANSWERS:
        got = ", ".join(map(str, asked)) or "nothing"
        raise RuleError(f"{fact}: needs exactly one of {', '.join(offered)} (got {got})", "unknown_operator", path)
    if asked[0] not in offered:
        kind = facts.kind_of(fact)
        raise RuleError(
            f"{fact}: {asked[0]} cannot be asked of a {kind}; it takes {', '.join(offered)}", "wrong_operator", path
        )
    return _condition(fact, asked[0], data[asked[0]], path)


def _group(data: dict[str, Any], kind: str, path: str, depth: int) -> Group:
    if len(data) != 1:
        raise RuleError(f"{kind}: a group holds nothing beside it (got {', '.join(map(str, data))})", "group", path)
    if not isinstance(data[kind], list) or not data[kind]:
        raise RuleError(f"{kind}: needs a list of at least one condition (got {data[kind]!r})", "empty_group", path)
    if depth > MAX_DEPTH:
        raise RuleError(f"{kind}: groups may stand in one another {MAX_DEPTH} deep", "too_deep", path)
    return Group(kind, tuple(parse(one, f"{path}.{kind}.{n}", depth + 1) for n, one in enumerate(data[kind])))


def _condition(fact: str, operator: str, value: Any, path: str) -> Condition:
    if operator == EXISTS:
        if not isinstance(value, bool):
            raise RuleError(f"{fact}: exists must be true or false (got {value!r})", "not_a_flag", path)
        return Condition(fact, operator, wanted=value)
    if operator in (AT_LEAST, AT_MOST):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise RuleError(f"{fact}: {operator} needs a number (got {value!r})", "not_a_number", path)
        return Condition(fact, operator, number=value)
    if operator == IS:
        if not isinstance(value, str):
            raise RuleError(f"{fact}: is needs one text (got {value!r})", "not_a_text", path)
        return Condition(fact, operator, _values(fact, operator, [value], path))
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise RuleError(f"{fact}: {operator} needs a list of texts (got {value!r})", "not_texts", path)
    return Condition(fact, operator, _values(fact, operator, value, path))


def _values(fact: str, operator: str, values: Sequence[str], path: str) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(one.strip() for one in values if one.strip()))
    if not kept:
        raise RuleError(f"{fact}: {operator} needs at least one value", "no_value", path)
    for one in kept:
        if any("\ud800" <= char <= "\udfff" for char in one):
            raise RuleError(f"{fact}: {one!r} holds half a character", "half_character", path)
        if len(one) > MAX_VALUE:
            raise RuleError(f"{fact}: {one[:40]!r}… is longer than {MAX_VALUE} characters", "too_long", path)
        if operator in (HAS_ANY, HAS_ALL) and not phrase(one).words:
            raise RuleError(f"{fact}: {one!r} contains no word", "no_word", path)
        if operator == MATCHES:
            try:
                patterns.check(one)
            except ValueError as error:
                raise RuleError(f"{fact}: {one!r} {error}", "pattern", path) from None
        if operator == UNDER and (" " in one or "@" in one or one.startswith(".")):
            raise RuleError(f"{fact}: {one!r} is no domain, such as example.com", "not_a_domain", path)
        if operator in facts.PLAIN and not facts.folded(one):
            raise RuleError(f"{fact}: {one!r} is nothing once accents are left out", "no_value", path)
    return kept
