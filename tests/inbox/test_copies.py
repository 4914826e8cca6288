"""A copy of the answer in the Sent folder, once; and what stands under it."""

import uuid
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from connectors.base import Address, Outbound
from inbox import channels, copies, fetching, replies, signatures, users
from inbox.app import App
from inbox.models import Channel, Conversation, Delivery, Intake, Job, User, now
from tests.parts.company import mail
from tests.parts.dovecot import Dovecot, free_port
from tests.parts.smtp import Peer

WORK = ("take_in", "route", "deliver", copies.KIND)


class Office:
    """One real mailbox, a customer's question in it, a colleague."""

    def __init__(self, app: App, dovecot: Dovecot, peer: Peer) -> None:
        self.app, self.dovecot, self.peer = app, dovecot, peer
        self.box = f"box{uuid.uuid4().hex[:10]}"
        settings = {
            "address": "info@firm.test", "user": self.box, "password": "secret", "smtp_user": "",
            "imap_host": "127.0.0.1", "imap_port": dovecot.port, "imap_security": "none", "smtp_host": "127.0.0.1",
            "smtp_port": peer.port, "smtp_security": "none",
        }  # fmt: skip
        with app.database.writing() as session:
            self.channel = channels.create(session, app.vault, "mail", "info", settings).id
            self.user = users.create(session, "marco@firm.test", "Marco Neri", "colleague", "it", ["rd"]).id
        self.connector: Any = app.build_connector(self.channel)
        self.fetch()
        dovecot.append(self.box, mail("Giunto", "Qual è la tolleranza?"))
        self.fetch()
        self.work()

    def fetch(self) -> int:
        return fetching.fetch_all(self.app.database, self.app.blobs, self.channel, self.connector)

    def work(self) -> None:
        """All that is due, as if the pauses were over."""
        with self.app.database.writing() as session:
            session.execute(update(Job).values(run_at=now()))
        self.app.worker().drain(WORK)

    def answer(self, text: str = "H7.") -> None:
        with self.app.database.writing() as session:
            conversation = session.scalars(select(Conversation)).one()
            replies.reply(session, conversation, session.get_one(User, self.user), text)
        self.work()

    def sent(self) -> list[Any]:
        with self.dovecot.client(self.box) as client:
            client.select_folder("Sent", readonly=True)
            found = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
        return [(message_from_bytes(one[b"BODY[]"]), one[b"FLAGS"]) for _, one in sorted(found.items())]

    def delivery(self) -> Delivery:
        with self.app.database.reading() as session:
            return session.scalars(select(Delivery).where(Delivery.purpose == "answer")).one()


@pytest.fixture
def office(app: App, dovecot: Dovecot, smtp_peer: Peer) -> Any:
    one = Office(app, dovecot, smtp_peer)
    yield one
    one.connector.close()


def test_the_answer_lies_in_the_sent_folder_once_as_read(office: Office) -> None:
    office.answer()
    assert office.sent() == []
    office.work()
    ((copy, flags),) = office.sent()
    assert copy["Message-ID"] == office.delivery().external_id
    assert "H7." in copy.get_payload()
    assert b"\\Seen" in flags
    with office.app.database.writing() as session:
        copies.enqueue(session, session.get_one(Delivery, office.delivery().id))
    office.work()
    assert len(office.sent()) == 1
    assert office.fetch() == 1
    office.work()
    with office.app.database.reading() as session:
        outcomes = list(session.scalars(select(Intake.outcome).order_by(Intake.id)))
    assert outcomes == ["message", "echo"]


def test_what_the_provider_put_there_is_not_doubled(office: Office) -> None:
    office.answer()
    own = mail("Re: Giunto", "H7.", sender="info@firm.test", Message_ID=office.delivery().external_id)
    office.dovecot.append(office.box, own, "Sent")
    office.work()
    assert len(office.sent()) == 1


def test_a_mailbox_that_cannot_be_reached_is_tried_later_and_the_answer_stays_sent(office: Office) -> None:
    office.answer()
    with office.app.database.writing() as session:
        channel = session.get_one(Channel, office.channel)
        good = dict(channel.settings)
        channel.settings = {**good, "imap_port": free_port()}
    office.work()
    with office.app.database.writing() as session:
        (job,) = session.scalars(select(Job))
        assert (job.kind, job.state, job.attempts) == (copies.KIND, "ready", 1)
        session.get_one(Channel, office.channel).settings = good
    office.work()
    assert len(office.sent()) == 1
    assert office.delivery().state == "sent"


def test_the_copy_bears_the_date_of_sending(office: Office) -> None:
    office.answer()
    office.work()
    ((copy, _),) = office.sent()
    (arrived,) = office.peer.to("anna.bianchi@cliente.test")[-1:]
    told = [parsedate_to_datetime(one) for one in (copy["Date"], str(arrived["Date"]))]
    assert abs((told[0] - told[1]).total_seconds()) <= 5


def test_signature_of_person_mailbox_and_company_stand_under_the_answer(office: Office) -> None:
    with office.app.database.writing() as session:
        session.get_one(User, office.user).signature = "Marco Neri\nUfficio tecnico"
        session.get_one(Channel, office.channel).signature = "www.firm.test"
        signatures.set_footer(session, "Firm S.r.l.  \r\nVia Roma 1, Vicenza\r\nP.IVA 01234567890")
    office.answer("La tolleranza è H7.\n")
    (arrived,) = office.peer.to("anna.bianchi@cliente.test")[-1:]
    assert arrived.get_content().replace("\r\n", "\n") == (
        "La tolleranza è H7.\n\n-- \nMarco Neri\nUfficio tecnico\nwww.firm.test\n\n"
        "Firm S.r.l.\nVia Roma 1, Vicenza\nP.IVA 01234567890\n"
    )


@pytest.mark.parametrize(
    ("person", "mailbox", "footer", "under"),
    [
        ("", "", "", ""),
        ("", "Tel. 1", "", "-- \nMarco Neri\nTel. 1"),
        ("M. Neri", "", "", "-- \nM. Neri"),
        ("", "", "Firm S.r.l.", "-- \nMarco Neri\n\nFirm S.r.l."),
    ],
)
def test_what_is_not_set_is_left_out(office: Office, person: str, mailbox: str, footer: str, under: str) -> None:
    with office.app.database.writing() as session:
        user, channel = session.get_one(User, office.user), session.get_one(Channel, office.channel)
        user.signature, channel.signature = person, mailbox
        signatures.set_footer(session, footer)
        assert signatures.block(session, channel, user) == under


def test_a_channel_without_a_sent_folder_keeps_nothing(app: App, dovecot: Dovecot) -> None:
    connector: Any = app.connector_from(
        "mail",
        {
            "address": "x@firm.test", "user": "nosent", "password": "secret", "imap_host": "127.0.0.1",
            "imap_port": dovecot.port, "imap_security": "none", "sent_folder": "Gone",
        },
    )  # fmt: skip
    with pytest.raises(Exception, match=r"Gone|exist"):
        connector.keep_copy(Outbound([Address("a@b.test")], "x", external_id="<x@firm.test>"))
