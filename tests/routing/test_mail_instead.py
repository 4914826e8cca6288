"""A chat that cannot be reached: after some minutes its cards are told by mail, once, and do not come late."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from connectors.base import ConnectorError
from inbox import conversations, replies
from inbox.events import SYSTEM
from inbox.models import Conversation, Delivery, TeamLink, User, now
from inbox.models.delivery import SENT
from routing import mail_instead
from tests.parts.desk import URL, Desk
from tests.routing.test_quiet import MARCO, MORNING, Office

GROUP = -1001
DOWN = ConnectorError("the network does not answer")


@pytest.fixture
def office(desk_on_both: Desk) -> Office:
    office = Office(desk_on_both)
    office.chat.bot.trouble[str(MARCO)] = DOWN
    return office


def minute(office: Office, moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        mails = mail_instead.sweep(office.desk.database, URL, 10, moment)
        office.chat.run()
        return mails


def mails(office: Office) -> list[tuple[str, str]]:
    return [(one.to[0].address, one.subject) for one in office.desk.wire.sent]


def test_it_is_told_by_mail_once_and_not_late_in_the_chat(office: Office) -> None:
    office.ask(MORNING)
    assert minute(office, MORNING + timedelta(minutes=9)) == 0
    assert minute(office, MORNING + timedelta(minutes=11)) == 1
    assert minute(office, MORNING + timedelta(minutes=12)) == 0
    assert mails(office) == [("marco@firm.test", "New question for R&D: Giunto")]
    office.chat.bot.trouble.clear()
    minute(office, MORNING + timedelta(hours=5))
    assert office.chat.texts(MARCO) == []


def test_the_next_message_brings_a_card_again(office: Office) -> None:
    office.ask(MORNING, Message_ID="<one@cliente.test>")
    minute(office, MORNING + timedelta(minutes=11))
    office.chat.bot.trouble.clear()
    office.ask(MORNING + timedelta(hours=2), text="E il peso?", References="<one@cliente.test>")
    assert office.subjects() == ["Giunto"]


def test_who_had_the_mail_anyway_gets_no_other(desk_on_both: Desk) -> None:
    office = Office(desk_on_both, notify_by_mail=True)
    office.chat.bot.trouble[str(MARCO)] = DOWN
    office.ask(MORNING)
    assert minute(office, MORNING + timedelta(minutes=11)) == 0
    assert len(mails(office)) == 1


@pytest.mark.parametrize("what", ["closed", "in other hands"])
def test_what_is_settled_meanwhile_is_told_to_nobody(office: Office, what: str) -> None:
    asked = office.ask(MORNING)
    verb: Any = conversations.close
    more: dict[str, Any] = {"actor": SYSTEM}
    if what == "in other hands":
        verb, more = conversations.assign, {**more, "team_id": asked.team_id, "user_id": office.desk.manager}
    office.change(verb, asked, MORNING + timedelta(minutes=2), **more)
    assert minute(office, MORNING + timedelta(minutes=11)) == 0
    office.chat.bot.trouble.clear()
    minute(office, MORNING + timedelta(hours=5))
    assert office.chat.texts(MARCO) == []


def test_a_groups_card_tells_the_team(office: Office) -> None:
    asked_team = office.ask(MORNING, "Prima").team_id
    minute(office, MORNING + timedelta(minutes=11))
    with office.desk.database.writing() as session:
        session.add(TeamLink(team_id=asked_team, channel_id=office.chat.channel, address=str(GROUP), linked_at=now()))
    office.chat.bot.trouble[str(GROUP)] = DOWN
    office.ask(MORNING + timedelta(hours=1))
    assert minute(office, MORNING + timedelta(hours=1, minutes=11)) == 1
    assert mails(office)[-1] == ("marco@firm.test", "New question for R&D: Giunto")


def test_answers_to_customers_are_not_touched(office: Office) -> None:
    asked = office.ask(MORNING)
    with time_machine.travel(MORNING, tick=False), office.desk.database.writing() as session:
        replies.reply(session, session.get_one(Conversation, asked.id), session.get_one(User, office.marco), "H7.")
    mail_instead.sweep(office.desk.database, URL, 10, MORNING + timedelta(minutes=11))
    (answer,) = office.desk.answers()
    assert answer.state == "queued"
    minute(office, MORNING + timedelta(minutes=12))
    assert office.desk.all(Delivery, Delivery.purpose == "answer")[0].state == SENT
