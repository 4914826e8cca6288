"""The pages in a real browser: nothing wider than a phone, no error in the console, no breach of the policy."""

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.serving import make_server

from inbox.app import App
from inbox.web import auth, create_app
from tests.web.conftest import PASSWORD

PAGES = (
    "/", "/?state=spam", "/conversations/1", "/conversations/new", "/people", "/people/1", "/rules", "/rules/technical",
    "/rules/new", "/channels", "/report", "/me",
)  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail("playwright and Chromium are needed here")
        pytest.skip("playwright or Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def address(app: App) -> Iterator[str]:
    auth._limiter.storage.reset()
    server = make_server("127.0.0.1", 0, create_app(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_are_quiet(chromium: Any, address: str, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme, locale="it-IT")
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append(f"{page.url}: {one.text}") if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    # The stream of changes is another door's business.
    page.route("**/live", lambda route: route.fulfill(content_type="text/event-stream", body=": quiet\n\n"))
    page.goto(f"{address}/login")
    _fits(page)
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    for path in PAGES:
        page.goto(address + path)
        _fits(page)
    assert said == []
    context.close()


def test_a_note_cannot_go_out_as_an_answer(chromium: Any, address: str) -> None:
    page = chromium.new_page()
    page.goto(f"{address}/login")
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"{address}/conversations/1")
    page.check("[name=mode][value=note]")
    assert not page.is_visible(".answer .primary")
    page.fill("#text", "Solo per noi")
    page.press("#text", "Control+Enter")
    page.wait_for_selector(".message.note")
    assert "Solo per noi" in page.inner_text(".message.note")
    page.close()


def _fits(page: Any) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the window"
