"""A message is stored once and in its place, whatever happens on the way; what cannot be sent is said."""

from typing import Any

from tests.parts.server import eventually
from tests.widget.conftest import Visit, write
from tests.widget.standin import Standin
from tests.widget.test_talk import log


def run(page: Any, seconds: int) -> None:
    for _ in range(seconds):
        page.clock.run_for(1000)
        page.wait_for_timeout(30)


def test_what_fails_is_repeated_once_and_in_order(visit: Visit, server: Standin) -> None:
    page = visit(clock=True)
    run(page, 1)
    server.faults = ["cut", "cut after", (503, {}), (429, {})]
    for text in ("Uno", "Due", "Tre"):
        write(page, text)
    page.wait_for_selector("text=Invio in corso…")
    assert log(page) == ["Uno", "Due", "Tre"]
    for _ in range(20):
        run(page, 1)
        if server.texts() == ["Uno", "Due", "Tre"]:
            break
    page.wait_for_selector("text=Inviato")
    assert server.texts() == log(page) == ["Uno", "Due", "Tre"]


def test_after_three_failures_there_is_another_way(visit: Visit, server: Standin) -> None:
    page = visit(clock=True)
    run(page, 1)
    server.faults = [(503, {})] * 4
    write(page, "Urge & subito?")
    run(page, 5)
    page.wait_for_selector("text=Non ancora inviato")
    mail = page.get_attribute(".visitor a", "href")
    assert mail == "mailto:info@firm.test?body=Urge%20%26%20subito%3F"
    run(page, 12)
    page.wait_for_selector("text=Inviato")
    assert not page.is_visible("text=Non ancora inviato")


def test_what_is_not_sent_yet_survives_a_reload(visit: Visit, server: Standin) -> None:
    page = visit()
    server.faults = [(503, {})] * 2
    write(page, "Uno")
    write(page, "Due")
    eventually(lambda: len(server.of("/messages")) >= 1)
    page.reload()
    page.click(".bubble")
    page.wait_for_selector("text=Inviato")
    eventually(lambda: server.texts() == ["Uno", "Due"])
    assert len(server.tokens) == 1


def test_what_is_refused_says_why_and_can_be_mended(visit: Visit, server: Standin) -> None:
    page = visit()
    server.faults = [(422, {"code": "long", "error": "Il testo è troppo lungo.", "write_to": "info@firm.test"})]
    write(page, "Lungo")
    page.wait_for_selector("text=Il testo è troppo lungo.")
    assert page.is_visible(".visitor a[href^='mailto:info@firm.test']")
    page.reload()
    page.click(".bubble")
    assert len(server.of("/messages")) == 1
    page.click("text=Correggere e inviare di nuovo")
    assert page.input_value("textarea") == "Lungo"
    write(page, "Breve")
    page.wait_for_selector("text=Inviato")
    assert server.texts() == log(page) == ["Breve"]


def test_without_storage_memory_has_to_do(visit: Visit, server: Standin) -> None:
    page = visit()
    block = """() => { for (const name of ["getItem", "setItem", "removeItem"]) Storage.prototype[name] = null;
      Object.defineProperty(window, "localStorage", { get() { throw new Error("blocked"); } }); }"""
    page.evaluate(block)
    for text in ("Uno", "Due"):
        write(page, text)
    eventually(lambda: server.texts() == ["Uno", "Due"])
    server.answer("Ecco")
    page.wait_for_selector("text=Ecco")
    assert len(server.tokens) == 1


def test_a_form_is_not_sent_twice_by_a_hasty_hand(visit: Visit, server: Standin) -> None:
    page = visit()
    page.click(".bubble")
    page.fill("textarea", "Ecco\n")
    page.press("textarea", "Shift+Enter")
    assert server.of("/messages") == []
    page.dblclick(".send")
    page.wait_for_selector("text=Inviato")
    page.press("textarea", "Enter")
    assert server.texts() == ["Ecco"]
