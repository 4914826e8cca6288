"""The page of a chat: whether the visitor is there, how far answers have come, and what the visitor learns of us."""

import re
from datetime import timedelta
from typing import Any

import pytest

from inbox import replies
from inbox.app import App
from inbox.events import SYSTEM, record
from inbox.live import Live
from inbox.models import Conversation, Delivery, Message, User, now
from inbox.models.delivery import ANSWER, SENT
from inbox.models.message import INBOUND
from inbox.sitechat import visits
from tests.parts.visitors import PAGE, Guest, make_chat


@pytest.fixture
def guest(app: App) -> Guest:
    return Guest(app, make_chat(app, 1))


def test_the_head_says_whether_the_visitor_is_there_and_on_which_page(app: App, guest: Guest, sign_in: Any) -> None:
    number, giulia = guest.writes(), sign_in()
    guest.set(email="anna@cliente.test", typing_at=now())
    head = part(giulia, number)
    assert "online now" in head
    assert f"on the page {PAGE}" in head
    assert "anna@cliente.test <small>typed by the visitor, not verified</small>" in head
    assert "is writing…" in head
    guest.set(identity="customer 12", seen_at=now() - timedelta(minutes=3))
    head = part(giulia, number)
    assert "left at " in head
    assert "is writing…" not in head
    assert "not verified" not in head
    guest.set(seen_at=now() - timedelta(days=3))
    assert "left on " in part(giulia, number)
    assert guest.visit.address not in giulia.get(f"/conversations/{number}")


def test_who_told_no_name_is_a_visitor_everywhere(app: App, guest: Guest, sign_in: Any) -> None:
    guest.name = ""
    number = guest.writes()
    address = guest.visit.address
    manager = sign_in()
    for page in (manager.get("/"), manager.get(f"/conversations/{number}")):
        assert ">Visitor</strong>" in page
        assert address not in page


def test_a_mail_has_no_visitor(sign_in: Any) -> None:
    page = sign_in().get("/conversations/1")
    assert 'id="visitor"' not in page
    assert "data-signs" not in page


def test_answers_say_how_far_they_have_come(app: App, guest: Guest, sign_in: Any) -> None:
    number, giulia = guest.writes(), sign_in()
    first, second, third = (answer(app, number, f"Risposta {one}") for one in range(3))
    guest.set(delivered_id=second, seen_id=first)
    with app.database.writing() as session:
        session.add(Delivery(purpose=ANSWER, channel_id=1, recipient="anna@cliente.test", conversation_id=number,
                             message_id=third, state=SENT))  # fmt: skip
    page = giulia.get(f"/conversations/{number}")
    assert [marks(page, one) for one in (first, second, third)] == [["seen"], ["in the chat"], ["by mail"]]
    guest.set(delivered_id=third, seen_id=third)
    assert marks(giulia.get(f"/conversations/{number}"), third) == ["by mail", "seen"]


def test_all_answers_of_one_mail_say_so(app: App, guest: Guest, sign_in: Any) -> None:
    number = guest.writes()
    first, second = (answer(app, number, f"Risposta {one}") for one in range(2))
    guest.set(email="anna@cliente.test", seen_at=now() - timedelta(minutes=5))
    app.worker().drain(("chat_mail",))
    page = sign_in().get(f"/conversations/{number}")
    assert [marks(page, one) for one in (first, second)] == [["by mail"], ["by mail"]]


def test_what_the_chat_did_is_told(app: App, guest: Guest, sign_in: Any) -> None:
    number, due = guest.writes(), now() + timedelta(days=400)
    with app.database.writing() as session:
        record(session, "chat_told", SYSTEM, conversation_id=number, due=due.isoformat())
        for action in ("chat_mailed", "chat_waits", "chat_transcript"):
            record(session, action, SYSTEM, conversation_id=number)
        record(session, "chat_email", SYSTEM, conversation_id=number, email="anna@cliente.test")
    page = sign_in().get(f"/conversations/{number}")
    assert "the visitor told that nobody is there just now: an answer comes by " in page
    for words in ("answer sent by mail", "sees the answer on coming back", "the whole talk sent"):
        assert words in page
    assert "the visitor left a mail address: anna@cliente.test" in page


def test_typing_and_reading_are_told_to_the_visitor(app: App, guest: Guest, sign_in: Any) -> None:
    number, marco = guest.writes(), sign_in("marco@firm.test")
    post(marco, number, 204, typing="1")
    assert visits.who_answers(guest.visit, now()) == "Marco"
    message = last(app, number)
    post(marco, number, 204, read=message)
    assert guest.visit.read_id == message
    version = guest.visit.version
    post(marco, number, 204, read=message)
    assert guest.visit.version == version, "nothing new"


@pytest.mark.parametrize("read", ["1", "999999", "99999999999999999999999", "x", "²"])
def test_only_messages_of_this_visitor_can_have_been_read(guest: Guest, sign_in: Any, read: str) -> None:
    number = guest.writes()
    post(sign_in(), number, 204, read=read)
    assert guest.visit.read_id == 0


def test_signs_of_who_may_not_change_it_are_refused(app: App, guest: Guest, sign_in: Any) -> None:
    number, luca = guest.writes(), sign_in("luca@agents.test")
    post(luca, number, 404, typing="1")
    assert visits.who_answers(guest.visit, now()) == ""
    giulia = sign_in()
    assert giulia.client.post(f"/conversations/{number}/signs", json={"typing": True}).status_code == 400, "no token"
    headers = {"X-CSRFToken": token(giulia, number)}
    for body, status in (({"typing": True}, 204), (["typing"], 400), ("{", 400)):
        answered = giulia.client.post(f"/conversations/{number}/signs", json=body, headers=headers)
        assert answered.status_code == status
    assert visits.who_answers(guest.visit, now()) == "Giulia"
    post(giulia, 1, 204, typing="1")


def test_a_visitor_who_types_or_leaves_wakes_open_pages(app: App, guest: Guest) -> None:
    number, live = guest.writes(), Live(app.database)
    before = live._last()
    assert live._last() == before
    guest.set(typing_at=now())
    typing = live._last()
    assert typing != before
    guest.set(typing_at=None, seen_id=answer(app, number, "Eccomi"))
    assert live._last() != typing
    seen = live._last()
    with app.database.writing() as session:
        visits.heard(session, [guest.visit_id], now() + timedelta(seconds=5))
    assert live._last() == seen, "a sign of life of somebody who is there is nothing new"
    guest.set(seen_at=now() - timedelta(minutes=2))
    assert live._last() != seen


def part(one: Any, number: int) -> str:
    return str(one.get(f"/conversations/{number}?part=visitor"))


def marks(page: str, message: int) -> list[str]:
    found = re.search(rf'id="message-{message}".*?</header>', page, re.DOTALL)
    assert found
    return re.findall(r'class="mark reached \w+">([^<]+)', found[0])


def answer(app: App, number: int, text: str) -> int:
    """Marco answers in the chat; the message's number."""
    with app.database.writing() as session:
        marco = session.query(User).filter_by(email="marco@firm.test").one()
        return replies.reply(session, session.get_one(Conversation, number), marco, text).id


def last(app: App, number: int) -> int:
    with app.database.reading() as session:
        query = session.query(Message).filter_by(conversation_id=number, direction=INBOUND)
        return query.order_by(Message.id.desc()).first().id


def token(one: Any, number: int) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', one.get(f"/conversations/{number}"))
    assert found
    return found[1]


def post(one: Any, number: int, status: int, **data: Any) -> None:
    one.post(f"/conversations/{number}/signs", status, **data)
