"""The whole way by a Facebook page and an Instagram account: Meta calls a running server, and gets the answer."""

import re
import time
from collections.abc import Iterator

import pytest

from tests.emulators import pages_bodies as bodies
from tests.emulators.graph_pages import PagesEmulator
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot, free_port
from tests.parts.long import LONG
from tests.parts.pages import ANNA, BRUNO, kind
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG

POSTS = {bodies.PAGE: "404217156637689_5501", bodies.INSTAGRAM: "17900001"}


@pytest.fixture(params=[bodies.PAGE, bodies.INSTAGRAM])
def graph(request: pytest.FixtureRequest) -> Iterator[PagesEmulator]:
    with PagesEmulator(request.param) as emulator:
        emulator.people[ANNA] = {"first_name": "Anna", "last_name": "Verdi", "name": "Anna Verdi", "username": "annav"}
        yield emulator


@pytest.fixture
def office(server: Server, dovecot: Dovecot, smtp_peer: Peer, graph: PagesEmulator) -> Browser:
    """A running server that Meta calls; the manager's browser."""
    port = free_port()
    server.environment |= {
        "CENTRALINO_GRAPH_API": graph.url, "CENTRALINO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CENTRALINO_SECRET": graph.secret,
    }  # fmt: skip
    set_up(server, dovecot, smtp_peer)
    account = ["--account-id", graph.account] if graph.kind == bodies.INSTAGRAM else []
    add = ("channel", "add", kind(graph), "--name", "Pagina", "--page-id", graph.page, *account, "--token-file", "-")
    (row,) = server.run(*add, stdin=graph.token)
    assert "answers" in row["works"][0]
    assert graph.subscribed
    server.start("", "serve", "--port", str(port))
    graph.verify = row["verify_token"]
    assert graph.subscribe(row["webhook"])
    return server.sign_in(MANAGER)


def page(browser: Browser, *words: str, there: str = "") -> tuple[str, str]:
    """The address and the page of a conversation (the first that waits), once it holds these words."""

    def look() -> tuple[str, str]:
        found = re.search(r'href="(/conversations/\d+)', browser.get("/").text)
        address = there or (found[1] if found else "")
        text = browser.get(address).text if address else ""
        return (address, text) if text and all(one in text for one in words) else ("", "")

    return eventually(lambda: found if (found := look())[0] else None) or ("", "")


def test_a_question_is_decided_answered_and_read(office: Browser, graph: PagesEmulator) -> None:
    graph.says(ANNA, "Qual è la tolleranza del foro del GX-40?")
    there, _ = page(office, "Qual è la tolleranza", "Anna Verdi", "Domande tecniche")
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    (sent,) = eventually(lambda: graph.sent)
    assert (sent["recipient"], sent["message"]["text"]) == ({"id": ANNA}, "La tolleranza è H7.")
    graph.has_read(ANNA)
    page(office, 'class="mark reached seen"', there=there)


def test_a_comment_is_answered_to_all_or_to_one(office: Browser, graph: PagesEmulator) -> None:
    graph.comments_on(POSTS[graph.kind], BRUNO, "Qual è la tolleranza del GX-40?")
    there, _ = page(office, "Commento pubblico: anche", "Bruno Neri" if graph.kind == bodies.PAGE else "Neri")
    office.post(f"{there}/answer", form_page=there, text="H7. Le scriviamo i dettagli.")
    (said,) = eventually(lambda: graph.comments)
    assert said["message"] == "H7. Le scriviamo i dettagli."
    office.post(f"{there}/answer", form_page=there, text="12 euro l'uno", private="1")
    (sent,) = eventually(lambda: graph.sent)
    assert "comment_id" in sent["recipient"]


def test_a_refused_answer_is_shown_and_the_customer_waits_on(office: Browser, graph: PagesEmulator) -> None:
    graph.says(ANNA, "Qual è la tolleranza?")
    there, _ = page(office, "Qual è la tolleranza?")
    graph.heard[ANNA] = time.time() - 90_000
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    page(office, 'class="wait', "delivery failed", there=there)
