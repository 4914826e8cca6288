"""Connecting a mailbox on the page, with a real IMAP server and a real SMTP peer."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from inbox import fetching, mailboxes
from inbox.app import App
from inbox.models import Channel, Conversation, Intake, Message
from tests.parts.company import mail
from tests.parts.dovecot import Dovecot, free_port
from tests.parts.smtp import Peer
from tests.web.conftest import Visitor

NEW = "/channels/mailboxes/new"
PAGE = "/channels/mailboxes/2"


class Firm:
    """A manager at the form, and a mailbox with a few old mails."""

    def __init__(self, app: App, giulia: Visitor, dovecot: Dovecot, peer: Peer) -> None:
        self.app, self.giulia, self.dovecot, self.peer = app, giulia, dovecot, peer
        self.user = f"box{uuid.uuid4().hex[:10]}"
        self.fields: dict[str, Any] = {
            "address": "vendite@firm.test", "password": "secret", "name": "Vendite", "user": self.user,
            "imap_host": "127.0.0.1", "imap_port": dovecot.port, "imap_security": "none", "smtp_host": "127.0.0.1",
            "smtp_port": peer.port, "smtp_security": "none", "smtp_open": "y",
        }  # fmt: skip

    def connect(self, path: str = NEW, status: int = 302, **changed: Any) -> str:
        answer = self.giulia.post(path, status, path, **{**self.fields, **changed})
        return str(answer.text)

    def work(self) -> None:
        self.app.worker().drain((mailboxes.KIND, "take_in", "route"))

    def channel(self) -> Channel:
        with self.app.database.reading() as session:
            return session.scalars(select(Channel).where(Channel.id == 2)).one()

    def press(self, verb: str) -> str:
        self.giulia.post(f"{PAGE}/{verb}", 302, PAGE)
        self.work()
        return self.giulia.get(PAGE)


@pytest.fixture
def firm(app: App, sign_in: Any, dovecot: Dovecot, smtp_peer: Peer) -> Firm:
    return Firm(app, sign_in(), dovecot, smtp_peer)


def test_a_mailbox_is_tried_looked_at_started_and_filled(firm: Firm) -> None:
    for subject, text in (
        ("Scheda tecnica", "Buongiorno, qual è la tolleranza del giunto?"),
        ("Preventivo", "Vorremmo un preventivo per quaranta giunti."),
    ):
        firm.dovecot.append(firm.user, mail(subject, text))
    firm.dovecot.append(firm.user, mail("News", "Buy now", Precedence="bulk", List_Id="<news.example>"))
    firm.connect()
    assert "are being tried" in firm.giulia.get(PAGE)
    firm.work()
    page = firm.giulia.get(PAGE)
    assert "Reading: works" in page
    assert "Sending: works" in page
    assert "secret" not in page
    assert not firm.channel().enabled
    page = firm.press("look")
    assert "3 mails. With the rules as they are" in page
    assert '<td>automatic: newsletters, receipts, reports</td><td class="figure">1</td>' in page
    assert 'R&amp;D</td><td class="figure">1</td>' in page
    with firm.app.database.reading() as session:
        assert session.scalar(select(Intake.id).where(Intake.channel_id == 2)) is None
    assert "in use" in firm.press("start")
    page = firm.press("taking")
    assert "3 mails read, 3 of them new." in page
    with firm.app.database.reading() as session:
        assert len(session.scalars(select(Message).where(Message.channel_id == 2)).all()) == 3
        assert len(session.scalars(select(Conversation).where(Conversation.channel_id == 2)).all()) == 3
    connector = firm.app.build_connector(2)
    fetching.fetch_all(firm.app.database, firm.app.blobs, 2, connector)  # type: ignore[arg-type]
    firm.dovecot.append(firm.user, mail("Ordine", "Confermiamo."))
    assert fetching.fetch_all(firm.app.database, firm.app.blobs, 2, connector) == 1  # type: ignore[arg-type]
    connector.close()  # type: ignore[attr-defined]
    assert "4 mails read, 0 of them new." in firm.press("taking")


def test_a_wrong_password_is_said_and_mended(firm: Firm) -> None:
    firm.connect(password="wrong")
    firm.work()
    page = firm.giulia.get(PAGE)
    assert "Reading: does not work" in page
    assert "127.0.0.1 refuses the user name or the password." in page
    assert "wrong" not in page
    assert "Use this mailbox from now on" not in page
    firm.connect(PAGE, password="secret")
    firm.work()
    assert "Use this mailbox from now on" in firm.giulia.get(PAGE)


def test_sending_that_fails_is_told_apart_and_what_worked_stays(firm: Firm) -> None:
    firm.connect()
    firm.work()
    firm.press("start")
    firm.connect(PAGE, smtp_port=free_port(), password="")
    firm.work()
    page = firm.giulia.get(PAGE)
    assert "Reading: works" in page
    assert "Sending: does not work" in page
    assert "127.0.0.1 does not answer at this port." in page
    assert "The settings that worked before are still in use." in page
    assert firm.channel().settings["smtp_port"] == firm.peer.port
    firm.connect(PAGE, password="")
    firm.work()
    assert "Sending: works" in firm.giulia.get(PAGE)


def test_a_personal_address_needs_its_owners_word_and_keeps_its_sent_folder(firm: Firm) -> None:
    page = firm.connect(status=422, address="mario.rossi@firm.test")
    assert "one person's own mailbox" in page
    assert "Please confirm" in page
    firm.connect(address="mario.rossi@firm.test", personal="y")
    firm.work()
    assert firm.channel().settings["read_sent"] is False
    connector = firm.app.build_connector(2)
    assert connector.folders() == ("inbox",)  # type: ignore[attr-defined]


def test_more_folders_are_read_like_the_inbox(firm: Firm) -> None:
    with firm.dovecot.client(firm.user) as client:
        client.create_folder("Ordini")
    firm.connect(folders="Ordini\nOrdini\n")
    firm.work()
    firm.press("start")
    assert firm.channel().settings["folders"] == ["Ordini"]
    connector: Any = firm.app.build_connector(2)
    assert connector.folders() == ("sent", "folder:Ordini", "inbox")
    fetching.fetch_all(firm.app.database, firm.app.blobs, 2, connector)
    raw = mail("Ordine", "Confermiamo.")
    for folder in ("Ordini", "INBOX"):
        firm.dovecot.append(firm.user, raw, folder)
    assert fetching.fetch_all(firm.app.database, firm.app.blobs, 2, connector) == 2
    connector.close()
    firm.work()
    with firm.app.database.reading() as session:
        outcomes = set(session.scalars(select(Intake.outcome).where(Intake.channel_id == 2)))
        assert outcomes == {"message", "repeat"}
    assert ">Ordini<" in firm.giulia.get("/channels")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"address": "no address"}, "This is not a mail address."),
        ({"address": "INFO@firm.test"}, "This mailbox is connected already."),
        ({"name": "info"}, "There is already a channel of this name."),
        ({"password": ""}, "Please type the mailbox&#39;s password."),
        ({"imap_host": "two words"}, "imap_host-error"),
        ({"imap_port": "70000"}, "imap_port-error"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(firm: Firm, changed: dict[str, str], said: str) -> None:
    page = firm.connect(status=422, **changed)
    assert said in page
    with firm.app.database.reading() as session:
        assert len(session.scalars(select(Channel)).all()) == 1


def test_an_unused_mailbox_is_forgotten_and_a_used_one_stays(firm: Firm) -> None:
    firm.connect()
    firm.work()
    firm.giulia.post(f"{PAGE}/removal", 302, PAGE)
    firm.giulia.get(PAGE, 404)
    firm.giulia.post("/channels/mailboxes/1/stop", 302, "/channels/mailboxes/1")
    firm.giulia.post("/channels/mailboxes/1/removal", 302, "/channels/mailboxes/1")
    assert "It has been used and stays" in firm.giulia.get("/channels")


def test_a_look_is_stopped(firm: Firm) -> None:
    firm.connect()
    firm.work()
    firm.giulia.post(f"{PAGE}/look", 302, PAGE)
    assert "0 mails looked at so far" in firm.giulia.get(PAGE)
    firm.giulia.post(f"{PAGE}/look/end", 302, PAGE)
    firm.work()
    assert "Stopped before the end." in firm.giulia.get(PAGE)


def test_a_colleague_connects_nothing(app: App, sign_in: Any) -> None:
    sign_in("marco@firm.test").get(NEW, 403)
    sign_in("marco@firm.test").get("/channels/mailboxes/1", 403)


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("mario.rossi@firm.it", True), ("m.rossi@firm.it", True), ("anna_bianchi@firm.it", True), ("info@firm.it", False),
        ("ufficio.vendite@firm.it", False), ("ufficio.tecnico@firm.it", False), ("vendite.it@firm.it", False),
        ("no.reply@firm.it", False), ("mario@firm.it", False), ("a.b.c@firm.it", False),
    ],
)  # fmt: skip
def test_whose_mailbox_an_address_seems_to_be(address: str, personal: bool) -> None:
    assert mailboxes.looks_personal(address) is personal


def test_other_addresses_of_a_mailbox_are_kept_and_checked(firm: Firm) -> None:
    assert "not a mail address" in firm.connect(status=422, aliases="vendite@firm.test, qualcosa")
    firm.connect(aliases="Ordini@firm.test; preventivi@firm.test")
    firm.work()
    assert firm.channel().settings["aliases"] == ["ordini@firm.test", "preventivi@firm.test"]
    assert "ordini@firm.test\npreventivi@firm.test" in firm.giulia.get(PAGE)
    firm.connect(PAGE, aliases="")
    firm.work()
    assert "aliases" not in firm.channel().settings
