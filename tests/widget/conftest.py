"""A visitor's browser on the firm's site; the stand-in server answers the chat."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.web.test_pages_in_chromium import chromium as chromium
from tests.widget.standin import Site, Standin, running

# The script closes its shadow root; tests look inside. What it breaks of the page's policy is noted.
OPENED = """const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (how) { return attach.call(this, { ...how, mode: "open" }); };
  window.broken = []; document.addEventListener("securitypolicyviolation", (one) => broken.push(one.violatedDirective));"""
Visit = Callable[..., Any]


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as one:
        yield one


@pytest.fixture
def server(site: Site) -> Standin:
    return site.standin


@pytest.fixture
def said() -> list[str]:
    """What pages wrote to the console."""
    return []


@pytest.fixture
def visit(chromium: Any, site: Site, said: list[str]) -> Iterator[Visit]:
    """Open a page of the site: a browser of its own, or another tab of `context`."""
    contexts = []

    def opened(path: str = "", context: Any = None, clock: bool = False, **options: Any) -> Any:
        if context is None:
            context = chromium.new_context(locale="en-GB", **options)
            context.add_init_script(OPENED)
            context.set_default_timeout(8000)
            contexts.append(context)
        page = context.new_page()
        page.on("console", lambda one: said.append(f"{one.type}: {one.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        if clock:
            page.clock.install()
        page.goto(path or site.url)
        page.wait_for_selector(".bubble, section", state="attached")
        return page

    yield opened
    for one in contexts:
        one.close()


def write(page: Any, text: str) -> None:
    """Write a message, the panel opened where it is closed."""
    if page.is_visible(".bubble"):
        page.click(".bubble")
    page.fill("textarea", text)
    page.press("textarea", "Enter")
