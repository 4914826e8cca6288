"""Who works when: the hours of the company, of each team and of each person, read once for a batch or a page."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Calendar, Closure, Team, TeamMember
from inbox.worktime.calendars import COMPANY, Owner, layer_of
from inbox.worktime.hours import Hours, Layer

# Why somebody does not work at a moment.
AWAY, OFF_DUTY = "away", "off_duty"
# Closures that ended before are of no use in saying who is there.
LOOKS_BACK = timedelta(days=400)
# A cover may be absent too and have a cover of their own.
MOST_COVERS = 5
Row = TypeVar("Row", Calendar, Closure)


class Rota:
    """Everybody's hours. A person has those of the company, over them the team's, over them their own."""

    def __init__(self, session: Session, today: date | None = None) -> None:
        """`today`: closures that ended long before it are left out; None: all are read."""
        closed = select(Closure).order_by(Closure.id)
        if today is not None:
            closed = closed.where(Closure.ends >= today - LOOKS_BACK)
        with session.no_autoflush:
            self._calendars = _by_owner(session.scalars(select(Calendar).order_by(Calendar.valid_from, Calendar.id)))
            rows = session.scalars(closed).all()
            members = select(TeamMember.user_id, TeamMember.team_id).join(Team).order_by(Team.position, Team.id)
            self._teams: dict[int, list[int]] = {}
            self._members: dict[int | None, list[int]] = {}
            for user_id, team_id in session.execute(members):
                self._teams.setdefault(user_id, []).append(team_id)
                self._members.setdefault(team_id, []).append(user_id)
        self.closures = {row.id: row for row in rows}
        self._closed = _by_owner(rows)
        self._hours: dict[Owner, Hours] = {}
        self.company = Hours([self._layer(COMPANY)] if COMPANY in self._calendars else [])

    def team(self, team_id: int | None) -> Hours:
        """A team's hours."""
        return self._of(Owner(team_id)) if team_id is not None else self.company

    def person(self, user_id: int, team_id: int | None = None) -> Hours:
        """A person's hours, in one of their teams; None, or a team of others: in their first."""
        teams = self._teams.get(user_id, [])
        return self._of(Owner(team_id if team_id in teams else teams[0] if teams else None, user_id))

    def members(self, team_id: int | None) -> Sequence[int]:
        """Who belongs to a team, whatever their account may do."""
        return self._members.get(team_id, ())

    def duty(self, user_id: int, moment: datetime, team_id: int | None = None) -> str:
        """Whether a person works at a moment (UTC): "", OFF_DUTY, or AWAY where an absence or a closure lies between
        the moment and their next working time."""
        if self.person(user_id, team_id).is_working(moment):
            return ""
        return AWAY if self.absence(user_id, moment, team_id) is not None else OFF_DUTY

    def absence(self, user_id: int, moment: datetime, team_id: int | None = None) -> Closure | None:
        """The closure or absence for which a person is away at a moment (UTC); not one that they cover themselves."""
        special = self.person(user_id, team_id).closure(moment)
        found = self.closures.get(special.number) if special is not None else None
        return None if found is None or found.cover_id == user_id else found

    def closure(self, team_id: int | None, moment: datetime) -> Closure | None:
        """The closure for which a team (None: the company) does not work at a moment (UTC)."""
        special = self.team(team_id).closure(moment)
        return self.closures.get(special.number) if special is not None else None

    def cover(self, closure: Closure | None, moment: datetime, team_id: int | None = None) -> int | None:
        """Who stands in for what is closed at a moment (UTC): the cover, or whoever covers that colleague."""
        for _ in range(MOST_COVERS):
            if closure is None or closure.cover_id is None:
                return None
            cover = closure.cover_id
            closure = self.absence(cover, moment, team_id)
            if closure is None:
                return cover
        return None

    def _of(self, owner: Owner) -> Hours:
        if owner not in self._hours:
            layers = list(self.company.layers)
            layers += [self._layer(Owner(owner.team_id))] if owner.team_id is not None else []
            layers += [self._layer(Owner(None, owner.user_id))] if owner.user_id is not None else []
            self._hours[owner] = Hours(layers)
        return self._hours[owner]

    def _layer(self, owner: Owner) -> Layer:
        always = owner == COMPANY
        return layer_of(self._calendars.get(owner, ()), self._closed.get(owner, ()), always=always)


def _by_owner(rows: Iterable[Row]) -> dict[Owner, list[Row]]:
    found: dict[Owner, list[Row]] = {}
    for row in rows:
        found.setdefault(Owner(row.team_id, row.user_id), []).append(row)
    return found
