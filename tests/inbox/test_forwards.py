"""What a colleague forwards with @fwd is the customer's message; what anybody else forwards is their own."""

import pytest

from inbox.models import Conversation, Event
from tests.parts.company import mail
from tests.parts.desk import Desk

GMAIL = """@fwd
---------- Forwarded message ---------
Da: Anna Bianchi <anna.bianchi@cliente.test>
Date: lun 23 nov 2026 alle ore 10:12
Subject: Giunto GX-40
To: Marco Neri <marco@firm.test>


Buongiorno, qual è la tolleranza?

--
Anna Bianchi
"""
OUTLOOK = """@fwd per favore
________________________________
Da: Anna Bianchi <anna.bianchi@cliente.test>
Inviato: lunedì 23 novembre 2026 10:12
A: Marco Neri <marco@firm.test>
Oggetto: Giunto GX-40

Buongiorno, qual è la tolleranza?
"""
APPLE = """@fwd

Inizio messaggio inoltrato:

> Da: Anna Bianchi <anna.bianchi@cliente.test>
> Oggetto: Giunto GX-40
> Data: 23 novembre 2026 alle ore 10:12:00 CET
> A: Marco Neri <marco@firm.test>
>
> Buongiorno, qual è la tolleranza?
"""
THUNDERBIRD = """@fwd
-------- Messaggio inoltrato --------
Oggetto: 	Giunto GX-40
Data: 	Mon, 23 Nov 2026 10:12:00 +0100
Mittente: 	Anna Bianchi <anna.bianchi@cliente.test>
A: 	Marco Neri <marco@firm.test>


Buongiorno, qual è la tolleranza?
"""


@pytest.fixture
def office(desk_on_both: Desk) -> Desk:
    desk_on_both.add_user("marco@firm.test", "colleague", "rd")
    return desk_on_both


def forward(desk: Desk, text: str, sender: str = "marco@firm.test", **more: str) -> Conversation:
    return desk.arrive(mail("I: Giunto GX-40", text, sender=sender, name="Marco Neri", **more))


@pytest.mark.parametrize("text", [GMAIL, OUTLOOK, APPLE, THUNDERBIRD], ids=["gmail", "outlook", "apple", "thunderbird"])
def test_it_enters_as_the_customers_message(office: Desk, text: str) -> None:
    found = forward(office, text)
    with office.database.reading() as session:
        row = session.get_one(Conversation, found.id)
        assert (row.contact.name, row.contact.identities[0].address) == ("Anna Bianchi", "anna.bianchi@cliente.test")
        assert (row.subject, row.snippet) == ("Giunto GX-40", "Buongiorno, qual è la tolleranza?")
        assert row.waiting_since is not None
        assert row.team is not None
    (event,) = office.all(Event, Event.action == "forwarded")
    assert event.actor == "user"
    office.answer(found)
    office.deliver()
    sent = office.wire.sent[-1]
    assert [one.address for one in sent.to] == ["anna.bianchi@cliente.test"]
    assert list(sent.cc) == []


def test_a_mail_attached_to_it_is_opened(office: Desk) -> None:
    from email import message_from_bytes
    from email.message import EmailMessage

    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "Marco Neri <marco@firm.test>", "info@firm.test", "I: Giunto"
    outer["Message-ID"] = "<outer@firm.test>"
    outer.set_content("@fwd\n")
    inner = message_from_bytes(mail("Giunto GX-40", "Qual è la tolleranza?"), _class=EmailMessage)
    outer.add_attachment(inner)
    found = office.arrive(outer.as_bytes())
    assert (found.subject, found.snippet) == ("Giunto GX-40", "Qual è la tolleranza?")


def test_a_known_customer_is_the_same_contact(office: Desk) -> None:
    first = office.ask("Prima domanda")
    assert forward(office, GMAIL).contact_id == first.contact_id


@pytest.mark.parametrize(
    ("sender", "more"),
    [
        ("x@altrove.test", {}),
        ("marco@firm.test", {"Authentication_Results": "mx.firm.test; spf=fail smtp.mailfrom=firm.test; dmarc=fail"}),
    ],
    ids=["stranger", "forged"],
)
def test_nobody_else_speaks_for_a_customer(office: Desk, sender: str, more: dict[str, str]) -> None:
    found = forward(office, GMAIL, sender, **more)
    with office.database.reading() as session:
        assert session.get_one(Conversation, found.id).contact.identities[0].address == sender
    assert office.all(Event, Event.action == "forwarded") == []


def test_without_a_mail_inside_it_is_the_colleagues_own(office: Desk) -> None:
    found = forward(office, "@fwd guarda un po'\n\nciao")
    with office.database.reading() as session:
        assert session.get_one(Conversation, found.id).contact.identities[0].address == "marco@firm.test"
