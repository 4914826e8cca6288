"""Each bot's list of commands, as Telegram shows it."""

from collections.abc import Iterator

import pytest

from inbox import channels
from inbox.app import App
from inbox.models import Channel
from routing.chat import announcing
from tests.emulators.telegram import TelegramEmulator
from tests.parts.server import Server, eventually


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


def test_the_list_is_italian_for_who_reads_italian_and_english_for_others(app: App, bot_api: TelegramEmulator) -> None:
    add_bot(app, bot_api)
    announcing.announce(app.database, app.connector_for)
    assert set(bot_api.commands) == {"", "it"}
    assert bot_api.commands[""]["queue"] == "who waits, and for how long"
    assert list(bot_api.commands["it"]) == ["mie", "coda", "cerca", "assente", "rientro", "tempi", "aiuto"]
    assert set(bot_api.commands["it"].values()).isdisjoint(bot_api.commands[""].values())


def test_a_bot_that_is_off_or_fails_keeps_no_other_from_its_list(app: App, bot_api: TelegramEmulator) -> None:
    for name in ("first", "second", "third"):
        add_bot(app, bot_api, name)
    with app.database.writing() as session:
        channels.by_name(session, "third").enabled = False
    bot_api.fail("setMyCommands", 500)
    announcing.announce(app.database, app.connector_for)
    assert [method for method, _ in bot_api.calls] == ["setMyCommands"] * 3, "one that failed, two languages of another"
    with app.database.reading() as session:
        assert [one.error for one in session.query(Channel)] == [""] * 3


def test_it_is_told_once_when_the_server_starts(server: Server, bot_api: TelegramEmulator) -> None:
    server.environment["CENTRALINO_TELEGRAM_API"] = bot_api.url
    server.run("channel", "add", "telegram", "--name", "bot", "--token-file", "-", stdin=bot_api.token)
    server.start()
    eventually(lambda: set(bot_api.commands) == {"", "it"})
    assert len([method for method, _ in bot_api.calls if method == "setMyCommands"]) == 2


def add_bot(app: App, bot_api: TelegramEmulator, name: str = "bot") -> None:
    app.settings.telegram_api = bot_api.url
    with app.database.writing() as session:
        channels.create(session, app.vault, "telegram", name, {"token": bot_api.token})
