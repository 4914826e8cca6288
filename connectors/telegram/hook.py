"""Telegram calls us: the webhook (https://core.telegram.org/bots/api#setwebhook)."""

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.base import ConnectorError, RawItem, WebhookRequest
from connectors.telegram.reading import KINDS, lane, occurred_at, parse

if TYPE_CHECKING:
    from telegram import Bot

HEADER = "x-telegram-bot-api-secret-token"
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
NOT_HTTPS = "Telegram calls only addresses that begin with https://: set public_url to one"
# Calls at once. Ours are short, and a small firm's bot has few.
MAX_CONNECTIONS = 8


def raw_item(body: bytes, now: datetime) -> RawItem | None:
    """An update's bytes as a raw item, the same whichever way it came; None for what is none."""
    update = parse(body)
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return RawItem(str(number), occurred_at(update) or now, body, {"lane": lane(update)})


def accept(secret: str, request: WebhookRequest) -> Sequence[RawItem]:
    """See `Push.accept`. Without a secret nothing is accepted."""
    told = request.headers.get(HEADER, "")
    if not secret or not secrets.compare_digest(told.encode("utf-8", "replace"), secret.encode()):
        raise ConnectorError("A call without this bot's secret", permanent=True)
    item = raw_item(request.body, datetime.now(UTC))
    if item is None:
        raise ConnectorError("A call without an update", permanent=True)
    return [item]


async def begin(bot: "Bot", url: str, secret: str) -> None:
    """Have Telegram call `url`; what waits there is kept and comes first."""
    await bot.set_webhook(url, max_connections=MAX_CONNECTIONS, allowed_updates=KINDS, secret_token=secret)


async def look(bot: "Bot") -> str:
    """Whether Telegram calls us, in one sentence. Raises ConnectorError where it does not."""
    found = await bot.get_webhook_info()
    if not found.url:
        raise ConnectorError("Telegram has no address to call: `channel webhook NAME` tells it ours", permanent=True)
    if found.pending_update_count and found.last_error_message:
        waiting = f"{found.pending_update_count} messages wait at Telegram"
        raise ConnectorError(f"{waiting}, which could not reach us: {found.last_error_message}")
    return f"Telegram calls {found.url}"
