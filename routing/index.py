"""Which of many questions hold for a message, found from the message's side: its words and values are looked up.

A question of a rule (`text has_any …`) comes down to *atoms*, one for each of its values: this word in this fact, this
fact is this value. The index numbers them, each once however many rules ask it, and gives the numbers of all that hold.
"""

from collections.abc import Iterator

from routing import facts
from routing.conditions import Condition
from routing.facts import Facts
from routing.operators import cased
from routing.sources import Source


class Index:
    """The atoms of many conditions."""

    def __init__(self) -> None:
        self._atoms: dict[tuple[str, str, str | float], int] = {}
        self._sources: dict[str, Source] = {}
        # By id: the conditions are kept as long as their index.
        self._known: dict[int, tuple[Condition, list[int]]] = {}

    def atoms(self, condition: Condition) -> list[int]:
        """The atoms of a condition, one for each of its values; what must hold of them is its operator's matter."""
        known = self._known.get(id(condition))
        if known is None:
            atoms = [self._atom(condition.fact, *one) for one in _parts(condition)]
            known = self._known[id(condition)] = condition, atoms
        return known[1]

    def close(self) -> None:
        """Nothing more is added."""
        for source in self._sources.values():
            source.close()

    def held(self, known: Facts) -> set[int]:
        """The atoms that hold for a message."""
        held: set[int] = set()
        for source in self._sources.values():
            source.collect(known, held)
        return held

    def _atom(self, fact: str, operator: str, value: str | float) -> int:
        atom = self._atoms.get((fact, operator, value))
        if atom is None:
            atom = self._atoms[fact, operator, value] = len(self._atoms)
            for name in facts.TOGETHER.get(fact, (fact,)):
                source = self._sources.get(name)
                if source is None:
                    source = self._sources[name] = Source(name)
                source.add(operator, value, atom)
        return atom


def _parts(condition: Condition) -> Iterator[tuple[str, str | float]]:
    """What an atom is named by: operator and value, the same for all that mean the same."""
    match condition.operator:
        case facts.EXISTS:
            yield facts.EXISTS, ""
        case facts.AT_LEAST | facts.AT_MOST:
            yield condition.operator, condition.number
        case facts.IS | facts.IS_ANY | facts.UNDER:
            operator = condition.operator if condition.operator != facts.IS_ANY else facts.IS
            if condition.fact == "domain" and condition.operator == facts.IS_ANY:
                operator = facts.UNDER
            yield from ((operator, cased(one)) for one in condition.values)
        case facts.HAS_ANY | facts.HAS_ALL:
            yield from ((facts.HAS_ANY, one) for one in condition.values)
        case facts.MATCHES:
            yield from ((facts.MATCHES, one) for one in condition.values)
        case _:
            yield from ((condition.operator, facts.folded(one)) for one in condition.values)
