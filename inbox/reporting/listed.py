"""The cases behind a number of a report, one by one, the newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from inbox.models import Conversation, Exchange, Opinion
from inbox.models.exchange import ANSWERS, UNANSWERED
from inbox.models.opinion import VALUES
from inbox.reporting import cases
from inbox.reporting.cases import ALL, DONE, FIRST, NEXT, OUTSIDE, RESOLUTION, WAITING, WITHOUT, Case, Timed
from inbox.reporting.days import Period

PAGE = 50
EVERY = "every"
MEASURES = (FIRST, NEXT, RESOLUTION, EVERY)
WITHIN, LATE, UNSURE, PASSED = "within", "late", "uncertain", "passed"
# Whose customer was asked how the answer was, said so, and said what.
ASKED, VOTED = "asked", "voted"
OPINIONS = (ASKED, VOTED, *VALUES)
STATES = ("", DONE, WITHOUT, WAITING, WITHIN, LATE, UNSURE, PASSED, *OPINIONS)
# So many exchanges are looked at for one page; a rarer kind goes on at the next.
AT_ONCE, MOST = 500, 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: of a measure in a state ("" is all that count), with one value of a dimension, opened in one hour
    of the week ("0-9": Mondays from nine), answered or held by one user, opened since a moment. `after` is where the
    page before ended."""

    period: Period
    measure: str = EVERY
    state: str = ""
    by: str = ALL
    value: str = ""
    hour: str = ""
    user_id: int | None = None
    since: datetime | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A case, how it went by the measure wanted, and its conversation."""

    case: Case
    timed: Timed
    conversation: Conversation


def page(session: Session, wanted: Wanted, timezone: str, size: int = PAGE) -> tuple[list[Row], str]:
    """At most `size` rows, and what to hand in as `after` for more, "" on the last page."""
    found: list[tuple[Case, Timed]] = []
    after, looked_at = _place(wanted.after), 0
    where = _where(wanted, timezone)
    while len(found) <= size and looked_at < MOST:
        some = cases.load(session, timezone, *where, *_later(after), limit=AT_ONCE)
        looked_at += len(some)
        found += [(case, timed) for case in some if (timed := _fitting(case, wanted)) is not None]
        if len(some) < AT_ONCE:
            return rows_of(session, found[:size]), _key(found[size - 1][0]) if len(found) > size else ""
        after = some[-1].opened_at, some[-1].exchange_id
    last = found[size - 1][0] if len(found) >= size else some[-1]
    return rows_of(session, found[:size]), _key(last)


def _where(wanted: Wanted, timezone: str) -> list[ColumnElement[bool]]:
    """What the database can tell; the rest is looked at case by case."""
    start, end = wanted.period.moments(timezone)
    found: list[ColumnElement[bool]] = [Exchange.opened_at >= start, Exchange.opened_at < end]
    if wanted.measure in (FIRST, RESOLUTION):
        found.append(Exchange.first.is_(True))
    elif wanted.measure == NEXT:
        found.append(Exchange.first.is_(False))
    if wanted.user_id is not None:
        found.append(Exchange.user_id == wanted.user_id)
    if wanted.since is not None:
        found.append(Exchange.opened_at >= wanted.since)
    if wanted.by in (cases.TEAM, cases.CHANNEL):
        column = Exchange.team_id if wanted.by == cases.TEAM else Exchange.channel_id
        number = int(wanted.value) if wanted.value.isdecimal() else None
        found.append(column.is_(None) if number is None else column == number)
    if wanted.measure != RESOLUTION:
        found += _of_state(wanted.state)
    return found


def _of_state(state: str) -> list[ColumnElement[bool]]:
    if state == WAITING:
        return [Exchange.closed_at.is_(None)]
    if state == WITHOUT:
        return [Exchange.outcome == UNANSWERED]
    if state in (DONE, WITHIN, LATE, UNSURE):
        return [Exchange.outcome.in_(ANSWERS)]
    if state in OPINIONS:
        return [Exchange.closed_by.in_(select(Opinion.message_id))]
    return []


def _fitting(case: Case, wanted: Wanted) -> Timed | None:
    timed = case.resolution if wanted.measure == RESOLUTION else case.answer
    if timed is None or (wanted.by != ALL and wanted.value not in case.values[wanted.by]):
        return None
    if wanted.hour:
        return timed if wanted.hour == f"{case.opened.weekday()}-{case.opened.hour}" else None
    fits = {
        "": timed.state in (DONE, WITHOUT, WAITING),
        WITHIN: timed.within is True,
        LATE: timed.within is False,
        UNSURE: timed.state == DONE and timed.uncertain,
        PASSED: timed.moves > 0 and timed.state != OUTSIDE,
        ASKED: timed.opinion is not None and timed.state == DONE,
        VOTED: bool(timed.opinion) and timed.state == DONE,
        **{value: timed.opinion == value and timed.state == DONE for value in VALUES},
    }
    return timed if fits.get(wanted.state, timed.state == wanted.state) else None


def rows_of(session: Session, found: Sequence[tuple[Case, Timed]]) -> list[Row]:
    """Cases with their conversations."""
    query = (
        select(Conversation)
        .where(Conversation.id.in_([case.conversation_id for case, _ in found]))
        .options(joinedload(Conversation.contact), joinedload(Conversation.team), joinedload(Conversation.channel))
    )
    known = {one.id: one for one in session.scalars(query)}
    return [Row(case, timed, known[case.conversation_id]) for case, timed in found]


def _later(after: tuple[datetime, int] | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    moment, number = after
    return [or_(Exchange.opened_at < moment, and_(Exchange.opened_at == moment, Exchange.id < number))]


def _key(case: Case) -> str:
    return f"{case.opened_at.timestamp()}:{case.exchange_id}"


def _place(after: str) -> tuple[datetime, int] | None:
    stamp, _, number = after.partition(":")
    try:
        return datetime.fromtimestamp(float(stamp), UTC), int(number)
    except (ValueError, OverflowError, OSError):
        return None
