"""A talk as the visitor sees it: what is written comes at once, in every tab, and stays after a reload."""

from typing import Any

from tests.parts.server import eventually
from tests.widget.conftest import Visit, write
from tests.widget.standin import Standin


def log(page: Any) -> list[str]:
    return [one.split("\n\n")[0] for one in page.locator("[role=log] .row").all_inner_texts()]


def test_a_talk(visit: Visit, server: Standin) -> None:
    page = visit()
    write(page, "Qual è la tolleranza?")
    page.wait_for_selector("text=Inviato")
    server.tell(typing=True, holder="Luca", seen=1)
    page.wait_for_selector("text=Luca sta scrivendo…")
    page.wait_for_selector("text=Letto")
    assert page.inner_text("header small") == "Luca"
    number = server.answer("È H7, si veda https://firm.test/h7.\nSaluti")
    server.tell(typing=False)
    page.wait_for_selector("text=È H7")
    assert page.get_attribute(".us a", "href") == "https://firm.test/h7"
    assert page.get_attribute(".us a", "rel") == "noreferrer"
    assert "Luca" in page.inner_text(".us small")
    assert not page.is_visible("text=sta scrivendo")
    eventually(lambda: {"delivered": number, "seen": number} in [one.data for one in server.of("/signs")])
    page.type("textarea", "Grazie mille")
    eventually(lambda: {"typing": True} in [one.data for one in server.of("/signs")])
    assert [one.data for one in server.of("/signs")].count({"typing": True}) == 1


def test_what_comes_while_nobody_looks_is_counted(visit: Visit, server: Standin) -> None:
    page = visit()
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    page.keyboard.press("Escape")
    server.answer("Salve")
    server.answer("Eccomi")
    page.wait_for_selector(".bubble b:text-is('2')")
    assert page.get_attribute(".bubble", "title") == "messaggi non letti: 2"
    eventually(lambda: {"delivered": 3} in [one.data for one in server.of("/signs")])
    page.reload()
    page.wait_for_selector(".bubble b:text-is('2')")
    page.click(".bubble")
    eventually(lambda: {"delivered": 3, "seen": 3} in [one.data for one in server.of("/signs")])
    page.keyboard.press("Escape")
    assert not page.is_visible(".bubble b")


def test_the_title_tells_of_it_while_the_page_is_hidden(visit: Visit, server: Standin) -> None:
    page = visit()
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    tones = """() => { window.tones = 0; const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function () { window.tones++; start.call(this); }; }"""
    page.evaluate(tones)
    hide = "(now) => { Object.defineProperty(document, 'hidden', { value: now, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    server.answer("Salve")
    eventually(lambda: page.title() == "(1) Giunti")
    server.answer("Eccomi")
    eventually(lambda: page.title() == "(2) Giunti")
    eventually(lambda: page.evaluate("tones") > 0)
    page.evaluate(hide, False)
    eventually(lambda: page.title() == "Giunti")
    heard = page.evaluate("tones")
    page.click("[aria-pressed]")
    page.evaluate(hide, True)
    server.answer("Ancora")
    eventually(lambda: page.title() == "(1) Giunti")
    page.wait_for_timeout(700)
    assert page.evaluate("tones") == heard


def test_a_reload_keeps_the_talk(visit: Visit, server: Standin) -> None:
    page = visit()
    write(page, "Prima")
    page.wait_for_selector("text=Inviato")
    server.answer("Seconda")
    page.wait_for_selector("text=Seconda")
    page.reload()
    page.click(".bubble")
    page.wait_for_selector("text=Seconda")
    assert log(page) == ["Prima", "Seconda"]
    assert len(server.tokens) == 1


