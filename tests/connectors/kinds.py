"""Every kind of channel as the contract's tests see it: how one is built, and how news comes to it.

A new kind takes its place in BUILT, and in CALLS where it is called, in ASKED where it is asked.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connectors.base import WebhookRequest
from connectors.x import hook as x_hook
from tests.emulators import graph_bodies, pages_bodies
from tests.emulators.mastodon import MastodonEmulator
from tests.emulators.telegram import TOKEN, TelegramEmulator
from tests.emulators.x import XEmulator
from tests.parts.program import KEY, says, signed

SECRET, NUMBER, PAGE, ACCOUNT = "a1b2c3", "106540352242922", "404217156637689", "17841405309211844"
_META = {"token": "t0ken", "secret": SECRET, "webhook_secret": "verify-me"}

# The settings by which one of each kind is built; what is not reached stands at port 1.
BUILT: Mapping[str, dict[str, Any]] = {
    "mail": {"address": "info@firm.test", "password": "secret", "imap_host": "127.0.0.1", "imap_port": 1},
    "telegram": {"token": TOKEN, "api_base": "http://127.0.0.1:1", "webhook_secret": "s3cret"},
    "telegram_customers": {"token": TOKEN, "api_base": "http://127.0.0.1:1", "webhook_secret": "s3cret"},
    "whatsapp": {"phone_number_id": NUMBER, "api_base": "http://127.0.0.1:1", **_META},
    "facebook": {"page_id": PAGE, "api_base": "http://127.0.0.1:1", **_META},
    "instagram": {"account_id": ACCOUNT, "page_id": PAGE, "api_base": "http://127.0.0.1:1", **_META},
    "mastodon": {"server": "http://127.0.0.1:1", "token": "t0ken"},
    "x": {"key": "k", "secret": SECRET, "token": "1001-t", "token_secret": "ts", "api_base": "http://127.0.0.1:1"},
    "program": {"source": "shop", "webhook_secret": KEY, "url": "http://127.0.0.1:1/"},
    "webhook": {"url": "http://127.0.0.1:1/", "secret": KEY},
    "webform": {},
    "sitechat": {},
    "console": {"folder": "unused"},
}


def _meta(body: bytes) -> WebhookRequest:
    return WebhookRequest("POST", graph_bodies.headers(body, SECRET), {}, body)


def _whatsapp(words: str, number: str) -> WebhookRequest:
    event = graph_bodies.message(NUMBER, "393331234567", "Anna", int(time.time()), graph_bodies.words(words))
    value = event["changes"][0]["value"] if "changes" in event else event["value"]
    value["messages"][0]["id"] = number
    return _meta(graph_bodies.call(event))


def _page(kind: str, account: str) -> Callable[[str, str], WebhookRequest]:
    def call(words: str, number: str) -> WebhookRequest:
        event = pages_bodies.message("7001", account, time.time(), {"text": words}, number)
        return _meta(pages_bodies.call(kind, account, event))

    return call


def _telegram(words: str, number: str) -> WebhookRequest:
    person = {"id": 42, "is_bot": False, "first_name": "Anna"}
    update = int("".join(one for one in number if one.isdigit())) + 1
    told = {
        "message_id": update,
        "date": int(time.time()),
        "chat": {"id": 42, "type": "private"},
        "from": person,
        "text": words,
    }
    body = json.dumps({"update_id": update, "message": told}).encode()
    return WebhookRequest("POST", {"x-telegram-bot-api-secret-token": "s3cret"}, {}, body)


def _program(words: str, number: str) -> WebhookRequest:
    body, headers = signed(says(words, id=number))
    return WebhookRequest("POST", headers, {}, body)


def _x(words: str, number: str) -> WebhookRequest:
    digits = "".join(one for one in number if one.isdigit())
    said = {"target": {"recipient_id": "1001"}, "sender_id": "7", "message_data": {"text": words}}
    event = {"type": "message_create", "id": f"9{digits}", "created_timestamp": "1769850000000", "message_create": said}
    people = {"7": {"id": "7", "name": "Anna Verdi", "screen_name": "annav"}}
    body = json.dumps({"for_user_id": "1001", "direct_message_events": [event], "users": people}).encode()
    return WebhookRequest("POST", {x_hook.HEADER: x_hook.sign(body, SECRET)}, {}, body)


# A call with one message of these words and this number, as the platform makes it.
CALLS: Mapping[str, Callable[[str, str], WebhookRequest]] = {
    "telegram": _telegram,
    "telegram_customers": _telegram,
    "whatsapp": _whatsapp,
    "facebook": _page(pages_bodies.PAGE, PAGE),
    "instagram": _page(pages_bodies.INSTAGRAM, ACCOUNT),
    "x": _x,
    "program": _program,
}


@contextmanager
def _bot() -> Iterator[tuple[dict[str, Any], Callable[[str], object]]]:
    with TelegramEmulator() as bot:
        yield {"token": bot.token, "api_base": bot.url}, lambda words: bot.user_says(42, words)


@contextmanager
def _server() -> Iterator[tuple[dict[str, Any], Callable[[str], object]]]:
    with MastodonEmulator() as server:
        yield {"server": server.url, "token": server.token}, lambda words: server.says("anna@verdi.test", words)


@contextmanager
def _account() -> Iterator[tuple[dict[str, Any], Callable[[str], object]]]:
    with XEmulator() as x:
        x.people["7"] = ("Anna Verdi", "annav")
        yield {**x.keys, "api_base": x.url}, lambda words: x.mentions("7", words)


# Settings that reach an emulator, and how somebody writes there.
ASKED: Mapping[str, Any] = {"telegram": _bot, "telegram_customers": _bot, "mastodon": _server, "x": _account}
