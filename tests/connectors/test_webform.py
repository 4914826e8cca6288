"""What is posted by forms of all kinds, also hostile ones, and what is read from it."""

import json
import re
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors import formbody, registry
from connectors.base import ConnectorError, Message, Outbound, RawItem

URLENCODED = "application/x-www-form-urlencoded"
JSON = "application/json"
BOUNDARY = "----WebKitFormBoundaryx"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def read(content_type: str, body: bytes | str, **meta: str) -> Message:
    raw = body if isinstance(body, bytes) else body.encode()
    item = RawItem(
        "k", datetime.now(UTC), raw, {"content_type": content_type, "form": "sito", "language": "it", **meta}
    )
    (message,) = registry.reader("webform")(item)
    assert isinstance(message, Message)
    return message


def read_json(value: Any, **meta: str) -> Message:
    return read(JSON, json.dumps(value), **meta)


def part(head: str, content: bytes = b"", kind: str = "") -> bytes:
    more = f"\r\nContent-Type: {kind}" if kind else ""
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}{more}\r\n\r\n".encode() + content + b"\r\n"


def test_a_plain_form_is_its_visitors_message() -> None:
    message = read(
        URLENCODED,
        urlencode(
            {
                "name": "Anna Bianchi", "company": "Cliente srl", "email": "anna@cliente.test", "phone": "0444 123456",
                "message": "Buongiorno,\r\nqual è la tolleranza del GX-40?", "privacy": "on", "newsletter": "",
                "utm_source": "google", "_website": "", "_token": "x", "language": "it-IT", "submit": "Invia",
            }
        ),
        page="https://www.firm.test/contatti?gclid=abc", id="<form.1@firm.test>",
    )  # fmt: skip
    assert (message.sender.address, message.sender.name) == ("anna@cliente.test", "Anna Bianchi")
    assert message.text == (
        "Buongiorno,\nqual è la tolleranza del GX-40?\n\n"
        "Name: Anna Bianchi\nCompany: Cliente srl\nEmail: anna@cliente.test\nPhone: 0444 123456"
    )
    assert message.reply == message.text
    assert message.subject == "Buongiorno, qual è la tolleranza del GX-40?"
    assert message.external_id == "<form.1@firm.test>"
    assert message.facts == {
        "form": "sito", "page": "https://www.firm.test/contatti?gclid=abc", "gclid": "abc", "utm_source": "google",
        "language": "it", "consent.privacy": "yes", "consent.marketing": "no", "field.name": "Anna Bianchi",
        "field.company": "Cliente srl", "field.email": "anna@cliente.test", "field.phone": "0444 123456",
        "field.message": "Buongiorno,\nqual è la tolleranza del GX-40?",
    }  # fmt: skip


def test_labels_in_italian_and_names_in_two_fields() -> None:
    message = read(URLENCODED, urlencode({"Nome": "Anna", "Cognome": "Bianchi", "E-mail*": "a@b.it", "Oggetto": "Listino",
                                          "La tua richiesta": "Vorrei il listino", "Data": "12 maggio"}))  # fmt: skip
    assert (message.sender.name, message.subject) == ("Anna Bianchi", "Listino")
    assert message.text.startswith("Vorrei il listino\n\n")
    assert "Data: 12 maggio" in message.text, "a day may be what the visitor asks for"


def test_the_owners_mapping_comes_before_all_tables() -> None:
    own = json.dumps({"campo_1": "email", "Campo 2": "message", "message": "product"})
    message = read(URLENCODED, "campo_1=a%40b.it&campo%202=Ciao&message=GX-40", fields=own)
    assert (message.sender.address, message.subject) == ("a@b.it", "Ciao")


def test_only_a_telephone_is_enough_and_said() -> None:
    message = read(URLENCODED, "nome=Anna&telefono=0444+123456&messaggio=Mi+chiami")
    assert message.sender.address == ""
    assert message.text.endswith("(Nessun indirizzo e-mail indicato: si può rispondere solo per telefono.)")
    english = read(URLENCODED, "name=Ann&phone=0444+123456&message=Call+me", language="en")
    assert "by telephone only" in english.text


def test_a_subject_is_made_of_the_first_words() -> None:
    long = read(URLENCODED, urlencode({"email": "a@b.it", "message": "parola " * 40}))
    assert long.subject.endswith("parola…")
    assert len(long.subject) <= 70
    assert read(URLENCODED, "email=a%40b.it").subject == "Richiesta dal sito"


def test_files_come_with_their_names() -> None:
    body = b"".join(
        [
            part('name="email"', b"a@b.it"),
            part('name="message"', "Disegno à".encode()),
            part('name="file"; filename="C:\\\\temp\\\\di%22segno.pdf"', b"%PDF-1.4\r\n--x", "application/pdf"),
            part('name="file"; filename="x"; filename*=UTF-8\'\'offerta%C3%A0.dxf', b"0\nSECTION"),
            part('name="empty"; filename=""', b"", "application/octet-stream"),
            f"--{BOUNDARY}--\r\n".encode(),
        ]
    )
    message = read(MULTIPART, body)
    assert [(one.filename, one.content_type, one.content) for one in message.attachments] == [
        ('di"segno.pdf', "application/pdf", b"%PDF-1.4\r\n--x"),
        ("offertaà.dxf", "application/octet-stream", b"0\nSECTION"),
    ]
    assert message.text.startswith("Disegno à")


