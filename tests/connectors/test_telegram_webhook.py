"""Telegram calls us: its secret, its updates, and that both ways give the same."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.abilities import Called
from connectors.base import ConnectorError, Push, WebhookRequest
from connectors.telegram import TelegramChannel
from connectors.telegram.reading import KINDS
from tests.emulators.telegram import TOKEN, TelegramEmulator
from tests.parts import receiver as receiver_part
from tests.parts.receiver import Receiver
from tests.parts.server import eventually

SECRET = "s-3cret_" + "x" * 20
HEADER = "x-telegram-bot-api-secret-token"
CHAT = 4242


@pytest.fixture
def called(bot_api: TelegramEmulator) -> Iterator[TelegramChannel]:
    found = TelegramChannel(bot_api.token, api_base=bot_api.url, read_timeout=2, webhook_secret=SECRET)
    yield found
    found.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiver_part.running() as running:
        yield running


def request(body: Any, secret: str | None = SECRET) -> WebhookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebhookRequest("POST", {HEADER: secret} if secret is not None else {}, {}, raw)


def test_it_is_a_channel_that_calls(called: TelegramChannel) -> None:
    as_push: Push = called
    as_called: Called = called
    assert as_push is as_called
    assert list(called.folders()) == []


def test_what_it_accepts_is_what_it_would_have_fetched(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.user_says(CHAT, "Serve un preventivo")
    (fetched,) = channel.fetch("updates", "").items
    (accepted,) = TelegramChannel(TOKEN, webhook_secret=SECRET).accept(request(fetched.body))
    assert (accepted.key, accepted.body, accepted.meta) == (fetched.key, fetched.body, fetched.meta)
    assert accepted.received_at == fetched.received_at


def test_a_press_is_received_now(called: TelegramChannel) -> None:
    (item,) = called.accept(request({"update_id": 5, "callback_query": {"id": "1", "from": {"id": 3}}}))
    assert abs((datetime.now(UTC) - item.received_at).total_seconds()) < 5


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "è", "\ud83d"])
def test_a_false_secret_is_refused(called: TelegramChannel, secret: str | None) -> None:
    with pytest.raises(ConnectorError) as caught:
        called.accept(request({"update_id": 5}, secret))
    assert caught.value.permanent
    assert SECRET not in caught.value.reason


@pytest.mark.parametrize("secret", [None, "", SECRET])
def test_a_bot_that_is_asked_takes_no_calls(channel: TelegramChannel, secret: str | None) -> None:
    with pytest.raises(ConnectorError) as caught:
        channel.accept(request({"update_id": 5}, secret))
    assert caught.value.permanent


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", {}, {"update_id": True}, {"update_id": "5"}, b"[" * 100_000])
def test_a_body_that_is_no_update_is_refused(called: TelegramChannel, body: Any) -> None:
    with pytest.raises(ConnectorError) as caught:
        called.accept(request(body))
    assert caught.value.permanent


@pytest.mark.parametrize("secret", ["a b", "è", "x" * 257, "x\n"])
def test_a_secret_that_telegram_would_not_take(secret: str) -> None:
    with pytest.raises(ValueError, match="1 to 256") as caught:
        TelegramChannel(TOKEN, webhook_secret=secret)
    assert secret not in str(caught.value)


def test_telegram_is_told_and_calls(bot_api: TelegramEmulator, called: TelegramChannel, receiver: Receiver) -> None:
    bot_api.user_says(CHAT, "before")
    called.set_webhook(receiver.url())
    bot_api.user_says(CHAT, "after")
    eventually(lambda: len(receiver.got) == 2)
    items = [
        item for _, headers, body in receiver.got for item in called.accept(WebhookRequest("POST", headers, {}, body))
    ]
    assert [json.loads(item.body)["message"]["text"] for item in items] == ["before", "after"]
    assert set(bot_api.webhook["allowed_updates"]) == set(KINDS)
    assert called.check()[-1] == f"Telegram calls {receiver.url()}"


def test_removing_it_loses_nothing(
    bot_api: TelegramEmulator, channel: TelegramChannel, called: TelegramChannel, receiver: Receiver
) -> None:
    receiver.answers = [receiver_part.Answer(503)] * 1000
    called.set_webhook(receiver.url())
    bot_api.user_says(CHAT, "x")
    eventually(lambda: receiver.got)
    with pytest.raises(ConnectorError, match="A webhook is set"):
        channel.fetch("updates", "")
    with pytest.raises(ConnectorError, match="1 messages wait at Telegram, which could not reach us: Wrong response"):
        called.check()
    channel.remove_webhook()
    assert len(channel.fetch("updates", "").items) == 1


def test_without_an_address_the_check_says_what_to_do(called: TelegramChannel) -> None:
    with pytest.raises(ConnectorError, match="no address to call"):
        called.check()


def test_an_address_without_encryption_is_refused_in_words(called: TelegramChannel) -> None:
    with pytest.raises(ConnectorError, match=r"https://.*public_url") as caught:
        called.set_webhook("http://example.org/hook")
    assert caught.value.permanent


def test_to_telegram_itself_only_an_encrypted_address_is_told() -> None:
    channel = TelegramChannel(TOKEN, webhook_secret=SECRET)
    with pytest.raises(ConnectorError, match=r"https://.*public_url"):
        channel.set_webhook("http://127.0.0.1:8000/hooks/telegram/1")


def test_waiting_asks_nothing_and_ends_when_woken(bot_api: TelegramEmulator, called: TelegramChannel) -> None:
    called.wait(0.05)
    called.wake()
    called.wait(60)
    assert bot_api.calls == []
