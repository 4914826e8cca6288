"""A colleague links Telegram by a one-time deep link and a yes on the page, and is told there."""

import re
from collections.abc import Iterator

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.parts.company import ENGINEER, MANAGER, mail, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.long import LONG
from tests.parts.server import Browser, Server, eventually
from tests.parts.smtp import Peer

pytestmark = LONG

CHAT, STRANGER = 4242, 777


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def linked(server: Server, dovecot: Dovecot, smtp_peer: Peer, bot_api: TelegramEmulator) -> str:
    """A running server whose engineer has linked Telegram; gives the mailbox's login name."""
    server.environment["CENTRALINO_TELEGRAM_API"] = bot_api.url
    user = set_up(server, dovecot, smtp_peer)
    server.run("channel", "add", "telegram", "--name", "bot", "--token-file", "-", stdin=bot_api.token)
    server.start()
    browser = server.sign_in(ENGINEER)
    token = deep_link(browser)
    bot_api.user_says(STRANGER, "/start wrong-token")
    bot_api.user_says(CHAT, f"/start {token}")
    yes = eventually(lambda: re.search(r'action="(/me/links/\d+/confirmation)"', browser.get("/me").text))
    browser.post(yes[1], form_page="/me")
    eventually(lambda: len(texts(bot_api, CHAT)) == 2)
    return user


def test_a_linked_colleague_is_told_on_telegram(
    linked: str, server: Server, dovecot: Dovecot, bot_api: TelegramEmulator
) -> None:
    dovecot.append(linked, mail("Giunto GX-40", "Qual è la tolleranza del foro?"))
    card, words = eventually(lambda: len(found := texts(bot_api, CHAT)[2:]) == 2 and found)
    assert "Giunto GX-40" in card
    assert "Domande tecniche" in card
    assert words == "Qual è la tolleranza del foro?"
    assert not texts(bot_api, STRANGER)


def test_a_link_works_once(linked: str, server: Server, bot_api: TelegramEmulator) -> None:
    browser = server.sign_in(MANAGER)
    token = deep_link(browser)
    bot_api.user_says(CHAT + 1, f"/start {token}")
    eventually(lambda: texts(bot_api, CHAT + 1))
    bot_api.user_says(STRANGER, f"/start {token}")
    bot_api.user_says(CHAT, "grazie")
    eventually(lambda: len(texts(bot_api, CHAT)) >= 3)
    assert not texts(bot_api, STRANGER)


def test_an_unlinked_chat_hears_nothing_more(
    linked: str, server: Server, dovecot: Dovecot, smtp_peer: Peer, bot_api: TelegramEmulator
) -> None:
    browser = server.sign_in(ENGINEER)
    removal = re.search(r'action="(/me/links/\d+/removal)"', browser.get("/me").text)
    assert removal
    browser.post(removal[1], form_page="/me")
    dovecot.append(linked, mail("Giunto GX-40", "Qual è la tolleranza del foro?"))
    smtp_peer.wait_for(ENGINEER, seconds=30)
    assert len(texts(bot_api, CHAT)) == 2


def deep_link(browser: Browser) -> str:
    page = browser.post("/me/telegram", form_page="/me").text
    found = re.search(r"https://t\.me/\w+\?start=([\w-]+)", page)
    assert found, page
    return found[1]


def texts(bot_api: TelegramEmulator, chat: int) -> list[str]:
    return [
        str(call["text"])
        for method, call in bot_api.sent
        if method == "sendMessage" and str(call["chat_id"]) == str(chat)
    ]
