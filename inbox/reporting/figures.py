"""One line of a report: how many, what came of them, half and nine of ten within which time."""

import math
from dataclasses import dataclass

from inbox.reporting.tallies import Tally

# Of fewer cases a percentile says less than it seems to: pages tell "9 of 10 within …" as counts.
FEW = 20
# Of fewer opinions no share is told, only how many.
FEW_OPINIONS = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """`value`: what all of them have in common. Times in seconds, None where nothing was answered.

    `within`: of the `targeted` that had a target, so many were answered in time. `voted`: of the `asked` customers so
    many said how the answer was, `good` and `bad` of them; the others so-so.
    """

    value: str
    name: str
    exchanges: int
    answered: int
    unanswered: int
    waiting: int
    uncertain: int
    targeted: int
    within: int
    median_wall: float | None
    p90_wall: float | None
    median_working: float | None
    p90_working: float | None
    asked: int = 0
    voted: int = 0
    good: int = 0
    bad: int = 0

    @property
    def few(self) -> bool:
        """Whether they are too few for percentiles."""
        return self.answered < FEW

    @property
    def half(self) -> int:
        """How many were answered within the median."""
        return math.ceil(self.answered / 2)

    @property
    def nine_tenths(self) -> int:
        """How many were answered within the 90th percentile."""
        return math.ceil(0.9 * self.answered)

    @property
    def share_within(self) -> float | None:
        """The share within the target, 0 to 1; None where nothing had one."""
        return self.within / self.targeted if self.targeted else None

    @property
    def fair(self) -> int:
        """How many found the answer so-so."""
        return self.voted - self.good - self.bad

    @property
    def share_good(self) -> float | None:
        """Of those who said how the answer was the share that found it good, 0 to 1; None of too few."""
        return self.good / self.voted if self.voted >= FEW_OPINIONS else None


def figures(tally: Tally, value: str = "", name: str = "") -> Figures:
    """What a tally says."""
    return Figures(
        value, name, tally.counted, tally.answered, tally.unanswered, tally.waiting, tally.uncertain,
        tally.targeted, tally.within, tally.wall(50), tally.wall(90), tally.working(50), tally.working(90),
        tally.asked, tally.voted, tally.good, tally.bad,
    )  # fmt: skip
