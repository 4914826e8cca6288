"""Who of a team gets a question, purely: candidates in, one of them out, with whom was passed over and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inbox import calendars
from routing.outcome import FEWEST_OPEN, ON_DUTY, OWNER

# Why somebody was passed over …
DISABLED, MAY_NOT, AWAY, OFF_DUTY, MORE_OPEN, HAD_ONE_LATER = (
    "disabled", "may_not", "away", "off_duty", "more_open", "had_one_later",
)  # fmt: skip
# … and why it stays with the team.
NOBODY, OUTSIDE_HOURS, NO_OWNER = "nobody", "outside_hours", "no_owner"
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A colleague: `duty` is "" while at work, OFF_DUTY outside of their hours, AWAY on days off; `open` counts what is
    in hand; `last_at` is when they last got something in this team."""

    user_id: int
    name: str
    active: bool = True
    may_hold: bool = True
    duty: str = ""
    open: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """Who gets it, or None: it stays with the team. `skipped`: {user_id, why}, user_id None for what concerns all."""

    user_id: int | None
    skipped: list[dict[str, Any]]


def choose(how: str, team: Sequence[Candidate], owner: Candidate | None = None) -> Picked:
    """One of the team by `how` (routing.outcome.PICKS); `owner` is the colleague whose customer it is."""
    if how == OWNER:
        return _owner(owner)
    reasons = {one.user_id: _not_available(one, on_duty=how == ON_DUTY) for one in team}
    able = [one for one in team if not reasons[one.user_id]]
    skipped = [{"user_id": number, "why": why} for number, why in reasons.items() if why]
    if not able:
        off_duty = any(why == OFF_DUTY for why in reasons.values())
        return Picked(None, [{"user_id": None, "why": OUTSIDE_HOURS if off_duty else NOBODY}, *skipped])
    taken = min(able, key=lambda one: (one.open if how == FEWEST_OPEN else 0, one.last_at or _NEVER, one.user_id))
    for one in able:
        if one.user_id != taken.user_id:
            more = how == FEWEST_OPEN and one.open > taken.open
            skipped.append({"user_id": one.user_id, "why": MORE_OPEN if more else HAD_ONE_LATER})
    return Picked(taken.user_id, skipped)


def duty(versions: calendars.Versions, user_id: int, moment: datetime) -> str:
    """Whether a colleague works at a moment (UTC): "", OFF_DUTY or AWAY. So far all have the company's hours."""
    return "" if calendars.is_working(versions, moment) else OFF_DUTY


def _owner(owner: Candidate | None) -> Picked:
    if owner is None:
        return Picked(None, [{"user_id": None, "why": NO_OWNER}])
    why = _not_available(owner, on_duty=False)
    return Picked(None, [{"user_id": owner.user_id, "why": why}]) if why else Picked(owner.user_id, [])


def _not_available(one: Candidate, *, on_duty: bool) -> str:
    """Why somebody cannot have it now, "" if they can. In the evening a turn may be taken all the same."""
    if not one.active:
        return DISABLED
    if not one.may_hold:
        return MAY_NOT
    return one.duty if one.duty == AWAY or on_duty else ""
