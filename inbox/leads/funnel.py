"""From the source to the sale: leads, answered, quoted, won and costs, by source and by month of first contact.

A period's figures are those of leads first contacted in it, whenever they were quoted or won; what was won in it of
leads from before stands apart. Sums are of sales in euros; others are only counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox.leads import sources
from inbox.models import Exchange, Lead, LeadConversation
from inbox.models.exchange import ANSWERS
from inbox.models.lead import CURRENCIES
from inbox.reporting.days import day_start
from inbox.reporting.tallies import percentile

FIRST, LAST = "first", "last"
EVERYBODY, NEW, CUSTOMERS = "", "new", "customers"
# How fast the first answer was, in working seconds: within an hour, within a working day of 8 hours, within two.
HOUR, DAY, TWO_DAYS, SLOWER, NEVER = "hour", "day", "two_days", "slower", "never"
SPEEDS = ((HOUR, 3_600), (DAY, 8 * 3_600), (TWO_DAYS, 16 * 3_600))


@dataclass(frozen=True, slots=True)
class One:
    """A lead as it is counted; `answer_seconds` is None where nobody has answered, or where none was waited for."""

    source: str
    month: date
    is_customer: bool
    answered: bool
    waited: bool
    answer_seconds: int | None
    quoted: bool
    won: bool
    lost: bool
    cents: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the funnel; `cents` is what was won, `cost` what was spent, both in cents."""

    name: str
    leads: int
    answered: int
    quoted: int
    won: int
    lost: int
    cents: int
    cost: int

    @property
    def cost_per_lead(self) -> int | None:
        """In cents; None where nothing was spent or nobody came."""
        return round(self.cost / self.leads) if self.cost and self.leads else None

    @property
    def cost_per_euro(self) -> float | None:
        """What a won euro cost, in euros; None where nothing was spent or won."""
        return self.cost / self.cents if self.cost and self.cents else None


@dataclass(frozen=True, slots=True)
class Speed:
    """Leads by how fast they were first answered, and what became of them."""

    code: str
    leads: int
    quoted: int
    won: int


@dataclass(frozen=True, slots=True)
class Month:
    """The leads first contacted in a month, and apart what was won in it of earlier ones (count and cents)."""

    month: date
    line: Line
    earlier: int
    earlier_cents: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """`foreign`: how many were won in other currencies, which no sum holds. `median_answer`: working seconds."""

    by_source: Sequence[Line]
    by_month: Sequence[Month]
    total: Line
    earlier: int
    earlier_cents: int
    speeds: Sequence[Speed]
    median_answer: int | None
    foreign: int


def funnel(session: Session, begins: date, ends: date, zone: str, by: str = LAST, whom: str = EVERYBODY) -> Funnel:
    """The funnel of the months from that of `begins` to that of `ends`. `by`: the first or the last way to us counts;
    `whom`: EVERYBODY, only NEW ones, or those who were CUSTOMERS before."""
    months = list(_months(begins, ends))
    start, end = day_start(months[0], zone), day_start(_next(months[-1]), zone)
    names = sources.names(session)
    leads, foreign = _leads(session, start, end, zone, by, whom, names)
    costs: dict[tuple[str, date], int] = {}
    for (code, month), cents in sources.costs(session, months).items():
        key = (names.of(code), month)
        costs[key] = costs.get(key, 0) + cents
    earlier = _won_of_earlier(session, months, zone, whom)
    codes = dict.fromkeys([one.source for one in leads] + [code for code, _ in costs])
    by_source = [
        _line(code, [one for one in leads if one.source == code], sum(costs.get((code, month), 0) for month in months))
        for code in codes
    ]
    by_month = [
        Month(
            month,
            _line("", [one for one in leads if one.month == month], sum(costs.get((code, month), 0) for code in codes)),
            *earlier[month],
        )
        for month in months
    ]
    seconds = sorted(one.answer_seconds for one in leads if one.answer_seconds is not None)
    return Funnel(
        sorted(by_source, key=lambda line: (-line.cents, -line.leads, line.name)), by_month,
        _line("", leads, sum(costs.values())), sum(count for count, _ in earlier.values()),
        sum(cents for _, cents in earlier.values()), _speeds(leads), percentile(seconds, 50), foreign,
    )  # fmt: skip


