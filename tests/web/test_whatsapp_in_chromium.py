"""The pages of WhatsApp in a real browser: nothing wider than a phone, no error in the console, the minutes run down."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inbox.app import App
from inbox.models import Channel
from inbox.social import windows
from tests.emulators.graph import GraphEmulator
from tests.parts.long import LONG
from tests.parts.whatsapp import ANNA
from tests.web.conftest import PASSWORD
from tests.web.test_pages_in_chromium import _fits, address, chromium  # noqa: F401
from tests.web.test_whatsapp_pages import Line

pytestmark = LONG


@pytest.mark.parametrize(("width", "language"), [(390, "it"), (1280, "en")])
def test_the_pages_fit_and_are_quiet(app: App, chromium: Any, address: str, width: int, language: str) -> None:  # noqa: F811
    with ThreadPoolExecutor(1) as pool:  # the browser's loop runs in this thread
        open_, late, number = pool.submit(_talks, app).result()
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=f"{language}-IT")
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append(f"{page.url}: {one.text}") if one.type in ("error", "warning") else None)
    page.goto(f"{address}/login")
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit], form button")
    for path in (open_, late, f"/channels/whatsapp/{number}", "/channels/whatsapp/new"):
        page.goto(address + path)
        _fits(page)
    page.goto(address + open_)
    assert page.locator("#window[data-countdown]").count() == 1
    assert said == []
    context.close()


def _talks(app: App) -> tuple[str, str, int]:
    """A talk that is open, one that is too late, and the number's channel."""
    with GraphEmulator() as graph:
        line = Line(app, graph)
        text = "Gentile {{1}}, la risposta alla Sua domanda è pronta: può scriverci qui quando preferisce."
        with app.database.writing() as session:
            channel = session.get_one(Channel, line.number)
            windows.set_templates(channel, [windows.Template("answer_ready", "it", text)])
        open_ = line.brings(
            graph.customer_says(ANNA, "Buongiorno, è possibile avere il disegno?"),
            graph.customer_sends(ANNA, {"type": "image", "image": {"id": "404"}}),
            graph.customer_sends(ANNA, {"type": "hologram", "hologram": {}}),
        )
        late = line.brings(graph.customer_says("393330000002", "Buongiorno", at=int(time.time()) - 90_000))
    return open_, late, line.number
