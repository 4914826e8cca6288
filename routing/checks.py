"""What is allowed in a rule set but can hardly be meant: a page shows it beside the rule, nothing is refused for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing import facts
from routing.conditions import ALL, NONE, Condition, Group, Node
from routing.facts import EXISTS, HAS_ALL, HAS_ANY, IS, IS_ANY, MATCHES, UNDER
from routing.gaps import reads
from routing.logic import excludes, implies
from routing.normal import how_often
from routing.operators import cased
from routing.rules import Rule
from routing.words import MAX_CHARS, phrase

SHADOWED, SAME, CONTRADICTION, READS_BEGINNING = "shadowed", "same", "contradiction", "reads_beginning"
_WHOLES = {part: whole for whole, parts in facts.TOGETHER.items() for part in parts}


@dataclass(frozen=True, slots=True)
class Notice:
    """slug and path: the rule and the row. other: the slug of the rule, or the path of the row, that it is about."""

    slug: str
    path: str
    code: str
    text: str
    other: str = ""


def warnings(rules: Sequence[Rule]) -> list[Notice]:
    """What can hardly be meant, in the order of the rules."""
    asked = [rule for rule in rules if rule.enabled]
    found = [*_shadowed(asked), *(one for rule in asked for one in (*_contradictions(rule), *_short_reading(rule)))]
    places = {rule.slug: place for place, rule in enumerate(rules)}
    return sorted(found, key=lambda notice: places[notice.slug])


def _shadowed(rules: Sequence[Rule]) -> Iterator[Notice]:
    """Rules that an earlier one leaves nothing to."""
    # By what the rarest condition of an earlier rule is met: only where it is, is the rule looked at more closely.
    met: dict[str, list[Rule]] = {}
    for rule in rules:
        seen = {other.slug: other for key in sorted(_keys(rule.when, True)) for other in met.get(key, ())}
        earlier = next((other for other in seen.values() if _takes_all(other, rule)), None)
        if earlier is not None:
            same = rule.when == earlier.when or _takes_all(rule, earlier)
            yield _shadow(rule, earlier, same)
        if not rule.occasion.goes_on and rule.when:
            leaves = [node for node in rule.when if isinstance(node, Condition)]
            anchor = min(leaves, key=how_often, default=None)
            for key in _keys([anchor], False) if anchor else ("",):
                met.setdefault(key, []).append(rule)


def _shadow(rule: Rule, earlier: Rule, same: bool) -> Notice:
    if same:
        text = f'it has the same conditions as the rule "{earlier.name}" before it, which takes everything first'
        return Notice(rule.slug, "when", SAME, text, earlier.slug)
    text = f'it is never reached: the rule "{earlier.name}" before it takes everything that it would take'
    return Notice(rule.slug, "when", SHADOWED, text, earlier.slug)


def _takes_all(earlier: Rule, rule: Rule) -> bool:
    one, other = earlier.occasion, rule.occasion
    if (one.on, one.after) != (other.on, other.after):
        return False
    if one.starts and (not other.starts or other.starts < one.starts):
        return False
    if one.ends and (not other.ends or other.ends > one.ends):
        return False
    return bool(earlier.when) and implies(Group(ALL, rule.when), Group(ALL, earlier.when))


def _contradictions(rule: Rule) -> Iterator[Notice]:
    for path, together in _alls(rule.when, "when"):
        for place, node in enumerate(together):
            against = next((before for before in range(place) if excludes(together[before], node)), None)
            if against is not None:
                other = f"{path}.{against}"
                text = f"this and condition {against + 1} beside it can never both hold"
                yield Notice(rule.slug, f"{path}.{place}", CONTRADICTION, text, other)


def _alls(nodes: Sequence[Node], path: str) -> Iterator[tuple[str, Sequence[Node]]]:
    """Conditions that must hold together, with the path they are under."""
    yield path, nodes
    for place, node in enumerate(nodes):
        if isinstance(node, Group):
            below = f"{path}.{place}.{node.kind}"
            if node.kind == ALL:
                yield from _alls(node.parts, below)
            else:
                for number, part in enumerate(node.parts):
                    if isinstance(part, Group) and part.kind == ALL:
                        yield from _alls(part.parts, f"{below}.{number}.{ALL}")


def _short_reading(rule: Rule) -> Iterator[Notice]:
    for path, condition in _leaves(rule.when, "when"):
        for value in condition.values if condition.operator == MATCHES else ():
            if reads(value) < MAX_CHARS:
                text = (
                    f"{value!r} counts a wide gap and so reads only the first {reads(value):,} characters of a text; "
                    ".* instead of a counted gap reads it all"
                )
                yield Notice(rule.slug, path, READS_BEGINNING, text)


def _leaves(nodes: Sequence[Node], path: str) -> Iterator[tuple[str, Condition]]:
    for place, node in enumerate(nodes):
        if isinstance(node, Condition):
            yield f"{path}.{place}", node
        else:
            yield from _leaves(node.parts, f"{path}.{place}.{node.kind}")


def _keys(nodes: Sequence[Node], implied: bool) -> set[str]:
    """What conditions share if one implies another: all that these, or what they imply, may be met by."""
    keys = {""}
    for _, one in _leaves([node for node in nodes if not isinstance(node, Group) or node.kind != NONE], ""):
        fact = _WHOLES.get(one.fact, one.fact)
        if one.operator in (HAS_ANY, HAS_ALL):
            keys |= {f"{fact} {word}" for value in one.values for word in phrase(value).texts[0].split()}
        elif one.operator in (IS, IS_ANY, UNDER):
            for value in map(cased, one.values):
                parts = value.rpartition("@")[2].split(".") if implied else []
                keys |= {f"{fact} {value}", *(f"{fact} {'.'.join(parts[place:])}" for place in range(len(parts)))}
        else:
            keys.add(f"{fact} {one.operator if one.operator not in facts.PLAIN else facts.CONTAINS}")
        if implied:
            keys.add(f"{fact} {EXISTS}")
    return keys if implied else keys - {""}
