"""The times of single persons: to each their own, and to managers by colleague where it was agreed
(inbox.reporting.agreements). They are counted when asked for, and kept nowhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from inbox.models import Exchange, Hop, User
from inbox.models.conversation import CUSTOMER_KINDS
from inbox.models.exchange import ANSWERS
from inbox.reporting import cases
from inbox.reporting.cases import FIRST, NEXT
from inbox.reporting.days import Period
from inbox.reporting.figures import Figures, figures
from inbox.reporting.hops import PARTS
from inbox.reporting.tallies import Tally

# What a report is told apart by for managers alone; in whose hands a person's question was besides.
PERSON, OTHERS = "person", "others"
OWN_PARTS = (*PARTS[:3], PERSON, OTHERS, *PARTS[4:])
# So many questions are counted one by one; of more days less is asked for.
MOST = 20_000


@dataclass(frozen=True, slots=True)
class Own:
    """A person's own answers: first and next, and where the working seconds of one went on average."""

    first: Figures
    next: Figures
    parts: Mapping[str, float]


def own(session: Session, user_id: int, period: Period, timezone: str) -> Own:
    """What one person answered in a period; for that person alone."""
    start, end = period.moments(timezone)
    mine = (Exchange.opened_at >= start, Exchange.opened_at < end, Exchange.user_id == user_id,
            Exchange.outcome.in_(ANSWERS))  # fmt: skip
    found = {FIRST: Tally(), NEXT: Tally()}
    for case in cases.load(session, timezone, *mine, limit=MOST):
        found[case.answer.measure].add(case.answer)
    answered = sum(one.answered for one in found.values())
    query = select(Hop.holder, Hop.user_id, func.sum(Hop.working_seconds)).join(
        Exchange, Exchange.id == Hop.exchange_id
    )
    query = query.where(*mine, Exchange.kind.in_(CUSTOMER_KINDS)).group_by(Hop.holder, Hop.user_id)
    parts: dict[str, float] = {}
    for holder, whose, working in session.execute(query):
        name = OTHERS if holder == PERSON and whose != user_id else holder
        parts[name] = parts.get(name, 0) + int(working or 0) / answered
    return Own(figures(found[FIRST]), figures(found[NEXT]), {one: parts[one] for one in OWN_PARTS if parts.get(one)})


def lines(session: Session, period: Period, timezone: str, since: datetime) -> list[Figures]:
    """First responses by colleague, by name, of questions that came since a moment: who may see that is asked before
    (inbox.reporting.agreements.since)."""
    found: dict[int, Tally] = {}
    for case in cases.load(session, timezone, *within(period, timezone, since), limit=MOST):
        if case.user_id is not None and case.answer.measure == FIRST:
            found.setdefault(case.user_id, Tally()).add(case.answer)
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(found))).all())
    told = [figures(tally, str(number), names[number]) for number, tally in found.items()]
    return sorted((one for one in told if one.exchanges), key=lambda line: line.name.lower())


def within(period: Period, timezone: str, since: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Exchanges of a period that opened since a moment."""
    start, end = period.moments(timezone)
    return Exchange.opened_at >= max(start, since), Exchange.opened_at < end
