"""The whole way by a Mastodon account: a running server asks its server for news, and answers there."""

import re
from collections.abc import Iterator

import pytest

from tests.emulators.mastodon import MastodonEmulator
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG

ANNA = "anna@altrove.test"


@pytest.fixture
def mastodon() -> Iterator[MastodonEmulator]:
    with MastodonEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def office(server: Server, dovecot: Dovecot, smtp_peer: Peer, mastodon: MastodonEmulator) -> Browser:
    """A running server that listens to the account; the manager's browser."""
    set_up(server, dovecot, smtp_peer)
    server.start()
    browser = server.sign_in(MANAGER)
    browser.post("/channels/mastodon/new", name="Mastodon", server=mastodon.url, token=mastodon.token)
    (there,) = re.findall(r'href="(/channels/mastodon/\d+)"', browser.get("/channels").text)
    eventually(lambda: "giunti@firm.test answers" in browser.get(there).text)
    eventually(lambda: mastodon.heard)
    return browser


def page(browser: Browser, *words: str, there: str = "") -> tuple[str, str]:
    """The address and the page of a conversation (the first that waits), once it holds these words."""

    def look() -> tuple[str, str]:
        found = re.search(r'href="(/conversations/\d+)', browser.get("/").text)
        address = there or (found[1] if found else "")
        text = browser.get(address).text if address else ""
        return (address, text) if text and all(one in text for one in words) else ("", "")

    return eventually(lambda: found if (found := look())[0] else None) or ("", "")


def test_a_question_is_decided_answered_and_shown_when_it_fails(office: Browser, mastodon: MastodonEmulator) -> None:
    question = mastodon.says(ANNA, "Qual è la tolleranza del foro del GX-40?", name="Anna Verdi")
    there, text = page(office, "Qual è la tolleranza", "Anna Verdi", "Domande tecniche")
    assert "Solo questa persona" in text or "Only this person" in text
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    (post,) = eventually(lambda: mastodon.posted)
    assert (post["text"], post["visibility"]) == (f"@{ANNA} La tolleranza è H7.", "public")
    assert post["in_reply_to_id"] == question["id"]
    again = mastodon.says(ANNA, "E del GX-50?", about=post)
    page(office, "E del GX-50?", there=there)
    mastodon.gone(again)
    office.post(f"{there}/answer", form_page=there, text="Anche H7.")
    page(office, 'class="wait', "delivery failed", there=there)
    assert len(mastodon.posted) == 1
