"""The whole way by an account on X: connected with its costs in view, switched on, asked for news, answered."""

import re
from collections.abc import Iterator

import pytest

from tests.e2e.test_mastodon import page
from tests.emulators.x import XEmulator
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG

ANNA = "7"


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with XEmulator() as emulator:
        emulator.people[ANNA] = ("Anna Verdi", "annav")
        yield emulator


@pytest.fixture
def office(server: Server, dovecot: Dovecot, smtp_peer: Peer, x: XEmulator) -> Browser:
    """A running server with the account connected and switched on; the manager's browser."""
    server.environment["CENTRALINO_X_API"] = x.url
    set_up(server, dovecot, smtp_peer)
    server.start()
    browser = server.sign_in(MANAGER)
    new = "/channels/x/new"
    assert "5.25" in browser.get(new).text
    browser.post(new, name="X", every="1", mentions="y", directs="y", promise="y", **x.keys)
    (there,) = re.findall(r'href="(/channels/x/\d+)"', browser.get("/channels").text)
    eventually(lambda: "@giuntirossi answers" in browser.get(there).text)
    assert not any("mentions" in one for one in x.calls)
    browser.post(f"{there}/start", form_page=there)
    eventually(lambda: any("dm_events" in one for one in x.calls))
    number = there.rpartition("/")[2]
    x.callback = f"{server.url}/hooks/x/{number}"  # type: ignore[attr-defined]
    return browser


def brought(x: XEmulator, words: str) -> str:
    """Somebody mentions the account, and X calls: the next question is a minute away."""
    post = x.mentions(ANNA, words)
    told = {
        "id_str": post["id"], "text": post["text"], "entities": {"user_mentions": [{"id_str": x.own}]},
        "user": {"id_str": ANNA, "name": "Anna Verdi", "screen_name": "annav"},
    }  # fmt: skip
    assert x.call(x.callback, {"for_user_id": x.own, "tweet_create_events": [told]}) == [200]  # type: ignore[attr-defined]
    return str(post["id"])


def test_a_question_is_decided_answered_and_shown_when_it_fails(office: Browser, x: XEmulator) -> None:
    question = brought(x, "Qual è la tolleranza del foro del GX-40?")
    there, _ = page(office, "Qual è la tolleranza", "Anna Verdi", "Domande tecniche")
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    (post,) = eventually(lambda: x.posted)
    assert (post["text"], post["in_reply_to"]) == ("La tolleranza è H7.", question)
    brought(x, "E del GX-50?")
    page(office, "E del GX-50?", there=there)
    x.posts.pop()
    office.post(f"{there}/answer", form_page=there, text="Anche H7.")
    page(office, 'class="wait', "delivery failed", there=there)
    assert len(x.posted) == 1
