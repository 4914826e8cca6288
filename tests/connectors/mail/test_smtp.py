"""Handing mails over: an aiosmtpd peer, and a scripted server that breaks off where it is told to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from connectors.base import Address, ConnectorError, Outbound, Sent
from connectors.mail import smtp
from connectors.mail.channel import MailChannel
from connectors.mail.login import Login
from tests.parts.dovecot import Dovecot
from tests.parts.smtp import Peer

US, CUSTOMER, BOSS = "info@firm.test", "anna@cliente.test", "capo@cliente.test"
MAIL = b"Subject: x\r\n\r\n.begins with a dot\r\n..two\r\nend\r\n"
ANSWERS = {"EHLO": "250-scripted\r\n250 8BITMIME", "HELO": "250 ok", "DATA": "354 go on", "QUIT": "221 bye"}


class Committing:
    """Counts how often the moment of no return was announced."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1


@pytest.fixture
def committing() -> Committing:
    return Committing()


def login(port: int, **more: object) -> Login:
    values = {"host": "127.0.0.1", "port": port, "security": "none", "user": "", "password": "", "timeout": 1.0}
    return Login(**{**values, **more})  # type: ignore[arg-type]


@contextmanager
def scripted(answers: dict[str, str] | None = None, greeting: str = "220 scripted") -> Iterator[int]:
    """A server with fixed answers by command ("." is the end of the mail); the answer "" breaks off, "-" is silence."""
    script = ANSWERS | (answers or {})
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection = server.accept()[0]
            with connection, connection.makefile("rwb") as stream:
                try:
                    _say(stream, greeting)
                    _converse(stream, script)
                except (OSError, EOFError, ValueError):
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(3)


def _say(stream: IO[bytes], answer: str) -> None:
    if answer == "":
        raise EOFError
    if answer != "-":
        stream.write(answer.encode() + b"\r\n")
        stream.flush()


def _converse(stream: IO[bytes], script: dict[str, str]) -> None:
    while line := stream.readline():
        command = line.split()[0].decode().upper().partition(":")[0]
        _say(stream, script.get(command, "250 ok"))
        if command == "DATA" and script["DATA"].startswith("354"):
            if script.get("in data") == "":
                raise EOFError
            while stream.readline() not in (b".\r\n", b""):
                pass
            _say(stream, script.get(".", "250 taken"))


def refused(port: int, committing: Committing, **more: object) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        smtp.send(login(port, **more), US, [CUSTOMER], MAIL, committing)
    assert "\n" not in caught.value.reason
    return caught.value


def kind(error: ConnectorError) -> str:
    return "uncertain" if error.uncertain else "permanent" if error.permanent else "temporary"


def test_a_mail_goes_out_and_commits_once(smtp_peer: Peer, committing: Committing) -> None:
    smtp.send(login(smtp_peer.port), US, [CUSTOMER, BOSS], MAIL, committing)
    ((recipients, mail),) = smtp_peer.mails
    assert recipients == [CUSTOMER, BOSS]
    assert mail.get_content().splitlines() == [".begins with a dot", "..two", "end"]
    assert committing.calls == 1


def test_the_channel_sends_to_all_and_returns_the_id(smtp_peer: Peer, committing: Committing) -> None:
    channel = MailChannel(
        address=US, imap_host="127.0.0.1", smtp_port=smtp_peer.port, smtp_security="none", smtp_user=""
    )
    letter = Outbound(to=[Address(CUSTOMER)], cc=[Address("b@münchen.de")], text="ciao", external_id="<1@firm.test>")
    smtp_peer.refuse["b@xn--mnchen-3ya.de"] = "550 no such user here"
    assert channel.send(letter, committing) == Sent("<1@firm.test>", {"b@münchen.de": "550 no such user here"})
    assert smtp_peer.mails[0][0] == [CUSTOMER]


def test_letters_beyond_ascii_before_the_at_go_out_as_they_are(smtp_peer: Peer, committing: Committing) -> None:
    channel = MailChannel(
        address=US, imap_host="127.0.0.1", smtp_port=smtp_peer.port, smtp_security="none", smtp_user=""
    )
    letter = Outbound(
        to=[Address("jörg@kunde.example", "Jörg")], text="Grüße", subject="Größe", external_id="<1@f.test>"
    )
    channel.send(letter, committing)
    ((recipients, mail),) = smtp_peer.mails
    assert recipients == ["jörg@kunde.example"]
    to = mail["To"].addresses[0].addr_spec.encode("utf-8", "surrogateescape").decode()
    assert (to, mail["Subject"]) == ("jörg@kunde.example", "Größe")
    assert mail.get_content().strip() == "Grüße"


def test_a_server_that_takes_no_such_letters_is_named(committing: Committing) -> None:
    with scripted() as port:
        channel = MailChannel(
            address=US, imap_host="127.0.0.1", smtp_port=port, smtp_security="none", smtp_user="", timeout=1.0
        )
        with pytest.raises(ConnectorError, match="takes no addresses with letters beyond a-z") as caught:
            channel.send(Outbound(to=[Address("jörg@kunde.example")], text="x", external_id="<1@f.test>"), committing)
    assert (caught.value.permanent, committing.calls) == (True, 0)