# https://wordpress.org/plugins/cf7-to-zapier/ ("CF7 to Webhook"): one object, the form's tags as keys.
def test_contact_form_7() -> None:
    message = read_json(
        {
            "your-name": "Anna Bianchi", "your-email": "anna@cliente.test", "your-subject": "Giunto",
            "your-message": "Qual è la tolleranza?", "menu-1": ["GX-40", "GX-50"], "acceptance-privacy": "1",
            "_wpcf7": "5", "_wpcf7_unit_tag": "wpcf7-f5-p2-o1", "g-recaptcha-response": "03AF",
        }
    )  # fmt: skip
    assert (message.sender.address, message.sender.name, message.subject) == (
        "anna@cliente.test",
        "Anna Bianchi",
        "Giunto",
    )
    assert message.text == (
        "Qual è la tolleranza?\n\nName: Anna Bianchi\nEmail: anna@cliente.test\nSubject: Giunto\nMenu 1: GX-40, GX-50"
    )
    assert message.facts["consent.privacy"] == "yes"
    assert message.facts["field.menu-1"] == "GX-40, GX-50"


# https://elementor.com/help/form-widget-pro/ (Webhook): labels as keys, or with "Advanced Data" groups by field.
def test_elementor() -> None:
    plain = {"Nome": "Anna", "Email": "anna@cliente.test", "Messaggio": "Vorrei un'offerta", "Date": "29 Novembre 2026",
             "Page URL": "https://www.firm.test/?utm_campaign=estate", "User Agent": "Mozilla", "Remote IP": "192.0.2.7",
             "Powered by": "Elementor", "form_id": "c1d6fde", "form_name": "Contatti"}  # fmt: skip
    message = read(URLENCODED, urlencode(plain))
    assert message.sender.address == "anna@cliente.test"
    assert message.facts["utm_campaign"] == "estate"
    assert not re.search("Mozilla|192|Elementor|c1d6|Page URL", message.text)
    advanced = {
        "form[id]": "c1d6fde", "form[name]": "Contatti", "fields[name][id]": "name", "fields[name][type]": "text",
        "fields[name][title]": "Nome", "fields[name][value]": "Anna", "fields[name][raw_value]": "Anna",
        "fields[field_1][id]": "field_1", "fields[field_1][title]": "Email", "fields[field_1][value]": "anna@cliente.test",
        "fields[message][title]": "Messaggio", "fields[message][value]": "Vorrei un'offerta",
        "meta[page_url][title]": "Page URL", "meta[page_url][value]": "https://www.firm.test/contatti",
        "meta[remote_ip][title]": "Remote IP", "meta[remote_ip][value]": "192.0.2.7",
        "meta[date][title]": "Date", "meta[date][value]": "29 Novembre 2026",
    }  # fmt: skip
    message = read(URLENCODED, urlencode(advanced))
    assert (message.sender.address, message.sender.name) == ("anna@cliente.test", "Anna")
    assert message.text == "Vorrei un'offerta\n\nNome: Anna\nEmail: anna@cliente.test"
    assert message.facts["page"] == "https://www.firm.test/contatti"


# https://docs.gravityforms.com/triggering-webhooks-form-submissions/ and …/entry-object/: all fields by their numbers.
def test_gravity_forms() -> None:
    entry = {
        "id": "83", "form_id": "1", "post_id": None, "date_created": "2026-11-29 10:00:00", "is_starred": "0", "is_read": "0",
        "ip": "192.0.2.7", "source_url": "https://www.firm.test/contatti/", "user_agent": "Mozilla/5.0", "currency": "EUR",
        "payment_status": None, "created_by": None, "status": "active", "1.3": "Anna", "1.6": "Bianchi",
        "2": "anna@cliente.test", "3": "Qual è la tolleranza del giunto?",
    }  # fmt: skip
    message = read_json(entry)
    assert message.sender.address == "anna@cliente.test"
    assert message.text.startswith("Qual è la tolleranza del giunto?\n\n1.3: Anna")
    assert message.facts["page"] == "https://www.firm.test/contatti/"
    assert "Mozilla" not in message.text
    mapped = read_json(entry, fields=json.dumps({"1.3": "first_name", "1.6": "last_name"}))
    assert mapped.sender.name == "Anna Bianchi"
    # "Select fields": the keys are what the owner typed.
    chosen = read_json({"Name": "Anna Bianchi", "Email": "anna@cliente.test", "Message": "Buongiorno"})
    assert (chosen.sender.name, chosen.subject) == ("Anna Bianchi", "Buongiorno")


