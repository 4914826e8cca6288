"""The content of a monthly page from the database, by the report's own functions: the numbers are the report's."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from inbox.models import Contact, Conversation, Exchange, now
from inbox.reporting import cases, tallies
from inbox.reporting.arrivals import arrivals
from inbox.reporting.cases import ALL, CHANNEL, DONE, FIRST, NEXT, PRODUCT, SOURCE, TEAM
from inbox.reporting.days import Period
from inbox.reporting.figures import figures
from inbox.reporting.hops import HOLDERS, ways
from inbox.reporting.monthly import findings, outcomes
from inbox.reporting.monthly.content import Case, Content, Part
from inbox.reporting.period import Report, report
from inbox.reporting.tallies import Tally
from inbox.worktime import calendars
from inbox.worktime.hours import Hours

# So many questions are told of one by one.
MOST_WAITING, MOST_SLOW = 40, 3


def gather(session: Session, period: Period, timezone: str, moment: datetime | None = None) -> Content:
    """What there is to tell of a period, as of a moment (now, if None)."""
    moment = moment or now()
    found, hours = report(session, period, timezone), calendars.company(session)
    days_before = period.before()
    before = report(session, days_before, timezone) if days_before else None
    still_open = _open(session, period, timezone)
    waiting = [_waited(one, hours, moment) for one in still_open]
    first = found.line(FIRST)
    content = Content(
        period=period, made_at=moment, first=first, every=found.line(FIRST, NEXT),
        before_first=before.line(FIRST) if before else figures(Tally()),
        before_every=before.line(FIRST, NEXT) if before else figures(Tally()),
        channels=_parts(CHANNEL, found, before), sources=_parts(SOURCE, found, before),
        products=_parts(PRODUCT, found, before), teams=found.lines(TEAM, FIRST), holders=_holders(found),
        slowest=_slowest(session, period, timezone) if first.few else (),
        outside=arrivals(found.tallies, period, hours, timezone).outside,
        passed=tallies.merged(found.tallies, (FIRST,), ALL).passed,
        waiting=len(waiting), waiting_late=sum(late for _, _, late in waiting),
        waiting_from=still_open[0].day.isoformat() if still_open else "",
        longest=_named(session, waiting[:MOST_WAITING]),
        outcomes=outcomes.outcomes(session, period, timezone),
    )  # fmt: skip
    return replace(content, findings=findings.best(content))


def _parts(dimension: str, found: Report, before: Report | None) -> list[Part]:
    """The values of a dimension, the most frequent first, what is not known last."""
    earlier = {one.value: one.exchanges for one in before.lines(dimension, FIRST)} if before else {}
    parts = [
        Part(one.value, one.name, one.exchanges, earlier.get(one.value, 0)) for one in found.lines(dimension, FIRST)
    ]
    return sorted(parts, key=lambda one: (one.value == "", -one.count))


def _holders(found: Report) -> dict[str, float]:
    """Of all answered questions together how long each lay in whose hands, in working seconds."""
    every = ways(found.tallies)
    answered = sum(one.answered for one in every)
    sums = {holder: sum(one.working.get(holder, 0) * one.answered for one in every) for holder in HOLDERS}
    return {holder: round(spent / answered, 1) for holder, spent in sums.items() if answered and spent}


def _slowest(session: Session, period: Period, timezone: str) -> list[Case]:
    start, end = period.moments(timezone)
    every = cases.load(
        session, timezone, Exchange.opened_at >= start, Exchange.opened_at < end, Exchange.first.is_(True)
    )
    answered = [one for one in every if one.answer.state == DONE]
    answered.sort(key=lambda one: (-(one.answer.working or 0), one.exchange_id))
    return _named(
        session,
        [(one.conversation_id, one.answer.working or 0, one.answer.within is False) for one in answered[:MOST_SLOW]],
    )


def _open(session: Session, period: Period, timezone: str) -> list[cases.Case]:
    """Who asked until the period's end and waits, the longest first."""
    _, end = period.moments(timezone)
    return cases.load(session, timezone, Exchange.closed_at.is_(None), Exchange.opened_at < end)[::-1]


def _waited(one: cases.Case, hours: Hours, moment: datetime) -> tuple[int, int, bool]:
    """A conversation, the working seconds its customer has waited, and whether that is past the target."""
    seconds = hours.working_seconds(one.opened_at, moment)
    return one.conversation_id, seconds, seconds > one.target


def _named(session: Session, some: Sequence[tuple[int, int, bool]]) -> list[Case]:
    """Questions with their teams and customers."""
    loaded = (joinedload(Conversation.team), joinedload(Conversation.contact).joinedload(Contact.company))
    query = select(Conversation).where(Conversation.id.in_([number for number, _, _ in some])).options(*loaded)
    known: Mapping[int, Conversation] = {one.id: one for one in session.scalars(query)}
    return [
        Case(number, seconds, late, team.name if (team := known[number].team) else "", _customer(known[number].contact))
        for number, seconds, late in some
    ]


def _customer(contact: Contact) -> str:
    company = contact.company.name if contact.company else ""
    return ", ".join(dict.fromkeys(one for one in (contact.name, company) if one))
