"""The whole way by WhatsApp: Meta calls a running server, a rule decides, the page answers, the customer has read it."""

import re
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from inbox.models import Channel
from tests.emulators.graph import GraphEmulator
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot, free_port
from tests.parts.long import LONG
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG

ANNA = "393331234567"


@pytest.fixture
def graph() -> Iterator[GraphEmulator]:
    with GraphEmulator() as emulator:
        yield emulator


@pytest.fixture
def office(server: Server, dovecot: Dovecot, smtp_peer: Peer, graph: GraphEmulator) -> Browser:
    """A running server whose number Meta calls; the manager's browser."""
    port = free_port()
    server.environment |= {
        "CENTRALINO_GRAPH_API": graph.url,
        "CENTRALINO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CENTRALINO_SECRET": graph.secret,
    }
    set_up(server, dovecot, smtp_peer)
    add = (
        "channel",
        "add",
        "whatsapp",
        "--name",
        "WhatsApp",
        "--phone-number-id",
        graph.number_id,
        "--token-file",
        "-",
    )
    (row,) = server.run(*add, stdin=graph.token)
    assert row["works"][0] == "WhatsApp number +39 0421 000000 (Giunti Rossi) answers"
    server.start("", "serve", "--port", str(port))
    graph.verify = row["verify_token"]
    assert graph.subscribe(row["webhook"])
    return server.sign_in(MANAGER)


def page(browser: Browser, *words: str, there: str = "") -> str:
    """The page of a conversation (the first that waits), once it holds these words."""

    def look() -> str:
        found = re.search(r'href="(/conversations/\d+)', browser.get("/").text)
        text = browser.get(there or found[1]).text if there or found else ""
        return text if all(one in text for one in words) else ""

    return eventually(look)


def conversation(text: str) -> str:
    found = re.search(r'action="(/conversations/\d+)/answer', text)
    assert found
    return found[1]


def test_a_question_is_decided_answered_and_read(office: Browser, graph: GraphEmulator) -> None:
    picture = graph.keep(b"\xff\xd8\xff picture", "image/jpeg")
    graph.customer_says(ANNA, "Qual è la tolleranza del foro del GX-40?")
    graph.customer_sends(ANNA, {"type": "image", "image": {"id": picture, "mime_type": "image/jpeg"}})
    there = conversation(page(office, "Qual è la tolleranza", "image.jpg", "Anna Verdi", "Domande tecniche"))
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    (sent,) = eventually(lambda: graph.sent)
    assert (sent["to"], sent["text"]["body"]) == (ANNA, "La tolleranza è H7.")
    graph.reports(sent, "delivered")
    graph.reports(sent, "read")
    assert "mark delivery" not in page(office, 'class="mark reached seen"', there=there)


def test_a_refused_answer_is_shown_and_the_customer_waits_on(office: Browser, graph: GraphEmulator) -> None:
    graph.late_by_status = True
    graph.customer_says(ANNA, "Qual è la tolleranza?")
    there = conversation(page(office, "Qual è la tolleranza?"))
    graph.heard[ANNA] = time.time() - 90_000
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    page(office, "131047", 'class="wait', "delivery failed", there=there)


def test_each_call_five_times_is_one_message(office: Browser, server: Server, graph: GraphEmulator) -> None:
    event = graph.customer_says(ANNA, "Una volta sola")
    assert graph.call(event, times=4) == [200] * 4
    page(office, "Una volta sola")
    assert [one["messages"] for one in server.queue("open")] == [1]
    with server.database.reading() as session:
        assert session.scalars(select(Channel).where(Channel.kind == "whatsapp")).one().heard_at is not None
