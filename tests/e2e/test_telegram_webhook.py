"""Telegram brings its updates to the public door: the colleague is told and answered as ever, and nothing is asked."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from inbox.models import Channel, Event, Intake
from inbox.models.intake import DONE
from tests.e2e.test_telegram import CHAT, deep_link, texts
from tests.emulators.telegram import TelegramEmulator
from tests.parts.company import CUSTOMER, ENGINEER, mail, set_up
from tests.parts.dovecot import Dovecot, free_port
from tests.parts.long import LONG
from tests.parts.server import Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG


class Office:
    """A running server whose bot calls it."""

    def __init__(self, server: Server, bot_api: TelegramEmulator, user: str) -> None:
        self.server, self.bot_api, self.user = server, bot_api, user

    def link(self) -> None:
        """The engineer links their chat."""
        browser = self.server.sign_in(ENGINEER)
        self.bot_api.user_says(CHAT, f"/start {deep_link(browser)}")
        yes = eventually(lambda: re.search(r'action="(/me/links/\d+/confirmation)"', browser.get("/me").text))
        browser.post(yes[1], form_page="/me")
        eventually(lambda: len(texts(self.bot_api, CHAT)) == 2)

    def asked(self, dovecot: Dovecot, question: str) -> dict[str, Any]:
        """A customer's question, as the card of it."""
        dovecot.append(self.user, mail("Giunto GX-40", question))
        return eventually(lambda: next((one for one in self.bot_api.messages(CHAT) if question in one["text"]), None))

    def taken_in(self) -> int:
        """How many updates are stored, once all of them are taken in."""
        query = select(Intake.state).join(Channel).where(Channel.kind == "telegram")
        with self.server.database.reading() as session:
            states = list(session.scalars(query))
        assert set(states) <= {DONE}
        return len(states)

    def troubles(self) -> list[str]:
        """What was told of channels that fail."""
        with self.server.database.reading() as session:
            return [one.data["error"] for one in session.scalars(select(Event).where(Event.action == "channel_failed"))]


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    with TelegramEmulator(plain_hooks=True) as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def office(server: Server, dovecot: Dovecot, smtp_peer: Peer, bot_api: TelegramEmulator) -> Office:
    port = free_port()
    server.environment |= {
        "CENTRALINO_TELEGRAM_API": bot_api.url,
        "CENTRALINO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        # So seldom that whoever switches is not looked at in between.
        "CENTRALINO_POLL_SECONDS": "30",
    }
    user = set_up(server, dovecot, smtp_peer)
    add = ("channel", "add", "telegram", "--name", "bot", "--token-file", "-", "--webhook")
    _, row = server.run(*add, stdin=bot_api.token)
    assert row == {"channel": "bot", "webhook": bot_api.webhook["url"]}
    server.start("", "serve", "--port", str(port))
    return Office(server, bot_api, user)


def test_the_whole_way_by_calls(office: Office, dovecot: Dovecot, smtp_peer: Peer, bot_api: TelegramEmulator) -> None:
    office.link()
    card = office.asked(dovecot, "Qual è la tolleranza del foro?")
    bot_api.user_says(CHAT, "La tolleranza è H7.", reply_to=card["message_id"])
    preview = eventually(lambda: next((one for one in bot_api.messages(CHAT) if _button(one, ":send:")), None))
    bot_api.user_presses(CHAT, preview["message_id"], _button(preview, ":send:"))
    (answer,) = smtp_peer.wait_for(CUSTOMER)
    assert "La tolleranza è H7." in answer.get_payload(decode=True).decode()
    assert not any(method == "getUpdates" for method, _ in bot_api.calls)


def test_a_call_that_comes_again_is_answered_and_dropped(office: Office, bot_api: TelegramEmulator) -> None:
    office.link()
    bot_api.user_says(CHAT, "/help")
    eventually(lambda: len(texts(bot_api, CHAT)) == 3 and not bot_api.pending)
    last, calls = bot_api.hook.answers[-1][0], len(bot_api.hook.answers)
    bot_api.redeliver(last)
    eventually(lambda: bot_api.hook.answers[calls:] == [(last, 200)])
    assert httpx.post(bot_api.webhook["url"], json={"update_id": last + 1}).status_code == 403
    bot_api.user_says(CHAT, "/mine")
    eventually(lambda: len(texts(bot_api, CHAT)) == 4)
    assert office.taken_in() == len(bot_api.given)


def test_off_and_on_again_while_it_runs_loses_nothing(office: Office, bot_api: TelegramEmulator) -> None:
    office.link()
    server, said = office.server, 0
    for arguments in (["--off"], [], ["--off"]):
        for moment in range(4):
            bot_api.user_says(CHAT, f"/search w{said}")
            said += 1
            if moment == 1:
                (row,) = server.run("channel", "webhook", "bot", *arguments)
                assert row == {"channel": "bot", "webhook": bot_api.webhook.get("url", "")}
        eventually(lambda: not bot_api.pending)
    eventually(lambda: len(texts(bot_api, CHAT)) == 2 + said)
    found = [re.findall(r"w\d+", one)[:1] for one in texts(bot_api, CHAT)[2:]]
    assert found == [[f"w{number}"] for number in range(said)], "each once, in order"
    assert office.taken_in() == len(bot_api.given)
    assert not office.troubles(), "that the ways changed is no trouble to be told of"


def test_without_a_public_address_nothing_is_added(server: Server, bot_api: TelegramEmulator) -> None:
    server.environment["CENTRALINO_TELEGRAM_API"] = bot_api.url
    assert server.run("channel", "add", "telegram", "--name", "bot", "--token-file", "-", "--webhook",
                      stdin=bot_api.token, check=False) == []  # fmt: skip
    assert server.run("channel", "list") == []
    assert bot_api.calls == []


def _button(message: dict[str, Any], verb: str) -> str:
    """The data of a message's button for this, or ""."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return next((one["callback_data"] for row in rows for one in row if verb in one.get("callback_data", "")), "")
