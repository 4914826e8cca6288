"""What picking needs, looked up once for a batch and kept up to date while the batch is given out."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox import access
from inbox.db import write_out
from inbox.models import Assignment, Conversation, TeamMember, User
from inbox.models.conversation import OPEN
from inbox.worktime.rota import Rota
from routing import pick
from routing.pick import Candidate, Picked

_A_MOMENT = timedelta(microseconds=1)


class Turns:
    """Whose turn it is in each team."""

    def __init__(self, session: Session, people: Mapping[int, User], rota: Rota | None = None) -> None:
        """`people`: everybody who has an account, by number."""
        self._session, self._people, self._rota = session, people, rota or Rota(session)

    def pick(
        self, how: str, team_id: int | None, owner_id: int | None, moment: datetime, place: Collection[str] = ()
    ) -> Picked:
        """Who gets a question at a moment (UTC), by `how`, in a team, of a customer with that owner in that place."""
        team = self.team(team_id, moment)
        owner = self._candidate(owner_id, team_id, None, moment) if owner_id in self._people and owner_id else None
        return pick.choose(how, team, owner, place)

    def team(self, team_id: int | None, moment: datetime) -> list[Candidate]:
        """The members of a team as they stand at a moment (UTC)."""
        members = self._known.last_at.get(team_id, {})
        return [self._candidate(number, team_id, last_at, moment) for number, last_at in members.items()]

    def given(self, team_id: int | None, user_id: int, moment: datetime) -> None:
        """Somebody has got one: they come last in their team now."""
        if "_known" not in self.__dict__:
            return
        self._known.open[user_id] = self._known.open.get(user_id, 0) + 1
        team = self._known.last_at.get(team_id, {})
        if user_id in team:
            # Of several in one moment the last one given is the last.
            team[user_id] = max([moment, *(last + _A_MOMENT for last in team.values() if last)])

    def _candidate(self, user_id: int, team_id: int | None, last_at: datetime | None, moment: datetime) -> Candidate:
        user = self._people[user_id]
        return Candidate(
            user_id, user.name, user.disabled_at is None, access.may(user, access.TAKE_TURNS),
            self._rota.duty(user_id, moment, team_id), self._known.open.get(user_id, 0), user.max_open,
            frozenset(user.zones), last_at,
        )  # fmt: skip

    @cached_property
    def _known(self) -> "_Known":
        # With all that the batch has done so far; from here on `given` tells.
        write_out(self._session)
        return _Known(self._session)


class _Known:
    """Members of all teams with when each last got something there, and what everybody has in hand."""

    def __init__(self, session: Session) -> None:
        last = (
            select(func.max(Assignment.at))
            .where(Assignment.team_id == TeamMember.team_id, Assignment.user_id == TeamMember.user_id)
            .scalar_subquery()
        )
        self.last_at: dict[int | None, dict[int, datetime | None]] = {}
        members = select(TeamMember.team_id, TeamMember.user_id, last).order_by(TeamMember.team_id, TeamMember.user_id)
        for team_id, user_id, moment in session.execute(members):
            self.last_at.setdefault(team_id, {})[user_id] = moment
        held = select(Conversation.user_id, func.count()).where(
            Conversation.status == OPEN, Conversation.user_id.is_not(None)
        )
        self.open = {row[0]: row[1] for row in session.execute(held.group_by(Conversation.user_id))}
