"""Who is asked how an answer was: off nobody; on, each customer once in a while, and only where reports count."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.base import ConnectorError
from connectors.mail import compose
from inbox import conversations, envelopes, outcomes, replies
from inbox.events import person
from inbox.models import Conversation, Delivery, Event, Message, Opinion, User, now
from inbox.models.delivery import UNCERTAIN
from tests.parts.company import mail
from tests.parts.desk import Desk
from tests.parts.opinions import OpinionDesk, switch
from tests.parts.opinions import asked as asked
from tests.parts.opinions import one_asked as one_asked

ASKS = "/opinion/"


def test_off_nothing_is_added(desk_on_both: Desk) -> None:
    """By default the mail is byte for byte what was written."""
    desk = desk_on_both
    desk.app.settings.public_url = "https://desk.firm.test"
    question = desk.ask()
    desk.deliver()
    desk.answer(question)
    desk.deliver()
    sent = desk.wire.sent[-1]
    (delivery,) = desk.answers()
    plain = envelopes.outbound(delivery.envelope, delivery.external_id, [])
    assert (sent, sent.text) == (plain, "La tolleranza è H7.")
    assert b"opinion" not in compose.compose(sent, compose.Address("info@firm.test"))
    assert desk.all(Opinion) == []
    switch(desk, chat=True)
    desk.answer(desk.ask(sender="altro@cliente.test"))
    desk.deliver()
    assert desk.wire.sent[-1].text == "La tolleranza è H7."


def test_on_the_question_stands_below_all_else_in_what_is_sent_alone(asked: OpinionDesk) -> None:
    with asked.desk.database.writing() as session:
        session.get_one(User, asked.desk.manager).signature = "Giulia Verdi\nOfficine"
    text = asked.answered()
    before, _question, links = text.partition("Come valuta la nostra risposta?")
    assert before.endswith("Giulia Verdi\nOfficine\n\n")
    assert [line.split(": ")[0] for line in links.strip().splitlines()] == ["Buona", "Così così", "Non buona"]
    (delivery,), (opinion,) = asked.desk.answers(), asked.desk.all(Opinion)
    (answer,) = asked.desk.all(Message, Message.id == opinion.message_id)
    # Whoever reads the answer here cannot say in the customer's place how it was.
    assert "opinion" not in delivery.envelope["text"] + answer.text
    assert [one.message_id for one in asked.desk.all(Event, Event.action == "opinion_asked")] == [opinion.message_id]


def test_sent_again_it_has_the_same_links(one_asked: OpinionDesk) -> None:
    desk, first = one_asked.desk, one_asked.answered()
    (delivery,) = desk.answers()
    with desk.database.writing() as session:
        row = session.get_one(Delivery, delivery.id)
        row.state = UNCERTAIN
        assert outcomes.send_again(session, row)
    desk.deliver()
    assert desk.wire.sent[-1].text == first
    assert len(desk.all(Opinion)) == 1


def test_a_conversation_asks_once_within_the_pause(asked: OpinionDesk) -> None:
    question = asked.desk.ask(Message_ID="<1@c.test>")
    assert ASKS in asked.answered(question)
    again = asked.desk.arrive(mail("Re: Giunto", "E la coppia?", In_Reply_To="<1@c.test>"))
    assert again.id == question.id
    assert ASKS not in asked.answered(question)
    asked.desk.arrive(mail("Re: Giunto", "E il peso?", In_Reply_To="<1@c.test>"))
    assert ASKS in asked.answered(question, at=now() + timedelta(days=31))


def test_another_conversation_asks_unless_its_customer_took_part(asked: OpinionDesk) -> None:
    links = asked.links()
    text = asked.answered(asked.desk.ask("Un altro articolo", subject="Flangia"))
    assert ASKS in text
    asked.say(links["good"], "good")
    assert ASKS not in asked.answered(asked.desk.ask("Un terzo articolo", subject="Perno"))
    assert ASKS in asked.answered(asked.desk.ask("Da un altro", sender="b@cliente.test"))


def test_what_never_arrived_has_asked_nobody(asked: OpinionDesk) -> None:
    question = asked.desk.ask()
    asked.desk.deliver()
    told = len(asked.desk.wire.sent)
    asked.desk.wire.before = [ConnectorError("no such address", permanent=True)]
    asked.desk.answer(question)
    asked.desk.deliver()
    assert len(asked.desk.wire.sent) == told
    assert ASKS in asked.answered(question)


@pytest.mark.parametrize("kind", ["supplier", "job_application", "privacy_request", "administration", "other"])
def test_other_kinds_are_not_asked(one_asked: OpinionDesk, kind: str) -> None:
    question = one_asked.desk.ask()
    one_asked.desk.do(conversations.set_kind, question, person(one_asked.desk.manager), kind)
    assert ASKS not in one_asked.answered(question)


def changed(desk: Desk, question: Conversation, **values: Any) -> Conversation:
    with desk.database.writing() as session:
        row = session.get_one(Conversation, question.id)
        for name, value in values.items():
            setattr(row, name, value)
    return question


def test_certified_mail_asks_nothing(one_asked: OpinionDesk) -> None:
    assert ASKS not in one_asked.answered(changed(one_asked.desk, one_asked.desk.ask(), certified=True))


def test_who_did_not_wait_is_not_asked(one_asked: OpinionDesk) -> None:
    desk, question = one_asked.desk, one_asked.desk.ask()
    desk.do(conversations.answered_by_phone, question)
    assert ASKS not in one_asked.answered(question)
    with desk.database.writing() as session:
        user = session.get_one(User, desk.manager)
        replies.begin(session, desk.channel_row(), user, "nuovo@cliente.test", "", "Offerta", "Buongiorno")
    desk.deliver()
    assert ASKS not in desk.wire.sent[-1].text


def test_the_companys_own_question(desk: Desk) -> None:
    own = OpinionDesk(desk, questions={"it": "  La risposta Le è sembrata … ", "en": "How was our answer?"})
    assert "La risposta Le è sembrata …\nBuona: " in own.answered()
