"""What a delivery report says of whom."""

import pytest

from connectors.base import Bounce
from connectors.mail.read import read
from tests.connectors.mail.letters import delivery_report, letter


def bounce_of(raw: bytes) -> Bounce:
    verdict = read(raw).bounce
    assert verdict is not None
    return verdict


def failed(diagnosis: str, status: str = "5.0.0") -> bytes:
    lines = [
        "Final-Recipient: rfc822; x@y.example",
        "Action: failed",
        f"Status: {status}",
        f"Diagnostic-Code: smtp; {diagnosis}",
    ]
    return delivery_report("\r\n".join(lines))


def test_a_report_by_the_book() -> None:
    assert bounce_of(failed("550 5.1.1 <x@y.example>: user unknown", "5.1.1")) == Bounce(
        "5.1.1", True, "550 5.1.1 <x@y.example>: user unknown", "x@y.example", "<nostra@azienda.example>", True
    )


@pytest.mark.parametrize(
    ("diagnosis", "status"),
    [
        ("550 5.1.1 no such user here", "5.1.1"),
        ("550 Unknown user", "5.0.0"),
        ("550 5.4.1 Recipient address rejected: Access denied", "5.4.1"),
        ("550 The email account that you tried to reach does not exist", "5.0.0"),
        ("550 Host or domain name not found", "5.4.4"),
        ("551 5.1.6 recipient has moved", "5.1.6"),
        ("556 5.1.10 Domain does not accept mail (nullMX)", "5.1.10"),
        ("550 casella inesistente", "5.0.0"),
        ("ユーザーNeko (x@y.example) は Domino ディレクトリには見つかりません。", "5.0.0"),
        ("554 delivery error: dd This user doesn't have a y.example account (x@y.example) [0]", "5.0.0"),
    ],
)
def test_hard(diagnosis: str, status: str) -> None:
    assert bounce_of(failed(diagnosis, status)).hard


@pytest.mark.parametrize(
    ("diagnosis", "status"),
    [
        ("552 5.2.2 mailbox full", "5.2.2"),
        ("550 5.1.1 <x@y.example> mailbox is full", "5.1.1"),
        ("554 5.7.1 blocked using a black list", "5.7.1"),
        ("550 5.7.26 DMARC policy", "5.7.26"),
        ("553 5.1.8 sender address rejected: domain not found", "5.1.8"),
        ("552 5.3.4 message too large", "5.3.4"),
        ("450 4.1.1 user unknown, try later", "4.1.1"),
        ("550 5.2.1 account disabled", "5.2.1"),
        ("550 : user unknown (in reply to end of DATA command)", "5.0.0"),
    ],
)
def test_soft(diagnosis: str, status: str) -> None:
    assert not bounce_of(failed(diagnosis, status)).hard


def test_the_first_failed_recipient_counts() -> None:
    fields = "Final-Recipient: rfc822; a@y.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
    fields += "Final-Recipient: rfc822; b@y.example\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n"
    fields += "Final-Recipient: rfc822; c@y.example\r\nAction: failed\r\nStatus: 5.1.1"
    verdict = bounce_of(delivery_report(fields))

    assert (verdict.recipient, verdict.status, verdict.hard) == ("b@y.example", "5.2.2", False)


@pytest.mark.parametrize(("action", "status"), [("delivered", "2.0.0"), ("delayed", "4.4.7"), ("relayed", "2.0.0")])
def test_success_and_delay_are_soft_and_say_so(action: str, status: str) -> None:
    verdict = bounce_of(
        delivery_report(f"Final-Recipient: rfc822; a@y.example\r\nAction: {action}\r\nStatus: {status}")
    )

    assert (verdict.status, verdict.hard) == (status, False)
    assert verdict.reason.startswith(action)


def test_the_server_says_more_than_the_field() -> None:
    assert bounce_of(failed("550 5.1.1 user unknown")).status == "5.1.1"


OLD = """Hi. This is the program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<b@y.example>:
Remote host said: 550 unknown user

<c@y.example>:
mailbox full

--- Below this line is a copy of the message.

Return-Path: <info@azienda.example>
Message-ID: <nostra@azienda.example>
Subject: Offerta

a@y.example non esiste
"""


def test_an_old_system_is_read_by_its_words() -> None:
    verdict = bounce_of(letter(OLD, From="MAILER-DAEMON@mx.example", Subject="failure notice", Return_Path="<>"))

    assert verdict == Bounce(
        "5.0.0", True, "Remote host said: 550 unknown user", "b@y.example", "<nostra@azienda.example>", True
    )


def test_a_report_that_names_nobody() -> None:
    verdict = bounce_of(
        letter("It failed.", From="MAILER-DAEMON@mx.example", Subject="Undelivered mail", Return_Path="<>")
    )

    assert (verdict.status, verdict.hard, verdict.recipient, verdict.original_id) == ("", False, "", "")
