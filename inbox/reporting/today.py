"""This moment: who waits, longest first, and how today's questions were answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from inbox.clocks import targets
from inbox.models import Conversation, Exchange
from inbox.models.conversation import CUSTOMER_KINDS
from inbox.models.exchange import ANSWERS
from inbox.reporting import cases
from inbox.reporting.days import Period
from inbox.reporting.figures import Figures, figures
from inbox.reporting.listed import Row, rows_of
from inbox.reporting.tallies import Tally
from inbox.worktime import calendars

# So many are shown; the number tells of the others.
SHOWN = 100
# In time, but in the last quarter of it.
NEAR_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Today:
    """`waiting`: the longest first, at most SHOWN of `in_all`; of them `late` past their target and `soon` nearly.

    `answered`: what was answered today; of it `missed` too late, and `near` only just in time.
    """

    waiting: Sequence[Conversation]
    in_all: int
    late: frozenset[int]
    soon: frozenset[int]
    answered: Figures
    missed: Sequence[Row]
    near: Sequence[Row]


def today(session: Session, moment: datetime, timezone: str) -> Today:
    """How it stands at a moment (UTC); the day is the zone's."""
    hours = calendars.company(session)
    ours = (
        Conversation.waiting_since.is_not(None), Conversation.kind.in_(CUSTOMER_KINDS),
        or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= moment),
    )  # fmt: skip
    query = select(Conversation).where(*ours).order_by(Conversation.waiting_since, Conversation.id).limit(SHOWN)
    waiting = session.scalars(query.options(*_SHOWN)).all()
    late, soon = set(), set()
    for one in waiting:
        if one.waiting_since and targets.due(session, hours, one, one.waiting_since) < moment:
            late.add(one.id)
        elif one.waiting_since and targets.warned(session, hours, one, one.waiting_since) <= moment:
            soon.add(one.id)
    in_all = session.scalar(select(func.count(Conversation.id)).where(*ours)) or 0
    return Today(waiting, in_all, frozenset(late), frozenset(soon), *_answered(session, moment, timezone))


def _answered(session: Session, moment: datetime, timezone: str) -> tuple[Figures, list[Row], list[Row]]:
    day = cases.local_day(moment, timezone)
    start, end = Period(day, day).moments(timezone)
    found = cases.load(
        session, timezone, Exchange.closed_at >= start, Exchange.closed_at < end,
        Exchange.outcome.in_(ANSWERS),
    )  # fmt: skip
    tally = Tally()
    for case in found:
        tally.add(case.answer)
    missed = [case for case in found if case.answer.within is False]
    near = [case for case in found if case.answer.within and (case.answer.working or 0) > NEAR_SHARE * case.target]
    return figures(tally), _rows(session, missed), _rows(session, near)


def _rows(session: Session, found: Sequence[cases.Case]) -> list[Row]:
    return rows_of(session, [(case, case.answer) for case in found[:SHOWN]])


_SHOWN = (
    joinedload(Conversation.contact), joinedload(Conversation.team), joinedload(Conversation.user),
    joinedload(Conversation.channel),
)  # fmt: skip
