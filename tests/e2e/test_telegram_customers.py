"""The whole way by the customers' bot, asked and called: a rule decides, the page answers, the emulator got it."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from inbox.models import Channel
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_http import Upload
from tests.parts.company import MANAGER, set_up
from tests.parts.dovecot import Dovecot, free_port
from tests.parts.long import LONG
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG

ANNA, BRUNO, GROUP = 4242, 4343, -500
NAME = "@centralino_test_bot"
ADD = ("channel", "add", "telegram_customers", "--name", "Telegram", "--token-file", "-")


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    with TelegramEmulator(plain_hooks=True) as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def office(server: Server, dovecot: Dovecot, smtp_peer: Peer, bot_api: TelegramEmulator) -> Browser:
    """A running server that asks the bot for news; the manager's browser."""
    port = free_port()
    server.environment |= {
        "CENTRALINO_TELEGRAM_API": bot_api.url,
        "CENTRALINO_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CENTRALINO_POLL_SECONDS": "30",
    }
    set_up(server, dovecot, smtp_peer)
    (row,) = server.run(*ADD, stdin=bot_api.token)
    assert row["works"][0] == f"Telegram bot {NAME} answers"
    assert "webhook" not in row
    server.start("", "serve", "--port", str(port))
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


def shown(bot_api: TelegramEmulator, chat: int) -> list[dict[str, Any]]:
    """What the customer sees, once there is something."""
    return eventually(lambda: bot_api.messages(chat))


def test_a_question_is_decided_answered_and_got(office: Browser, bot_api: TelegramEmulator) -> None:
    bot_api.user_says(ANNA, "/start")
    asked = bot_api.user_says(ANNA, "Qual è la tolleranza del foro del GX-40?")
    bot_api.user_sends_photo(ANNA, Upload("", b"\xff\xd8\xff picture", "image/jpeg"))
    bot_api.user_edits(ANNA, asked["message_id"], "Qual è la tolleranza del foro del GX-50?")
    there = conversation(page(office, "del GX-40?", "del GX-50?", "image.jpg", "Anna Prova", "Domande tecniche"))
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    (answer,) = shown(bot_api, ANNA)
    assert answer["text"] == "La tolleranza è H7."
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


def test_by_calls_it_goes_the_same_way_and_a_false_call_is_refused(
    office: Browser, server: Server, bot_api: TelegramEmulator
) -> None:
    (row,) = server.run("channel", "webhook", "Telegram")
    assert row["webhook"] == bot_api.webhook["url"]
    assert "/hooks/telegram_customers/" in row["webhook"]
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    bot_api.user_says(GROUP, "Pranzo alle 13", by=ANNA)
    asked = bot_api.user_says(GROUP, f"{NAME} qual è la tolleranza del foro?", by=BRUNO)
    there = conversation(page(office, "qual è la tolleranza del foro?", "Cantiere", "Domande tecniche"))
    last = bot_api.hook.answers[-1][0]
    bot_api.redeliver(last)
    eventually(lambda: [one for one, _ in bot_api.hook.answers].count(last) == 2)
    assert [one["messages"] for one in server.queue("open")] == [1]
    assert httpx.post(row["webhook"], json={"update_id": last + 1}).status_code == 403
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    (answer,) = shown(bot_api, GROUP)
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


def test_who_has_blocked_the_bot_waits_on_in_words(office: Browser, bot_api: TelegramEmulator) -> None:
    bot_api.user_says(ANNA, "Qual è la tolleranza?")
    there = conversation(page(office, "Qual è la tolleranza?"))
    bot_api.blocked_by.add(ANNA)
    office.post(f"{there}/answer", form_page=there, text="La tolleranza è H7.")
    page(office, "has blocked the bot", 'class="wait', "delivery failed", there=there)


def test_the_colleagues_bot_is_refused(office: Browser, server: Server, bot_api: TelegramEmulator) -> None:
    other = ("channel", "add", "telegram", "--name", "bot", "--token-file", "-")
    assert server.run(*other, stdin=bot_api.token, check=False) == []
    with server.database.reading() as session:
        assert session.scalars(select(Channel).where(Channel.kind == "telegram")).all() == []
