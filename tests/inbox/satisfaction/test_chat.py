"""In a chat the question comes once the talk is quiet; only its own visitor answers it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox.models import Event, Opinion
from inbox.satisfaction import asking
from tests.parts.desk import Desk
from tests.parts.opinions import switch
from tests.parts.sitechat import ChatDesk, Visitor

NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)
QUESTION = {"question": "Come valuta la nostra risposta?", "value": ""}


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON) as traveller:
        yield traveller


@pytest.fixture
def chat(desk_on_both: Desk, clock: Any) -> ChatDesk:
    switch(desk_on_both, chat=True)
    return ChatDesk(desk_on_both)


def quiet(chat: ChatDesk, anna: Visitor, clock: Any, minutes: float = 2.1) -> None:
    """So long nobody writes, while the visitor stays; what is due then is done."""
    clock.shift(timedelta(minutes=minutes))
    with chat.database.writing() as session:
        visit = session.get_one(type(chat.visit(anna)), chat.visit(anna).id)
        visit.seen_at = datetime.now(UTC)
    while jobs := chat.desk.claim(asking.KIND):
        asking.work(chat.database, jobs)


def test_it_is_asked_once_quiet_answered_and_kept(chat: ChatDesk, clock: Any) -> None:
    anna = chat.visitor()
    number = chat.answer(chat.write(anna))
    assert anna.talk()["asks"] is None
    quiet(chat, anna, clock, 1)
    assert anna.talk()["asks"] is None
    quiet(chat, anna, clock)
    assert anna.talk()["asks"] == QUESTION
    version = anna.talk()["version"]
    assert anna.ask("POST", "opinion", json={"value": "fair"}).status_code == 204
    assert anna.talk()["asks"] == {**QUESTION, "value": "fair"}
    assert anna.talk()["version"] > version
    assert anna.ask("POST", "opinion", json={"value": "bad"}).status_code == 204
    (opinion,) = chat.desk.all(Opinion)
    assert (opinion.message_id, opinion.value) == (number, "bad")
    said = chat.desk.all(Event, Event.action == "opinion_given")
    assert [one.data["value"] for one in said] == ["fair", "bad"]


def test_only_its_own_visitor_and_only_the_three(chat: ChatDesk, clock: Any) -> None:
    anna, other = chat.visitor(), chat.visitor()
    chat.answer(chat.write(anna))
    chat.write(other)
    quiet(chat, anna, clock)
    assert other.ask("POST", "opinion", json={"value": "good"}).status_code == 422
    assert chat.visitor().ask("POST", "opinion", json={"value": "good"}).status_code == 401
    assert (
        chat.visitor("https://evil.test", anna.token).ask("POST", "opinion", json={"value": "good"}).status_code == 403
    )
    for told in ({"value": "best"}, {"value": None}, {"value": ["good"]}, {}, []):
        assert anna.ask("POST", "opinion", json=told).status_code in (400, 422)
    assert anna.ask("GET", "opinion").status_code == 405
    assert [one.value for one in chat.desk.all(Opinion)] == [""]


def test_while_the_visitor_waits_or_is_gone_nothing_is_asked(chat: ChatDesk, clock: Any) -> None:
    anna, gone = chat.visitor(), chat.visitor()
    chat.answer(chat.write(anna))
    chat.answer(chat.write(gone))
    chat.write(anna, "E la coppia?")
    chat.leave(gone)
    quiet(chat, anna, clock)
    assert chat.desk.all(Opinion) == []
    chat.answer(chat.conversation(anna))
    quiet(chat, anna, clock)
    assert len(chat.desk.all(Opinion)) == 1
    chat.write(anna, "E il peso?")
    assert anna.talk()["asks"] is None


def test_off_nothing_is_asked(desk: Desk, clock: Any) -> None:
    chat = ChatDesk(desk)
    switch(desk, mail=True)
    anna = chat.visitor()
    chat.answer(chat.write(anna))
    quiet(chat, anna, clock)
    assert anna.talk()["asks"] is None
    assert desk.all(Opinion) == []
