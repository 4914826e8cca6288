"""Certified mail: what an envelope holds, what a receipt says, and that daticert.xml can do no harm."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Address, Bounce, Echo, Message, RawItem, Status
from connectors.mail.channel import read_item
from connectors.mail.parts import parse
from connectors.mail.pec import certificate
from connectors.mail.read import read
from tests.connectors.mail.letters import letter, mail, multipart, part
from tests.parts import pec

AT = datetime(2026, 1, 5, 8, 0, 3, tzinfo=UTC)


def status(raw: bytes) -> Status:
    (told,) = read_item(RawItem("1", AT, raw, {"folder": "inbox"}))
    assert isinstance(told, Status)
    return told


def failure(raw: bytes) -> Bounce:
    (told,) = read_item(RawItem("1", AT, raw, {"folder": "inbox"}))
    assert isinstance(told, Message)
    assert told.machine == "bounce"
    assert told.bounce
    return told.bounce


def inside(**headers: str) -> bytes:
    given = {"From": "Ditta <ditta@pec.example>", "Message_ID": "<dentro@pec.example>"} | headers
    files = part(b"%PDF-1.4", "application/pdf", Content_Disposition='attachment; filename="offerta.pdf"')
    return mail(multipart("mixed", part("Buongiorno, in allegato."), files, boundary="busta"), **given)


def test_a_signed_envelope_is_opened() -> None:
    message = read(pec.transport(inside()))

    assert message.sender == Address("ditta@pec.example", "Ditta")
    assert (message.external_id, message.alias) == ("<dentro@pec.example>", pec.ENVELOPE_ID)
    assert message.text.strip() == "Buongiorno, in allegato."
    assert [one.filename for one in message.attachments] == ["offerta.pdf"]
    assert (message.facts, message.machine, message.problems) == ({"certified": "pec"}, None, ())
    assert message.reply_to == (), "the envelope's is the provider's"


def test_a_file_signed_by_the_sender_stays_a_file() -> None:
    p7m = part(b"0\x82", "application/pkcs7-mime", Content_Disposition='attachment; filename="offerta.pdf.p7m"')
    message = read(pec.transport(mail(multipart("mixed", part("Firmata."), p7m, boundary="busta"))))

    assert [(one.filename, one.content) for one in message.attachments] == [("offerta.pdf.p7m", b"0\x82")]
    assert "encrypted" not in message.problems


def test_a_mail_forwarded_beside_it_is_not_taken_for_the_enclosed_one() -> None:
    """The enclosed mail is found by its name, wherever it stands."""
    other = b"Content-Type: message/rfc822\r\n\r\n" + letter("Altro", Subject="Altro") + b"\r\n"
    envelope = pec.transport(letter("Dentro", Subject="Dentro")).replace(
        b"--dentro\r\n", b"--dentro\r\n" + other + b"--dentro\r\n", 1
    )

    assert read(envelope).subject == "Dentro"


def test_an_enclosed_mail_without_an_id_has_the_one_that_the_envelope_names() -> None:
    message = read(pec.transport(letter(Message_ID=""), original="<origine@pec.example>"))

    assert message.external_id == "<origine@pec.example>"


def test_an_anomaly_is_an_ordinary_mail_and_says_so() -> None:
    raw = pec.transport(letter("Da un indirizzo comune"), kind="errore", sender="anna@cliente.example")
    message = read(raw)

    assert (message.sender.address, message.text.strip()) == ("anna@cliente.example", "Da un indirizzo comune")
    assert message.facts == {"pec_anomaly": "yes"}
    assert message.machine is None


def test_an_empty_envelope_is_read_as_it_is() -> None:
    message = read(letter("Busta", X_Trasporto="posta-certificata"))

    assert (message.text, message.problems, message.facts) == ("Busta", ("envelope_empty",), {})


def test_an_automatic_reply_inside_is_one() -> None:
    assert read(pec.transport(letter(Auto_Submitted="auto-replied"))).machine == "auto_reply"


@pytest.mark.parametrize("form", ["completa", "breve", "sintetica"])
def test_a_delivery_is_told_in_three_forms(form: str) -> None:
    told = status(pec.receipt("avvenuta-consegna", form=form))

    assert told == Status(
        "<nostra@firm.test>", "delivered", at=AT, recipient="cliente@pec.example", alias=pec.ENVELOPE_ID
    )


def test_an_acceptance_is_of_all_recipients() -> None:
    told = status(pec.receipt("accettazione", to=["a@pec.example", "b@pec.example"]))

    assert (told.state, told.recipient, told.at) == ("accepted", "", AT)


def test_what_the_next_provider_took_over() -> None:
    assert status(pec.receipt("presa-in-carico")).state == "taken_over"


def test_the_certificate_names_the_original_where_the_header_does_not() -> None:
    raw = pec.receipt("accettazione", original="nostra@firm.test", header=False)

    assert status(raw).external_id == "<nostra@firm.test>", "with the brackets that were left out"


def test_a_receipt_without_its_certificate_still_counts() -> None:
    told = status(letter(X_Ricevuta="accettazione", X_Riferimento_Message_ID="<nostra@firm.test>"))

    assert (told.external_id, told.state) == ("<nostra@firm.test>", "accepted")
    assert told.at == datetime(2026, 1, 5, 8, tzinfo=UTC), "by its Date"


def test_a_copy_in_the_sent_folder_is_no_receipt() -> None:
    (told,) = read_item(RawItem("1", AT, pec.receipt("accettazione"), {"folder": "sent"}))

    assert isinstance(told, Echo)


def test_who_writes_of_the_header_writes_a_letter() -> None:
    (told,) = read_item(RawItem("1", AT, letter("X-Ricevuta: accettazione"), {}))

    assert isinstance(told, Message)


@pytest.mark.parametrize(
    ("kind", "error", "why", "status", "hard"),
    [
        ("errore-consegna", "no-dest", "5.1.1 - Gestore - indirizzo non valido", "5.1.1", True),
        ("errore-consegna", "no-dominio", "", "5.1.2", True),
        ("errore-consegna", "altro", "5.2.2 - casella piena", "5.2.2", True),
        ("errore-consegna", "virus", "rilevato un virus", "", True),
        ("non-accettazione", "altro", "destinatario mancante", "", True),
        ("rilevazione-virus", "virus", "rilevato un virus", "", True),
        ("preavviso-errore-consegna", "altro", "consegna non avvenuta nelle prime 12 ore", "", False),
    ],
)
def test_failures_say_whom_and_why(kind: str, error: str, why: str, status: str, hard: bool) -> None:
    found = failure(pec.receipt(kind, error=error, explanation=why))

    assert (found.recipient, found.original_id) == ("cliente@pec.example", "<nostra@firm.test>")
    assert (found.status, found.hard) == (status, hard)
    assert found.reason.startswith(why or "Ricevuta di errore-consegna")


def test_a_failure_without_a_certificate_is_read_from_its_words() -> None:
    text = "Il messaggio destinato a\r\ncliente@pec.example\r\nè stato rifiutato: 5.1.1 utente sconosciuto"
    found = failure(pec.receipt("errore-consegna", xml=b"", text=text))

    assert (found.recipient, found.status, found.hard) == ("cliente@pec.example", "5.1.1", True)
    assert "utente sconosciuto" in found.reason


ENTITIES = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(20))
HARMFUL = {
    "a bomb of entities": b"<!DOCTYPE postacert [" + ENTITIES + b"]><postacert><dati><msgid>&e19;</msgid></dati></postacert>",
    "a file of ours": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><postacert><dati><msgid>&f;</msgid></dati></postacert>',
    "a document type": b'<!DOCTYPE postacert SYSTEM "http://example.com/p.dtd"><postacert><dati><msgid>&lt;a@b&gt;</msgid></dati></postacert>',
    "in sixteen bits": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><postacert><msgid>a@b</msgid></postacert>'.encode("utf-16"),
    "too large": b"<postacert><msgid>a@b</msgid>" + b" " * 1_000_001 + b"</postacert>",
    "torn": b"<postacert><msgid>a@b",
    "of an unknown encoding": b'<?xml version="1.0" encoding="x-none"?><postacert><msgid>a@b</msgid></postacert>',
    "nothing": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_certificate_says_nothing(name: str) -> None:
    began = time.process_time()
    told = status(pec.receipt("accettazione", xml=HARMFUL[name]))

    assert time.process_time() - began < 2
    assert (told.external_id, told.alias) == ("<nostra@firm.test>", ""), "the header still names the mail"


def test_a_deep_certificate_costs_nothing() -> None:
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    found = certificate(
        parse(pec.receipt("accettazione", xml=b"<postacert>" + deep + b"<msgid>a@b</msgid></postacert>"))
    )

    assert found.message_id == "<a@b>"


@given(st.binary(max_size=300))
def test_no_bytes_raise(junk: bytes) -> None:
    for kind in ("accettazione", "errore-consegna"):
        for raw in (pec.receipt(kind, xml=junk), b"X-Ricevuta: " + kind.encode() + b"\r\n" + junk):
            read_item(RawItem("1", AT, raw, {}))
    read(pec.transport(junk))
