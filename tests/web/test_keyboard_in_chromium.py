"""The pages without a mouse and without sight: names, headings, titles, focus, and the way through by keys."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.models import Delivery
from inbox.models.delivery import ANSWER
from tests.parts.long import LONG
from tests.web.conftest import PASSWORD
from tests.web.test_pages_in_chromium import PAGES, address, chromium  # noqa: F401

pytestmark = LONG

NAMELESS = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, summary, a[href]")]
  .filter((one) => !(one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim()
    && !one.matches("select, textarea"))).map((one) => one.outerHTML)"""
HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))"
RING = """() => { const one = document.activeElement, label = one.closest(".file")?.querySelector(".button");
  const style = getComputedStyle(label ?? one);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2; }"""
CONTRAST = """() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (said) => { context.clearRect(0, 0, 1, 1); context.fillStyle = said; context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (one) => { for (; one; one = one.parentElement) { const c = rgba(getComputedStyle(one).backgroundColor);
    if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const said = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || one.closest(":disabled, script, .hidden") || !one.checkVisibility()) continue;
    const [a, b] = [light(rgba(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) said.push(`${((a + 0.05) / (b + 0.05)).toFixed(2)}: ${walker.currentNode.data.trim()}`);
  }
  return said; }"""


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:  # noqa: F811
    context = chromium.new_context(locale="en-GB", base_url=address)
    one = context.new_page()
    one.goto("/login")
    _sound(one)
    one.fill("[name=email]", "giulia@firm.test")
    one.fill("[name=password]", PASSWORD)
    one.keyboard.press("Enter")
    one.wait_for_url("**/")
    yield one
    context.close()


def test_everything_has_a_name_and_every_page_its_title_and_headings(page: Any) -> None:
    titles = {}
    for path in PAGES:
        page.goto(path)
        _sound(page)
        titles[path] = page.title()
    assert [path for path, title in titles.items() if not title.endswith(" · Centralino")] == []
    assert len({titles[path] for path in PAGES if "?" not in path}) == len([path for path in PAGES if "?" not in path])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for path in PAGES:
        page.goto(path)
        assert page.evaluate(CONTRAST) == [], f"{path}: less than 4.5 to 1 (WCAG 2.2, 1.4.3)"


def test_from_the_queue_to_a_sent_answer_by_keys_alone(app: App, page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    _to(page, ".conversations a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/conversations/*")
    _to(page, "#text")
    page.keyboard.type("La tolleranza è H7.")
    _to(page, ".answer .primary")
    page.keyboard.press("Enter")
    page.wait_for_selector(".message.outbound")
    with app.database.reading() as session:
        assert len(session.scalars(select(Delivery).where(Delivery.purpose == ANSWER)).all()) == 1


def test_a_menu_opens_and_closes_by_keys(page: Any) -> None:
    page.goto("/conversations/1")
    _to(page, ".menu summary")
    page.keyboard.press("Enter")
    assert page.is_visible("[name=to]")
    _to(page, "[name=to]")
    page.keyboard.press("Escape")
    assert not page.is_visible("[name=to]")
    assert page.evaluate("document.activeElement.matches('.menu summary')")


def test_after_a_mistake_the_first_wrong_field_has_the_focus(page: Any) -> None:
    page.goto("/rules/new")
    page.fill("[name=name]", "Preventivi")
    page.click(".sheet .primary")
    page.wait_for_selector("#all-0-fact:focus")


def test_files_that_are_too_large_are_refused_while_the_text_is_there(page: Any, tmp_path: Path) -> None:
    large = tmp_path / "a.bin"
    large.write_bytes(b"x" * 30_000_001)
    page.goto("/conversations/1")
    page.fill("#text", "In allegato.")
    page.set_input_files("[name=files]", large)
    assert "30 MB" in page.evaluate("document.querySelector('[name=files]').validationMessage")
    assert page.inner_text(".file output") == "a.bin"
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_input_files("[name=files]", {"name": f"{'b' * 99}.txt", "mimeType": "text/plain", "buffer": b"x"})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('[name=files]').validationMessage") == ""


def _sound(page: Any) -> None:
    """Controls have names; there is one first heading, and no level is left out."""
    assert page.evaluate(NAMELESS) == [], page.url
    levels = page.evaluate(HEADINGS)
    assert levels.count(1) == 1, f"{page.url}: {levels}"
    assert levels[0] == 1, f"{page.url}: {levels}"
    assert all(after - before <= 1 for before, after in pairwise(levels)), f"{page.url}: {levels}"


def _to(page: Any, wanted: str) -> None:
    """Press Tab until the wanted control has the focus; each one on the way shows that it has it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement === document.body"):
            assert page.evaluate(RING), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    pytest.fail(f"Tab never reaches {wanted}")
