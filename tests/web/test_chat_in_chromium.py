"""Chats of the site before the eyes of a colleague, in a real browser on the running product."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inbox.app import App
from inbox.models import now
from inbox.sitechat import visits
from tests.parts.long import LONG
from tests.parts.server import Server, eventually
from tests.parts.visitors import Guest, make_chat
from tests.web.conftest import PASSWORD
from tests.web.test_pages_in_chromium import chromium

pytestmark = LONG

__all__ = ["chromium"]
Open = Callable[..., Any]


@pytest.fixture
def guest(app: App) -> Guest:
    # Nobody is rung while a test looks on.
    return Guest(app, make_chat(app, 1, claim_seconds=600))


@pytest.fixture
def product(app: App, tmp_path: Path) -> Iterator[Server]:
    """The product as a process, on the firm's desk."""
    one = Server(tmp_path / "var", loaded=True)
    one.start()
    yield one
    one.close()


@pytest.fixture
def open_page(product: Server, chromium: Any) -> Iterator[Open]:
    """Pages of somebody who is signed in; nothing may be said in their consoles."""
    contexts, said = [], []

    def opened(path: str, email: str = "giulia@firm.test", script: str = "", **how: Any) -> Any:
        context = chromium.new_context(base_url=product.url, locale="en-GB", **how)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto("/login")
        page.fill("[name=email]", email)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def test_the_visitor_comes_types_and_leaves_before_ones_eyes(guest: Guest, open_page: Open) -> None:
    number = guest.writes()
    page = open_page(f"/conversations/{number}")
    assert page.inner_text("#visitor .mark") == "online now"
    guest.set(typing_at=now())
    page.wait_for_selector("#visitor .writes:has-text('is writing…')")
    guest.set(typing_at=None)
    page.wait_for_selector("#visitor .writes:empty", state="attached")
    guest.writes("E il peso?")
    page.wait_for_selector(".message:has-text('E il peso?')")
    guest.set(seen_at=now() - timedelta(minutes=2))
    page.wait_for_selector("#visitor .mark:has-text('left at')")


def test_the_visitor_sees_that_somebody_types_an_answer_but_no_note(guest: Guest, open_page: Open) -> None:
    number = guest.writes()
    page, posted = open_page(f"/conversations/{number}", "marco@firm.test"), []
    page.on("request", lambda one: posted.append(one.post_data) if one.url.endswith("/signs") else None)
    eventually(lambda: guest.visit.read_id)
    page.check("[name=mode][value=note]")
    page.type("#text", "Solo per noi")
    page.wait_for_timeout(300)
    assert posted == []
    page.check("[name=mode][value=answer]")
    page.type("#text", " e adesso per il cliente, piano piano", delay=20)
    eventually(lambda: visits.who_answers(guest.visit, now()) == "Marco")
    assert posted == ['{"typing":true}'], "at most every four seconds"


def test_what_comes_while_the_page_is_open_has_been_read(guest: Guest, open_page: Open) -> None:
    number = guest.writes()
    page = open_page(f"/conversations/{number}")
    first = eventually(lambda: guest.visit.read_id)
    guest.writes("C'è ancora qualcuno?")
    page.wait_for_selector(".message:has-text('ancora')")
    eventually(lambda: guest.visit.read_id > first)


# Keeps the notes that a page plays.
LISTENS = """window.notes = []; const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) { window.notes.push(this.frequency.value); return start.apply(this, at); };"""


def test_a_chat_that_comes_stands_on_top_rings_and_is_in_the_title_until_somebody_looks(
    app: App, guest: Guest, open_page: Open
) -> None:
    page = open_page("/?state=waiting", script=LISTENS)
    title = page.title()
    page.mouse.click(700, 600)
    guest.writes("Buongiorno, c'è qualcuno?")
    page.wait_for_selector(".conversations li:first-child .mark.here:has-text('Chat · online')")
    eventually(lambda: page.title().startswith("(1) Chat · "))
    assert page.evaluate("notes") == [659, 523]
    guest.writes("Pronto?")
    Guest(app, guest.chat, "Ugo Bruni").writes("Vorrei un preventivo")
    eventually(lambda: page.title().startswith("(2) Chat · "))
    assert page.evaluate("notes.length") == 4, "each chat once"
    page.mouse.click(700, 600)
    assert page.title() == title
    page.reload()
    page.mouse.click(700, 600)
    assert page.title() == title
    assert page.evaluate("notes") == [], "what was looked at rings no more"


def test_no_sound_before_a_gesture_nor_where_it_is_switched_off(app: App, guest: Guest, open_page: Open) -> None:
    page = open_page("/?state=waiting", script=LISTENS)
    guest.writes()
    eventually(lambda: page.title().startswith("(1) Chat · "))
    assert page.evaluate("notes") == []
    page.uncheck("#sound")
    page.reload()
    assert not page.is_checked("#sound")
    page.mouse.click(700, 600)
    Guest(app, guest.chat, "Ugo Bruni").writes()
    eventually(lambda: page.title().startswith("(1) Chat · "))
    assert page.evaluate("notes") == []
    page.check("#sound")
    Guest(app, guest.chat, "Ada Viola").writes()
    eventually(lambda: page.locator(".conversations .mark.here").count() == 3)
    assert page.evaluate("notes.length") == 2


def test_what_was_taken_or_left_no_longer_stands_on_top(app: App, guest: Guest, open_page: Open) -> None:
    number = guest.writes()
    page = open_page(f"/conversations/{number}")
    assert page.get_attribute("#queue", "data-ringing") == str(number)
    page.click("text=Take it")
    page.wait_for_selector("#queue[data-ringing='']", state="attached")
    assert page.locator(".conversations li:first-child .mark.here").count() == 1, "the visitor still waits"
    guest.set(seen_at=now() - timedelta(minutes=2))
    eventually(lambda: page.locator(".mark.here").count() == 0)
