"""A program that was chosen is told of each change of a lead, once, signed by the webhook's channel."""

import json
from typing import Any

from inbox import channels, company, conversations
from inbox.events import person
from inbox.leads import handoff, keeping, stages
from inbox.models import Conversation
from inbox.models.delivery import WEBHOOK
from inbox.models.user import MINIMAL
from tests.parts.desk import Desk


def choose(desk: Desk) -> None:
    with desk.database.writing() as session:
        settings = {"address": "https://crm.test/hook", "secret": "whsec_eA=="}
        channels.create(session, desk.app.vault, "webhook", "crm", settings)
        company.put(session, handoff.WEBHOOK, "crm")


def told(desk: Desk) -> list[dict[str, Any]]:
    from inbox.models import Delivery

    return [json.loads(one.envelope["text"]) for one in desk.all(Delivery, Delivery.purpose == WEBHOOK)]


def quote(desk: Desk, asked: Conversation) -> None:
    with desk.database.writing() as session:
        actor, found = person(desk.manager), session.get_one(Conversation, asked.id)
        lead = stages.set_stage(session, found, actor, "quoted")
        assert lead is not None
        keeping.set_value(session, lead, actor, 800_050)


def test_one_transaction_is_told_once(desk_on_both: Desk) -> None:
    desk = desk_on_both
    choose(desk)
    quote(desk, desk.ask("Segreto.", subject="Giunti", sender="anna@rossi.test", name="Anna"))
    (fact,) = told(desk)
    assert (fact["type"], fact["stage"], fact["value"], fact["owner"]) == (
        "lead.changed", "quoted", 8000.5, "giulia@firm.test",
    )  # fmt: skip
    assert fact["contact"]["email"] == "anna@rossi.test"
    assert "Segreto" not in json.dumps(fact)


def test_nobody_is_told_where_none_is_chosen(desk: Desk) -> None:
    quote(desk, desk.ask())
    assert told(desk) == []


def test_a_confidential_one_says_not_who_it_is(desk: Desk) -> None:
    choose(desk)
    asked = desk.ask(sender="anna@rossi.test", name="Anna")
    with desk.database.writing() as session:
        session.get_one(Conversation, asked.id).contact.content = MINIMAL
    quote(desk, asked)
    (fact,) = told(desk)
    assert (fact["contact"], fact["title"]) == (None, "")


def test_spam_after_all_leaves_nothing_to_tell(desk: Desk) -> None:
    choose(desk)
    asked = desk.ask()
    quote(desk, asked)
    desk.do(conversations.mark_spam, asked, person(desk.manager))
    assert len(told(desk)) == 1
