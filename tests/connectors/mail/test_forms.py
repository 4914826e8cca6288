"""Mails that web forms write: the customer's words, name and page, whatever plugin sent them."""

import pytest

from connectors.base import Address, Message
from connectors.mail.read import read
from tests.connectors.mail.letters import letter, mail, part

ROBOT = {"From": "Ditta <wordpress@ditta.example>", "Reply_To": "luca@acme.example", "Subject": "Nuovo contatto"}
CONTACT_FORM = """Da: Luca Conti <luca@acme.example>
Oggetto: Giunti in inox

Corpo del messaggio:
Buongiorno,
ci servono 40 giunti: DN50, PN16.

Nota: urgente.

Grazie

--
Questa e-mail è stata inviata dal modulo di contatto su Ditta (https://www.ditta.example)
"""
ELEMENTOR = """Nome: Luca Conti<br>Email: luca@acme.example<br>Telefono: 059 123456<br>Prodotto: Valvole a sfera<br>
Messaggio: Vorrei un preventivo<br>per 12 pezzi<br><br>---<br><br>Data: 12 Novembre 2026<br>Ora: 10:12<br>
Page URL: https://www.ditta.example/valvole/?utm_source=google&amp;utm_campaign=inox<br>
User Agent: Mozilla/5.0<br>Remote IP: 192.0.2.7<br>Powered by: Elementor<br>"""
GRAVITY = """<table><tr><td><table>
<tr bgcolor="#EAF2FA"><td colspan="2"><font><strong>Nome</strong></font></td></tr>
<tr bgcolor="#FFFFFF"><td width="20">&nbsp;</td><td><font>Luca Conti</font></td></tr>
<tr bgcolor="#EAF2FA"><td colspan="2"><font><strong>Email</strong></font></td></tr>
<tr bgcolor="#FFFFFF"><td width="20">&nbsp;</td><td><a href="mailto:luca@acme.example">luca@acme.example</a></td></tr>
<tr bgcolor="#EAF2FA"><td colspan="2"><font><strong>La tua richiesta</strong></font></td></tr>
<tr bgcolor="#FFFFFF"><td width="20">&nbsp;</td><td>Prima riga<br />seconda riga</td></tr>
</table></td></tr></table>"""
WPFORMS = """<html><body><table><tr><td><table>
<tr><td style="font-weight:bold">Name</td></tr><tr><td>Luca Conti</td></tr>
<tr><td style="font-weight:bold">Email</td></tr><tr><td>luca@acme.example</td></tr>
<tr><td style="font-weight:bold">Comment or Message</td></tr><tr><td>A quote, please</td></tr>
</table></td></tr><tr><td>Sent from <a href="https://www.ditta.example">Ditta</a> by WPForms</td></tr></table>"""


def html(content: str, **headers: str) -> Message:
    return read(mail(part(content, "text/html; charset=utf-8"), **{**ROBOT, **headers}))


def test_contact_form_7() -> None:
    message = read(letter(CONTACT_FORM, **ROBOT))
    assert message.sender == Address("luca@acme.example", "Luca Conti")
    assert message.facts["form"] == "contact-form-7"
    assert message.facts["page"] == "https://www.ditta.example"
    assert message.facts["form_sender"] == "wordpress@ditta.example"
    assert "DN50, PN16.\n\nNota: urgente.\n\nGrazie" in message.reply
    assert "modulo di contatto" not in message.reply
    assert "modulo di contatto" in message.text


def test_contact_form_7_with_the_customer_as_the_sender() -> None:
    headers = {"From": "Luca Conti <luca@acme.example>", "Subject": "Giunti"}
    assert read(letter(CONTACT_FORM, **headers)).sender.address == "luca@acme.example"


def test_elementor() -> None:
    message = html(ELEMENTOR)
    assert message.sender == Address("luca@acme.example", "Luca Conti")
    told = message.facts
    assert (told["form"], told["field.prodotto"]) == ("elementor", "Valvole a sfera")
    assert (told["utm_source"], told["utm_campaign"]) == ("google", "inox")
    assert told["page"].startswith("https://www.ditta.example/valvole/")
    assert "preventivo\nper 12 pezzi" in message.reply
    assert not any(word in message.reply for word in ("Mozilla", "192.0.2.7", "Elementor", "utm_"))


