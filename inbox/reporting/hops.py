"""Where the time went: how long the answered questions of a team lay with whom, on average."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox.models import Exchange, Hop
from inbox.models.conversation import CUSTOMER_KINDS
from inbox.models.exchange import ANSWERS, DELIVERY
from inbox.reporting import tallies
from inbox.reporting.cases import FIRST, NEXT, TEAM
from inbox.reporting.tallies import HOP, Key, Spent, Tallies

# In the order in which a question passes them; all but the delivery are parts of the wait.
HOLDERS = ("fetch", "triage", "team", "person", "approval")
PARTS = (*HOLDERS, DELIVERY)


@dataclass(frozen=True, slots=True)
class Way:
    """The answered questions of a team (its id, "" for none): working and wall seconds each, by holder."""

    team: str
    answered: int
    working: Mapping[str, float]
    wall: Mapping[str, float]


def spent(session: Session, start: datetime, end: datetime) -> Iterator[Spent]:
    """What the hops of the answered cases of a period took, added up by team and holder."""
    query = (
        select(Exchange.team_id, Hop.holder, func.sum(Hop.wall_seconds), func.sum(Hop.working_seconds))
        .join(Hop, Hop.exchange_id == Exchange.id)
        .where(Exchange.opened_at >= start, Exchange.opened_at < end, Exchange.kind.in_(CUSTOMER_KINDS))
        .where(Exchange.outcome.in_(ANSWERS))
        .group_by(Exchange.team_id, Hop.holder)
    )
    for team_id, holder, wall, working in session.execute(query):
        yield Spent("" if team_id is None else str(team_id), holder, int(wall or 0), int(working or 0))


def ways(counted: Tallies) -> list[Way]:
    """By team where its time went; teams that answered nothing are left out."""
    teams = {key.value.partition(":")[0] for key in counted if key.measure == HOP}
    found = []
    for team in sorted(teams, key=lambda one: (one == "", one)):
        answered = tallies.merged(counted, (FIRST, NEXT), TEAM, team).answered
        if answered:
            sums = {holder: counted.get(Key(HOP, TEAM, f"{team}:{holder}")) for holder in PARTS}
            working = {holder: one.working_sum / answered for holder, one in sums.items() if one}
            wall = {holder: one.wall_sum / answered for holder, one in sums.items() if one}
            found.append(Way(team, answered, working, wall))
    return found
