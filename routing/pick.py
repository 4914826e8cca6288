"""Who of a team gets a question, purely: candidates in, one of them out, with whom was passed over and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from inbox.worktime.rota import AWAY, OFF_DUTY
from routing.outcome import FEWEST_OPEN, ON_DUTY, OWNER

# Why somebody was passed over …
DISABLED, MAY_NOT, MORE_OPEN, HAD_ONE_LATER = "disabled", "may_not", "more_open", "had_one_later"
FULL, OTHER_ZONE = "full", "other_zone"
# … why somebody else has it instead, and why it stays with the team.
STANDS_IN, NOBODY, OUTSIDE_HOURS, NO_OWNER, ALL_FULL = "stands_in", "nobody", "outside_hours", "no_owner", "all_full"
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A colleague: `duty` is "" while at work, OFF_DUTY outside of their hours, AWAY on days off; `open` counts what is
    in hand, of which `most` may come by turn; `zones` are those whose customers come here first, by their codes;
    `last_at` is when they last got something in this team."""

    user_id: int
    name: str
    active: bool = True
    may_hold: bool = True
    duty: str = ""
    open: int = 0
    most: int | None = None
    zones: frozenset[str] = frozenset()
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """Who gets it, or None: it stays with the team. `skipped`: {user_id, why}, user_id None for what concerns all."""

    user_id: int | None
    skipped: list[dict[str, Any]]


def choose(how: str, team: Sequence[Candidate], owner: Candidate | None = None, place: Collection[str] = ()) -> Picked:
    """One of the team by `how` (routing.outcome.PICKS); `owner` is the colleague whose customer it is, `place` where
    the customer is: codes of country, region and province, as far as they are known."""
    if how == OWNER:
        return _owner(owner)
    reasons = {one.user_id: _not_available(one, on_duty=how == ON_DUTY) for one in team}
    able = [one for one in team if not reasons[one.user_id]]
    skipped = [{"user_id": number, "why": why} for number, why in reasons.items() if why]
    if not able:
        return Picked(None, [{"user_id": None, "why": _why_nobody(reasons.values())}, *skipped])
    able, others = _nearest(able, place)
    skipped += [{"user_id": one.user_id, "why": OTHER_ZONE} for one in others]
    taken = min(able, key=lambda one: (one.open if how == FEWEST_OPEN else 0, one.last_at or _NEVER, one.user_id))
    for one in able:
        if one.user_id != taken.user_id:
            more = how == FEWEST_OPEN and one.open > taken.open
            skipped.append({"user_id": one.user_id, "why": MORE_OPEN if more else HAD_ONE_LATER})
    return Picked(taken.user_id, skipped)


def _nearest(able: Sequence[Candidate], place: Collection[str]) -> tuple[list[Candidate], list[Candidate]]:
    """Whose zone it is; else who has none; else all of them; and the others."""
    rings = (lambda one: one.zones.isdisjoint(place), lambda one: bool(one.zones))
    for is_outside in rings:
        inside = [one for one in able if not is_outside(one)]
        if inside:
            return inside, [one for one in able if is_outside(one)]
    return list(able), []


def _why_nobody(reasons: Iterable[str]) -> str:
    found = set(reasons)
    return next((why for reason, why in ((FULL, ALL_FULL), (OFF_DUTY, OUTSIDE_HOURS)) if reason in found), NOBODY)


def _owner(owner: Candidate | None) -> Picked:
    if owner is None:
        return Picked(None, [{"user_id": None, "why": NO_OWNER}])
    # Their own customer comes whatever they have in hand.
    why = _not_available(replace(owner, most=None), on_duty=False)
    return Picked(None, [{"user_id": owner.user_id, "why": why}]) if why else Picked(owner.user_id, [])


def _not_available(one: Candidate, *, on_duty: bool) -> str:
    """Why somebody cannot have it now, "" if they can. In the evening a turn may be taken all the same."""
    if not one.active:
        return DISABLED
    if not one.may_hold:
        return MAY_NOT
    if one.duty == AWAY or (on_duty and one.duty):
        return one.duty
    return FULL if one.most is not None and one.open >= one.most else ""
