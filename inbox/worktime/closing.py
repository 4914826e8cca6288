"""Closing days and absences: entering and removing them, single days between two free ones, days with nobody there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import out_of_office
from inbox.access import TAKE_TURNS, may
from inbox.events import Actor, record
from inbox.models import Closure, Team, TeamMember, User
from inbox.worktime.calendars import LONGEST_CLOSURE_DAYS, Owner, write_walls
from inbox.worktime.hours import Hours, Wall
from inbox.worktime.rota import Rota

BRIDGES_AHEAD_DAYS = 365
MAX_CHARS = 200
NO_END, BACKWARDS, TOO_LONG, LONG_TEXT, NOT_THEMSELVES, UNKNOWN, OVER = (
    "no_end", "backwards", "too_long", "long_text", "not_themselves", "unknown", "over",
)  # fmt: skip


class ClosureError(ValueError):
    """What is wrong with a closure: the `field`, and a `code`."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@dataclass(frozen=True, slots=True)
class Wanted:
    """A closure as somebody enters it; `walls` () for the whole day. Days in the owner's own time."""

    starts: date | None
    ends: date | None
    walls: tuple[Wall, ...] = ()
    reason: str = ""
    urgent: str = ""
    cover_id: int | None = None


def add(session: Session, owner: Owner, wanted: Wanted, actor: Actor, today: date) -> Closure:
    """Enter a closure or absence. Raises ClosureError."""
    starts, ends = check(session, owner, wanted, today)
    row = Closure(
        team_id=owner.team_id, user_id=owner.user_id, starts=starts, ends=ends, hours=write_walls(wanted.walls),
        reason=wanted.reason.strip(), urgent=wanted.urgent.strip(), cover_id=wanted.cover_id, by_user_id=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if owner.user_id is not None:
        out_of_office.over(session.get_one(User, owner.user_id))
    record(session, "closure_added", actor, closure_id=row.id, **_told(row))
    return row


def remove(session: Session, row: Closure, actor: Actor) -> None:
    """Take a closure back, all of it; what was measured meanwhile stays."""
    record(session, "closure_removed", actor, closure_id=row.id, **_told(row))
    session.delete(row)


def end_early(session: Session, row: Closure, actor: Actor, today: date) -> None:
    """Whoever was away is back `today`: the absence ends the day before, or is taken back if it only began."""
    if row.starts >= today:
        remove(session, row, actor)
        return
    row.ends = today - timedelta(days=1)
    record(session, "closure_ended", actor, closure_id=row.id, **_told(row))


def check(session: Session, owner: Owner, wanted: Wanted, today: date) -> tuple[date, date]:
    """The days of a closure that may be entered. Raises ClosureError."""
    starts, ends = wanted.starts or today, wanted.ends
    if ends is None:
        raise ClosureError("ends", NO_END)
    if ends < starts:
        raise ClosureError("ends", BACKWARDS)
    if ends < today:
        raise ClosureError("ends", OVER)
    if (ends - starts).days >= LONGEST_CLOSURE_DAYS:
        raise ClosureError("ends", TOO_LONG)
    for field in ("reason", "urgent"):
        if len(getattr(wanted, field)) > MAX_CHARS:
            raise ClosureError(field, LONG_TEXT)
    if wanted.cover_id is not None:
        if wanted.cover_id == owner.user_id:
            raise ClosureError("cover", NOT_THEMSELVES)
        cover = session.get(User, wanted.cover_id)
        if cover is None or not may(cover, TAKE_TURNS):
            raise ClosureError("cover", UNKNOWN)
    return starts, ends


def bridges(hours: Hours, today: date) -> Iterator[date]:
    """Single working days between two that are free (one of them a holiday or a closure), within a year."""
    for number in range(1, BRIDGES_AHEAD_DAYS):
        day = today + timedelta(days=number)
        before, after = hours.day(day - timedelta(days=1)), hours.day(day + timedelta(days=1))
        is_special = any(one.holiday or one.closed for one in (before, after))
        if hours.day(day).walls and not before.walls and not after.walls and is_special:
            yield day


@dataclass(frozen=True, slots=True)
class Gap:
    """Days on which a team should work and nobody of it does."""

    team: Team
    starts: date
    ends: date


def gaps(session: Session, starts: date, ends: date) -> list[Gap]:
    """Where nobody of a team is there though it works, and no cover is named, within some days."""
    rota = Rota(session, starts)
    found: list[Gap] = []
    teams = session.scalars(select(Team).where(Team.members.any()).order_by(Team.position)).all()
    for team in teams:
        members = _members(session, team.id)
        open_since: date | None = None
        for number in range((ends - starts).days + 2):
            day = starts + timedelta(days=number)
            is_gap = day <= ends and bool(rota.team(team.id).day(day).walls) and not _anybody(rota, members, team, day)
            if is_gap and open_since is None:
                open_since = day
            elif not is_gap and open_since is not None:
                found.append(Gap(team, open_since, day - timedelta(days=1)))
                open_since = None
    return found


def _members(session: Session, team_id: int) -> Sequence[int]:
    query = select(User.id).join(TeamMember, TeamMember.user_id == User.id)
    return session.scalars(query.where(TeamMember.team_id == team_id, User.disabled_at.is_(None))).all()


def _anybody(rota: Rota, members: Sequence[int], team: Team, day: date) -> bool:
    """Whether somebody of the team works on a day, or is covered by somebody outside it."""
    noon = datetime.combine(day, time(12), UTC)
    for number in members:
        hours = rota.person(number, team.id)
        if hours.day(day).walls:
            return True
        special = hours.day(day).special
        closure = rota.closures.get(special.number) if special else None
        if closure is not None and rota.cover(closure, noon, team.id) is not None:
            return True
    return False


def _told(row: Closure) -> dict[str, Any]:
    return {
        "subject_user_id": row.user_id, "subject_team_id": row.team_id, "starts": row.starts.isoformat(),
        "ends": row.ends.isoformat(), "hours": row.hours, "cover_user_id": row.cover_id,
    }  # fmt: skip
