"""Consent from end to end: a box in a form, a mail, its link, and a mail program's own button to unsubscribe."""

import re
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.test_form import VISITOR, make_form
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import Server, eventually
from tests.parts.smtp import Peer
from tests.web.test_pages_in_chromium import chromium as chromium

pytestmark = LONG

FILE = "/customers/consents/file"


def test_a_box_is_confirmed_by_mail_and_taken_back_with_one_click(
    server: Server, dovecot: Dovecot, smtp_peer: Peer
) -> None:
    set_up(server, dovecot, smtp_peer)
    key = make_form(server, marketing="Desidero ricevere novità via e-mail")
    server.start()
    eventually(server.heard)
    typed = {"email": VISITOR, "message": "Buongiorno, qual è la tolleranza del foro?", "marketing": "yes"}
    assert httpx.post(f"{server.url}/forms/{key}", data=typed).status_code == 200

    asked = smtp_peer.wait_for(VISITOR)[0]
    assert asked["Subject"] == "La preghiamo di confermare il Suo consenso"
    assert asked["From"].addresses[0].addr_spec == "info@firm.test"
    assert (asked["Auto-Submitted"], asked["List-Unsubscribe-Post"]) == ("auto-generated", "List-Unsubscribe=One-Click")
    link = re.search(r"/consent/\S+", asked.get_body().get_content())  # type: ignore[union-attr]
    assert link
    browser = server.sign_in(MANAGER)
    conversation = re.search(r'href="(/conversations/\d+)', browser.get("/").text)
    assert conversation

    assert "Confermare" in httpx.get(f"{server.url}{link[0]}").text
    assert VISITOR not in browser.get(FILE).text, "a program that follows links has confirmed nothing"
    assert httpx.post(f"{server.url}{link[0]}").status_code == 200
    assert VISITOR in browser.get(FILE).text
    assert "consenso alle novità via e-mail confermato" in browser.get(conversation[1]).text
    assert link[0] not in browser.get(conversation[1]).text, "only the customer has the link"

    leave = urlsplit(str(asked["List-Unsubscribe"]).strip("<> ")).path
    clicked = httpx.post(f"{server.url}{leave}", data={"List-Unsubscribe": "One-Click"})
    assert clicked.status_code == 200
    assert VISITOR not in browser.get(FILE).text
    assert "Marketing: revocato" in browser.get(conversation[1]).text
    assert len(smtp_peer.to(VISITOR)) == 1
    assert [row["messages"] for row in server.queue("waiting")] == [1], "the question itself still waits for its answer"


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_customer_presses_the_buttons(server: Server, dovecot: Dovecot, smtp_peer: Peer, chromium: Any) -> None:
    set_up(server, dovecot, smtp_peer)
    key = make_form(server, marketing="Desidero ricevere novità via e-mail", privacy="https://www.firm.test/privacy")
    server.start()
    eventually(server.heard)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="it-IT")
    page, troubles = context.new_page(), []
    page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
    page.goto(f"{server.url}/forms/{key}")
    assert not page.get_by_label("Desidero ricevere novità via e-mail").is_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[name=email]").fill(VISITOR)
    page.locator("[name=message]").fill("Buongiorno, vorrei il listino")
    page.get_by_label("Desidero ricevere novità via e-mail").check()
    page.wait_for_timeout(2_100)  # nobody types faster
    page.locator("button").click()
    page.wait_for_url("**/thanks")
    text = smtp_peer.wait_for(VISITOR)[0].get_body().get_content()  # type: ignore[union-attr]
    confirm, leave = re.findall(r"/consent/\S+", text)
    for link, button, title in (
        (confirm, "Confermare", "La ringraziamo"), (leave, "Revocare il consenso", "Nessuna comunicazione"),
    ):  # fmt: skip
        page.goto(f"{server.url}{link}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_role("button", name=button).click()
        page.get_by_role("heading", name=title).wait_for()
    assert [one for one in troubles if "favicon" not in one] == []
    context.close()
