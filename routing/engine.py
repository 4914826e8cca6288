"""Deciding, purely: facts and rules in, a decision with its reasons out. The first rule that does not go on ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from routing.facts import Facts
from routing.matcher import Matcher, Party, compile_rules
from routing.occasions import NEW
from routing.outcome import Actions, merged
from routing.rules import Rule
from routing.trace import Trace, failure, reasons, trace, trace_all

MAX_CONSIDERED = 20
PLACES = ("country", "region", "province")


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that held, and why: {fact, operator, found} for each condition that made it hold."""

    rule: Rule
    reasons: list[dict[str, Any]]

    def as_data(self) -> dict[str, Any]:
        """The form kept with the decision."""
        return {"slug": self.rule.slug, "name": self.rule.name, "reasons": self.reasons}


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rules held and why.

    matched: in order; all but the last went on. considered: the rules before the last that nearly held, the nearest
    first: {rule, name, held, failed}, that is slug, name, how many conditions held, and the one that did not.
    """

    matched: list[Match]
    considered: list[dict[str, Any]]

    @property
    def rule(self) -> Rule:
        """The rule that decided: the last that held."""
        return self.matched[-1].rule

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """Why that one held."""
        return self.matched[-1].reasons

    @property
    def actions(self) -> Actions:
        """What is to be done: what all of them say, together."""
        return reduce(merged, (one.rule.then for one in self.matched))


def decide(
    facts: Facts, rules: Matcher | Sequence[Rule], event: str = NEW, today: date | None = None, after: int | None = None
) -> Decision:
    """What the rules of an event say to a message; the catch-all makes sure that those for new messages say something.

    event, today, after: as for find. Raises LookupError where no rule holds: for new messages with a rule set without a
    catch-all (which cannot be saved), for other events often; ask `find` then.
    """
    decision = find(facts, rules, event, today, after)
    if decision is None:
        raise LookupError(f"no rule for {event!r} took the message: the rule set has no catch-all")
    return decision


def find(
    facts: Facts, rules: Matcher | Sequence[Rule], event: str = NEW, today: date | None = None, after: int | None = None
) -> Decision | None:
    """What the rules of an event say to a message, None if none of them holds.

    today: the company's day; without it, rules count also on days on which they are not valid. after: the working
    minutes that have passed, of an event that has such: only rules with just these are asked; without it, all of them.
    """
    party = (rules if isinstance(rules, Matcher) else compile_rules(rules)).party(event)
    held = party.index.held(facts)
    matched: list[int] = []
    for number in party.holding(held, today, after):
        matched.append(number)
        if not party.rules[number].occasion.goes_on:
            break
    if not matched:
        return None
    passed = [number for number in range(matched[-1]) if party.rules[number].occasion.valid(today, after)]
    return Decision(
        [Match(rule, _reasons(rule, facts)) for rule in (party.rules[one] for one in matched)],
        _considered(party, held, passed, facts),
    )


def why_not(rule: Rule, facts: Facts) -> Trace:
    """Every condition of a rule, held or not, and what was found: as one group of which all must hold."""
    return trace_all(rule.when, facts)


def _considered(party: Party, held: set[int], passed: Sequence[int], facts: Facts) -> list[dict[str, Any]]:
    nearest = sorted(party.nearly(held, passed), key=lambda near: (-near[2], near[0]))[:MAX_CONSIDERED]
    considered = []
    for number, failed, count in nearest:
        rule = party.rules[number]
        blamed = failure(trace(rule.when[failed], facts)).as_data()
        considered.append({"rule": rule.slug, "name": rule.name, "held": count, "failed": blamed})
    return considered


def _reasons(rule: Rule, facts: Facts) -> list[dict[str, Any]]:
    """Why a rule held; of a place also what told it (source, from)."""
    found = list(reasons(trace_all(rule.when, facts)))
    for one in found:
        if one["fact"] in PLACES and facts.exists("place.source"):
            one |= {"source": facts.value("place.source"), "from": facts.value("place.from")}
    return found
