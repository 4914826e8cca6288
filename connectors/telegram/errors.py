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
from connectors.telegram.files import too_large
from connectors.telegram.hook import NOT_HTTPS

_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NEVER_REACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def explain(error: Exception, *, sending: bool) -> ConnectorError:
    """The error in words for the manager. `sending`: a doubt whether it was carried out makes it `uncertain`."""
    if isinstance(error, RetryAfter):
        # The public attribute warns that its type will change.
        seconds = error._retry_after.total_seconds()
        return ConnectorError(f"Telegram asks to wait {seconds:.0f} s", retry_after=seconds)
    if isinstance(error, InvalidToken):
        told = "Telegram does not accept this bot token: copy it again from @BotFather"
        return ConnectorError(told, permanent=True, code="token")
    if isinstance(error, Conflict):
        return ConnectorError(_conflict(error.message))
    if isinstance(error, ChatMigrated):
        told = f"This chat has moved to number {error.new_chat_id}"
        return ConnectorError(told, permanent=True, code="moved", moved_to=str(error.new_chat_id))
    if isinstance(error, Forbidden):
        return ConnectorError(f"Telegram refused: {error.message}", permanent=True, code="blocked")
    if isinstance(error, BadRequest):
        return _refused(error.message)
    return _network(error, sending)


def _refused(description: str) -> ConnectorError:
    words = description.lower()
    if "file is too big" in words:
        return ConnectorError(too_large(), permanent=True)
    if "file_id" in words or "file identifier" in words:
        return ConnectorError("Telegram does not know this file", permanent=True)
    if "https url must be provided" in words:
        return ConnectorError(NOT_HTTPS, permanent=True)
    code = "gone" if any(mark in words for mark in _GONE) else ""
    return ConnectorError(f"Telegram refused: {description}", permanent=True, code=code)


def _conflict(description: str) -> str:
    if "webhook" in description.lower():
        return "A webhook is set for this bot: `channel webhook NAME --off` removes it, so that messages can be fetched"
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
