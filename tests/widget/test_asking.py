"""What is asked of a visitor: questions and consent before the first message, an address for the answer, files."""

from pathlib import Path
from typing import Any

from tests.parts.long import LONG
from tests.parts.server import eventually
from tests.widget.conftest import Visit, write
from tests.widget.standin import Standin

pytestmark = LONG

QUESTIONS = [
    {"name": "name", "label": "Nome", "required": True},
    {"name": "email", "label": "E-mail", "required": True},
    {"name": "topic", "label": "Argomento", "required": False, "choices": ["Offerta", "Assistenza"]},
]
PDF = {"name": "Disegno.PDF", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 drawing"}


def test_questions_and_consent_come_first(visit: Visit, server: Standin) -> None:
    server.settings |= {
        "questions": QUESTIONS,
        "consent": "Acconsento al trattamento.",
        "privacy": "https://firm.test/privacy",
    }
    page = visit()
    write(page, "Buongiorno")
    assert server.of("/messages") == []
    page.fill("label:has-text('Nome') input", "Anna")
    page.fill("label:has-text('E-mail') input", "anna@cliente.test")
    page.select_option("select", "Offerta")
    write(page, "Buongiorno")
    assert server.of("/messages") == []
    page.check("[type=checkbox]")
    assert page.get_attribute("fieldset a", "href") == "https://firm.test/privacy"
    server.faults = [
        (422, {"code": "answers", "error": "Da correggere.", "errors": {"email": "L'indirizzo non esiste."}})
    ]
    write(page, "Buongiorno")
    field = page.locator("label:has-text('E-mail') input")
    eventually(lambda: field.evaluate("(one) => one.validationMessage") == "L'indirizzo non esiste.")
    assert field.get_attribute("autocomplete") == "email"
    assert page.input_value("textarea") == "Buongiorno"
    page.fill("label:has-text('E-mail') input", "anna@vero.test")
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    assert not page.is_visible("fieldset")
    sent = server.of("/messages")[-1].data
    assert sent["answers"] == {"name": "Anna", "email": "anna@vero.test", "topic": "Offerta"}
    assert sent["consent"] == "Acconsento al trattamento."
    write(page, "E ancora")
    eventually(lambda: server.texts() == ["Buongiorno", "E ancora"])
    assert "answers" not in server.of("/messages")[-1].data
    page.reload()
    page.click(".bubble")
    page.wait_for_selector("text=E ancora")
    assert not page.is_visible("fieldset")


def test_an_address_for_the_answer(visit: Visit, server: Standin) -> None:
    server.state |= {"asks_email": True, "notice": "Risponderemo lunedì."}
    page = visit()
    write(page, "Buongiorno")
    page.wait_for_selector("text=Risponderemo lunedì.")
    server.replies["email"] = (422, {"code": "email", "error": "L'indirizzo non sembra completo."})
    page.fill("footer [type=email]", "anna@nessuno")
    page.press("footer [type=email]", "Enter")
    page.wait_for_selector("text=L'indirizzo non sembra completo.")
    server.replies.clear()
    page.fill("footer [type=email]", "anna@cliente.test")
    page.press("footer [type=email]", "Enter")
    page.wait_for_selector("footer [type=email]", state="hidden")
    assert [one.data for one in server.of("/email")] == [{"email": "anna@nessuno"}, {"email": "anna@cliente.test"}]
    assert server.texts() == ["Buongiorno"]


def test_the_talk_by_mail(visit: Visit, server: Standin) -> None:
    page = visit()
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    assert not page.is_visible("[title^='Ricevere']")
    server.tell(transcript=True)
    server.replies["transcript"] = (409, {"code": "no_email", "error": "Serve un indirizzo."})
    page.click("[title^='Ricevere']")
    page.wait_for_selector("text=Serve un indirizzo.")
    assert page.is_visible("footer [type=email]")
    server.replies.clear()
    page.click("[title^='Ricevere']")
    page.wait_for_selector("text=Fatto, grazie.")


def test_files_are_checked_sent_and_fetched(visit: Visit, server: Standin, tmp_path: Path) -> None:
    page = visit()
    page.click(".bubble")
    large = {**PDF, "name": "grande.pdf", "buffer": b"x" * 1001}
    page.set_input_files("[type=file]", [large, {**PDF, "name": "a.exe"}])
    page.wait_for_selector("text=a.exe: non può essere allegato. Limiti: 2 × ")
    page.set_input_files("[type=file]", [large])
    page.wait_for_selector("text=grande.pdf: non può essere allegato.")
    page.set_input_files("[type=file]", [PDF, {**PDF, "name": "b.pdf"}, {**PDF, "name": "c.pdf"}])
    page.wait_for_selector("text=c.pdf: non può essere allegato.")
    page.click("footer .file:has-text('b.pdf')")
    page.press("textarea", "Enter")
    page.wait_for_selector("text=Inviato")
    (sent,) = server.of("/messages")
    assert sent.files == [("Disegno.PDF", PDF["buffer"])]
    assert sent.data["visit"]["title"] == "Giunti"
    server.answer("", files=[("scheda.pdf", b"%PDF")])
    with page.expect_download() as caught:
        page.click("text=scheda.pdf")
    assert caught.value.suggested_filename == "scheda.pdf"
    assert Path(caught.value.path()).read_bytes() == b"%PDF-1.7 drawing"


def test_files_do_not_survive_a_reload_and_that_is_said(visit: Visit, server: Standin) -> None:
    page = visit()
    server.faults = [(503, {})] * 9
    page.click(".bubble")
    page.set_input_files("[type=file]", [PDF])
    write(page, "Ecco il disegno")
    page.wait_for_selector("text=Invio in corso…")
    page.reload()
    page.click(".bubble")
    page.wait_for_selector("text=Gli allegati vanno scelti di nuovo.")
    server.faults.clear()
    page.click("text=Correggere e inviare di nuovo")
    page.set_input_files("[type=file]", [PDF])
    page.press("textarea", "Enter")
    page.wait_for_selector("text=Inviato")
    assert server.messages[0]["files"][0]["name"] == "Disegno.PDF"


def test_files_can_be_dropped_and_pasted(visit: Visit, server: Standin) -> None:
    page = visit()
    page.click(".bubble")
    _give(page, "drop", "DragEvent", "dataTransfer", "a.pdf")
    page.wait_for_selector("footer .file:has-text('a.pdf')")
    _give(page, "paste", "ClipboardEvent", "clipboardData", "b.png")
    page.wait_for_selector("footer .file:has-text('b.png')")
    page.press("textarea", "Enter")
    page.wait_for_selector("text=Inviato")
    assert [name for name, _content in server.of("/messages")[0].files] == ["a.pdf", "b.png"]


def _give(page: Any, kind: str, event: str, where: str, name: str) -> None:
    page.locator("textarea").evaluate(
        f"""(one) => {{ const data = new DataTransfer(); data.items.add(new File(["x"], "{name}"));
        one.dispatchEvent(new {event}("{kind}", {{ bubbles: true, cancelable: true, {where}: data }})); }}"""
    )
