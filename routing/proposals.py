"""What people's corrections say about the rules: changes worth making, each proved on the past.

A message that somebody passed on to another team says that the rules were wrong about it. Words and senders that such
messages have in common are tried as changes: a word more in a rule that sends to the right place, a new rule before the
one that takes them, a word less in a rule that attracts wrongly. The best is proposed, then the best for those left.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from inbox.contacts import FREE_MAIL
from routing import amend
from routing.amend import ADD, INSERT, Change
from routing.backtest import Seen
from routing.learning import phrases
from routing.learning.candidates import FIRMS, Candidate, Slots, asks_for, removals, senders
from routing.learning.past import LEAST, Mask, Past, Sender, Tally, bits, mask
from routing.matcher import compile_rules
from routing.rules import Rule

# So many are proposed at most, and so many phrases looked at closely at a time.
MOST, CLOSELY = 30, 60
# So many conversations are shown, of them at most so many that would move wrongly: these first, to judge by.
SAMPLES, DOUBTS = 10, 3
WORD, RULE, SENDER, REMOVAL = "word", "rule", "sender", "removal"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the rules and what speaks for it.

    evidence: of `moved` messages that would go elsewhere `right` would come to where people sent them, `wrong` would
    leave where they belong; `moves`: [from, to, how many]; `samples`: [conversation, from, to,
    "right", "wrong" or ""]. Places are teams' short names or people's addresses.
    """

    kind: str
    change: Change
    evidence: dict[str, Any]

    @property
    def key(self) -> str:
        """See amend.key."""
        return amend.key(self.change)


def find(
    seen: Sequence[Seen],
    rules: Sequence[Rule],
    today: date | None = None,
    places: Collection[str] | None = None,
    free: Collection[str] = FREE_MAIL,
) -> list[Proposal]:
    """The changes of the rules that these messages (the newest first) speak for, best first.

    today: the company's day; places: where a message may be sent, None for wherever people sent one; free: domains that
    tell nothing of who writes.
    """
    past = Past(_one_each(seen), rules, today, free)
    if past.corrected.bit_count() < LEAST:
        return []
    search = _Search(past, set(past.goals) if places is None else set(past.goals) & set(places))
    found: list[Proposal] = []
    while len(found) < MOST and (proposal := search.next()) is not None:
        found.append(proposal)
    return found


def judge(past: Past, change: Change, asked: Mask) -> tuple[Tally, dict[str, Any]]:
    """What a change would do with some messages, by the changed rules themselves; and as evidence. Raises Outdated."""
    sends = Sender(compile_rules(amend.apply(change, past.rules)), past.today)
    moves: Counter[tuple[str, str]] = Counter()
    lines: dict[str, list[list[Any]]] = {"right": [], "wrong": [], "moved": []}
    masks: dict[str, list[int]] = {name: [] for name in lines}
    for number in bits(asked):
        one, was = past.seen[number], past.places[number]
        _, would = sends(one)
        if would == was:
            continue
        moves[was, would] += 1
        masks["moved"].append(number)
        name = _came_out(one, was, would)
        if name:
            masks[name].append(number)
        lines[name or "moved"].append([one.conversation_id, was, would, name])
    tally = Tally(*(mask(masks[name]) for name in ("moved", "right", "wrong")))
    evidence = {
        "moved": len(masks["moved"]), "right": len(masks["right"]), "wrong": len(masks["wrong"]),
        "moves": [[was, would, count] for (was, would), count in moves.most_common()],
        "samples": [*lines["wrong"][:DOUBTS], *lines["right"], *lines["moved"]][:SAMPLES],
    }  # fmt: skip
    return tally, evidence


@dataclass
class _Search:
    """Takes the best change, then the best for the messages that are left, and so on."""

    past: Past
    places: set[str]
    left: Mask = 0
    _near: list[Candidate] = field(default_factory=list)
    _cutoff: int = 0

    def __post_init__(self) -> None:
        self.left = self.past.corrected
        self._slots = Slots(self.past)
        self._phrases = phrases.common(self.past)
        self._fixed = [*self._tried_removals(), *self._of_senders()]
        self._look()

    def next(self) -> Proposal | None:
        """The best of what is left, None where nothing more is worth it."""
        while True:
            good = [one for one in (*self._near, *self._fixed) if one.tally.good(self.left)]
            best = max(good, key=lambda one: one.rank(self.left), default=None)
            if best is None or best.rank(self.left)[0] < self._cutoff:
                if not self._cutoff:
                    return None
                self._look()
                continue
            self._near = [one for one in self._near if one is not best]
            self._fixed = [one for one in self._fixed if one is not best]
            tally, evidence = judge(self.past, best.change, best.holders)
            if tally.good(self.left):
                self.left &= ~tally.right
                return Proposal(_kind(best.change), best.change, evidence)

    def _look(self) -> None:
        """Look closely at the phrases that seem best for what is left; `_cutoff`: what the next best could do."""
        ranked = sorted(self._roughly(), key=lambda one: one[0], reverse=True)
        self._cutoff = ranked[CLOSELY][0] if len(ranked) > CLOSELY else 0
        near = dict.fromkeys((key, place) for _, key, place in ranked[:CLOSELY])
        texts = {key: phrases.written(self.past, key, self._phrases[key] & self.left) for key, _ in near}
        held = self.past.holding([asks_for(text) for text in texts.values() if text])
        holders = dict(zip([key for key, text in texts.items() if text], [one for (one,) in held], strict=True))
        self._near = []
        used: set[tuple[str, str]] = set()
        for key, place in near:
            if key in holders and (place, amend.root(texts[key])) not in used:
                way = self._slots.best(asks_for(texts[key]), holders[key], place, self.left)
                if way is not None and self.past.voices(way.tally.right, FIRMS):
                    used.add((place, amend.root(texts[key])))
                    self._near.append(self._slots.candidate(way, asks_for(texts[key]), holders[key], place))

    def _roughly(self) -> Iterator[tuple[int, phrases.Key, str]]:
        """(what it might do, phrase, place) of all phrases that may do good, as far as their stems tell."""
        for key, holders in self._phrases.items():
            for place in self.places:
                if (holders & self.past.goals[place] & self.left).bit_count() >= LEAST:
                    way = self._slots.best(asks_for(""), holders, place, self.left)
                    if way is not None:
                        yield way.score(self.left), key, place

    def _tried_removals(self) -> Iterator[Candidate]:
        for one in removals(self.past):
            tally, _ = judge(self.past, one.change, one.holders)
            if tally.good():
                yield replace(one, tally=tally)

    def _of_senders(self) -> Iterator[Candidate]:
        return (one for one in senders(self.past, self._slots, self.left) if amend.place_of(one.change) in self.places)


def _kind(change: Change) -> str:
    if change["do"] not in (ADD, INSERT):
        return REMOVAL
    if amend.asked(change)[0] in ("domain", "sender"):
        return SENDER
    return RULE if change["do"] == INSERT else WORD


def _came_out(one: Seen, was: str, would: str) -> str:
    before, after = (place in one.hand if one.hand else place == was for place in (was, would))
    return "right" if after and not before else "wrong" if before and not after else ""


def _one_each(seen: Sequence[Seen]) -> list[Seen]:
    """The first message of each conversation: what the rules sent it by, and a person then corrected."""
    return list({one.conversation_id: one for one in seen}.values())
