"""How long an exchange took, and each of its hops, once it is over."""

from datetime import datetime

from sqlalchemy.orm import Session

from inbox.models import Exchange, Hop
from inbox.models.exchange import APPROVAL, DELIVERY
from inbox.worktime.hours import Hours
from inbox.worktime.rota import Rota


def measure(session: Session, exchange: Exchange, at: datetime, rota: Rota | None = None) -> None:
    """Measure an exchange that ended `at`, and its hops. `rota`: everybody's hours, where a caller has them.

    The exchange is measured by the company's hours, a hop by its holder's. Hops end where the exchange ended (the act
    may lie before a hand-over, or before we fetched the question); their whole seconds of wall time add up to its own.
    The delivery comes after it.
    """
    rota = rota or Rota(session)
    exchange.wall_seconds = max(0, int((at - exchange.opened_at).total_seconds()))
    exchange.working_seconds = rota.company.working_seconds(exchange.opened_at, at)
    for hop in exchange.hops:
        if hop.holder != DELIVERY:
            hop.began_at, hop.ended_at = min(hop.began_at, at), min(hop.ended_at or at, at)
        assert hop.ended_at is not None
        began, ended = ((moment - exchange.opened_at).total_seconds() for moment in (hop.began_at, hop.ended_at))
        hop.wall_seconds = int(ended) - int(began)
        hop.working_seconds = hours_of(rota, hop).working_seconds(hop.began_at, hop.ended_at)


def hours_of(rota: Rota, hop: Hop) -> Hours:
    """The hours of whoever has a hop: those of the person or of the team, else the company's."""
    if hop.user_id is not None:
        return rota.person(hop.user_id, None if hop.holder == APPROVAL else hop.team_id)
    return rota.team(hop.team_id)
