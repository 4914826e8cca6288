"""The pages of services in a real browser: nothing wider than a phone, no error in the console, the press reached."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from inbox.app import App
from tests.parts import services as mails
from tests.parts.long import LONG
from tests.web.conftest import PASSWORD
from tests.web.test_pages_in_chromium import _fits, address, chromium
from tests.web.test_services_page import arrive

pytestmark = LONG

__all__ = ("address", "chromium")


@pytest.mark.parametrize(("width", "language"), [(390, "it"), (1440, "en")])
def test_the_pages_fit_and_it_is_in_view(app: App, chromium: Any, address: str, width: int, language: str) -> None:
    with ThreadPoolExecutor(1) as pool:  # the browser's loop runs in this thread
        number = pool.submit(arrive, app, mails.linkedin(), mails.review(2)).result()
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=f"{language}-IT")
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append(f"{page.url}: {one.text}") if one.type in ("error", "warning") else None)
    page.goto(f"{address}/login")
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit], form button")
    for path in ("/channels/services", "/channels/new", f"/conversations/{number}"):
        page.goto(address + path)
        _fits(page)
    press = page.locator(".there button").first
    assert press.is_visible()
    assert page.locator(".there a.primary").get_attribute("rel") == "noopener noreferrer"
    press.click()
    page.wait_for_load_state()
    assert page.locator(".facts .wait").count() == 0
    assert said == []
    context.close()
