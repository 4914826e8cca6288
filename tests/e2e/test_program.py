"""The whole way by a connected program: it posts to a running server, a rule decides, the page answers, it has it."""

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.parts import receiver as receivers
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot, free_port
from tests.parts.long import LONG
from tests.parts.program import ANNA, answers, says, signed
from tests.parts.receiver import Answer, Receiver
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receivers.running() as one:
        yield one


class Shop:
    """The program: where it posts, by which key, and a browser of the manager's."""

    def __init__(self, browser: Browser, row: dict[str, Any], receiver: Receiver) -> None:
        self.browser, self.receiver = browser, receiver
        self.url, self.key = row["webhook"], row["signing_key"]

    def posts(self, event: object) -> int:
        body, headers = signed(event, self.key)
        return httpx.post(self.url, content=body, headers=headers).status_code

    def heard(self) -> list[dict[str, Any]]:
        return answers(self.receiver, self.key)

    def page(self, *words: str) -> str:
        """The page of the first conversation that waits, once it holds these words."""

        def look() -> str:
            found = re.search(r'href="(/conversations/\d+)', self.browser.get("/").text)
            text = self.browser.get(found[1]).text if found else ""
            return text if all(one in text for one in words) else ""

        return eventually(look)


@pytest.fixture
def shop(server: Server, dovecot: Dovecot, smtp_peer: Peer, receiver: Receiver) -> Shop:
    port = free_port()
    server.environment["CENTRALINO_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    set_up(server, dovecot, smtp_peer)
    (row,) = server.run("channel", "add", "program", "--name", "Negozio", "--source", "shop", "--url", receiver.url())
    assert row["works"] == [f"127.0.0.1:{receiver.port} answers, without encryption; nothing was sent"]
    server.start("", "serve", "--port", str(port))
    return Shop(server.sign_in(MANAGER), row, receiver)


def test_a_question_is_decided_and_answered(shop: Shop) -> None:
    assert shop.posts(says("Qual è la tolleranza del foro del GX-40?", id="m1", conversation="t1")) == 200
    page = shop.page("Qual è la tolleranza", "Anna Verdi", "Domande tecniche", "Negozio")
    found = re.search(r'action="(/conversations/\d+)/answer', page)
    assert found
    shop.browser.post(f"{found[1]}/answer", form_page=found[1], text="La tolleranza è H7.")
    (told,) = eventually(shop.heard)
    assert (told["type"], told["conversation"], told["to"]["id"], told["reply_to"], told["text"]) == (
        "answer.created", "t1", "17", "m1", "La tolleranza è H7.",
    )  # fmt: skip
    assert shop.posts({"type": "message.status", "message": told["id"], "state": "seen"}) == 200
    eventually(lambda: 'class="mark reached seen"' in shop.browser.get(found[1]).text)


def test_what_is_wrong_is_answered_at_once(shop: Shop) -> None:
    body, headers = signed(says(id=""), shop.key)
    assert (httpx.post(shop.url, content=body, headers=headers).text) == "id: is needed"
    assert httpx.post(shop.url, content=body).status_code == 403


def test_a_refused_answer_is_shown_and_the_customer_waits_on(shop: Shop) -> None:
    shop.receiver.answers = [Answer(422, pieces=[b"unknown conversation"])]
    shop.posts(says("Qual è la tolleranza?"))
    found = re.search(r'action="(/conversations/\d+)/answer', shop.page("Qual è la tolleranza?"))
    assert found
    shop.browser.post(f"{found[1]}/answer", form_page=found[1], text="La tolleranza è H7.")
    page = eventually(lambda: text if "answered 422" in (text := shop.browser.get(found[1]).text) else "")
    assert "delivery failed" in page
    assert 'class="wait' in page


def test_each_event_five_times_shuffled_by_eight_threads_is_one_message(shop: Shop, server: Server) -> None:
    people = [{**ANNA, "id": str(number), "name": f"Cliente {number}"} for number in range(10)]
    events = [says(f"Domanda {n}", id=f"m{n}", **{"from": people[n % 10]}) for n in range(40)] * 5
    random.Random(8).shuffle(events)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(shop.posts, events)) == {200}
    eventually(lambda: sum(one["messages"] for one in server.queue("open")) == 40)
    assert sorted(one["messages"] for one in server.queue("open")) == [4] * 10
