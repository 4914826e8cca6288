"""Changes of the rules that corrections may speak for, each with what it would do by a quick reckoning."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from routing import facts, slugs
from routing.amend import ADD, INSERT, REMOVE, asked
from routing.backtest import place
from routing.conditions import HAS_ANY, IS_ANY, Condition
from routing.learning.past import LEAST, Mask, Past, Tally, bits, is_text, lists, merged, rest
from routing.occasions import NEW
from routing.rules import Rule
from routing.words import split

# What a change must bring more than one that changes less: a word more costs nothing.
COST = {ADD: 0, REMOVE: 1, INSERT: 2}
# Words of one customer alone say more about the customer.
FIRMS = 2
ASKED = "subject_or_text"


@dataclass(frozen=True, slots=True)
class Slot:
    """A list of values in a rule. `open`: the messages that come as far as that rule and lack nothing but a value."""

    rule: int
    path: tuple[int | str, ...]
    condition: Condition
    open: Mask


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change, the messages that hold what it is about, and what it would do."""

    change: Mapping[str, Any]
    holders: Mask
    tally: Tally

    def rank(self, left: Mask) -> tuple[int, int, int, int]:
        """The better, the higher: what it does for the messages that are left, then how short and how rare it is."""
        words = asked(self.change)[1]
        score = self.tally.score(left) - COST[self.change["do"]]
        return score, -len(split(words)), -self.holders.bit_count(), len(words)


@dataclass(frozen=True, slots=True)
class Way:
    """How messages may be sent elsewhere: by a value more in a list, or a new rule before the one of that number."""

    tally: Tally
    by: Slot | int

    def score(self, left: Mask) -> int:
        """What it does for the messages that are left, less what it changes."""
        return self.tally.score(left) - COST[INSERT if isinstance(self.by, int) else ADD]


class Slots:
    """Where values can be added, by the place that the rule sends to."""

    def __init__(self, past: Past) -> None:
        self._past = past
        found = [(number, path, condition) for number, rule in enumerate(past.rules[:-1]) if _takes_part(past, rule)
                 for path, condition in lists(rule, (HAS_ANY, IS_ANY, facts.UNDER))]  # fmt: skip
        fits = past.fitting([rest(past.rules[number], path) for number, path, _ in found])
        self._by_place: dict[str, list[Slot]] = {}
        for (number, path, condition), fit in zip(found, fits, strict=True):
            slot = Slot(number, path, condition, fit & past.from_on(number + 1))
            self._by_place.setdefault(place([past.rules[number]]), []).append(slot)

    def of(self, place: str, like: Condition) -> list[Slot]:
        """Those of a place's rules that take such a value."""
        return [slot for slot in self._by_place.get(place, ()) if _takes(slot.condition, like)]

    def best(self, question: Condition, holders: Mask, place: str, left: Mask) -> Way | None:
        """The best way to send the messages that hold this to a place, if it does any good."""
        past = self._past
        ways = [Way(past.tally(holders & slot.open, place), slot) for slot in self.of(place, question)]
        meant = holders & past.goals.get(place, 0) & left
        for number in sorted(past.decided):
            if number < len(past.rules) and past.decided[number] & meant:
                ways.append(Way(past.tally(holders & past.from_on(number), place), number))
        good = [way for way in ways if way.tally.good(left)]
        # Of new rules that do the same the last: it changes least.
        return max(reversed(good), key=lambda way: way.score(left), default=None)

    def candidate(self, way: Way, question: Condition, holders: Mask, place: str) -> Candidate:
        """That way as a change."""
        rules, value = self._past.rules, question.values[0]
        if isinstance(way.by, int):
            slug = slugs.free(value, {rule.slug for rule in rules})
            then = {"person" if "@" in place else "team": place}
            rule = {"slug": slug, "name": value[:1].upper() + value[1:], "when": [question.as_data()], "then": then}
            return Candidate({"do": INSERT, "before": rules[way.by].slug, "rule": rule}, holders, way.tally)
        condition = way.by.condition
        change = {"do": ADD, "rule": rules[way.by.rule].slug, "path": list(way.by.path), "place": place,
                  "fact": condition.fact, "operator": condition.operator, "value": value}  # fmt: skip
        return Candidate(change, holders, way.tally)


def senders(past: Past, slots: Slots, left: Mask) -> Iterator[Candidate]:
    """Domains of firms, and addresses, whose messages people always send elsewhere."""
    questions = [Condition(fact, IS_ANY, (value,)) for fact, value in _named(past)]
    for question, (holders,) in zip(questions, past.holding(questions), strict=True):
        for goal, meant in past.goals.items():
            if (holders & meant).bit_count() >= LEAST:
                way = slots.best(question, holders, goal, left)
                if way is not None:
                    yield slots.candidate(way, question, holders, goal)


def removals(past: Past) -> Iterator[Candidate]:
    """Words of rules, each with the messages that it alone brings there; what would become of those is for a trial."""
    found = [(number, path, condition) for number, rule in enumerate(past.rules[:-1]) if _takes_part(past, rule)
             for path, condition in lists(rule) if len(condition.values) > 1]  # fmt: skip
    held = past.holding([condition for _, _, condition in found])
    for (number, path, condition), masks in zip(found, held, strict=True):
        for at, value in enumerate(condition.values):
            others = merged(one for place, one in enumerate(masks) if place != at)
            brought = masks[at] & ~others & past.decided.get(number, 0)
            if (brought & past.corrected).bit_count() >= LEAST:
                change = {"do": REMOVE, "rule": past.rules[number].slug, "path": list(path), "fact": condition.fact,
                          "operator": condition.operator, "value": value}  # fmt: skip
                yield Candidate(change, brought, Tally(brought, brought & past.corrected, 0))


def asks_for(words: str) -> Condition:
    """The question for a phrase."""
    return Condition(ASKED, HAS_ANY, (words,))


def _named(past: Past) -> Iterator[tuple[str, str]]:
    """The domains of firms, and the addresses, of enough corrected messages."""
    counts: Counter[tuple[str, str]] = Counter()
    for number in bits(past.corrected):
        values = past.seen[number].facts.values
        domain = str(values.get("domain", ""))
        if domain and domain not in past.free:
            counts["domain", domain] += 1
        if values.get("sender"):
            counts["sender", str(values["sender"])] += 1
    yield from (one for one, count in counts.items() if count >= LEAST)


def _takes_part(past: Past, rule: Rule) -> bool:
    """Whether it decides about new messages, today and from now on."""
    occasion = rule.occasion
    usual = occasion.on == NEW and not occasion.goes_on and not occasion.ends
    return rule.enabled and usual and occasion.valid(past.today, None)


def _takes(condition: Condition, like: Condition) -> bool:
    """Whether a list of values can take one of such a question."""
    if like.fact == ASKED:
        return is_text(condition)
    if like.fact == "domain" and condition.operator == facts.UNDER:
        return condition.fact in facts.DOMAINS
    return condition.fact == like.fact and condition.operator == IS_ANY
