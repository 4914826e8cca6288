"""The plain way to ask a rule: every condition in turn, with all that was found. What the matcher says must be this."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from routing.conditions import ALL, ANY, NONE, Condition, Group, Node
from routing.facts import EXISTS, Facts


@dataclass(frozen=True, slots=True)
class Trace:
    """How a condition or group fared: `found` are the values that made a condition true, `parts` a group's own."""

    node: Node
    held: bool
    found: tuple[str, ...] = ()
    parts: tuple["Trace", ...] = ()

    def as_data(self) -> dict[str, Any]:
        """As JSON: {condition, held, found} or {group, held, parts}."""
        if isinstance(self.node, Group):
            return {"group": self.node.kind, "held": self.held, "parts": [part.as_data() for part in self.parts]}
        return {"condition": self.node.as_data(), "held": self.held, "found": list(self.found)}


def trace(node: Node, known: Facts) -> Trace:
    """How one condition or group fares with a message, all of it."""
    if isinstance(node, Condition):
        found = node.found(known)
        return Trace(node, found is not None, tuple(found or ()))
    parts = tuple(trace(part, known) for part in node.parts)
    return Trace(node, _holds(node.kind, [part.held for part in parts]), (), parts)


def trace_all(nodes: Sequence[Node], known: Facts) -> Trace:
    """How a rule's conditions fare, as one group of which all must hold (as an empty one does)."""
    parts = tuple(trace(node, known) for node in nodes)
    return Trace(Group(ALL, tuple(nodes)), all(part.held for part in parts), (), parts)


def reasons(one: Trace) -> Iterator[dict[str, Any]]:
    """What made it true: {fact, operator, found} for each condition that held and counted."""
    if not one.held:
        return
    if isinstance(one.node, Condition):
        reason = {"fact": one.node.fact, "operator": one.node.operator, "found": list(one.found)}
        yield reason | ({"wanted": False} if one.node.operator == EXISTS and not one.node.wanted else {})
    elif one.node.kind != NONE:
        for part in one.parts:
            yield from reasons(part)


def failure(one: Trace) -> Node:
    """The deepest condition that one failed for, where there is a single one; else the group."""
    if isinstance(one.node, Condition):
        return one.node
    kind = one.node.kind
    guilty = [part for part in one.parts if part.held is (kind == NONE)]
    if len(guilty) != 1:
        return one.node
    # Of a group of none, what held is to blame, and only "none of this" says so.
    return Group(NONE, (guilty[0].node,)) if kind == NONE else failure(guilty[0])


def _holds(kind: str, held: Sequence[bool]) -> bool:
    if kind == ALL:
        return all(held)
    return any(held) if kind == ANY else not any(held)
