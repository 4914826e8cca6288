"""Mails as we write them, read again by the standard library."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from connectors.base import Address, Attachment, ConnectorError, Outbound
from connectors.mail.compose import compose, envelope

US = Address("info@firm.test", "Ufficio tecnico")
OUTLOOK_ID = "<AM0PR0202MB3380A3B2C9E8F1234567890ABCDE@AM0PR0202MB3380.eurprd02.prod.outlook.com>"


def composed(**more: object) -> bytes:
    given = {"to": [Address("anna@cliente.test", "Anna")], "text": "Buongiorno", "external_id": "<1@firm.test>"} | more
    return compose(Outbound(**given), US)  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n").strip()


def test_it_writes_who_and_what() -> None:
    mail = read(composed(subject="Giunto GX-40", cc=[Address("capo@cliente.test")]))
    assert mail["From"] == "Ufficio tecnico <info@firm.test>"
    assert mail["To"] == "Anna <anna@cliente.test>"
    assert mail["Cc"] == "capo@cliente.test"
    assert (mail["Subject"], mail["Message-ID"]) == ("Giunto GX-40", "<1@firm.test>")
    assert mail["Date"]
    assert text_of(mail) == "Buongiorno"


def test_every_line_ends_with_crlf_and_is_short_ascii() -> None:
    raw = composed(text="Perché?\n" + "lungo è " * 500, subject="È " * 100)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("text", ["è " * 300, "Grüße,\r\nAnna", ".\n..\nFrom here\n", "日本語 😀"])
def test_texts_come_through(text: str) -> None:
    assert text_of(read(composed(text=text))) == text.replace("\r\n", "\n").strip()


@pytest.mark.parametrize("subject", ["Tolleranza è " * 20, "x" * 300, "Größe / dimensioni", ""])
def test_subjects_come_through(subject: str) -> None:
    assert str(read(composed(subject=subject))["Subject"] or "") == subject.strip()


def test_long_ids_stay_ids() -> None:
    raw = composed(in_reply_to=OUTLOOK_ID, references=[OUTLOOK_ID, "<2@x.test>"])
    mail = email.message_from_bytes(raw)
    assert mail["In-Reply-To"] == OUTLOOK_ID
    assert mail["References"].split() == [OUTLOOK_ID, "<2@x.test>"]


@pytest.mark.parametrize("bad", ["", "no brackets", "<a b@c>", "<a\r\nBcc: x@y.z>", "<è@x.test>", f"<{'a' * 2000}@x>"])
def test_what_is_no_id_is_left_out(bad: str) -> None:
    mail = read(composed(in_reply_to=bad, references=[bad, "<2@x.test>"]))
    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<2@x.test>"


@pytest.mark.parametrize("field", ["subject", "external_id"])
def test_a_line_break_begins_no_other_header(field: str) -> None:
    mail = read(composed(**{field: "x\r\nBcc: evil@x.test\r\n\r\nbody"}))
    assert mail["Bcc"] is None
    assert "evil" not in mail.get_content()


def test_a_name_cannot_carry_a_header_either() -> None:
    mail = read(composed(to=[Address("anna@cliente.test", 'Anna\r\nBcc: evil@x.test, "x" <y@z.test>')]))
    assert mail["Bcc"] is None
    assert [one.addr_spec for one in mail["To"].addresses] == ["anna@cliente.test"]


@pytest.mark.parametrize("address", ["", "no", "a@b@c", "a\r\nRCPT TO:<x@y.z>@d.test", "a@x.it, b@y.it", "mü@x.test"])
def test_an_address_that_cannot_be_written_fails_for_good(address: str) -> None:
    with pytest.raises(ConnectorError, match="can be written to") as caught:
        composed(to=[Address(address)])
    assert caught.value.permanent


def test_a_domain_with_umlauts_goes_out_in_ascii() -> None:
    assert envelope("info@münchen.de") == "info@xn--mnchen-3ya.de"
    assert read(composed(to=[Address("info@münchen.de")]))["To"] == "info@xn--mnchen-3ya.de"


def test_a_domain_that_is_none_fails_for_good() -> None:
    with pytest.raises(ConnectorError, match="can be written to"):
        envelope(f"a@{'ü' * 80}.de")


def test_files_come_through() -> None:
    mail = read(composed(attachments=[Attachment("scheda è.pdf", "application/pdf", b"%PDF\0\xff")]))
    (part,) = mail.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("scheda è.pdf", "application/pdf")
    assert part.get_content() == b"%PDF\0\xff"


@pytest.mark.parametrize("kind", ["", "pdf", "text/", "a/b\r\nX-Evil: 1", "multipart/mixed", "message/rfc822", "è/x"])
def test_an_odd_media_type_is_just_bytes(kind: str) -> None:
    (part,) = read(composed(attachments=[Attachment("x\r\ny", kind, b"x")])).iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part["X-Evil"] is None


def test_further_headers_are_written() -> None:
    assert read(composed(headers={"Auto-Submitted": "auto-generated"}))["Auto-Submitted"] == "auto-generated"


def test_the_address_to_unsubscribe_at_stays_one() -> None:
    url = f"https://centralino.firm.test/consent/{'WyJsZWF2ZSIsMiwwXQ.' * 5}TqGX_OIXGx5bTjZfmb0iIINuy2sP--kLVhjDdfjeWd8"
    raw = composed(headers={"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
