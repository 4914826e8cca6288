"""A visitor's post from end to end: stored, routed, told, answered by mail, and the customer goes on by mail."""

import re
import socket
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from config.settings import Settings
from inbox.app import App
from inbox.forms import settings as forms
from inbox.models import Channel
from tests.parts.company import ENGINEER, MANAGER, mail, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.host import Host
from tests.parts.host import host as host
from tests.parts.long import LONG
from tests.parts.server import Server, eventually
from tests.parts.smtp import Peer
from tests.web.test_pages_in_chromium import chromium as chromium

pytestmark = LONG

VISITOR = "anna@visitatrice.test"


def make_form(server: Server, name: str = "sito", **settings: Any) -> str:
    """A form of the mailbox info; its key."""
    app = App(Settings(data=server.folder, database_url=server.database_url))
    with app.database.writing() as session:
        box = session.scalars(select(Channel.id).where(Channel.kind == "mail")).one()
        key = forms.make(session, app.vault, name, box, **settings).address
    app.close()
    return key


def test_a_post_is_told_answered_by_mail_and_gone_on_with(server: Server, dovecot: Dovecot, smtp_peer: Peer) -> None:
    user = set_up(server, dovecot, smtp_peer)
    key = make_form(server, origins=["https://www.firm.test"])
    server.start()
    eventually(server.heard)
    typed = {"name": "Anna Bianchi", "email": VISITOR, "message": "Buongiorno, qual è la tolleranza del foro?"}
    drawing = {"file": ("disegno.pdf", b"%PDF-1.4 drawing", "application/pdf")}
    headers = {"origin": "https://www.firm.test", "accept": "text/html"}
    posted = httpx.post(f"{server.url}/forms/{key}", data=typed, files=drawing, headers=headers)
    assert (posted.status_code, posted.headers["location"]) == (303, f"/forms/{key}/thanks")

    notice = smtp_peer.wait_for(ENGINEER)[0]
    assert "tolleranza del foro" in notice.get_body().get_content()  # type: ignore[union-attr]
    browser = server.sign_in(MANAGER)
    link = re.search(r'href="(/conversations/\d+)', browser.get("/").text)
    assert link
    assert "disegno.pdf" in browser.get(link[1]).text
    browser.post(f"{link[1]}/answer", form_page=link[1], text="Buongiorno,\n\nla tolleranza è H7.\n")
    sent = smtp_peer.wait_for(VISITOR)[0]
    assert sent["Subject"] == "Re: Buongiorno, qual è la tolleranza del foro?"
    assert re.fullmatch(r"<form\.[0-9a-f]{32}@firm\.test>", sent["In-Reply-To"])
    assert sent["References"] == sent["In-Reply-To"]
    assert sent["From"].addresses[0].addr_spec == "info@firm.test"

    again = mail("R: tolleranza", "Grazie! E la coppia di serraggio?", sender=VISITOR, In_Reply_To=sent["Message-ID"])
    dovecot.append(user, again)
    eventually(lambda: "coppia di serraggio" in browser.get(link[1]).text)
    assert [row["messages"] for row in server.queue("waiting")] == [3]


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_visitor_of_the_firms_site(
    server: Server, dovecot: Dovecot, smtp_peer: Peer, chromium: Any, host: Host
) -> None:
    set_up(server, dovecot, smtp_peer)
    key = make_form(server, origins=[host.url])
    server.start()
    url = f"{server.url}/forms/{key}"
    with server.database.reading() as session:
        channel = forms.by_key(session, key)
    assert channel is not None
    host.policy = (
        f"default-src 'none'; form-action {server.url}; connect-src {server.url}; frame-src {server.url}; "
        "style-src 'unsafe-inline'; script-src 'nonce-x'; img-src data:"
    )
    host.page = f"<!doctype html><link rel=icon href=data:,><h1>Contatti</h1>{forms.snippet(url, channel)}<iframe src='{url}'></iframe>"
    page, troubles = chromium.new_page(), []
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.goto(host.url)
    assert not page.locator("body > form [name=_website]").is_visible()
    page.locator("body > form [name=name]").fill("Anna Bianchi")
    page.locator("body > form [name=email]").fill(VISITOR)
    page.locator("body > form [name=message]").fill(f"Buongiorno, vorrei il listino {uuid.uuid4().hex[:6]}")
    page.locator("body > form button").click()
    page.wait_for_url(f"{url}/thanks")
    assert "La Sua richiesta è arrivata" in page.inner_text("main")
    eventually(lambda: server.queue("waiting"))

    # In the frame, and with a mistake first: what was typed is still there.
    page.goto(host.url)
    frame = page.frame_locator("iframe")
    frame.locator("[name=phone]").fill("12")
    frame.locator("[name=message]").fill("Dal riquadro")
    frame.locator("form").evaluate("form => form.noValidate = true")
    page.wait_for_timeout(2_100)  # nobody types faster
    frame.locator("button").click()
    frame.locator("#email-wrong").wait_for()
    assert frame.locator("[name=message]").input_value() == "Dal riquadro"
    frame.locator("[name=email]").fill(VISITOR)
    frame.locator("button").click()
    frame.get_by_text("La Sua richiesta è arrivata").wait_for()
    eventually(lambda: len(server.queue("waiting")) == 2)
    assert [one for one in troubles if not re.search("422|autofocus", one)] == []

    # A script of the site, under the same policy.
    host.page = host.page + (
        f"<script nonce=x>fetch('{url}/token').then(r => r.json()).then(t => setTimeout(() => fetch('{url}', "
        "{method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({email: 'b@b.test', "
        "message: 'Dallo script', _token: t.token})}).then(r => r.json()).then(r => document.title = JSON.stringify(r)), 2500))"
        "</script>"
    )
    page.goto(host.url)
    eventually(lambda: page.title() == '{"ok":true}')

    for scheme in ("light", "dark"):
        context = chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme, locale="it-IT")
        phone = context.new_page()
        phone.goto(url)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        context.close()


def test_without_us_and_without_scripts_the_firms_address_is_there(chromium: Any, host: Host) -> None:
    """Nobody listens where the form posts to: the browser says so, and the way back leads to the address."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/forms/{'k' * 22}"
    channel = Channel(kind="webform", name="sito", address="k" * 22, settings={"language": "de"})
    host.policy = f"default-src 'none'; form-action {url.partition('/forms')[0]}; img-src data:"
    host.page = f"<!doctype html><link rel=icon href=data:,>{forms.snippet(url, channel, 0, 'info@firm.test')}"
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(host.url)
    page.fill("[name=email]", VISITOR)
    page.fill("[name=message]", "Guten Tag")
    with page.expect_event("requestfailed"):
        page.click("button", no_wait_after=True)
    page.wait_for_url("chrome-error://**")
    page.goto(host.url)
    assert page.inner_text("form small") == "Sie können auch schreiben an info@firm.test."
    assert page.get_attribute("form small a", "href") == "mailto:info@firm.test"
    context.close()
