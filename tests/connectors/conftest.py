"""The emulated Bot API, and a channel that talks to it."""

from collections.abc import Iterator

import pytest

from connectors.telegram import TelegramChannel
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    """A bot; at the end nothing was asked of it that the specification forbids."""
    with TelegramEmulator(plain_hooks=True) as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def channel(bot_api: TelegramEmulator) -> Iterator[TelegramChannel]:
    """The product's side of it."""
    found = TelegramChannel(bot_api.token, api_base=bot_api.url, read_timeout=2)
    yield found
    found.close()
