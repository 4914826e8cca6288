"""The report of a period: what was counted on its days, as lines by team, channel and the like."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Channel, Rule, Team
from inbox.reporting import cases, cells, tallies
from inbox.reporting.cases import ALL, CHANNEL, DIMENSIONS, FIRST, NEXT, RESOLUTION, RULE, TEAM
from inbox.reporting.days import Period
from inbox.reporting.figures import Figures, figures
from inbox.reporting.hops import spent
from inbox.reporting.tallies import HOUR, Tallies

EVERY = (FIRST, NEXT)
# Of so many questions the page may count one by one where somebody asks for it: they take some two seconds.
EXACT_MOST = 20_000
Names = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Report:
    """What was counted in a period. `names`: by dimension those of its values that have a name of their own, in order.

    `rough`: percentiles are within 2.5 % of the true ones.
    """

    period: Period
    tallies: Tallies
    names: Names
    rough: bool = False

    def line(self, *measures: str) -> Figures:
        """One measure, or several together."""
        return figures(tallies.merged(self.tallies, measures))

    def lines(self, dimension: str, *measures: str) -> list[Figures]:
        """A line for each value: in the order of the names; what has none, the most frequent first; the rest last."""
        there = {key.value for key in self.tallies if key.dimension == dimension and key.measure in measures}
        named = self.names.get(dimension, {})
        found = [
            figures(tallies.merged(self.tallies, measures, dimension, value), value, named.get(value, value))
            for value in [*[value for value in named if value in there], *sorted(there - named.keys())]
        ]
        found.sort(key=lambda line: (line.value == "", 0 if line.value in named else 1 - line.exchanges))
        return [line for line in found if line.exchanges]

    @property
    def may_be_exact(self) -> bool:
        """Whether a page may count the questions of a rough report one by one."""
        return self.rough and tallies.merged(self.tallies, EVERY).cases <= EXACT_MOST

    def as_data(self) -> dict[str, Any]:
        """JSON-ready: dates as ISO texts, times in seconds."""
        return {
            "begins": self.period.begins.isoformat(),
            "ends": self.period.ends.isoformat(),
            "rough": self.rough,
            **{measure: asdict(self.line(measure)) for measure in (FIRST, NEXT, RESOLUTION)},
            "every": asdict(self.line(*EVERY)),
            **{f"first_by_{one}": [asdict(line) for line in self.lines(one, FIRST)] for one in DIMENSIONS},
        }


def report(session: Session, period: Period, timezone: str) -> Report:
    """The exact report of a period, counted case by case."""
    start, end = period.moments(timezone)
    counted = tallies.of(cases.of_period(session, start, end, timezone), spent(session, start, end))
    return Report(period, counted, names(session))


def quickest(
    session: Session, period: Period, timezone: str, dimensions: Collection[str] = (), *, exact: bool = False
) -> Report:
    """The exact report of a period of not too many questions, or where it is wished for; else from what is kept.

    `dimensions`: those that will be asked for, besides ALL and what hops and arrivals need.
    """
    start, end = period.moments(timezone)
    if cells.more_than(EXACT_MOST if exact else cells.EXACT_UP_TO, session, start, end):
        kept = cells.read(session, period, timezone, {ALL, *dimensions}, (TEAM, RULE, HOUR))
        if kept is not None:
            return Report(period, kept, names(session), rough=True)
    return report(session, period, timezone)


def names(session: Session) -> Names:
    """What teams, channels and rules are called, in the order in which people know them."""
    queries: Sequence[tuple[str, Any]] = (
        (TEAM, select(Team.id, Team.name).order_by(Team.position, Team.id)),
        (CHANNEL, select(Channel.id, Channel.name).order_by(Channel.name)),
        (RULE, select(Rule.slug, Rule.name).order_by(Rule.position)),
    )
    found = {one: {str(value): name for value, name in session.execute(query)} for one, query in queries}
    return {ALL: {}, **found}
