"""What follows from conditions by themselves, whatever the message. Only what is certain: no answer means "perhaps"."""

from routing import facts
from routing.conditions import ALL, ANY, NONE, Condition, Group, Node
from routing.facts import (
    AT_LEAST,
    AT_MOST,
    CONTAINS,
    ENDS_WITH,
    EXISTS,
    HAS_ALL,
    HAS_ANY,
    IS,
    IS_ANY,
    STARTS_WITH,
    UNDER,
)
from routing.operators import cased, under
from routing.words import Phrase, phrase

_NAMED = (IS, IS_ANY, UNDER)


def implies(first: Node, then: Node) -> bool:
    """Whether the second is sure to hold wherever the first does."""
    if first == then:
        return True
    if isinstance(then, Group) and then.kind == ALL:
        return all(implies(first, part) for part in then.parts)
    if isinstance(first, Group) and first.kind == ANY:
        return all(implies(part, then) for part in first.parts)
    if isinstance(then, Group) and then.kind == ANY and any(implies(first, part) for part in then.parts):
        return True
    if isinstance(then, Group) and then.kind == NONE:
        return all(excludes(first, part) for part in then.parts)
    if isinstance(first, Group):
        return first.kind == ALL and any(implies(part, then) for part in first.parts)
    return isinstance(then, Condition) and _implies(first, then)


def excludes(first: Node, other: Node) -> bool:
    """Whether the two are sure never to hold together."""
    for one, two in ((first, other), (other, first)):
        if isinstance(one, Group):
            if one.kind == ALL and any(excludes(part, two) for part in one.parts):
                return True
            if one.kind == ANY and all(excludes(part, two) for part in one.parts):
                return True
            if one.kind == NONE and any(implies(two, part) for part in one.parts):
                return True
    if isinstance(first, Group) or isinstance(other, Group):
        return False
    return _missing(first, other) or _missing(other, first) or _apart(first, other)


def _implies(first: Condition, then: Condition) -> bool:
    if first.fact != then.fact and first.fact not in facts.TOGETHER.get(then.fact, ()):
        return False
    if not (first.wanted and then.wanted):
        return first == then
    if then.operator == EXISTS:
        return True
    if first.operator == then.operator == AT_LEAST:
        return first.number >= then.number
    if first.operator == then.operator == AT_MOST:
        return first.number <= then.number
    # Of "all of these" one value is enough to go by, of "any of these" every one has to do.
    enough = any if first.operator == HAS_ALL else all
    wanted = all if then.operator == HAS_ALL else any
    if then.operator == HAS_ALL:
        return bool(first.values) and all(
            enough(_value(first, one, then, two) for one in first.values) for two in then.values
        )
    return bool(first.values) and enough(
        wanted(_value(first, one, then, two) for two in then.values) for one in first.values
    )


def _value(first: Condition, one: str, then: Condition, two: str) -> bool:
    """Whether what has this value by the first condition has that by the second."""
    asked, wanted = first.operator, then.operator
    if asked in (HAS_ANY, HAS_ALL) and wanted in (HAS_ANY, HAS_ALL):
        return _phrase(phrase(one), phrase(two))
    if asked in _NAMED and wanted in _NAMED:
        if _subdomains(then):
            return under(cased(one), cased(two))
        return not _subdomains(first) and cased(one) == cased(two)
    piece, other = facts.folded(one), facts.folded(two)
    if asked in facts.PLAIN and wanted == CONTAINS:
        return other in piece
    if asked == wanted == STARTS_WITH:
        return piece.startswith(other)
    if asked == wanted == ENDS_WITH:
        return piece.endswith(other)
    return asked == wanted and one == two


def _phrase(one: Phrase, two: Phrase) -> bool:
    if not any(one.wild) and not any(two.wild):
        return all(other in text for text, other in zip(one.texts, two.texts, strict=True))
    return one == two


def _subdomains(condition: Condition) -> bool:
    return condition.operator == UNDER or (condition.fact == "domain" and condition.operator == IS_ANY)


def _missing(one: Condition, other: Condition) -> bool:
    """Whether the first says that a fact is missing of which the second asks something."""
    same = one.fact == other.fact or other.fact in facts.TOGETHER.get(one.fact, ())
    return not one.wanted and other.wanted and same


def _apart(one: Condition, other: Condition) -> bool:
    """Whether a fact that has one value would need two."""
    if one.fact != other.fact:
        return False
    if {one.operator, other.operator} == {AT_LEAST, AT_MOST}:
        least, most = (one, other) if one.operator == AT_LEAST else (other, one)
        return least.number > most.number
    many = facts.kind_of(one.fact) == facts.LIST or one.fact in facts.TOGETHER
    if many or one.operator not in _NAMED or other.operator not in _NAMED:
        return False
    return not any(_value(one, a, other, b) or _value(other, b, one, a) for a in one.values for b in other.values)