PAID = """Nome: Luca Conti<br>Email: luca@acme.example<br>Messaggio: Un preventivo, grazie<br>
Page URL: https://www.ditta.example/valvole/?utm_source=google&amp;gclid=Cj0KC-x&amp;fbclid=IwAR1&amp;q=1<br>
Referrer: https://www.google.com/<br>gclid: EAIaIQ<br>utm_medium: cpc<br>Powered by: Elementor<br>"""


def test_what_led_to_the_page() -> None:
    message = html(PAID)
    told = message.facts
    assert (told["utm_source"], told["utm_medium"], told["fbclid"]) == ("google", "cpc", "IwAR1")
    assert told["gclid"] == "EAIaIQ", "a hidden field goes before the page's address"
    assert told["referrer"] == "https://www.google.com/"
    assert told["page"].startswith("https://www.ditta.example/valvole/")
    assert "q" not in told
    assert message.reply == "Nome: Luca Conti\nEmail: luca@acme.example\nMessaggio: Un preventivo, grazie"


def test_a_page_alone_that_is_called_the_referrer_is_the_page() -> None:
    told = html(PAID.replace("Page URL", "Referer").replace("Referrer: https://www.google.com/<br>", "")).facts
    assert told["page"].startswith("https://www.ditta.example/valvole/")
    assert "referrer" not in told


@pytest.mark.parametrize(("content", "words"), [(GRAVITY, "Prima riga\nseconda riga"), (WPFORMS, "A quote, please")])
def test_tables(content: str, words: str) -> None:
    message = html(content)
    assert message.sender == Address("luca@acme.example", "Luca Conti")
    assert words in message.reply
    assert message.facts["form"] in ("form", "wpforms")


def test_a_form_without_a_plugin() -> None:
    text = "Nome: Luca\nCognome: Conti\nAzienda: Acme Srl\nE-mail: luca@acme.example\nRichiesta: Un catalogo\n"
    message = read(letter(text, From="noreply@ditta.example", Reply_To="luca@acme.example"))
    assert message.sender == Address("luca@acme.example", "Luca Conti")
    assert (message.facts["form"], message.facts["field.azienda"]) == ("form", "Acme Srl")


def test_a_form_marked_as_generated_is_a_customers() -> None:
    text = "Name: Luca Conti\nEmail: luca@acme.example\nMessage: Hello\n"
    message = read(letter(text, Auto_Submitted="auto-generated", **ROBOT))
    assert (message.machine, message.sender.address) == (None, "luca@acme.example")


FIELDS = "Nome: Luca Conti\nEmail: luca@acme.example\nMessaggio: Ciao\n"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Reply_To": "luca@acme.example"},
        {"From": "noreply@ditta.example"},
        {**ROBOT, "In_Reply_To": "<x@ditta.example>"},
        {**ROBOT, "List_Unsubscribe": "<https://x.example>"},
        {**ROBOT, "Reply_To": "no-reply@altri.example"},
    ],
)
def test_no_form(headers: dict[str, str]) -> None:
    """A person who lists a name and an address, a robot that nobody can answer, a newsletter, a reply."""
    message = read(letter(FIELDS, **headers))
    assert "form" not in message.facts
    assert message.sender.address == (headers.get("From", "anna@cliente.example").rpartition("<")[2].rstrip(">"))


def test_a_robots_order_confirmation_is_no_form() -> None:
    text = "Il suo ordine è partito.\nTotale: 120 euro\nSpedizione: BRT\n"
    assert "form" not in read(letter(text, From="noreply@shop.example", Reply_To="help@shop.example")).facts


def test_hostile_fields_stay_small() -> None:
    text = "".join(f"Campo {'x' * 50}{number}: {'y' * 2_000}\n" for number in range(500)) + FIELDS
    message = read(letter(text, **ROBOT))
    assert len(message.facts) < 60
    assert all(len(value) <= 300 for value in message.facts.values())
    assert read(letter("a:" * 200_000, **ROBOT)).text
    assert html("<table><tr><td>" * 5_000).text is not None
