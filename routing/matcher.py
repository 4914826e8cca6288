"""Which rules hold for a message, among thousands, without asking each.

Every rule that can has a *necessary set*: atoms (routing.index) of which one at least must hold for the rule to hold.
From the atoms that hold for the message one comes to the few rules worth a look; these, and the rules without such a
set, are asked in full, by sets of numbers. What each question means stands in routing.operators.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from routing.facts import Facts
from routing.index import Index
from routing.normal import Test, needed, rarest, test_of
from routing.occasions import EVENTS, NEW
from routing.rules import Rule


class Matcher:
    """Rules made ready. Those that are switched off take no part.

    In all that is asked of it, `today` is the company's day (None: whatever days rules are valid on), and `after` the
    working minutes of the rules meant, with the events that have such (None: whatever theirs are).
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        asked = {event: [rule for rule in rules if rule.enabled and rule.occasion.on == event] for event in EVENTS}
        self._by_event = {event: Party(some) for event, some in asked.items() if some}

    def party(self, event: str) -> "Party":
        """The rules of one event."""
        return self._by_event.get(event) or Party([])

    def every(self, known: Facts, event: str = NEW, today: date | None = None, after: int | None = None) -> list[Rule]:
        """All rules that hold, in order, also those that another one keeps from being asked."""
        party = self.party(event)
        return [party.rules[number] for number in party.holding(party.index.held(known), today, after)]

    def first(self, known: Facts, event: str = NEW, today: date | None = None, after: int | None = None) -> list[Rule]:
        """The rules that hold, in order, up to and with the first that does not go on to the next."""
        return until_one_ends(self.every(known, event, today, after))

    def afters(self, event: str) -> list[int]:
        """After how many working minutes this event's rules want to be asked, ascending."""
        return sorted({rule.occasion.after for rule in self.party(event).rules})


class Party:
    """The rules of one event."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.index = Index()
        self.tests: list[Test | None] = []
        self._always: list[int] = []
        # By atom: the rules that hold for certain where it does, and those that then are worth a look.
        self._certain: dict[int, list[int]] = {}
        self._possible: dict[int, list[int]] = {}
        for number, rule in enumerate(rules):
            self._add(number, rule)
        self.index.close()
        self._limited = {number for number, rule in enumerate(rules) if rule.occasion.limited}
        self._tops: dict[int, list[Test]] = {}

    def holding(self, held: set[int], today: date | None, after: int | None) -> list[int]:
        """The numbers of the rules that hold where just these atoms do, ascending."""
        certain: set[int] = set()
        for atom in self._certain.keys() & held:
            certain.update(self._certain[atom])
        possible = set(self._always)
        for atom in self._possible.keys() & held:
            possible.update(self._possible[atom])
        tests = self.tests
        for number in possible:
            test = tests[number]
            if test is None or test.holds(held):
                certain.add(number)
        if (today or after) and self._limited:
            certain = {
                number
                for number in certain
                if number not in self._limited or self.rules[number].occasion.valid(today, after)
            }
        return sorted(certain)

    def nearly(self, held: set[int], numbers: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Of some rules those of whose conditions just one failed and others held: (rule, failed condition, held)."""
        for number in numbers:
            when = self.rules[number].when
            if len(when) < 2:
                continue
            tests = self._tops.get(number)
            if tests is None:
                tests = self._tops[number] = [test_of([node], self.index) for node in when]
            failed = [place for place, test in enumerate(tests) if not test.holds(held)]
            if len(failed) == 1:
                yield number, failed[0], len(when) - 1

    def _add(self, number: int, rule: Rule) -> None:
        test = test_of(rule.when, self.index)
        rare = rarest([needed(node, self.index) for node in rule.when])
        self.tests.append(test if rule.when else None)
        if rare is None:
            self._always.append(number)
            return
        by_atom = self._certain if test.simple() == rare[1] else self._possible
        for atom in rare[1]:
            by_atom.setdefault(atom, []).append(number)


def compile_rules(rules: Sequence[Rule]) -> Matcher:
    """Rules made ready to be asked; the same for the same rules."""
    return _compiled(tuple(rules))


@lru_cache(maxsize=8)
def _compiled(rules: tuple[Rule, ...]) -> Matcher:
    return Matcher(rules)


def until_one_ends(rules: Sequence[Rule]) -> list[Rule]:
    """Of rules that hold, in order, those up to and with the first that does not go on."""
    last = next((place for place, rule in enumerate(rules) if not rule.occasion.goes_on), len(rules))
    return list(rules[: last + 1])
