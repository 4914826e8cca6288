"""Deciding, purely: facts and rules in, a decision with its reasons out. First match wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from routing.facts import Facts
from routing.outcome import Actions
from routing.rules import Rule


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rule matched and why. `reasons`: one {fact, operator, found} a condition; `considered`: the rules before
    it that failed, each with the first condition that failed and how many had held."""

    rule: Rule
    reasons: list[dict[str, Any]]
    considered: list[dict[str, Any]]

    @property
    def actions(self) -> Actions:
        """What is to be done."""
        return self.rule.then


def decide(facts: Facts, rules: Sequence[Rule]) -> Decision:
    """The first enabled rule whose conditions all hold; the catch-all makes sure that there is one.

    Raises LookupError for a rule set without a catch-all (such a set cannot be saved).
    """
    considered: list[dict[str, Any]] = []
    for rule in rules:
        if not rule.enabled:
            continue
        reasons, failed = _evaluate(rule, facts)
        if failed is None:
            return Decision(rule, reasons, considered)
        considered.append({"rule": rule.slug, "name": rule.name, "held": len(reasons), "failed": failed})
    raise LookupError("no rule took the message: the rule set has no catch-all")


def _evaluate(rule: Rule, facts: Facts) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    reasons: list[dict[str, Any]] = []
    for condition in rule.when:
        found = condition.found(facts)
        if found is None:
            return reasons, condition.as_data()
        reasons.append({"fact": condition.fact, "operator": condition.operator, "found": found})
    return reasons, None
