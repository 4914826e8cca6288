"""Beyond the 24 hours of WhatsApp a colleague's free answer leaves from nowhere: not by mail, not from the chat."""

import time
from collections.abc import Iterator

import pytest

from inbox.app import App
from inbox.models import Draft
from inbox.reader import Reader
from routing import rules
from routing.rules import Rule
from tests.emulators.graph import GraphEmulator
from tests.parts.answers import arrive, mail, receipt
from tests.parts.chat import ChatDesk
from tests.parts.whatsapp import ANNA, Phone

MARCO = 4242
LATE, EARLY = 90_000, 60


@pytest.fixture
def phone(app: App, reader: Reader) -> Iterator[Phone]:
    with GraphEmulator() as graph:
        one = Phone(app, reader, graph)
        with app.database.writing() as session:
            rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])
        yield one


def asked(phone: Phone, ago: int) -> None:
    phone.called(phone.graph.customer_says(ANNA, "Qual è la tolleranza?", at=int(time.time()) - ago))


class Office(ChatDesk):
    """A bot whose desk's WhatsApp goes to the emulator."""

    def connector(self, channel_id: int) -> object:
        desk = self.desk
        assert isinstance(desk, Phone)
        return desk.app.connector_for(channel_id) if channel_id == desk.number else super().connector(channel_id)


@pytest.mark.parametrize(("ago", "left"), [(LATE, 0), (EARLY, 1)])
def test_an_answer_by_mail(phone: Phone, ago: int, left: int) -> None:
    phone.add_user("marco@firm.test", "colleague", "rd")
    asked(phone, ago)
    phone.take_in()
    phone.route()
    (told,) = phone.notices()
    arrive(phone, mail(told, "La tolleranza è H7."))
    phone.send()
    assert len(phone.answers()) == len(phone.graph.sent) == left
    if not left:
        assert "the customer last wrote too long ago" in receipt(phone)
        assert "La tolleranza è H7." in receipt(phone)


@pytest.mark.parametrize(("ago", "left"), [(LATE, 0), (EARLY, 1)])
def test_an_answer_from_the_chat(phone: Phone, ago: int, left: int) -> None:
    office = Office(phone)
    office.link(phone.add_user("marco@firm.test", "colleague", "rd", notify_by_mail=False), MARCO)
    asked(phone, ago)
    office.run()
    card = office.bot.shown[office.card(MARCO)].text
    assert ("Free answer: no longer possible" in card) == (left == 0)
    assert ("Free answer: until " in card) == (left == 1)
    office.says(MARCO, "La tolleranza è H7.", answers=office.card(MARCO))
    said, _alert = office.presses(MARCO, "Send to the customer")
    assert len(phone.answers()) == len(phone.graph.sent) == left
    if not left:
        assert "too long ago" in said
        (draft,) = phone.all(Draft)
        assert draft.ended_at is None, "what was written is kept"
