"""A talk on the site in other hands: whom the visitor sees, what stays among colleagues, and that it rings there."""

from datetime import timedelta

import pytest
import time_machine

from inbox import conversations, replies
from inbox.models import Conversation, Delivery, Team, User, Visit, now
from inbox.sitechat import by_mail
from inbox.sitechat.arrivals import RING
from routing import handing, ringing
from tests.parts.desk import Desk
from tests.parts.hours import utc
from tests.parts.sitechat import URL, ChatDesk, Visitor

# Tuesday, half past nine in Rome.
MORNING = utc(2026, 3, 3, 8, 30)
NOTE, MEMO = "Vuole uno sconto: tenere duro", "Paga sempre in ritardo"


class Talk:
    """A visitor who waits for R&D, where Marco is; Carla and Dario are of sales."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.chats = desk, ChatDesk(desk, claim_seconds=30)
        self.marco = desk.add_user("marco@firm.test", "colleague", "rd", name="Marco Neri")
        self.carla, self.dario = (
            desk.add_user(f"{name.lower()}@firm.test", "colleague", "sales", name=f"{name} Blu")
            for name in ("Carla", "Dario")
        )
        self.visitor: Visitor = self.chats.visitor()
        self.number = self.chats.write(self.visitor, "Qual è la tolleranza del foro?").id

    def take(self, user_id: int) -> None:
        with self.desk.database.writing() as session:
            user = session.get_one(User, user_id)
            assert conversations.claim(session, session.get_one(Conversation, self.number), user)

    def answer(self, user_id: int, text: str) -> None:
        with self.desk.database.writing() as session:
            user = session.get_one(User, user_id)
            replies.reply(session, session.get_one(Conversation, self.number), user, text)
        self.chats.deliver()

    def hand_over(self, user_id: int | None = None) -> None:
        with self.desk.database.writing() as session:
            sales = session.query(Team).filter_by(slug="sales").one()
            found, giver = session.get_one(Conversation, self.number), session.get_one(User, self.marco)
            handing.hand_over(session, found, giver, URL, team_id=sales.id, user_id=user_id, note=NOTE)

    def ring(self) -> int | None:
        while jobs := self.desk.claim(RING, 20):
            ringing.ring(self.desk.database, jobs, URL)
        return self.desk.all(Conversation, Conversation.id == self.number)[0].user_id

    @property
    def holder(self) -> str:
        return str(self.visitor.talk()["holder"])


@pytest.fixture
def talk(desk_on_both: Desk) -> Talk:
    return Talk(desk_on_both)


def test_the_visitor_sees_a_name_once_somebody_has_taken_it(talk: Talk) -> None:
    assert talk.holder == ""
    talk.take(talk.marco)
    assert talk.holder == "Marco"
    version = talk.visitor.talk()["version"]
    talk.hand_over()
    assert talk.holder == "", "a team has no first name"
    assert talk.visitor.talk()["version"] > version, "the visitor's window hears of it"
    talk.hand_over(talk.carla)
    assert talk.holder == "", "given, not taken"
    talk.take(talk.carla)
    assert talk.holder == "Carla"


def test_neither_the_note_nor_a_memo_reaches_the_visitor(talk: Talk) -> None:
    talk.take(talk.marco)
    talk.answer(talk.marco, "La tolleranza è H7.")
    with talk.desk.database.writing() as session:
        found, marco = session.get_one(Conversation, talk.number), session.get_one(User, talk.marco)
        conversations.add_note(session, found, marco, MEMO)
    talk.hand_over()
    assert any(NOTE in one.envelope["text"] for one in talk.desk.notices()), "colleagues read it"
    talk.answer(talk.carla, "Per il prezzo ci sono io.")
    shown = str(talk.visitor.talk())
    assert "Per il prezzo" in shown
    assert NOTE not in shown
    assert MEMO not in shown
    with talk.desk.database.writing() as session:
        visit = session.query(Visit).one()
        visit.email, visit.seen_at = "anna@cliente.test", now() - timedelta(minutes=5)
        by_mail.watch(session, visit)
        by_mail.transcript(session, visit, now())
    while jobs := talk.desk.claim("chat_mail"):
        by_mail.work(talk.desk.database, jobs)
    mails = [one.envelope for one in talk.desk.all(Delivery, Delivery.recipient == "anna@cliente.test")]
    assert len(mails) == 2, "the whole talk, and what was not seen"
    assert not any(word in str(mail) for mail in mails for word in (NOTE, MEMO))


def test_it_rings_in_the_new_team_though_the_visitor_writes_no_more(desk_on_both: Desk) -> None:
    with time_machine.travel(MORNING, tick=False):
        talk = Talk(desk_on_both)
        talk.take(talk.marco)
    with time_machine.travel(MORNING + timedelta(minutes=5), tick=False):
        assert talk.ring() == talk.marco, "who has it keeps it"
        talk.hand_over()
        assert talk.ring() is None
    found = []
    for seconds in (29, 30, 60):
        with time_machine.travel(MORNING + timedelta(minutes=5, seconds=seconds), tick=False):
            found.append(talk.ring())
    assert found == [None, talk.carla, talk.dario]
