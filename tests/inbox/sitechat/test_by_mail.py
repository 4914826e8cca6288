"""A talk goes on by mail: what its visitor did not see leaves for the address that is known, and answers come back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from connectors import base
from inbox import outcomes
from inbox.models import Conversation, Delivery, Event, Message, now
from inbox.sitechat.by_mail import UNSEEN
from tests.inbox.sitechat.test_door import NOON, signed
from tests.parts.company import mail
from tests.parts.desk import Desk
from tests.parts.sitechat import ChatDesk, Visitor

ANNA = "anna@cliente.test"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON) as moving:
        yield moving


@pytest.fixture
def chat(desk: Desk) -> ChatDesk:
    return ChatDesk(desk)


def begun(chat: ChatDesk, email: str = ANNA) -> tuple[Visitor, Conversation]:
    """Anna has written, and left her address."""
    anna = chat.visitor()
    conversation = chat.write(anna)
    if email:
        assert anna.ask("POST", "email", json={"email": email}).status_code == 204
    return anna, conversation


def mails(chat: ChatDesk) -> list[base.Outbound]:
    return [one for one in chat.desk.wire.sent if one.to[0].address == ANNA]


def actions(chat: ChatDesk, conversation: Conversation) -> list[str]:
    rows = chat.desk.all(Event, Event.conversation_id == conversation.id)
    return [one.action for one in rows if one.action.startswith("chat_")]


def test_who_is_there_gets_the_answer_in_the_chat_alone(desk_on_both: Desk) -> None:
    chat = ChatDesk(desk_on_both)
    anna, conversation = begun(chat)
    number = chat.answer(conversation)
    assert anna.texts() == [("visitor", "Buongiorno, qual è la tolleranza?"), ("us", "La tolleranza è H7.")]
    assert chat.desk.fresh(conversation).waiting_since is None
    chat.by_mail()
    assert mails(chat) == []
    assert anna.ask("POST", "signs", json={"seen": number}).status_code == 204
    chat.leave(anna)
    chat.by_mail()
    assert mails(chat) == []
    assert chat.visit(anna).seen_id == number


def test_who_has_left_gets_it_by_mail_with_the_talk_and_goes_on_there(desk_on_both: Desk) -> None:
    chat = ChatDesk(desk_on_both)
    anna, conversation = begun(chat)
    chat.leave(anna)
    chat.answer(conversation, "La tolleranza è H7.")
    chat.answer(conversation, "Le mando anche il disegno.")
    chat.by_mail()
    chat.deliver()
    (sent,) = mails(chat)
    assert sent.subject == "La Sua conversazione con info@firm.test"
    assert (
        sent.text.index("H7") < sent.text.index("il disegno") < sent.text.index("> Buongiorno, qual è la tolleranza?")
    )
    assert "Mentre non era in linea, giulia Le ha risposto:" in sent.text
    assert actions(chat, conversation)[-1] == "chat_mailed"
    # Nothing twice, whatever else is looked at.
    chat.by_mail()
    assert len(mails(chat)) == 1

    back = mail("R: conversazione", "Grazie! E la coppia?", sender=ANNA, In_Reply_To=sent.external_id)
    assert chat.desk.arrive(back).id == conversation.id
    chat.answer(conversation, "È 40 Nm.")
    chat.by_mail()
    chat.deliver()
    answer = mails(chat)[-1]
    assert (answer.subject, answer.text) == ("R: conversazione", "È 40 Nm.")
    assert answer.references[-1] == answer.in_reply_to
    # Whoever has the token has not proved to own the address: what went on by mail is not shown in the chat.
    assert [text for _, text in anna.texts()] == [
        "Buongiorno, qual è la tolleranza?", "La tolleranza è H7.", "Le mando anche il disegno.",
    ]  # fmt: skip
    assert chat.write(anna, "Sono di nuovo qui").id == conversation.id
    chat.answer(conversation, "Bene!")
    assert anna.texts()[-1] == ("us", "Bene!")


def test_whom_the_site_vouches_for_sees_the_mails_too(chat: ChatDesk) -> None:
    anna = chat.visitor()
    conversation = chat.write(anna, **signed(chat, id="42", email=ANNA))
    chat.leave(anna)
    chat.answer(conversation)
    chat.by_mail()
    chat.deliver()
    chat.desk.arrive(mail("R", "Grazie!", sender=ANNA, In_Reply_To=mails(chat)[0].external_id))
    assert anna.texts()[-1] == ("visitor", "Grazie!")


def test_an_answer_waits_for_who_left_no_address_and_is_mailed_once_there_is_one(chat: ChatDesk) -> None:
    anna, conversation = begun(chat, email="")
    chat.leave(anna)
    chat.answer(conversation)
    chat.by_mail()
    chat.deliver()
    assert mails(chat) == []
    assert actions(chat, conversation) == ["chat_waits"]
    assert anna.texts()[-1] == ("us", "La tolleranza è H7.")
    anna.ask("POST", "email", json={"email": ANNA})
    chat.leave(anna)
    chat.by_mail()
    chat.deliver()
    assert len(mails(chat)) == 1


def test_what_lies_unseen_in_an_open_chat_goes_by_mail_after_a_while(chat: ChatDesk, clock: Any) -> None:
    anna, conversation = begun(chat)
    chat.answer(conversation)
    chat.by_mail()
    clock.shift(UNSEEN - timedelta(minutes=1))
    anna.talk()
    chat.leave(anna, timedelta())
    chat.by_mail()
    assert mails(chat) == []
    clock.shift(timedelta(minutes=2))
    chat.leave(anna, timedelta())
    chat.by_mail()
    chat.deliver()
    assert len(mails(chat)) == 1


def test_a_mail_that_bounces_opens_the_clock_again(chat: ChatDesk) -> None:
    anna, conversation = begun(chat)
    chat.leave(anna)
    chat.answer(conversation)
    chat.by_mail()
    chat.deliver()
    assert chat.desk.fresh(conversation).waiting_since is None
    sent = chat.desk.one(select(Delivery).where(Delivery.recipient == ANNA))
    with chat.database.writing() as session:
        delivery = session.get_one(Delivery, sent.id)
        outcomes.settle_bounced(session, delivery, ANNA, "no such user", hard=True, at=now())
    assert chat.desk.fresh(conversation).waiting_since is not None


def test_the_files_go_along(chat: ChatDesk) -> None:
    anna, conversation = begun(chat)
    files = [("file", ("disegno.pdf", b"%PDF-1.4 x", "application/pdf"))]
    assert anna.write("Ecco", files=files).status_code == 200
    chat.take_in()
    chat.leave(anna)
    chat.answer(conversation)
    chat.by_mail()
    chat.deliver()
    (sent,) = mails(chat)
    assert "(Allegati: disegno.pdf)" in sent.text
    assert list(sent.attachments) == []


def test_the_transcript_needs_an_address_and_an_answer(chat: ChatDesk, clock: Any) -> None:
    anna, conversation = begun(chat, email="")
    assert anna.ask("POST", "transcript").json()["code"] == "no_email"
    anna.ask("POST", "email", json={"email": ANNA})
    assert anna.ask("POST", "transcript").json()["code"] == "too_early"
    chat.answer(conversation)
    note = "Nota interna, non per il cliente"
    with chat.database.writing() as session:
        from inbox import conversations
        from inbox.models import User

        found = session.get_one(Conversation, conversation.id)
        conversations.add_note(session, found, session.get_one(User, chat.desk.manager), note)
    assert anna.talk()["transcript"] is True
    assert anna.ask("POST", "transcript").status_code == 204
    assert anna.ask("POST", "transcript").json()["code"] == "sent_lately"
    chat.deliver()
    (sent,) = mails(chat)
    assert "H7" in sent.text
    assert "tolleranza?" in sent.text
    assert note not in sent.text
    assert note not in str(anna.talk())
    assert chat.desk.arrive(mail("R", "Grazie", sender=ANNA, In_Reply_To=sent.external_id)).id == conversation.id
    clock.shift(timedelta(hours=2))
    assert anna.ask("POST", "transcript").status_code == 204


def test_a_reference_alone_lets_no_stranger_in(chat: ChatDesk) -> None:
    anna, conversation = begun(chat)
    chat.leave(anna)
    chat.answer(conversation)
    chat.by_mail()
    chat.deliver()
    forged = mail("R", "Sono io", sender="eve@evil.test", In_Reply_To=mails(chat)[0].external_id)
    assert chat.desk.arrive(forged).id != conversation.id


def test_addresses_that_can_be_none_are_refused(chat: ChatDesk) -> None:
    anna, _ = begun(chat, email="")
    for wrong in ("", "anna", "anna@", "a b@c.test", "x" * 400 + "@c.test", None, 7, ["a@b.test"]):
        answer = anna.ask("POST", "email", json={"email": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "not_one"), wrong
    assert anna.ask("POST", "email", content=b"[]").status_code == 400


def test_what_has_been_seen_is_only_what_there_is(chat: ChatDesk) -> None:
    anna, conversation = begun(chat)
    for told in ({"seen": 10**9}, {"seen": -1}, {"seen": True}, {"seen": "7"}, {"delivered": 10**30}):
        assert anna.ask("POST", "signs", json=told).status_code == 204
    number = chat.answer(conversation)
    assert chat.visit(anna).seen_id < number
    chat.leave(anna)
    chat.by_mail()
    chat.deliver()
    assert len(mails(chat)) == 1
    assert chat.desk.one(select(Message.alias).where(Message.id == number)) == mails(chat)[0].external_id