# https://wpforms.com/docs/how-to-install-and-use-the-webhooks-addon-with-wpforms/: keys of the owner's choice; a name
# may be an object of its parts, a field an object with its label and value.
def test_wpforms() -> None:
    message = read_json(
        {"name": {"first": "Anna", "last": "Bianchi"}, "email": "anna@cliente.test", "comment": "Buongiorno"}
    )
    assert (message.sender.name, message.subject) == ("Anna Bianchi", "Buongiorno")
    fields = [
        {"id": 1, "name": "E-mail", "value": "anna@cliente.test"},
        {"id": 2, "name": "Messaggio", "value": "Salve"},
    ]
    listed = read_json({"form_id": 7, "fields": fields})
    assert (listed.sender.address, listed.text) == ("anna@cliente.test", "Salve\n\nE-mail: anna@cliente.test")


def test_the_charset_that_the_form_says() -> None:
    assert read(URLENCODED, b"_charset_=windows-1252&email=a%40b.it&message=perch%E9").subject == "perché"
    assert read(f"{URLENCODED}; charset=iso-8859-1", b"email=a%40b.it&message=perch%E9").subject == "perché"
    assert read(f"{URLENCODED}; charset=utf-99", "email=a%40b.it&message=perché".encode()).subject == "perché"
    assert read(URLENCODED, b"email=a%40b.it&message=a%00b%0Bc%ED%A0%80").subject.startswith("abc")


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


HOSTILE = {
    "10,000 fields": (URLENCODED, "&".join(f"f{n}={n}" for n in range(10_000)).encode()),
    "100,000 ampersands": (URLENCODED, b"&" * 100_000),
    "deep JSON": (JSON, deep(100_000)),
    "fairly deep JSON": (JSON, deep(50)),
    "a list of lists": (JSON, b"[" * 5_000 + b"]" * 5_000),
    "a number too long": (JSON, b'{"email": ' + b"9" * 100_000 + b"}"),
    "no JSON": (JSON, b'{"email": "a@b.it"'),
    "a word of JSON": (JSON, b'"email"'),
    "no boundary": ("multipart/form-data", part('name="email"', b"a@b.it")),
    "cut short": (MULTIPART, part('name="email"', b"a@b.it")[:60]),
    "a wrong boundary": ("multipart/form-data; boundary=other", part('name="email"', b"a@b.it")),
    "20,000 parts": (MULTIPART, part('name="a"') * 20_000),
    "steps without end": (URLENCODED, b"a" + b"[b]" * 30_000 + b"=1&a[b]=2&a[=3&[]=4&a[b][c]=5"),
    "quotation marks": (MULTIPART, part('name="' + "\\" * 50_000)),
    "quotation marks in every part": (MULTIPART, part(';name="' * 500) * 3_000),
    "a long value in many parts": (MULTIPART, part('name="a"', b"x" * 90_000) * 100),
    "bytes": ("application/octet-stream", bytes(range(256)) * 100),
    "nothing": ("", b""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_read_within_bounds(name: str) -> None:
    began = time.process_time()
    message = read(*HOSTILE[name])
    assert time.process_time() - began < 5
    assert len(message.facts) < 100
    assert len(message.text) < 1_100_000


def test_what_is_too_long_is_cut_and_said() -> None:
    message = read(URLENCODED, urlencode({"email": "a@b.it", "message": "x" * 150_000}))
    assert message.problems == ("too_long",)
    assert message.text.startswith("x" * 100_000)


def test_only_a_form_that_asks_for_no_message_has_it_guessed() -> None:
    message = read(URLENCODED, urlencode({"email": "a@b.it", "provincia": "Reggio Emilia", "message": ""}))
    assert message.subject == "Richiesta dal sito"


def test_many_fields_are_cut_and_said() -> None:
    message = read(*HOSTILE["10,000 fields"])
    assert message.problems == ("too_many_fields",)
    assert len(message.text.splitlines()) <= formbody.MOST_FIELDS + 2


@pytest.mark.parametrize(
    "head",
    [
        'name="f"; filename="../../etc/passwd"', 'name="f"; filename="a\x00b\x1f.exe"', 'name="f"; filename="' + "x" * 5_000 + '.pdf"',
        'name="f"; filename*=utf-99\'\'%ff', 'name="f"; filename*=%', 'name="f"; filename="<script>.html"', 'filename="a"',
        'name="f"; filename="a\r\nContent-Type: text/html"', 'name="f"; filename=".."', 'name="f"; filename=a.pdf',
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["", "text/html\x00; a", "x" * 5_000])
def test_bad_uploads_are_files_with_harmless_names(head: str, kind: str) -> None:
    message = read(MULTIPART, part('name="email"', b"a@b.it") + part(head, b"MZ\x00", kind))
    for file in message.attachments:
        assert not re.search(r"[/\\\x00-\x1f]", file.filename)
        assert 0 < len(file.filename) <= 180
        assert re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.content_type)


def test_more_files_than_twenty_are_left_out_and_said() -> None:
    body = part('name="email"', b"a@b.it") + part('name="f"; filename="a.txt"', b"a") * 30
    message = read(MULTIPART, body)
    assert (len(message.attachments), message.problems) == (20, ("too_many_files",))


def test_a_form_only_receives() -> None:
    connector = registry.build("webform", {"mailbox": 1, "signing": "x"})
    with pytest.raises(ConnectorError, match="only receives"):
        connector.send(Outbound([], "x"), lambda: None)
    assert connector.check()
