"""The messages of the last weeks as the rules in force send them, beside where people sent them.

Sets of messages are whole numbers, a bit for each message: of ten thousand messages, those that hold a word *and* go
elsewhere *and* are right now are found in a microsecond.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from inbox.contacts import FREE_MAIL
from routing import backtest, facts
from routing.backtest import Seen
from routing.conditions import HAS_ANY, Condition, Group, Node
from routing.index import Index
from routing.matcher import Matcher, compile_rules
from routing.occasions import NEW
from routing.rules import Rule

Mask = int
# What corrections are learned from, and how sure they must be: see `Tally`.
LEAST, WRONG_SHARE = 3, 10


@dataclass(frozen=True, slots=True)
class Tally:
    """What a change would do: `right` come to their true place by it, `wrong` leave it, of `moved` in all."""

    moved: Mask
    right: Mask
    wrong: Mask

    def good(self, among: Mask = -1) -> bool:
        """Whether it is worth proposing: three come right, for one that goes wrong ten, and most of what it moves."""
        right, wrong = (self.right & among).bit_count(), self.wrong.bit_count()
        other = self.moved.bit_count() - self.right.bit_count() - wrong
        return right >= LEAST and wrong * WRONG_SHARE <= right and other * 2 <= right

    def score(self, among: Mask) -> int:
        """How much good it does."""
        return (self.right & among).bit_count() - WRONG_SHARE * self.wrong.bit_count()


class Sender:
    """Asks rules of messages: those that hold, and where they send it. `today`: the company's day."""

    def __init__(self, matcher: Matcher, today: date | None) -> None:
        self._matcher, self._today = matcher, today
        self._places: dict[tuple[str, ...], str] = {}

    def __call__(self, one: Seen) -> tuple[list[Rule], str]:
        taken = self._matcher.first(one.facts, NEW, self._today)
        names = tuple([rule.slug for rule in taken])
        place = self._places.get(names)
        if place is None:
            place = self._places[names] = backtest.place(taken)
        return taken, place


