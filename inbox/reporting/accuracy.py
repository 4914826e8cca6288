"""How often people changed what a rule had decided, and how often questions were passed on."""

from dataclasses import dataclass

from inbox.reporting import tallies
from inbox.reporting.cases import FIRST, RULE
from inbox.reporting.period import Report


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What one rule decided about new questions; `changed`: a person then gave them to another team, `moves` times."""

    slug: str
    name: str
    decided: int
    changed: int
    moves: int

    @property
    def right(self) -> int:
        """How many stayed where the rule put them."""
        return self.decided - self.changed


def accuracy(report: Report) -> list[Accuracy]:
    """By rule, in the rules' order; what no rule decided about is left out."""
    found = []
    for line in report.lines(RULE, FIRST):
        if line.value:
            tally = tallies.merged(report.tallies, (FIRST,), RULE, line.value)
            found.append(Accuracy(line.value, line.name, line.exchanges, tally.passed, tally.moves))
    return found
