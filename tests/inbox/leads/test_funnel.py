"""The funnel: every figure against leads that were counted by hand."""

from datetime import UTC, date, datetime
from typing import Any

from inbox.db import new
from inbox.events import SYSTEM
from inbox.leads import funnel, sources
from inbox.leads.funnel import CUSTOMERS, FIRST, NEW
from inbox.models import Contact, Conversation, Exchange, Lead, LeadConversation
from tests.parts.desk import Desk

ZONE = "Europe/Rome"


def day(month: int, number: int = 10, hour: int = 9) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def lead(desk: Desk, source: str, at: datetime, *, answer: int | None = -1, **more: Any) -> None:
    """A lead; `answer`: working seconds until the first answer, None: waits still, -1: entered by hand."""
    with desk.database.writing() as session:
        contact = new(session, Contact(name="Anna"))
        row = Lead(contact_id=contact.id, first_source=more.pop("first", source), last_source=source,
                   contacted_at=at, stage="new", **more)  # fmt: skip
        new(session, row)
        session.flush()
        if answer == -1:
            return
        conversation = new(
            session, Conversation(channel_id=desk.channel, contact_id=contact.id, last_at=at, created_at=at)
        )
        session.flush()
        session.add(LeadConversation(conversation_id=conversation.id, lead_id=row.id))
        closed = {"closed_at": at, "outcome": "answered", "working_seconds": answer} if answer is not None else {}
        session.add(
            Exchange(conversation_id=conversation.id, opened_at=at, fetched_at=at, channel_id=desk.channel, **closed)
        )


def counted(desk: Desk, *period: date, **how: Any) -> funnel.Funnel:
    begins, ends = period or (date(2026, 1, 1), date(2026, 3, 31))
    with desk.database.reading() as session:
        return funnel.funnel(session, begins, ends, ZONE, **how)


def story(desk: Desk) -> None:
    lead(desk, "google_ads", day(1), answer=1_800, quoted_at=day(1, 12), won_at=day(2), value_cents=100_000)
    lead(desk, "google_ads", day(2), answer=None)
    lead(desk, "fair", day(2), quoted_at=day(2, 20), value_cents=500_000, first="google_ads", is_customer=True)
    lead(desk, "mail", day(3), answer=40_000, lost_at=day(3, 20))
    lead(desk, "mail", datetime(2025, 12, 5, tzinfo=UTC), won_at=day(3), value_cents=70_000)
    lead(desk, "mail", day(3), answer=20_000, won_at=day(3, 30), value_cents=9_900, currency="USD")
    with desk.database.writing() as session:
        sources.set_cost(session, SYSTEM, "google_ads", date(2026, 1, 1), 20_000)
        sources.set_cost(session, SYSTEM, "google_ads", date(2026, 2, 1), 5_000)
        sources.set_cost(session, SYSTEM, "google_ads", date(2026, 4, 1), 99_000)


def test_by_source(desk_on_both: Desk) -> None:
    story(desk_on_both)
    found = counted(desk_on_both)
    told = {one.name: (one.leads, one.answered, one.quoted, one.won, one.lost, one.cents, one.cost)
            for one in found.by_source}  # fmt: skip
    assert told == {
        "google_ads": (2, 1, 1, 1, 0, 100_000, 25_000), "fair": (1, 1, 1, 0, 0, 0, 0), "mail": (2, 2, 0, 1, 1, 0, 0),
    }  # fmt: skip
    ads = found.by_source[0]
    assert (ads.cost_per_lead, ads.cost_per_euro) == (12_500, 0.25)
    assert (found.by_source[1].cost_per_lead, found.by_source[1].cost_per_euro) == (None, None)
    assert (found.total.leads, found.total.won, found.total.cents, found.total.cost) == (5, 2, 100_000, 25_000)
    assert found.foreign == 1


def test_by_month_of_first_contact(desk_on_both: Desk) -> None:
    """A sale stands in the month of its first contact; what earlier months brought stands apart, in its own."""
    story(desk_on_both)
    found = counted(desk_on_both)
    assert [(one.month.month, one.line.leads, one.line.cents, one.line.cost, one.earlier, one.earlier_cents)
            for one in found.by_month] == [
        (1, 1, 100_000, 20_000, 0, 0), (2, 2, 0, 5_000, 1, 100_000), (3, 2, 0, 0, 1, 70_000),
    ]  # fmt: skip
    assert (found.earlier, found.earlier_cents) == (2, 170_000)


def test_the_first_way_may_count_and_some_alone(desk: Desk) -> None:
    story(desk)
    assert {one.name: one.leads for one in counted(desk, by=FIRST).by_source} == {"google_ads": 3, "mail": 2}
    assert counted(desk, whom=CUSTOMERS).total.leads == 1
    assert counted(desk, whom=NEW).total.leads == 4


def test_speed_of_answer_against_outcome(desk: Desk) -> None:
    story(desk)
    found = counted(desk)
    assert {one.code: (one.leads, one.quoted, one.won) for one in found.speeds} == {
        "hour": (1, 1, 1), "day": (1, 0, 1), "two_days": (1, 0, 0), "slower": (0, 0, 0), "never": (1, 0, 0),
    }  # fmt: skip
    assert found.median_answer == 20_000


def test_merged_sources_count_as_one_with_their_costs(desk: Desk) -> None:
    story(desk)
    with desk.database.writing() as session:
        sources.change(session, SYSTEM, "google_ads", "", "fair")
        session.flush()
        sources.change(session, SYSTEM, "fair", "Marketing", "mail")
    assert [(one.name, one.leads, one.cost) for one in counted(desk).by_source] == [("mail", 5, 25_000)]


def test_a_month_begins_where_the_company_is(desk: Desk) -> None:
    lead(desk, "mail", datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    found = counted(desk, date(2026, 1, 1), date(2026, 2, 1))
    assert [one.line.leads for one in found.by_month] == [0, 1]


def test_nothing_at_all(desk: Desk) -> None:
    found = counted(desk, date(2025, 12, 1), date(2026, 1, 15))
    assert [one.month for one in found.by_month] == [date(2025, 12, 1), date(2026, 1, 1)]
    assert (found.by_source, found.total.leads, found.median_answer) == ([], 0, None)
