"""Leads are made, moved on, valued, linked; their conversations carry stage and value."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from inbox import conversations, properties
from inbox.events import RULE, person
from inbox.leads import keeping, linking, stages
from inbox.models import Company, Conversation, Event, Lead, Message, User
from tests.parts.desk import Desk


def do(desk: Desk, asked: Conversation, verb: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """A verb on the lead of a conversation, in a transaction of its own."""
    with desk.database.writing() as session:
        lead = keeping.of(session, asked.id, locked=True)
        return verb(session, lead, person(desk.manager), *arguments, **more)


def staged(desk: Desk, asked: Conversation, stage: str, **more: Any) -> Lead | None:
    with desk.database.writing() as session:
        found = session.get_one(Conversation, asked.id)
        return stages.set_stage(session, found, person(desk.manager), stage, **more)


def lead_of(desk: Desk, asked: Conversation) -> Lead:
    with desk.database.reading() as session:
        found = keeping.of(session, asked.id)
        assert found is not None
        return found


def events(desk: Desk, asked: Conversation, *actions: str) -> list[dict[str, Any]]:
    rows = desk.all(Event, Event.conversation_id == asked.id, Event.action.in_(actions))
    return [{"action": row.action} | row.data for row in rows]


def test_the_first_stage_makes_the_lead(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked = desk.ask("Vorrei un preventivo per 40 giunti.", subject="Preventivo giunti")
    staged(desk, asked, "new")
    lead = lead_of(desk, asked)
    assert (lead.title, lead.stage, lead.entered, lead.first_source) == (
        "Preventivo giunti", "new", "conversation", "mail",
    )  # fmt: skip
    assert lead.contact_id == asked.contact_id
    assert lead.contacted_at == asked.created_at
    assert desk.fresh(asked).stage == "new"
    assert events(desk, asked, "stage_set") == [{"action": "stage_set", "stage": "new"}]


def test_a_rule_makes_one_too(desk: Desk) -> None:
    asked = desk.ask()
    with desk.database.writing() as session:
        properties.set_stage(session, session.get_one(Conversation, asked.id), RULE, "qualified")
    lead = lead_of(desk, asked)
    assert lead.stage == "qualified"
    assert lead.owner_id is None


def test_stage_and_value_stand_in_all_its_conversations(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked, other = desk.ask(), desk.ask(subject="Altro", sender="bea@altro.test")
    staged(desk, asked, "qualified")
    do(desk, asked, keeping.set_value, 1_240_000)
    with desk.database.writing() as session:
        lead = keeping.of(session, asked.id)
        assert lead is not None
        linking.link(session, lead, session.get_one(Conversation, other.id), person(desk.manager))
    assert (desk.fresh(other).stage, desk.fresh(other).value_cents) == ("qualified", 1_240_000)
    staged(desk, other, "won")
    assert (desk.fresh(asked).stage, desk.fresh(asked).value_cents) == ("won", 1_240_000)
    assert len(desk.all(Lead)) == 1


def test_moments_follow_the_stage(desk: Desk) -> None:
    asked, at = desk.ask(), datetime(2026, 3, 2, 9, tzinfo=UTC)
    staged(desk, asked, "quoted", at=at)
    assert lead_of(desk, asked).quoted_at == at
    staged(desk, asked, "won", at=at.replace(day=9))
    lead = lead_of(desk, asked)
    assert (lead.quoted_at, lead.won_at, lead.lost_at) == (at, at.replace(day=9), None)
    staged(desk, asked, "lost", at=at.replace(day=10), reason="price", note="10 % in più")
    lead = lead_of(desk, asked)
    assert (lead.quoted_at, lead.won_at, lead.lost_at) == (at, None, at.replace(day=10))
    assert (lead.lost_reason, lead.lost_note) == ("price", "10 % in più")
    staged(desk, asked, "qualified")
    lead = lead_of(desk, asked)
    assert (lead.quoted_at, lead.lost_at, lead.lost_reason) == (None, None, "")


def test_won_without_a_quote_was_never_quoted(desk: Desk) -> None:
    asked = desk.ask()
    staged(desk, asked, "won")
    assert lead_of(desk, asked).quoted_at is None


def test_whoever_quotes_owns_it_unless_somebody_has_it(desk: Desk) -> None:
    asked, other = desk.ask(), desk.ask(subject="Altro", sender="bea@altro.test")
    davide = desk.add_user("davide@firm.test", "colleague", "sales")
    with desk.database.writing() as session:
        found = session.get_one(Conversation, other.id)
        conversations.assign(session, found, RULE, team_id=found.team_id, user_id=davide)
    staged(desk, asked, "quoted")
    staged(desk, other, "quoted")
    assert lead_of(desk, asked).owner_id == desk.manager
    assert lead_of(desk, other).owner_id == davide


def test_before_that_it_is_of_whoever_has_its_conversation(desk: Desk) -> None:
    asked = desk.ask()
    staged(desk, asked, "qualified")
    with desk.database.writing() as session:
        lead, found = keeping.of(session, asked.id), session.get_one(Conversation, asked.id)
        assert lead is not None
        assert keeping.holder(session, lead) is None
        conversations.claim(session, found, session.get_one(User, desk.manager))
        holder = keeping.holder(session, lead)
        assert holder is not None
        assert holder.id == desk.manager


def test_no_lead_after_all(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked = desk.ask()
    staged(desk, asked, "quoted")
    do(desk, asked, keeping.set_value, 500)
    staged(desk, asked, "")
    assert desk.all(Lead) == []
    assert (desk.fresh(asked).stage, desk.fresh(asked).value_cents) == ("", None)
    assert events(desk, asked, "stage_set")[-1]["cents"] == 500


def test_spam_is_no_lead(desk: Desk) -> None:
    asked = desk.ask()
    staged(desk, asked, "new")
    desk.do(conversations.mark_spam, asked, person(desk.manager))
    assert desk.all(Lead) == []


def test_a_lead_of_two_conversations_stays_with_the_other(desk: Desk) -> None:
    asked, other = desk.ask(), desk.ask(subject="Altro", sender="bea@altro.test")
    staged(desk, asked, "new")
    staged(desk, other, "quoted")
    with desk.database.writing() as session:
        lead = keeping.of(session, asked.id)
        assert lead is not None
        linking.link(session, lead, session.get_one(Conversation, other.id), person(desk.manager))
    assert [one.stage for one in desk.all(Lead)] == ["new"], "the other's own lead had nothing else"
    staged(desk, asked, "")
    assert [one.stage for one in desk.all(Lead)] == ["new"]
    assert desk.fresh(other).stage == "new"


def test_value_step_and_words_are_written_down_once(desk: Desk) -> None:
    asked = desk.ask()
    staged(desk, asked, "new")
    for _ in range(2):
        do(desk, asked, keeping.set_value, 800_000)
        do(desk, asked, keeping.set_next, "  richiamare\n", date(2026, 12, 15))
        do(desk, asked, keeping.describe, {"product": "GX-40"}, True)
    lead = lead_of(desk, asked)
    assert (lead.next_step, lead.next_on, lead.product, lead.is_customer) == (
        "richiamare", date(2026, 12, 15), "GX-40", True,
    )  # fmt: skip
    assert [one["action"] for one in events(desk, asked, "value_set", "next_step_set", "lead_described")] == [
        "value_set", "next_step_set", "lead_described",
    ]  # fmt: skip
    staged(desk, asked, "won")
    assert lead_of(desk, asked).next_on is None


@pytest.mark.parametrize(("cents", "currency"), [(-1, ""), (5, "BTC")])
def test_a_value_that_cannot_be(desk: Desk, cents: int, currency: str) -> None:
    asked = desk.ask()
    staged(desk, asked, "new")
    with pytest.raises(ValueError, match="a value needs"):
        do(desk, asked, keeping.set_value, cents, currency)
    assert lead_of(desk, asked).value_cents is None


@pytest.mark.parametrize("stage", ["offer", "Won"])
def test_a_stage_that_is_none(desk: Desk, stage: str) -> None:
    asked = desk.ask()
    with pytest.raises(ValueError, match="stage must be one of"):
        staged(desk, asked, stage)
    assert desk.all(Lead) == []


def test_who_has_bought_before_is_a_customer(desk: Desk) -> None:
    asked = desk.ask(sender="anna@rossi.test")
    staged(desk, asked, "new")
    assert not lead_of(desk, asked).is_customer
    staged(desk, asked, "won")
    later = desk.ask(subject="Altri giunti", sender="bruno@rossi.test")
    staged(desk, later, "new")
    assert lead_of(desk, later).is_customer, "the company has bought"
    with desk.database.writing() as session:
        session.add(Company(name="Verdi", domain="verdi.test", code="C-12"))
    known = desk.ask(subject="Giunti", sender="carla@verdi.test")
    staged(desk, known, "new")
    assert lead_of(desk, known).is_customer, "it is in the books"


def test_first_and_last_way_to_us(desk: Desk) -> None:
    """The contact wrote a mail first, and came back by an advertisement."""
    desk.ask(sender="anna@rossi.test", subject="Prima")
    asked = desk.ask(sender="anna@rossi.test", subject="Poi")
    with desk.database.writing() as session:
        message = session.scalars(select(Message).where(Message.conversation_id == asked.id)).one()
        message.facts = {"page": "https://www.firm.test/?gclid=Cj0", "utm_campaign": "giunti"}
    staged(desk, asked, "new")
    lead = lead_of(desk, asked)
    assert (lead.first_source, lead.last_source, lead.campaign, lead.click_id) == (
        "mail", "google_ads", "giunti", "gclid=Cj0",
    )  # fmt: skip


def test_leads_of_the_same_firm_are_offered(desk: Desk) -> None:
    asked, colleague = desk.ask(sender="anna@rossi.test"), desk.ask(subject="Altro", sender="bruno@rossi.test")
    stranger = desk.ask(subject="Terzo", sender="carla@verdi.test")
    staged(desk, asked, "quoted")
    with desk.database.reading() as session:
        for row, count in ((colleague, 1), (stranger, 0)):
            assert len(linking.offered(session, session.get_one(Conversation, row.id))) == count
    staged(desk, asked, "lost")
    with desk.database.reading() as session:
        assert not linking.offered(session, session.get_one(Conversation, colleague.id))