class Past:
    """Some messages under some rules. `today`: the company's day; `free`: domains that tell nothing of who writes."""

    def __init__(
        self, seen: Sequence[Seen], rules: Sequence[Rule], today: date | None = None, free: Iterable[str] = FREE_MAIL
    ) -> None:
        self.seen, self.rules, self.today, self.free = seen, list(rules), today, frozenset(free)
        number_of = {rule.slug: number for number, rule in enumerate(rules)}
        self.places: list[str] = []
        by_rule: dict[int, list[int]] = {}
        sends = Sender(compile_rules(rules), today)
        for number, one in enumerate(seen):
            taken, place = sends(one)
            self.places.append(place)
            by_rule.setdefault(number_of[taken[-1].slug] if taken else len(rules), []).append(number)
        # By rule: what it decides. Of the messages, those that a person sent elsewhere.
        self.decided = {rule: mask(some) for rule, some in by_rule.items()}
        self.corrected = mask(
            number for number, one in enumerate(seen) if one.hand and self.places[number] not in one.hand
        )

    @cached_property
    def everything(self) -> Mask:
        """All messages."""
        return (1 << len(self.seen)) - 1

    @cached_property
    def goals(self) -> dict[str, Mask]:
        """By place: the corrected messages that people meant for it."""
        found: dict[str, list[int]] = {}
        for number in bits(self.corrected):
            for place in _meant(self.seen[number].hand):
                found.setdefault(place, []).append(number)
        return {place: mask(some) for place, some in found.items()}

    def from_on(self, rule: int) -> Mask:
        """What this rule and those after it decide."""
        return merged(some for number, some in self.decided.items() if number >= rule)

    def at_home(self, place: str) -> Mask:
        """The messages for which that place is right."""
        known = self._homes.get(place)
        if known is None:
            homes = (place in one.hand if one.hand else self.places[number] == place
                     for number, one in enumerate(self.seen))  # fmt: skip
            known = self._homes[place] = mask(number for number, home in enumerate(homes) if home)
        return known

    def tally(self, moved: Mask, place: str) -> Tally:
        """What comes of sending these messages to a place, as far as they do not go there already."""
        home = self.at_home(place)
        moved &= ~self._sent.get(place, 0)
        return Tally(moved, moved & self.corrected & home, moved & ~self.corrected & ~home)

    def holding(self, questions: Sequence[Condition]) -> list[list[Mask]]:
        """For each question and each of its values: the messages that hold it."""
        index = Index()
        atoms = [index.atoms(one) for one in questions]
        index.close()
        found: dict[int, list[int]] = {}
        for number, one in enumerate(self.seen):
            for atom in index.held(one.facts):
                found.setdefault(atom, []).append(number)
        masks = {atom: mask(some) for atom, some in found.items()}
        return [[masks.get(atom, 0) for atom in some] for some in atoms]

    def fitting(self, wanted: Sequence[tuple[Node, ...]]) -> list[Mask]:
        """For each set of conditions: the messages for which all hold."""
        limited = [Rule(str(number), "", self.rules[-1].then, when) for number, when in enumerate(wanted) if when]
        matcher, found = compile_rules(limited), {one.slug: list[int]() for one in limited}
        for number, one in enumerate(self.seen if limited else ()):
            for rule in matcher.every(one.facts):
                found[rule.slug].append(number)
        return [mask(found[str(number)]) if when else self.everything for number, when in enumerate(wanted)]

    def voices(self, some: Mask, enough: int) -> bool:
        """Whether these messages come from so many different firms, or people where no firm is known."""
        heard = set()
        for number in bits(some):
            values = self.seen[number].facts.values
            domain = str(values.get("domain", ""))
            who = domain if domain and domain not in self.free else values.get("sender", "")
            heard.add(who or f"#{self.seen[number].conversation_id}")
            if len(heard) >= enough:
                return True
        return False

    @cached_property
    def _sent(self) -> dict[str, Mask]:
        """By place: what the rules send there."""
        found: dict[str, list[int]] = {}
        for number, place in enumerate(self.places):
            found.setdefault(place, []).append(number)
        return {place: mask(some) for place, some in found.items()}

    @cached_property
    def _homes(self) -> dict[str, Mask]:
        return {}


def mask(numbers: Iterable[int]) -> Mask:
    """A set of messages from their numbers."""
    found = bytearray()
    for number in numbers:
        if number >> 3 >= len(found):
            found.extend(bytes((number >> 3) + 1 - len(found) + 64))
        found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


def bits(some: Mask) -> Iterator[int]:
    """The numbers of a set's messages, ascending."""
    text = bin(some)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)


def merged(some: Iterable[Mask]) -> Mask:
    """All of several sets."""
    whole = 0
    for one in some:
        whole |= one
    return whole


def lists(rule: Rule, operators: Sequence[str] = (HAS_ANY,)) -> Iterator[tuple[tuple[int | str, ...], Condition]]:
    """The conditions of a rule with a list of values that alone may make them true, each with its path: those that
    stand by themselves, and those in a group of which any will do."""
    for number, node in enumerate(rule.when):
        if isinstance(node, Condition):
            found: list[tuple[tuple[int | str, ...], Node]] = [((number,), node)]
        elif node.kind == "any":
            found = [((number, node.kind, place), part) for place, part in enumerate(node.parts)]
        else:
            found = []
        for path, part in found:
            if not isinstance(part, Group) and part.operator in operators:
                yield path, part


def rest(rule: Rule, path: tuple[int | str, ...]) -> tuple[Node, ...]:
    """What else must hold for the rule where the condition at that path (see `lists`) does."""
    return tuple(node for number, node in enumerate(rule.when) if number != path[0])


def is_text(condition: Condition) -> bool:
    """Whether it asks for words of the message's own text."""
    return condition.fact in ("subject_or_text", "subject", "text") and condition.operator == facts.HAS_ANY


def _meant(hand: tuple[str, ...]) -> tuple[str, ...]:
    """The places that a hand may have meant: the team; or the person, and the team where there is only one."""
    return hand[::-1] if len(hand) <= 2 else hand[:1]
