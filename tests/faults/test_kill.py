"""The process is killed at each named point of a message's way and started again: nothing lost, nothing doubled."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.parts.company import CUSTOMER, MANAGER, mail, set_up, told
from tests.parts.dovecot import Dovecot
from tests.parts.long import first
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer

ON_THE_WAY_IN = (
    "receive.before_commit", "receive.after_commit", "take_in.before_commit", "take_in.after_commit",
    "route.before_commit", "route.after_commit",
)  # fmt: skip
ON_THE_WAY_OUT = ("reply.before_commit", "reply.after_commit", "deliver.committed", "smtp.before_dot", "smtp.after_dot",
                  "deliver.before_settle", "deliver.after_settle")  # fmt: skip
# Once the row says "sending" a dead process cannot know what the other side has.
CANNOT_KNOW = ("deliver.committed", "smtp.before_dot", "smtp.after_dot", "deliver.before_settle")
REACHED_THE_PEER = (
    "smtp.after_dot",
    "deliver.before_settle",
    "deliver.after_settle",
    "reply.after_commit",
    "reply.before_commit",
)
QUESTION, ANSWER = "Coppia di serraggio", "La coppia è 12 Nm."


@pytest.fixture(autouse=True)
def _the_last_process_ends_likewise(server: Server) -> Iterator[None]:
    yield
    server.kill()


@pytest.mark.parametrize("point", first(*ON_THE_WAY_IN))
def test_a_mail_survives_a_kill_on_its_way_in(point: str, server: Server, dovecot: Dovecot, smtp_peer: Peer) -> None:
    user = set_up(server, dovecot, smtp_peer)
    dovecot.append(user, mail(QUESTION, "Qual è la coppia di serraggio?"))
    dovecot.append(user, mail("Listino", "Vorrei il listino prezzi."))
    server.start(fail_at=point)
    server.wait_for_death()
    server.start()
    rows = eventually(lambda: _routed(server, 2))
    assert sorted((row["subject"], row["team"], row["messages"]) for row in rows) == [
        (QUESTION, "rd", 1),
        ("Listino", "sales", 1),
    ]
    assert server.held() == []


@pytest.mark.parametrize("point", first(*ON_THE_WAY_OUT, many=1))
def test_an_answer_survives_a_kill_on_its_way_out(
    point: str, server: Server, dovecot: Dovecot, smtp_peer: Peer
) -> None:
    user = set_up(server, dovecot, smtp_peer)
    told(server, dovecot, user, mail(QUESTION, "Qual è la coppia di serraggio?"))
    server.start(fail_at=point)
    row = eventually(lambda: _routed(server, 1))[0]
    page = f"/conversations/{row['id']}"
    _answer(server.sign_in(MANAGER), page)
    server.wait_for_death()
    server.start()
    browser = server.sign_in(MANAGER)
    if point == "reply.before_commit":
        assert ANSWER not in browser.get(page).text, "nothing was promised yet, nothing is there"
        _answer(browser, page)
    if point in CANNOT_KNOW:
        eventually(lambda: "/resending" in browser.get(page).text)
    else:
        eventually(lambda: server.queue("pending"))
    assert len(smtp_peer.to(CUSTOMER)) == (point in REACHED_THE_PEER)
    assert [one["messages"] for state in ("open", "pending") for one in server.queue(state)] == [2]
    report = browser.get("/report.json").json()
    assert report["every"]["answered"] == 1
    assert report["every"]["uncertain"] == (point in CANNOT_KNOW)


def test_an_uncertain_answer_is_sent_once_more_only_by_a_person(
    server: Server, dovecot: Dovecot, smtp_peer: Peer
) -> None:
    user = set_up(server, dovecot, smtp_peer)
    told(server, dovecot, user, mail(QUESTION, "Qual è la coppia di serraggio?"))
    server.start(fail_at="smtp.before_dot")
    page = f"/conversations/{eventually(lambda: _routed(server, 1))[0]['id']}"
    _answer(server.sign_in(MANAGER), page)
    server.wait_for_death()
    server.start()
    browser = server.sign_in(MANAGER)
    found = eventually(lambda: re.search(r'action="([^"]*/resending)"', browser.get(page).text))
    assert not smtp_peer.to(CUSTOMER)
    browser.post(found[1], form_page=page)
    smtp_peer.wait_for(CUSTOMER)
    eventually(lambda: server.queue("pending"))


def _routed(server: Server, count: int) -> Any:
    rows = server.queue("waiting")
    return rows if len(rows) == count and all(row["team"] for row in rows) else None


def _answer(browser: Browser, page: str) -> None:
    try:
        browser.post(f"{page}/answer", form_page=page, text=ANSWER)
    except httpx.TransportError:
        pass  # killed while it answered, as meant
