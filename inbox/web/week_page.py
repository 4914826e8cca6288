"""Who is there this week: teams and people by day, as a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, g, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from inbox import access
from inbox.models import Team, User, now
from inbox.web import context, hours_form
from inbox.web.wording import gettext as _
from inbox.web.wording import today
from inbox.worktime.calendars import say_walls
from inbox.worktime.hours import MINUTES_A_DAY, Day, Hours, Wall
from inbox.worktime.rota import Rota

blueprint = Blueprint("week", __name__, url_prefix="/week")
# What of a day is drawn at least, in minutes.
BEGINS, ENDS = 7 * 60, 19 * 60
DAYS = 7
# How far ahead days are looked for on which a team has nobody.
GAPS_DAYS = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of work in a day's picture, in percent of its width."""

    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Cell:
    """Somebody's day: bars, the hours in words, and why it is not as usual. `kind`: work, free, away."""

    kind: str
    bars: Sequence[Bar]
    hours: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A person of a team; `duty` at this moment."""

    user: User
    duty: str
    cells: Sequence[Cell]


@blueprint.get("")
def index() -> str:
    """The week of a day in the address, or this one."""
    context.user(access.WEEK)
    monday = _monday(request.args.get("day", ""))
    days = [monday + timedelta(days=number) for number in range(DAYS)]
    with context.reading() as session:
        rota, moment = Rota(session, monday), now()
        teams = _teams(session)
        people = {(team.id, user.id): rota.person(user.id, team.id) for team, members in teams for user in members}
        scale = _scale(hours.day(day).walls for hours in (*people.values(), rota.company) for day in days)
        shown = [
            (team, [_row(rota, people[team.id, user.id], team.id, user, days, moment, scale) for user in members])
            for team, members in teams
        ]
        alone: list[str] = []
        if access.may(g.user, access.PEOPLE):
            alone = hours_form.gaps(session, today(), today() + timedelta(days=GAPS_DAYS))
        heads = [(day, hours_form.day_name(day.weekday()), hours_form.holiday_name(rota.company, day)) for day in days]
    return render_template(
        "week.html", heads=heads, teams=shown, today=today(), alone=alone, monday=monday, scale=scale,
        before=monday - timedelta(days=DAYS), after=monday + timedelta(days=DAYS),
        title=hours_form.span(days[0], days[-1]),
    )  # fmt: skip


def _monday(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today()
    # Far from any calendar there is nothing to see, and no library that knows its holidays.
    day = day if abs((day - today()).days) < 5 * 366 else today()
    return day - timedelta(days=day.weekday())


def _teams(session: Session) -> list[tuple[Team, list[User]]]:
    """Teams with those of their members who take questions."""
    rows = session.scalars(select(Team).options(selectinload(Team.members)).order_by(Team.position)).all()
    return [
        (team, sorted((one for one in team.members if access.may(one, access.TAKE_TURNS)), key=lambda one: one.name))
        for team in rows
    ]


def _row(
    rota: Rota, hours: Hours, team_id: int, user: User, days: Sequence[date], moment: datetime, scale: tuple[int, int]
) -> Row:
    cells = [_cell(rota, hours.day(day), user, scale) for day in days]
    return Row(user, rota.duty(user.id, moment, team_id), cells)


def _cell(rota: Rota, day: Day, user: User, scale: tuple[int, int]) -> Cell:
    begins, ends = scale
    bars = [Bar(100 * (a - begins) / (ends - begins), 100 * (b - a) / (ends - begins)) for a, b in day.walls]
    closure = rota.closures.get(day.special.number) if day.special else None
    if closure is None:
        return Cell("work" if day.walls else "free", bars, say_walls(day.walls), "" if day.walls else _holiday(day))
    # Why somebody is away is between them and the managers.
    knows = closure.user_id is None or closure.user_id == g.user.id or access.may(g.user, access.PEOPLE)
    if day.walls:
        return Cell("work", bars, say_walls(day.walls), closure.reason if knows else "")
    word = _("away") if closure.user_id is not None else _("closed")
    return Cell("away", bars, "", closure.reason if closure.reason and knows else word)


def _holiday(day: Day) -> str:
    return _("holiday") if day.holiday else ""


def _scale(days: Iterable[Sequence[Wall]]) -> tuple[int, int]:
    """From when to when days are drawn: whole hours that hold all work."""
    some = [wall for walls in days for wall in walls]
    begins = min([BEGINS, *(wall[0] for wall in some)]) // 60 * 60
    ends = -(-max([ENDS, *(wall[1] for wall in some)]) // 60) * 60
    return begins, min(ends, MINUTES_A_DAY)
