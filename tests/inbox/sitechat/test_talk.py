"""What a visitor reads: who answers, and honestly when where nobody is there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import conversations
from inbox.models import Conversation, Event, User, Visit
from inbox.sitechat import visits
from tests.inbox.sitechat.test_door import NOON
from tests.parts.desk import Desk
from tests.parts.sitechat import ChatDesk

SATURDAY = datetime(2026, 3, 7, 11, tzinfo=UTC)
BUSY = "I colleghi sono tutti occupati. Le risponderemo entro martedì 3 marzo alle 17:30."
LEAVE = "Se ci lascia il Suo indirizzo e-mail, può chiudere questa pagina: la risposta Le arriva lì."


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as moving:
        yield moving


def test_patience_ends(desk_on_both: Desk, clock: Any) -> None:
    chat = ChatDesk(desk_on_both, patience_seconds=60)
    anna = chat.visitor()
    conversation = chat.write(anna)
    talk = anna.talk()
    assert (talk["notice"], talk["asks_email"], talk["again"]) == ("", False, 61)
    chat.wait()
    assert chat.desk.fresh(conversation).promised_at is None
    clock.shift(61)
    before = anna.talk()["version"]
    chat.wait()
    talk = anna.talk()
    assert (talk["notice"], talk["asks_email"]) == (f"{BUSY} {LEAVE}", True)
    assert talk["version"] > before
    promised = chat.desk.fresh(conversation).promised_at
    assert promised == datetime(2026, 3, 3, 16, 30, tzinfo=UTC)
    (told,) = chat.desk.all(Event, Event.action == "chat_told")
    assert told.data == {"why": "busy", "due": promised.isoformat()}
    anna.ask("POST", "email", json={"email": "anna@cliente.test"})
    talk = anna.talk()
    assert (talk["asks_email"], talk["email"]) == (False, "anna@cliente.test")
    assert talk["notice"].endswith("La risposta arriverà anche a anna@cliente.test.")
    chat.answer(conversation)
    assert anna.talk()["notice"] == ""


def test_outside_of_the_hours_it_is_said_at_once(desk: Desk) -> None:
    chat = ChatDesk(desk)
    with time_machine.travel(SATURDAY, tick=False):
        anna = chat.visitor()
        conversation = chat.write(anna)
        chat.wait()
        assert anna.talk()["notice"].startswith(
            "In questo momento non c'è nessuno in linea. Le risponderemo entro lunedì 9 marzo alle 12:30."
        )
        assert chat.desk.fresh(conversation).promised_at == datetime(2026, 3, 9, 11, 30, tzinfo=UTC)


def test_a_colleague_who_writes_is_there(desk: Desk, clock: Any) -> None:
    chat = ChatDesk(desk, patience_seconds=60)
    anna = chat.visitor()
    conversation = chat.write(anna)
    clock.shift(100)
    with chat.database.writing() as session:
        found, user = session.get_one(Conversation, conversation.id), session.get_one(User, desk.manager)
        visits.answering(session, found, user)
        visits.read(session, found, anna.talk()["messages"][-1]["id"])
    talk = anna.talk()
    assert (talk["typing"], talk["notice"], talk["again"]) == (True, "", 8)
    assert talk["seen"] == talk["messages"][-1]["id"]
    clock.shift(9)
    assert anna.talk()["typing"] is False


def test_who_has_taken_it_is_named_by_first_name(desk: Desk) -> None:
    chat = ChatDesk(desk)
    anna = chat.visitor()
    conversation = chat.write(anna)
    assert anna.talk()["holder"] == ""
    with chat.database.writing() as session:
        user = session.get_one(User, desk.manager)
        user.name = "Giulia Rinaldi"
        conversations.claim(session, session.get_one(Conversation, conversation.id), user)
    assert anna.talk()["holder"] == "Giulia"


def test_each_talk_is_only_its_visitors(desk: Desk) -> None:
    chat = ChatDesk(desk)
    anna, eve = chat.visitor(), chat.visitor()
    chat.write(anna, "Di Anna")
    chat.write(eve, "Di Eva")
    assert (anna.texts(), eve.texts()) == ([("visitor", "Di Anna")], [("visitor", "Di Eva")])


def test_only_what_is_new_is_sent_again(desk: Desk, clock: Any) -> None:
    chat = ChatDesk(desk)
    anna = chat.visitor()
    conversation = chat.write(anna, "Uno")
    clock.shift(timedelta(minutes=5))
    chat.answer(conversation, "Due")
    first, second = anna.talk()["messages"]
    # A number that was handed out earlier may be seen later: what came in the minute before is told again.
    assert [one["text"] for one in anna.talk(second["id"])["messages"]] == ["Due"]
    clock.shift(timedelta(minutes=5))
    chat.write(anna, "Tre")
    assert [one["text"] for one in anna.talk(first["id"])["messages"]] == ["Uno", "Due", "Tre"]
    assert [one["text"] for one in anna.talk(second["id"])["messages"]] == ["Due", "Tre"]


def test_a_talk_that_was_closed_goes_on_or_begins_anew(desk: Desk, clock: Any) -> None:
    chat = ChatDesk(desk)
    anna = chat.visitor()
    conversation = chat.write(anna, "Uno")
    with chat.database.writing() as session:
        conversations.close(session, session.get_one(Conversation, conversation.id), conversations.person(desk.manager))
    assert chat.write(anna, "Due").id == conversation.id
    with chat.database.writing() as session:
        conversations.close(session, session.get_one(Conversation, conversation.id), conversations.person(desk.manager))
    clock.shift(timedelta(days=15))
    later = chat.write(anna, "Tre")
    assert later.id != conversation.id
    assert later.related_id == conversation.id
    assert [text for _, text in anna.texts()] == ["Uno", "Due", "Tre"]


def test_presence_is_of_a_while(desk: Desk, clock: Any) -> None:
    chat = ChatDesk(desk)
    anna = chat.visitor()
    chat.write(anna)
    visit = chat.visit(anna)
    assert visits.is_here(visit, NOON)
    assert not visits.is_here(visit, NOON + visits.HERE)
    anna.ask("POST", "signs", json={"typing": True})
    assert visits.is_writing(chat.visit(anna), NOON)
    with chat.database.writing() as session:
        visits.heard(session, [visit.id], NOON + timedelta(minutes=1))
        visits.heard(session, [visit.id], NOON)
    assert desk.one(Visit.__table__.select().with_only_columns(Visit.seen_at)) == NOON + timedelta(minutes=1)
