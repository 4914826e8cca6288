"""Our plugins in a real WordPress: the chat talks, forms come in, and what was filled in while we were down comes once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from inbox import wordpress as plugins
from inbox.models import Channel
from tests.e2e.test_chat import answer, make_chat
from tests.e2e.test_form import VISITOR, make_form
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot, free_port
from tests.parts.installed_wordpress import Site, wordpress
from tests.parts.long import LONG
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer
from tests.web.test_pages_in_chromium import chromium as chromium
from tests.widget.conftest import OPENED

pytestmark = [LONG, pytest.mark.parametrize("server", ["sqlite"], indirect=True), pytest.mark.timeout(180)]
TABLE = "wp_centralino_posts"
HOUR = 3600


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with wordpress(tmp_path / "wordpress") as one:
        yield one


def start(server: Server) -> None:
    """Always at the same address, as the plugins know it."""
    port = server.environment.setdefault("PORT_OF_THE_TEST", str(free_port()))
    server.environment["CENTRALINO_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    server.start("", "serve", "--port", port)


def download(server: Server, browser: Browser, kind: str, page: str) -> bytes:
    """The plugin's zip from the page of the form or chat."""
    with server.database.reading() as session:
        number = session.scalars(select(Channel.id).where(Channel.kind == kind)).one()
    archive = browser.get(f"/channels/{page}/{number}/wordpress.zip")
    assert archive.headers["content-type"] == "application/zip"
    return archive.content


def waiting(server: Server) -> list[str]:
    return [one["subject"] for one in server.queue("waiting")]


def send(page: Any, address: str, message: str) -> None:
    """Fill in the form of the shortcode; thanked for."""
    page.goto(address)
    page.fill("[name=centralino_name]", "Anna d'Este")
    page.fill("[name=centralino_email]", VISITOR)
    page.fill("[name=centralino_message]", message)
    page.click("#centralino button")
    page.wait_for_selector("p#centralino:has-text('La Sua richiesta è arrivata')")


def test_a_site_of_wordpress(server: Server, dovecot: Dovecot, smtp_peer: Peer, chromium: Any, site: Site) -> None:
    set_up(server, dovecot, smtp_peer)
    make_form(server, "modulo", origins=[site.url])
    make_chat(server, origins=[site.url])
    start(server)
    eventually(server.heard)
    browser = server.sign_in(MANAGER)
    site.add_plugin(download(server, browser, "webform", "forms"))
    site.add_plugin(download(server, browser, "sitechat", "chats"))
    contacts = site.add_page("Contatti", "[centralino_form]")
    context = chromium.new_context(locale="it-IT")
    context.add_init_script(OPENED)
    page, troubles = context.new_page(), []
    page.on("console", lambda one: troubles.append(f"{one.text} {one.location}") if one.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))

    # The chat stands in each page and talks.
    page.goto(contacts)
    page.click(".bubble")
    page.fill("aside textarea", "Buongiorno dalla chat")
    page.press("aside textarea", "Enter")
    eventually(lambda: waiting(server) == ["Buongiorno dalla chat"])
    answer(browser, f"/conversations/{server.queue('waiting')[0]['id']}", "Buongiorno a Lei")
    page.locator(".us p", has_text="Buongiorno a Lei").wait_for()

    # A form arrives at once, and nothing of it stays behind.
    send(page, contacts, "Vorrei il listino 😀")
    eventually(lambda: waiting(server) == ["Vorrei il listino 😀"])
    assert site.rows(f"SELECT * FROM {TABLE}") == []

    assert [one for one in troubles if "favicon" not in one] == []

    # We are down: the visitor is thanked, the site keeps and shows it, WP-Cron sends it when we are back, once.
    server.stop()
    send(page, contacts, "Mentre non c'eravate")
    context.close()
    assert site.rows(f"SELECT tries FROM {TABLE}") == [["1"]]
    assert "Mentre non c&#039;eravate" in site.admin.get("/wp-admin/tools.php?page=centralino").text
    site.later(HOUR)
    eventually(lambda: site.rows(f"SELECT tries FROM {TABLE}") == [["2"]])
    start(server)
    site.later(HOUR)
    eventually(lambda: site.rows(f"SELECT * FROM {TABLE}") == [])
    site.later(HOUR)
    eventually(lambda: len(waiting(server)) == 2)
    assert sorted(waiting(server)) == ["Mentre non c'eravate", "Vorrei il listino 😀"]

    # Nothing of the plugins stays after them, and PHP had nothing to say of them.
    for name in (plugins.NAME, plugins.CHAT):
        site.remove_plugin(name)
    assert site.rows("SHOW TABLES LIKE '%centralino%'") == []
    kept = site.rows("SELECT option_name, option_value FROM wp_options WHERE option_value LIKE '%centralino%'")
    # What WordPress itself remembers: which plugins were active lately, and which may have newer versions.
    assert [name for name, *_ in kept if name not in ("recently_activated", "_site_transient_update_plugins")] == []
    assert "centralino" not in httpx.get(contacts).text.replace("[centralino_form]", "")
    assert site.complaints() == []