def test_two_tabs_one_talk_one_stream(visit: Visit, server: Standin) -> None:
    first = visit()
    second = visit(context=first.context)
    write(first, "Da una scheda")
    second.click(".bubble")
    second.wait_for_selector("text=Da una scheda")
    server.answer("Risposta")
    for page in (first, second):
        page.wait_for_selector("text=Risposta")
    write(second, "Dall'altra")
    first.wait_for_selector("text=Dall'altra")
    assert server.streams == 1
    assert len(server.tokens) == 1
    first.close()
    eventually(lambda: server.streams == 1)
    server.answer("Ancora qui")
    second.wait_for_selector("text=Ancora qui")


def test_messages_out_of_order_and_twice_are_put_in_order(visit: Visit, server: Standin) -> None:
    page = visit()
    write(page, "Domanda")
    page.wait_for_selector("text=Inviato")
    late = {"client": "", "from": "us", "name": "Luca", "files": []}
    server.messages += [
        {**late, "id": 9, "text": "Dopo", "at": "2099-01-01T10:00:00Z"},
        {**late, "id": 8, "text": "Prima", "at": "2099-01-01T09:00:00.5Z"},
        {**late, "id": 9, "text": "Dopo", "at": "2099-01-01T10:00:00Z"},
    ]
    server.tell()
    page.wait_for_selector("text=Dopo")
    assert log(page) == ["Domanda", "Prima", "Dopo"]


def test_a_forgotten_visit_begins_anew(visit: Visit, server: Standin) -> None:
    page = visit()
    write(page, "Prima")
    page.wait_for_selector("text=Inviato")
    server.tokens.clear()
    server.messages.clear()
    page.reload()
    page.click(".bubble")
    eventually(lambda: page.evaluate("localStorage.length") == 0)
    assert log(page) == []
    write(page, "Di nuovo")
    page.wait_for_selector("text=Inviato")
    assert server.texts() == ["Di nuovo"]
    assert len({one.token for one in server.of("/messages")}) == 2


def test_where_the_stream_is_kept_back_the_talk_is_asked_for(visit: Visit, server: Standin) -> None:
    server.buffered = True
    page = visit(clock=True)
    page.clock.run_for(1000)
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    for _ in range(2):
        eventually(lambda: server.streams > 0)
        page.clock.run_for(8100)
        page.wait_for_timeout(100)
        page.clock.run_for(4000)
        page.wait_for_timeout(100)
    server.answer("Per altra via")
    page.clock.run_for(5100)
    page.wait_for_selector("text=Per altra via")
    server.buffered, before = False, len(server.of("/stream"))
    for _ in range(26):
        page.clock.run_for(5000)
        page.wait_for_timeout(20)
    eventually(lambda: len(server.of("/stream")) > before)


def test_it_looks_again_when_told_to(visit: Visit, server: Standin) -> None:
    server.state["again"] = 30
    page = visit(clock=True)
    page.clock.run_for(1000)
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    eventually(lambda: server.streams == 1)
    page.wait_for_timeout(200)
    before = len(server.of("/talk"))
    page.clock.run_for(30500)
    eventually(lambda: len(server.of("/talk")) == before + 1)


def test_the_visitor_is_asked_how_the_answer_was(visit: Visit, server: Standin) -> None:
    page = visit()
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    asks = {"question": "Come valuta la nostra risposta?", "value": ""}
    assert not page.is_visible("text=Così così")
    server.tell(asks=asks)
    page.wait_for_selector(f"text={asks['question']}")
    assert page.locator("[aria-pressed=true]").count() == 0
    page.click("text=Così così")
    eventually(lambda: [one.data for one in server.of("/opinion", "POST")] == [{"value": "fair"}])
    assert server.of("/opinion")[0].token in server.tokens
    server.tell(asks={**asks, "value": "fair"})
    page.wait_for_selector("[aria-pressed=true]:has-text('Così così')")
    page.reload()
    page.click(".bubble")
    page.wait_for_selector("[aria-pressed=true]:has-text('Così così')")
    server.tell(asks=None)
    page.wait_for_selector("text=Così così", state="hidden")
