"""Within which time a customer is to be answered: the conversation's own target, else the line of the company's table
that fits best, else the usual time.

The more a line names, the sooner it counts; of two that name as much the one with the tag, else the contact's class,
else the priority, else the team, else the channel, else the kind.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.customers import classes
from inbox.customers.classes import CLASSES, LISTED, fits
from inbox.events import Actor, record
from inbox.models import Conversation, Target, now
from inbox.models.conversation import CUSTOMER_KINDS, PRIORITIES
from inbox.worktime.hours import Hours

# Working time, so that a Monday morning does not begin all in red: half a day.
USUAL_MINUTES = 240
# So much at least must be left when somebody is reminded of it.
WARNING_MINUTES = 15
MOST_MINUTES, MOST_LINES = 60_000, 200
NEAR, MISSED = "near", "missed"
_KNOWN, _CLASSES = "targets", "contact_classes"


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a question its target goes by; `tags`: their numbers; `contact_class`: see inbox.customers.classes."""

    team_id: int | None
    channel_id: int
    priority: str
    kind: str
    tags: Collection[int] = ()
    contact_class: str = ""


def minutes(session: Session, conversation: Conversation) -> int:
    """Working minutes within which the customer is to be answered."""
    if conversation.target_minutes is not None:
        return conversation.target_minutes
    tags = [tag.id for tag in conversation.tags] if any(one.tag_id for one in lines(session)) else ()
    is_asked = any(one.contact_class for one in lines(session))
    named = _classes(session, [conversation.id])[conversation.id] if is_asked else ""
    asked = Asked(conversation.team_id, conversation.channel_id, conversation.priority, conversation.kind, tags, named)
    return fitting(lines(session), asked)


def fitting(rows: Sequence[Target], asked: Asked) -> int:
    """Working minutes by the line that fits best, the rows in their order, else the usual."""
    return next((one.minutes for one in rows if _fits(one, asked)), USUAL_MINUTES)


def counts(conversation: Conversation) -> bool:
    """Whether a customer is kept waiting at all: suppliers and the like are not, unless somebody set a target."""
    return conversation.kind in CUSTOMER_KINDS or conversation.target_minutes is not None


def due(session: Session, hours: Hours, conversation: Conversation, since: datetime) -> datetime:
    """Until when (UTC) a customer who has waited since then is to be answered."""
    return hours.after(since, minutes(session, conversation))


def warned(session: Session, hours: Hours, conversation: Conversation, since: datetime) -> datetime:
    """From when on (UTC) little is left of that time: less than a quarter of it, or than WARNING_MINUTES where that is
    more; but its half has always passed."""
    target = minutes(session, conversation)
    left = min(max(target // 4, WARNING_MINUTES), target // 2)
    return hours.after(since, target - left + 1)


def states(session: Session, hours: Hours, some: Iterable[Conversation], moment: datetime) -> dict[int, str]:
    """Where a customer's time is over (MISSED) or nearly so (NEAR) at a moment (UTC), by conversation."""
    found: dict[int, str] = {}
    some = list(some)
    if any(one.contact_class for one in lines(session)):
        _classes(session, [one.id for one in some])
    for one in some:
        if one.waiting_since is None or not counts(one):
            continue
        if hours.working_seconds(one.waiting_since, moment) > 60 * minutes(session, one):
            found[one.id] = MISSED
        elif warned(session, hours, one, one.waiting_since) <= moment:
            found[one.id] = NEAR
    return found


def set_target(
    session: Session, conversation: Conversation, actor: Actor, wanted: int, at: datetime | None = None
) -> None:
    """Set the conversation's own target in working minutes. Raises ValueError for less than one."""
    if wanted < 1:
        raise ValueError(f"target must be at least one working minute (got {wanted!r})")
    if conversation.target_minutes != wanted:
        conversation.target_minutes = wanted
        record(session, "target_set", actor, conversation_id=conversation.id, at=at, minutes=wanted)


def lines(session: Session) -> Sequence[Target]:
    """The lines that hold, in the order in which they count; read once for a session."""
    known: Sequence[Target] | None = session.info.get(_KNOWN)
    if known is None:
        with session.no_autoflush:
            rows = session.scalars(select(Target).where(Target.ended_at.is_(None)).order_by(Target.id)).all()
        known = session.info[_KNOWN] = sorted(rows, key=_rank)
    return known


def history(session: Session, most: int = 50) -> Sequence[Target]:
    """The lines that have held, the last that ended first."""
    over = select(Target).where(Target.ended_at.is_not(None)).order_by(Target.ended_at.desc(), Target.id.desc())
    return session.scalars(over.limit(most)).all()


def put(session: Session, wanted: Target, actor: Actor, at: datetime | None = None) -> Target:
    """Let a line hold from now on, instead of one that names the same. Raises ValueError for a time that is none, a
    line that names nothing known, or too many lines."""
    if not 1 <= wanted.minutes <= MOST_MINUTES:
        raise ValueError(f"minutes must be 1 to {MOST_MINUTES} (got {wanted.minutes})")
    codes = (wanted.kind, wanted.priority, wanted.contact_class or "")
    if any(code not in ("", *known) for code, known in zip(codes, (CUSTOMER_KINDS, PRIORITIES, CLASSES), strict=True)):
        raise ValueError(f"must be a known kind, priority and class (got {codes!r})")
    wanted.contact_class = wanted.contact_class or ""
    at = at or now()
    for same in [one for one in lines(session) if _named(one) == _named(wanted)]:
        if same.minutes == wanted.minutes:
            return same
        same.ended_at, same.ended_by_id = at, actor.user_id
    if len(lines(session)) >= MOST_LINES:
        raise ValueError(f"at most {MOST_LINES} lines")
    wanted.at, wanted.by_user_id = at, actor.user_id
    session.add(wanted)
    session.flush()
    session.info.pop(_KNOWN, None)
    record(session, "target_line_set", actor, at=at, target_id=wanted.id, minutes=wanted.minutes)
    return wanted


def end(session: Session, row: Target, actor: Actor, at: datetime | None = None) -> None:
    """Let a line hold no longer; what it was stays to be seen."""
    if row.ended_at is None:
        row.ended_at, row.ended_by_id = at or now(), actor.user_id
        session.info.pop(_KNOWN, None)
        record(session, "target_line_ended", actor, at=at, target_id=row.id, minutes=row.minutes)


def _classes(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """What the contacts of some conversations are; looked up once for a session."""
    known: dict[int, str] = session.info.setdefault(_CLASSES, {})
    if missing := [one for one in numbers if one not in known]:
        with session.no_autoflush:
            known |= classes.of(session, missing)
    return known


def _named(row: Target) -> tuple[int | str | None, ...]:
    """What a line names, the weightiest first."""
    return row.tag_id, row.contact_class, row.priority, row.team_id, row.channel_id, row.kind


def _rank(row: Target) -> tuple[int | bool, ...]:
    named = [not one for one in _named(row)]
    # Who has a reference person is in the list too: what is said of them alone comes before.
    return sum(named), *named, row.contact_class == LISTED


def _fits(row: Target, asked: Asked) -> bool:
    return (
        row.team_id in (None, asked.team_id)
        and row.channel_id in (None, asked.channel_id)
        and row.priority in ("", asked.priority or "normal")
        and row.kind in ("", asked.kind or "enquiry")
        and (row.tag_id is None or row.tag_id in asked.tags)
        and fits(row.contact_class, asked.contact_class)
    )
