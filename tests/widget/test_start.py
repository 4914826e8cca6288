"""What the script costs a page of the firm's: its size, no shift, no error, nothing asked or kept before a message."""

import gzip
import re
from functools import partial
from typing import Any

import pytest

from inbox.sitechat import page as chat_page
from inbox.sitechat.widgetwords import WIDGET
from tests.parts.server import eventually
from tests.widget.conftest import Visit, write
from tests.widget.standin import KEY, Site, Standin

MOST_BYTES = 6144
SHIFT = """() => new Promise((done) => { let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300); })"""
KEPT = "() => [localStorage.length, sessionStorage.length, document.cookie]"


def test_the_script_is_small() -> None:
    size = len(chat_page.compressed())
    assert gzip.decompress(chat_page.compressed()) == chat_page.script()
    print(f"chat.js: {size} bytes compressed")
    assert size <= MOST_BYTES


def test_a_visit_costs_one_request_shifts_nothing_and_keeps_nothing(
    visit: Visit, server: Standin, said: list[str]
) -> None:
    page = visit()
    page.click(".bubble")
    page.type("textarea", "Un momento")
    page.keyboard.press("Escape")
    assert page.evaluate(SHIFT) == 0
    assert page.evaluate(KEPT) == [0, 0, ""]
    assert page.context.cookies() == []
    assert [one.path.split("?")[0] for one in server.asked] == ["/chat.js", f"/chat/{KEY}/settings"]
    assert page.evaluate("broken") == []
    assert said == []


def test_it_waits_for_the_page(chromium: Any, site: Site, server: Standin) -> None:
    """The settings are asked for when the page has loaded, and the shadow root is closed to the page."""
    page = chromium.new_page()
    page.goto(site.url)
    eventually(lambda: page.evaluate("document.body.lastElementChild.tagName === 'DIV'"))
    assert page.evaluate("document.body.lastElementChild.shadowRoot") is None
    times = """() => [performance.getEntriesByType("navigation")[0].loadEventStart,
      performance.getEntriesByType("resource").find((one) => one.name.includes("settings")).startTime]"""
    loaded, asked = page.evaluate(times)
    assert asked >= loaded
    page.close()


@pytest.mark.parametrize(("lang", "read"), [("it", "it"), ("de-CH", "de"), ("fr", "fr"), ("pl", "en"), ("", "en")])
def test_it_speaks_the_page_s_language(visit: Visit, site: Site, lang: str, read: str) -> None:
    site.lang = lang
    page = visit()
    page.click(".bubble")
    assert page.get_attribute("textarea", "placeholder") == WIDGET[read]["write"]
    assert page.get_attribute("aside", "lang") == read


def test_all_languages_have_the_same_words() -> None:
    assert {language: sorted(words) for language, words in WIDGET.items()} == {
        language: sorted(WIDGET["en"]) for language in ("it", "en", "de", "fr")
    }


def test_every_word_is_used() -> None:
    script = chat_page.script().decode()
    assert [one for one in WIDGET["en"] if f"words.{one}" not in script and f'"{one}"' not in script] == []


def test_no_chat_no_bubble(chromium: Any, site: Site, server: Standin) -> None:
    """A server that does not know the chat, and none at all: the page is as it was."""
    page, said = chromium.new_page(), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route("**/settings*", lambda route: route.fulfill(status=404, headers={"access-control-allow-origin": "*"}))
    page.goto(site.url)
    page.wait_for_timeout(300)
    page.unroute_all()
    page.route("**/settings*", lambda route: route.abort())
    page.goto(site.url)
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelectorAll('body > div').length") == 0
    assert said == []
    page.close()


def refuse(status: int, route: Any) -> None:
    route.fulfill(status=status, body="{}", headers={"access-control-allow-origin": "*"})


def test_where_we_cannot_be_reached_the_firms_address_stands_in_the_chats_place(
    visit: Visit, site: Site, server: Standin, said: list[str]
) -> None:
    """With the script from the browser's own store, as after an earlier visit."""
    site.data = 'data-mail="info@firm.test"'
    first = visit()
    first.route("**/settings*", lambda route: route.abort())
    first.goto(site.url)
    bubble = first.locator("a.bubble")
    bubble.wait_for()
    assert (bubble.inner_text(), bubble.get_attribute("href")) == ("info@firm.test", "mailto:info@firm.test")
    box = bubble.bounding_box()
    assert box["y"] > 600
    assert first.evaluate(SHIFT) == 0
    assert first.evaluate(KEPT) == [0, 0, ""]
    assert [one for one in said if not one.startswith("error: Failed to load resource")] == []
    for status in (403, 404):
        first.unroute_all()
        first.route("**/settings*", partial(refuse, status))
        first.goto(site.url)
        first.wait_for_timeout(300)
        assert first.evaluate("document.querySelectorAll('body > div').length") == 0, "whom we refuse is shown nothing"


def test_campaign_ids_stay_behind_where_the_site_says_so(visit: Visit, site: Site, server: Standin) -> None:
    site.data = "data-bare"
    landed = f"{site.url}/?utm_source=fiera&gclid=abc"
    page = visit(f"{site.url}/giunti?gclid=abc#utm_source=x", extra_http_headers={"Referer": landed})
    write(page, "Senza consenso")
    # The site's consent tool takes the mark away once the visitor agrees.
    page.evaluate("delete document.querySelector('script[data-key]').dataset.bare")
    write(page, "Con il consenso")
    eventually(lambda: len(server.of("/messages", "POST")) == 2)
    before, after = (one.data["visit"] for one in server.of("/messages", "POST"))
    assert before["page"] == f"{site.url}/giunti"
    assert "gclid" not in before["referrer"]
    assert after["page"] == f"{site.url}/giunti?gclid=abc#utm_source=x"


def test_nothing_in_it_moves() -> None:
    """Whoever wishes for reduced motion has nothing to switch off."""
    assert not re.search(rb"transition|animation|@keyframes|scroll-behavior", chat_page.script())


def test_who_the_site_says_it_is_goes_along_as_it_stands(visit: Visit, site: Site, server: Standin) -> None:
    identity = '{"id": "42",  "name": "È Ü"}'
    site.data = f"data-identity='{identity}' data-signature=\"00ff\""
    page = visit(f"{site.url}/giunti?a=1", extra_http_headers={"Referer": "https://search.test/"})
    write(page, "Buongiorno")
    page.wait_for_selector("text=Inviato")
    (sent,) = server.of("/messages")
    assert (sent.data["identity"], sent.data["signature"]) == (identity, "00ff")
    assert sent.data["visit"]["page"] == f"{site.url}/giunti?a=1"
    assert sent.data["visit"]["title"] == "Giunti"
    assert sent.data["visit"]["language"] == "it"
    assert type(sent.data["visit"]["seconds"]) is int
    assert len(sent.token) == 43
    assert set(sent.data) == {"id", "text", "visit", "answers", "consent", "identity", "signature"}
