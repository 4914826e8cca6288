"""Conditions as sets of atoms (routing.index), quick to ask; and the atoms without which they cannot hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from routing import facts
from routing.conditions import ALL, ANY, Condition, Group, Node
from routing.index import Index

# How often a question holds, roughly: of several that must all hold, the rarest is the one to look a rule up by.
_WEIGHTS = {
    facts.HAS_ANY: 0.03, facts.HAS_ALL: 0.03, facts.CONTAINS: 0.02, facts.STARTS_WITH: 0.01, facts.ENDS_WITH: 0.01,
    facts.MATCHES: 0.05, facts.UNDER: 0.005, facts.AT_LEAST: 0.5, facts.AT_MOST: 0.5, facts.EXISTS: 0.6,
}  # fmt: skip
_FEW_VALUES = ("channel", "channel_kind", "language", "machine", "kind", "priority", "team", "stage", "weekday")
_OF_FEW, _OF_MANY = 0.25, 0.005
Atoms = frozenset[int]
Needed = tuple[float, Atoms]


@dataclass(frozen=True, slots=True)
class Test:
    """Conditions that must all hold: all of `required`, one of each of `some`, none of `barred`, and `rest`."""

    required: Atoms
    some: tuple[Atoms, ...]
    barred: Atoms
    rest: tuple[Callable[[set[int]], bool], ...]

    def holds(self, held: set[int]) -> bool:
        """Whether they hold where just these atoms do."""
        if not self.required <= held or not self.barred.isdisjoint(held):
            return False
        for atoms in self.some:
            if atoms.isdisjoint(held):
                return False
        return all(agrees(held) for agrees in self.rest)

    def simple(self) -> Atoms | None:
        """The atoms of which any will do, where that is all that is asked."""
        if self.barred or self.rest or len(self.required) + len(self.some) != 1:
            return None
        return self.required or self.some[0]


def test_of(nodes: Sequence[Node], index: Index) -> Test:
    """What asks for all of some conditions."""
    required: set[int] = set()
    barred: set[int] = set()
    some: list[Atoms] = []
    rest: list[Callable[[set[int]], bool]] = []

    def add(test: Test) -> None:
        required.update(test.required)
        barred.update(test.barred)
        some.extend(test.some)
        rest.extend(test.rest)

    for node in nodes:
        if isinstance(node, Condition):
            add(_of_condition(node, index))
        elif node.kind == ALL:
            add(test_of(node.parts, index))
        else:
            parts = [test_of([part], index) for part in node.parts]
            add(_any_of(parts) if node.kind == ANY else _none_of(parts))
    return Test(frozenset(required), tuple(some), frozenset(barred), tuple(rest))


def needed(node: Node, index: Index) -> Needed | None:
    """The atoms of which one at least must hold for it to hold, with how often one does; None where there are none."""
    if isinstance(node, Group):
        parts = [needed(part, index) for part in node.parts]
        if node.kind == ALL:
            return rarest(parts)
        known = [part for part in parts if part is not None]
        if node.kind != ANY or len(known) < len(parts):
            return None
        return sum(weight for weight, _ in known), frozenset().union(*(atoms for _, atoms in known))
    if not node.wanted:
        return None
    weight, atoms = how_often(node), index.atoms(node)
    # All must hold, so one is enough to look it up by: the longest word.
    if node.operator == facts.HAS_ALL:
        return weight, frozenset((max(zip(node.values, atoms, strict=True), key=lambda pair: len(pair[0]))[1],))
    return weight * len(atoms), frozenset(atoms)


def rarest(parts: Sequence[Needed | None]) -> Needed | None:
    """Of several that must all hold, what holds least often."""
    return min((part for part in parts if part is not None), key=lambda part: part[0], default=None)


def _of_condition(condition: Condition, index: Index) -> Test:
    atoms = frozenset(index.atoms(condition))
    if not condition.wanted:
        return Test(frozenset(), (), atoms, ())
    if condition.operator == facts.HAS_ALL or len(atoms) == 1:
        return Test(atoms, (), frozenset(), ())
    return Test(frozenset(), (atoms,), frozenset(), ())


def _any_of(parts: list[Test]) -> Test:
    simple = [part.simple() for part in parts]
    atoms = frozenset().union(*(one for one in simple if one is not None))
    if None not in simple:
        return Test(frozenset(), (atoms,), frozenset(), ())
    return Test(frozenset(), (), frozenset(), (lambda held: any(part.holds(held) for part in parts),))


def _none_of(parts: list[Test]) -> Test:
    simple = [part.simple() for part in parts]
    barred = frozenset().union(*(one for one in simple if one is not None))
    others = [part for part, atoms in zip(parts, simple, strict=True) if atoms is None]
    rest = (lambda held: not any(part.holds(held) for part in others),) if others else ()
    return Test(frozenset(), (), barred, rest)


def how_often(condition: Condition) -> float:
    """How often one of its values is met, roughly."""
    usual = _OF_FEW if condition.fact in _FEW_VALUES else _OF_MANY
    return _WEIGHTS.get(condition.operator, usual)
