"""The whole way from bytes to a Message."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Address
from connectors.mail.read import read
from tests.connectors.mail.letters import letter, mail, multipart, part


def test_a_plain_letter() -> None:
    message = read(
        letter("Buongiorno,\nvorrei un preventivo.\n", In_Reply_To="<0@a.example>", References="<x@a> <0@a.example>")
    )

    assert message.external_id == "<1@cliente.example>"
    assert message.sender == Address("anna@cliente.example", "Anna Rossi")
    assert message.to == (Address("info@azienda.example"),)
    assert message.subject == "Preventivo"
    assert message.sent_at == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
    assert message.text == "Buongiorno,\nvorrei un preventivo.\n"
    assert message.reply == "Buongiorno,\nvorrei un preventivo."
    assert (message.in_reply_to, message.references) == ("<0@a.example>", ("<x@a>", "<0@a.example>"))
    assert (message.machine, message.bounce, message.problems, message.facts) == (None, None, (), {})


def test_what_is_missing_is_named() -> None:
    message = read(b"Subject: ciao\r\n\r\ntesto")

    assert message.sender == Address("")
    assert (message.external_id, message.sent_at) == ("", None)
    assert set(message.problems) == {"from_missing", "date_missing"}


def test_a_date_that_is_none_is_a_problem() -> None:
    message = read(letter(Date="next Tuesday"))

    assert message.sent_at is None
    assert message.problems == ("date_unreadable",)


@pytest.mark.parametrize(
    ("header", "value"), [("Sender", "b@x.example"), ("Reply-To", "b@x.example"), ("Return-Path", "<b@x.example>")]
)
def test_an_empty_from_gives_way(header: str, value: str) -> None:
    message = read(letter(**{"From": "Modulo web <>", header: value}))

    assert message.sender == Address("b@x.example", "Modulo web")
    assert "from_missing" in message.problems


def test_an_empty_mail() -> None:
    assert "empty" in read(b"").problems


def test_a_nul_never_reaches_the_database() -> None:
    message = read(letter("a\0b", Subject="a\0b\x07"))

    assert (message.text, message.subject) == ("ab", "ab")


def test_facts_for_rules() -> None:
    message = read(letter(Auto_Submitted="auto-generated", List_Id="Clienti <clienti.azienda.example>"), "junk")

    assert message.facts == {
        "folder": "junk",
        "auto_submitted": "auto-generated",
        "list_id": "Clienti <clienti.azienda.example>",
        "machine_sign": "Auto-Submitted: auto-generated",
    }


def test_headers_after_a_torn_line_are_still_headers() -> None:
    message = read(letter().replace(b"To: ", b"X-Long: abc\r\nthis line lost its space\r\nTo: "))

    assert message.subject == "Preventivo"
    assert message.text == "Buongiorno"


def test_raw_bytes_in_a_header_are_read_by_the_label_of_the_body() -> None:
    raw = letter(Subject="SUBJECT", Content_Type="text/plain; charset=koi8-r").replace(
        b"SUBJECT", "Привет".encode("koi8-r")
    )

    assert read(raw).subject == "Привет"


def test_certified_mail_is_opened() -> None:
    inside = letter("Buongiorno, la fattura.", From="Ditta <ditta@pec.example>", Message_ID="<dentro@pec.example>")
    envelope = mail(
        multipart(
            "mixed", part("Messaggio di posta certificata"), b"Content-Type: message/rfc822\r\n\r\n" + inside + b"\r\n"
        ),
        From='"Per conto di: ditta@pec.example" <posta-certificata@gestore.example>',
        X_Trasporto="posta-certificata",
    )

    message = read(envelope)

    assert message.sender == Address("ditta@pec.example", "Ditta")
    assert (message.external_id, message.text) == ("<dentro@pec.example>", "Buongiorno, la fattura.")
    assert message.facts == {"certified": "pec"}


@pytest.mark.parametrize("ending", [b"\r\n", b"\n", b"\r"])
def test_any_line_ending(ending: bytes) -> None:
    message = read(letter("uno\ndue").replace(b"\r\n", ending))

    assert (message.subject, message.text) == ("Preventivo", "uno\ndue")


HOSTILE = {
    "from of backslashes": b'From: "' + b"\\" * 146_000 + b"\n\nciao",
    "from of parentheses": b"From: " + b"(" * 500_000 + b"\n\nciao",
    "from of torn words": b"From: " + b"=?a?q?" * 80_000 + b"\n\nciao",
    "boundary of semicolons": b'Content-Type: multipart/mixed; boundary="' + b";" * 500_000 + b"\n\nciao",
    "date of ones": b"Date: " + b"1 " * 300_000 + b"\n\nciao",
    "text of quotes": b"Subject: x\n\n" + b">\n" * 200_000,
    "text of dashes": b"Subject: x\n\n" + b"- " * 200_000,
    "html of styles": b"Content-Type: text/html\n\n" + b"<style>" * 50_000,
    "html of divs": b"Content-Type: text/html\n\n" + b"<div>" * 100_000,
    "html of quotes": b"Content-Type: text/html\n\n" + b"<blockquote>" * 40_000,
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(2_000)
    ),
    "base64 of nothing": b"Content-Transfer-Encoding: base64\n\nA!" * 2,
    "a slow codec": b"Content-Type: text/plain; charset=punycode\n\n" + b"a-b" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_takes_no_time(name: str) -> None:
    started = time.process_time()
    message = read(HOSTILE[name])

    assert time.process_time() - started < 3
    assert not any(problem.startswith("unreadable") for problem in message.problems)


@given(
    st.binary(max_size=300),
    st.sampled_from(["From", "Subject", "Content-Type", "Date", "References", "Content-Disposition"]),
)
def test_no_bytes_raise(junk: bytes, header: str) -> None:
    for raw in (junk, f"{header}: ".encode() + junk, letter().replace(b"Buongiorno", junk)):
        message = read(raw)
        for text in (message.subject, message.text, message.reply, message.sender.address, message.external_id):
            assert "\0" not in text.encode().decode()