def _leads(
    session: Session, start: datetime, end: datetime, zone: str, by: str, whom: str, names: sources.Names
) -> tuple[list[One], int]:
    within = (Lead.contacted_at >= start, Lead.contacted_at < end, *_of(whom))
    answers = _answers(session, within)
    columns = (Lead.id, Lead.first_source, Lead.last_source, Lead.contacted_at, Lead.is_customer, Lead.quoted_at,
               Lead.won_at, Lead.lost_at, Lead.value_cents, Lead.currency)  # fmt: skip
    found, foreign = [], 0
    for row in session.execute(select(*columns).where(*within).order_by(Lead.id)):
        waited, seconds = answers.get(row.id, (False, None))
        is_euro = row.currency == CURRENCIES[0]
        foreign += row.won_at is not None and row.value_cents is not None and not is_euro
        found.append(One(
            names.of(row.first_source if by == FIRST else row.last_source), _month_of(row.contacted_at, zone),
            row.is_customer, not waited or seconds is not None, waited, seconds,
            row.quoted_at is not None, row.won_at is not None, row.lost_at is not None,
            row.value_cents if is_euro else None,
        ))  # fmt: skip
    return found, foreign


def _answers(session: Session, within: Iterable[Any]) -> dict[int, tuple[bool, int | None]]:
    """Of leads that wrote to us: that they waited, and the working seconds until the first answer of a person."""
    query = (
        select(LeadConversation.lead_id, Exchange.outcome, Exchange.working_seconds)
        .join(Exchange, Exchange.conversation_id == LeadConversation.conversation_id)
        .join(Lead, Lead.id == LeadConversation.lead_id)
        .where(*within)
        .order_by(LeadConversation.lead_id, Exchange.opened_at, Exchange.id)
    )
    found: dict[int, tuple[bool, int | None]] = {}
    for number, outcome, seconds in session.execute(query):
        _, before = found.get(number, (True, None))
        is_answer = before is None and outcome in ANSWERS
        found[number] = (True, (seconds or 0) if is_answer else before)
    return found


def _won_of_earlier(session: Session, months: Sequence[date], zone: str, whom: str) -> dict[date, tuple[int, int]]:
    """What was won in each month of leads first contacted in months before it: how many, and cents."""
    start, end = day_start(months[0], zone), day_start(_next(months[-1]), zone)
    query = select(Lead.contacted_at, Lead.won_at, Lead.value_cents, Lead.currency).where(
        Lead.won_at >= start, Lead.won_at < end, *_of(whom)
    )
    found = dict.fromkeys(months, (0, 0))
    for row in session.execute(query):
        month = _month_of(row.won_at, zone)
        if _month_of(row.contacted_at, zone) < month:
            count, cents = found[month]
            found[month] = (count + 1, cents + (row.value_cents or 0 if row.currency == CURRENCIES[0] else 0))
    return found


def first_month(session: Session, zone: str) -> date | None:
    """The month of the very first contact, None without any lead."""
    moment = session.scalar(select(func.min(Lead.contacted_at)))
    return _month_of(moment, zone) if moment is not None else None


def _of(whom: str) -> tuple[Any, ...]:
    return (Lead.is_customer.is_(whom == CUSTOMERS),) if whom in (NEW, CUSTOMERS) else ()


def _line(name: str, some: Sequence[One], cost: int) -> Line:
    return Line(
        name, len(some), sum(one.answered for one in some), sum(one.quoted for one in some),
        sum(one.won for one in some), sum(one.lost for one in some), sum(one.cents or 0 for one in some if one.won),
        cost,
    )  # fmt: skip


def _speeds(leads: Sequence[One]) -> list[Speed]:
    """Only of those who wrote and waited: whoever is met at a fair has no time of answer."""
    groups: dict[str, list[One]] = {code: [] for code in (*(code for code, _ in SPEEDS), SLOWER, NEVER)}
    for one in leads:
        if one.waited:
            groups[_speed(one.answer_seconds)].append(one)
    return [
        Speed(code, len(some), sum(one.quoted for one in some), sum(one.won for one in some))
        for code, some in groups.items()
    ]


def _speed(seconds: int | None) -> str:
    if seconds is None:
        return NEVER
    return next((code for code, most in SPEEDS if seconds <= most), SLOWER)


def _months(begins: date, ends: date) -> Iterable[date]:
    month = begins.replace(day=1)
    while month <= ends:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _month_of(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date().replace(day=1)
