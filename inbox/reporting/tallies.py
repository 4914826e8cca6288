"""Cases added up: for each measure, dimension and value how many, what came of them, and how long they took."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from inbox.models.opinion import BAD, GOOD
from inbox.reporting import histograms
from inbox.reporting.cases import ALL, DIMENSIONS, DONE, OUTSIDE, WAITING, WITHOUT, Case, Timed

# Besides the measures of cases: arrivals by hour of the week, what ended on a day, and the hops of a team's cases.
ARRIVED, ENDED, HOP = "arrived", "ended", "hop"
HOUR = "hour"


class Key(NamedTuple):
    """What is added up: a measure, a dimension, and one of its values."""

    measure: str
    dimension: str = ALL
    value: str = ""


@dataclass(slots=True)
class Tally:
    """`cases` are all, also those outside of both counts. Times in seconds, one by one, or as histograms, or both.

    `targeted`: how many answered ones had a target, and `within` it so many of them. `passed`: how many
    people gave to another team, and how often (`moves`). `asked`: of the answered ones so many asked how the answer
    was; `voted` of their customers said so, `good` and `bad` ones among them.
    """

    cases: int = 0
    answered: int = 0
    unanswered: int = 0
    waiting: int = 0
    uncertain: int = 0
    targeted: int = 0
    within: int = 0
    passed: int = 0
    moves: int = 0
    asked: int = 0
    voted: int = 0
    good: int = 0
    bad: int = 0
    wall_sum: int = 0
    working_sum: int = 0
    walls: list[int] = field(default_factory=list)
    workings: list[int] = field(default_factory=list)
    wall_histogram: int = 0
    working_histogram: int = 0

    @property
    def counted(self) -> int:
        """Those that were answered, wait, or were left without an answer."""
        return self.answered + self.unanswered + self.waiting

    def add(self, timed: Timed) -> None:
        """One case more."""
        self.cases += 1
        if timed.state != OUTSIDE:
            self.passed += timed.moves > 0
            self.moves += timed.moves
        self.unanswered += timed.state == WITHOUT
        self.waiting += timed.state == WAITING
        if timed.state != DONE:
            return
        self.answered += 1
        self.uncertain += timed.uncertain
        self.targeted += timed.within is not None
        self.within += timed.within is True
        self.asked += timed.opinion is not None
        self.voted += bool(timed.opinion)
        self.good += timed.opinion == GOOD
        self.bad += timed.opinion == BAD
        self.spent(timed.wall or 0, timed.working or 0)
        self.walls.append(timed.wall or 0)
        self.workings.append(timed.working or 0)

    def spent(self, wall: int, working: int) -> None:
        """So much time more."""
        self.wall_sum += wall
        self.working_sum += working

    def merge(self, other: "Tally") -> None:
        """What another counted, too."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.walls += other.walls
        self.workings += other.workings
        self.wall_histogram += other.wall_histogram
        self.working_histogram += other.working_histogram

    def all_walls(self) -> int:
        """All times by the clock as one histogram."""
        return self.wall_histogram + histograms.of(self.walls)

    def all_workings(self) -> int:
        """All working times as one histogram."""
        return self.working_histogram + histograms.of(self.workings)

    def wall(self, share: float) -> float | None:
        """A percentile of the times by the clock, in seconds."""
        return _percentile(self.walls, self.wall_histogram, share)

    def working(self, share: float) -> float | None:
        """A percentile of the working times, in seconds."""
        return _percentile(self.workings, self.working_histogram, share)


COUNTS = (
    "cases", "answered", "unanswered", "waiting", "uncertain", "targeted", "within", "passed", "moves",
    "asked", "voted", "good", "bad",
    "wall_sum", "working_sum",
)  # fmt: skip
Tallies = dict[Key, Tally]


class Spent(NamedTuple):
    """Time that one kind of holder had an answered case of a team."""

    team: str
    holder: str
    wall: int
    working: int


def of(cases: Iterable[Case], hops: Iterable[Spent] = ()) -> Tallies:
    """All tallies of some cases."""
    found: Tallies = {}
    for case in cases:
        for timed in (case.answer, case.resolution):
            if timed is not None:
                for key in _keys(timed.measure, case.values):
                    found.setdefault(key, Tally()).add(timed)
        hour = Key(ARRIVED, HOUR, f"{case.opened.weekday()}-{case.opened.hour}")
        found.setdefault(hour, Tally()).cases += 1
    for spent in hops:
        found.setdefault(Key(HOP, "team", f"{spent.team}:{spent.holder}"), Tally()).spent(spent.wall, spent.working)
    return found


def merged(tallies: Tallies, measures: Sequence[str], dimension: str = ALL, value: str = "") -> Tally:
    """What several measures count together under one value."""
    whole = Tally()
    for measure in measures:
        if one := tallies.get(Key(measure, dimension, value)):
            whole.merge(one)
    return whole


def put_together(into: Tallies, more: Tallies) -> None:
    """Add tallies to others, which are changed."""
    for key, tally in more.items():
        into.setdefault(key, Tally()).merge(tally)


def percentile(ordered: Sequence[int], share: float) -> int | None:
    """The nearest-rank percentile of ordered values, None of none.

    ISO 3534-1: the smallest value with at least that share of the cases at or below it.
    """
    return ordered[max(0, math.ceil(share / 100 * len(ordered)) - 1)] if ordered else None


def _percentile(times: list[int], histogram: int, share: float) -> float | None:
    if not histogram:
        return percentile(sorted(times), share)
    return histograms.percentile(histogram + histograms.of(times), share)


def _keys(measure: str, values: Mapping[str, tuple[str, ...]]) -> Iterator[Key]:
    for dimension in (ALL, *DIMENSIONS):
        for value in values[dimension]:
            yield Key(measure, dimension, value)
