"""What went wrong with a call, as the contract's one exception."""

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from connectors.base import ConnectorError

_NEVER_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def explain(error: Exception, *, sending: bool) -> ConnectorError:
    """The error in words for the manager. `sending`: a doubt whether it was carried out makes it `uncertain`."""
    if isinstance(error, RetryAfter):
        # The public attribute warns that its type will change.
        seconds = error._retry_after.total_seconds()
        return ConnectorError(f"Telegram asks to wait {seconds:.0f} s", retry_after=seconds)
    if isinstance(error, InvalidToken):
        return ConnectorError("Telegram does not accept this bot token: copy it again from @BotFather", permanent=True)
    if isinstance(error, Conflict):
        return ConnectorError(_conflict(error.message))
    if isinstance(error, ChatMigrated):
        return ConnectorError(f"This chat has moved to number {error.new_chat_id}", permanent=True)
    if isinstance(error, Forbidden | BadRequest):
        return ConnectorError(f"Telegram refused: {error.message}", permanent=True)
    return _network(error, sending)


def _conflict(description: str) -> str:
    if "webhook" in description.lower():
        return "A webhook is set for this bot: remove it (deleteWebhook), so that messages can be fetched"
    return "Another program reads this bot's messages with the same token: only one may. Stop it, or make a second bot"


def _network(error: Exception, sending: bool) -> ConnectorError:
    cause = error.__cause__
    if isinstance(cause, _NEVER_REACHED):
        return ConnectorError("Telegram could not be reached")
    if isinstance(cause, httpx.TimeoutException):
        return ConnectorError("Telegram did not answer in time", uncertain=sending)
    if isinstance(cause, httpx.HTTPError):
        return ConnectorError("The connection to Telegram broke before its answer came", uncertain=sending)
    if isinstance(error, NetworkError) and "too large" in error.message.lower():
        return ConnectorError("Telegram refused: a file is larger than it takes (50 MB)", permanent=True)
    if isinstance(error, NetworkError) and cause is None:
        # A 5xx in the Bot API's own words: it says that the call failed. A gateway's page (below) says nothing.
        return ConnectorError(f"Telegram failed: {error.message}")
    told = (
        error.message if isinstance(error, TelegramError) and not isinstance(error, NetworkError) else "no sense in it"
    )
    return ConnectorError(f"Telegram's answer could not be read ({told})", uncertain=sending)
