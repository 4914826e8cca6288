"""A flood of posts from one sender: the brake answers, and ordinary mails come as ever."""

import pytest

from tests.benchmarks.forms import Flood, flooded, prepare
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import Server
from tests.parts.smtp import Peer

pytestmark = LONG


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_mails_arrive_while_the_brake_holds_a_flood(server: Server, dovecot: Dovecot, smtp_peer: Peer) -> None:
    firm = prepare(server, dovecot, smtp_peer)
    flood = Flood(f"{server.url}/forms/{firm.key}", 100, 3)
    assert len(flooded(firm, flood, 3)) == 3
    assert set(flood.answers) == {200, 429}
    assert flood.answers[429] >= 80
