"""A bot that cannot reach us any more is told of like any channel that fails, and so is that it can again."""

from collections.abc import Iterator

import pytest

from inbox import channels, hooks
from inbox.app import App
from inbox.fetching import Fetchers
from inbox.models import Channel
from tests.emulators.telegram import TelegramEmulator
from tests.parts.server import eventually

URL = "https://centralino.firm.test"


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


def test_a_bot_that_cannot_reach_us_is_told_of(app: App, bot_api: TelegramEmulator) -> None:
    app.settings.telegram_api = bot_api.url
    with app.database.writing() as session:
        bot = channels.create(session, app.vault, "telegram", "bot", {"token": bot_api.token}).id
    hooks.switch_on(app.hooks(), bot, URL)
    bot_api.user_says(42, "nobody hears me")

    def error() -> str:
        with app.database.reading() as session:
            return session.get_one(Channel, bot).error

    fetchers = Fetchers(app.database, app.blobs, app.build_connector, 0.1)
    fetchers.keep_in_step()
    try:
        eventually(lambda: error().startswith("1 messages wait at Telegram, which could not reach us"))
        with bot_api.news:
            bot_api.done(bot_api.pending[0])
        eventually(lambda: error() == "")
        # Somebody removed it there, or we died before it was told.
        bot_api.webhook = {}
        eventually(lambda: "`channel webhook NAME` tells it ours" in error())
    finally:
        fetchers.stop()
    assert not any(method == "getUpdates" for method, _ in bot_api.calls)