@pytest.mark.parametrize(
    ("answers", "outcome", "committed"),
    [
        ({"MAIL": "451 later"}, "temporary", 0),
        ({"MAIL": "550 not you"}, "permanent", 0),
        ({"MAIL": ""}, "temporary", 0),
        ({"RCPT": "450 greylisted"}, "temporary", 0),
        ({"RCPT": "550 no such user"}, "permanent", 0),
        ({"RCPT": ""}, "temporary", 0),
        ({"DATA": "451 full"}, "temporary", 1),
        ({"DATA": "554 no"}, "permanent", 1),
        ({"DATA": ""}, "temporary", 1),
        ({".": "451 later"}, "temporary", 1),
        ({".": "550 spam"}, "permanent", 1),
        ({".": ""}, "uncertain", 1),
        ({".": "-"}, "uncertain", 1),
    ],
)
def test_what_a_refusal_means_depends_on_where_it_comes(
    answers: dict[str, str], outcome: str, committed: int, committing: Committing
) -> None:
    with scripted(answers) as port:
        error = refused(port, committing)
    assert (kind(error), committing.calls) == (outcome, committed)


def test_a_break_in_the_middle_of_the_mail_may_be_tried_again(committing: Committing) -> None:
    large = b"Subject: x\r\n\r\n" + b"line\r\n" * 2_000_000
    with scripted({"in data": ""}) as port, pytest.raises(ConnectorError) as caught:
        smtp.send(login(port), US, [CUSTOMER], large, committing)
    assert kind(caught.value) == "temporary"


def test_a_copy_refused_for_good_keeps_nobody_from_theirs(smtp_peer: Peer, committing: Committing) -> None:
    smtp_peer.refuse[BOSS] = "550 no such user here"
    refused = smtp.send(login(smtp_peer.port), US, [CUSTOMER], MAIL, committing, copies=[BOSS, "c@cliente.test"])
    assert refused == {BOSS: "550 no such user here"}
    assert [recipients for recipients, _ in smtp_peer.mails] == [[CUSTOMER, "c@cliente.test"]]


def test_a_copy_that_may_pass_later_is_waited_for(smtp_peer: Peer, committing: Committing) -> None:
    smtp_peer.refuse[BOSS] = "450 greylisted"
    with pytest.raises(ConnectorError, match=f"refused {BOSS}") as caught:
        smtp.send(login(smtp_peer.port), US, [CUSTOMER], MAIL, committing, copies=[BOSS])
    assert (caught.value.permanent, committing.calls, smtp_peer.mails) == (False, 0, [])


def test_one_refused_recipient_stops_the_mail_for_all(smtp_peer: Peer, committing: Committing) -> None:
    smtp_peer.refuse[BOSS] = "550 no such user here"
    with pytest.raises(ConnectorError, match=f"refused {BOSS}: 550 no such user here") as caught:
        smtp.send(login(smtp_peer.port), US, [CUSTOMER, BOSS], MAIL, committing)
    assert caught.value.permanent
    assert (committing.calls, smtp_peer.mails) == (0, [])


def test_what_committing_raises_goes_through_and_nothing_is_sent(smtp_peer: Peer) -> None:
    def fenced() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        smtp.send(login(smtp_peer.port), US, [CUSTOMER], MAIL, fenced)
    assert smtp_peer.mails == []


def test_a_refused_greeting_is_told(committing: Committing) -> None:
    with scripted(greeting="554 no service") as port:
        error = refused(port, committing)
    assert error.reason == f"127.0.0.1:{port} refused: 554 no service"
    assert not error.permanent


@pytest.mark.parametrize(("answer", "permanent"), [("535 wrong", True), ("454 directory down", False)])
def test_a_refused_login_is_told(answer: str, permanent: bool, committing: Committing) -> None:
    with scripted({"EHLO": "250-scripted\r\n250 AUTH PLAIN", "AUTH": answer}) as port:
        error = refused(port, committing, user="u", password="secret")
    assert error.permanent == permanent
    assert "secret" not in error.reason


def test_a_refused_port_is_told(committing: Committing) -> None:
    assert "refused the connection: check the port" in refused(1, committing).reason


def test_an_unknown_host_is_told(committing: Committing) -> None:
    assert "no server is known by the name mail.invalid" in refused(25, committing, host="mail.invalid").reason


def test_a_silent_server_is_told(committing: Committing) -> None:
    with scripted(greeting="-") as port:
        assert refused(port, committing, timeout=0.3).reason == f"127.0.0.1:{port} did not answer in time"


def test_an_unverified_certificate_is_told(dovecot: Dovecot, committing: Committing) -> None:
    error = refused(dovecot.tls_port, committing, security="tls")
    assert "certificate" in error.reason
    assert error.permanent


def test_check_says_what_works(smtp_peer: Peer) -> None:
    assert smtp.check(login(smtp_peer.port)) == "127.0.0.1 lets us send"
