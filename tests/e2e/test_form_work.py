"""A form that asks for work, on the firm's site in a browser: done while the visitor types, waited for, or explained."""

import re
from typing import Any
from urllib.parse import unquote

import pytest

from inbox.forms import settings
from tests.e2e.test_form import VISITOR, make_form
from tests.parts.company import set_up
from tests.parts.dovecot import Dovecot
from tests.parts.host import Host
from tests.parts.host import host as host
from tests.parts.long import LONG
from tests.parts.server import Server, eventually
from tests.parts.smtp import Peer
from tests.web.test_pages_in_chromium import chromium as chromium

BITS = 12
pytestmark = [LONG, pytest.mark.parametrize("server", ["sqlite"], indirect=True)]


@pytest.fixture
def url(server: Server, dovecot: Dovecot, smtp_peer: Peer, host: Host) -> str:
    """The address of a form that asks for work; the firm's page has what is to be pasted, and a strict policy."""
    set_up(server, dovecot, smtp_peer)
    key = make_form(server, origins=[host.url], work=BITS)
    server.start()
    url = f"{server.url}/forms/{key}"
    with server.database.reading() as session:
        channel = settings.by_key(session, key)
    assert channel is not None
    host.policy = f"default-src 'none'; script-src {server.url}; connect-src {server.url}; form-action {server.url}; img-src data:"
    snippet = settings.snippet(url, channel, 0, "info@firm.test")
    host.page = f"<!doctype html><link rel=icon href=data:,><h1>Contatti</h1>{snippet}"
    return url


def fill(page: Any, message: str = "Buongiorno, vorrei il listino") -> None:
    page.locator("[name=name]").fill("Anna Bianchi")
    page.locator("[name=email]").fill(VISITOR)
    page.locator("[name=message]").fill(message)


def test_the_work_is_done_while_the_visitor_types(server: Server, url: str, chromium: Any, host: Host) -> None:
    page, troubles = chromium.new_page(), []
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(host.url)
    page.wait_for_load_state("networkidle")
    assert not page.locator("[name=_work]").count(), "nothing is asked before somebody types"
    fill(page)
    page.locator("[name=_work]").wait_for(state="attached")
    assert re.fullmatch(r"\d+", page.locator("[name=_work]").input_value())
    page.locator("button").click()
    page.wait_for_url(f"{url}/thanks")
    eventually(lambda: server.queue("waiting"))
    # Back on the page, other words are other work.
    page.go_back()
    fill(page, "Un'altra domanda")
    page.locator("button").click()
    page.wait_for_url(f"{url}/thanks")
    eventually(lambda: len(server.queue("waiting")) == 2)
    assert troubles == []


def test_a_press_before_the_work_is_done_waits_and_goes_by_itself(
    server: Server, url: str, chromium: Any, host: Host
) -> None:
    page, posts = chromium.new_page(), []
    page.on("request", lambda one: posts.append(one.url) if one.method == "POST" else None)
    page.goto(host.url)
    page.wait_for_load_state("networkidle")
    fill(page)
    page.locator("button").click()
    assert page.locator("button").inner_text() == "Un momento…"
    assert page.locator("button").get_attribute("aria-busy") == "true"
    assert page.locator("output").inner_text() == "Un momento…"
    page.locator("button").click()
    page.wait_for_url(f"{url}/thanks")
    assert posts == [url]
    eventually(lambda: len(server.queue("waiting")) == 1)


@pytest.mark.parametrize("how", ["no script", "no https", "not in the policy"])
def test_what_cannot_work_loses_nothing(server: Server, url: str, chromium: Any, host: Host, how: str) -> None:
    if how == "not in the policy":
        host.policy = host.policy.replace("connect-src", "x-src")
    context = chromium.new_context(java_script_enabled=how != "no script")
    if how == "no https":
        context.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })")
    page = context.new_page()
    page.goto(host.url)
    page.wait_for_load_state("networkidle")
    fill(page)
    page.locator("button").click()
    page.wait_for_url(url)
    assert "breve calcolo" in page.inner_text("[role=alert]")
    assert page.locator("[role=alert] a").get_attribute("href").replace("%40", "@") == "mailto:info@firm.test"
    assert page.locator("[name=message]").input_value() == "Buongiorno, vorrei il listino"
    assert page.locator("[name=email]").input_value() == VISITOR
    assert server.queue("waiting") == []
    if how == "not in the policy":
        # Our own page has a policy of its own.
        page.locator("button").click()
        page.wait_for_url(f"{url}/thanks")
        eventually(lambda: server.queue("waiting"))
    context.close()


def test_where_we_cannot_be_reached_the_firms_address_stands_beside_the_form(
    server: Server, url: str, chromium: Any, host: Host
) -> None:
    page = chromium.new_page()
    page.goto(host.url)
    page.wait_for_load_state("networkidle")
    fill(page)
    page.locator("[name=_work]").wait_for(state="attached")
    server.stop()
    page.locator("button").click()
    link = page.locator("output a")
    link.wait_for()
    assert "non può partire" in page.inner_text("output")
    told = unquote(link.get_attribute("href"))
    assert told.startswith("mailto:info@firm.test?body=")
    assert f"email: {VISITOR}\r\nmessage: Buongiorno, vorrei il listino" in told
    assert "_" not in told.partition("?")[2]
    assert page.locator("[name=message]").input_value() == "Buongiorno, vorrei il listino"
    assert page.locator("button").inner_text() == "Inviare la richiesta"
    assert page.locator("button").get_attribute("aria-busy") is None


def test_our_own_page_works_too(server: Server, url: str, chromium: Any) -> None:
    page, troubles = chromium.new_page(), []
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.goto(url)
    fill(page)
    page.locator("button").click()
    page.wait_for_url(f"{url}/thanks")
    eventually(lambda: server.queue("waiting"))
    assert [one for one in troubles if "favicon" not in one and "404" not in one] == []
