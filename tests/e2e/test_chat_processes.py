"""On PostgreSQL the pages may be several processes: an answer typed at one reaches a visitor who listens at another."""

import copy
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e.test_chat import answer, make_chat
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import Server, eventually
from tests.parts.sitechat import Visitor
from tests.parts.smtp import Peer

pytestmark = [LONG, pytest.mark.parametrize("server", ["postgresql"], indirect=True)]


@pytest.fixture
def others(server: Server) -> Iterator[list[Server]]:
    """Two more processes on the same folder and database: pages, and the worker."""
    some = [copy.copy(server), copy.copy(server)]
    yield some
    for one in some:
        one.close()


def test_an_answer_typed_at_one_reaches_the_visitor_at_another(
    server: Server, others: list[Server], dovecot: Dovecot, smtp_peer: Peer
) -> None:
    set_up(server, dovecot, smtp_peer)
    key = make_chat(server, origins=[])
    second, worker = others
    server.start(role="web")
    second.start(role="web")
    worker.start(role="worker")
    assert len({one.process.pid for one in (server, second, worker) if one.process}) == 3
    with httpx.Client(base_url=second.url, timeout=30) as client:
        anna = Visitor(client, key)
        assert anna.write("Buongiorno, qual è la tolleranza?").status_code == 200
        number = eventually(lambda: server.queue("waiting"))[0]["id"]
        colleague = server.sign_in(MANAGER)
        assert colleague.client.base_url.port != client.base_url.port
        colleague.get(f"/conversations/{number}")
        stream = anna.stream()
        first = next(stream)
        began = time.monotonic()
        answer(colleague, f"/conversations/{number}", "È H7.")
        while ("us", "È H7.") not in anna.texts():
            version = next(stream)
            assert version > first
        took = time.monotonic() - began
        stream.close()
    print(f"from one process to a stream of another in {took * 1000:.0f} ms")
