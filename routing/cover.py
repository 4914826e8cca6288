"""Who stands in where whoever should have a question is not there: holidays, a closing, an illness."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inbox import access
from inbox.models import User
from inbox.worktime.rota import AWAY, Rota
from routing.pick import STANDS_IN


def stand_in(
    rota: Rota, people: Mapping[int, User], team_id: int | None, user_id: int | None, moment: datetime
) -> tuple[int | None, list[dict[str, Any]]]:
    """Who has a question that goes to a team, or to a person of it: that person; if they are away, their cover; where
    nobody of the team is there, the cover of its closing, or of one of them. Also whom that passes over, and why.

    None: it stays with the team. A person without a team keeps it, so that it is somebody's.
    """
    if user_id is not None:
        closure = rota.absence(user_id, moment, team_id)
        if closure is None:
            return user_id, []
        told: list[dict[str, Any]] = [{"user_id": user_id, "why": AWAY}]
        chosen = _able(rota.cover(closure, moment, team_id), people)
        if chosen is not None:
            return chosen, [{"user_id": chosen, "why": STANDS_IN}, *told]
        return (None if team_id is not None else user_id), told
    team = [number for number in rota.members(team_id) if _able(number, people)]
    there = {rota.duty(number, moment, team_id) for number in team}
    closed = rota.closure(team_id, moment)
    if "" in there or (closed is None and there - {AWAY}):
        return None, []
    closures = [closed, *(rota.absence(number, moment, team_id) for number in rota.members(team_id))]
    covers = (_able(rota.cover(closure, moment, team_id), people) for closure in closures)
    chosen = next((one for one in covers if one is not None), None)
    return chosen, [{"user_id": chosen, "why": STANDS_IN}] if chosen is not None else []


def _able(user_id: int | None, people: Mapping[int, User]) -> int | None:
    user = people.get(user_id) if user_id is not None else None
    return user.id if user is not None and access.may(user, access.TAKE_TURNS) else None
