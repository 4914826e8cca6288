"""What went wrong with a call of the Graph API, as the contract's one exception
(https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes)."""

import json

from connectors.base import ConnectorError
from connectors.http import Answer
from connectors.meta.values import Json, text, thing

# What a person can mend: the token and what it permits; the time in which one may write freely.
TOKEN, WINDOW = "token", "window"
_TOKEN_CODES = frozenset({0, 3, 10, 102, 190, 131005, *range(200, 300)})
_WINDOW_CODES = frozenset({131047})
_BUSY_CODES = frozenset({4, 17, 32, 613, 80007, 130429, 131048, 131056})
_PASSING_CODES = frozenset({1, 2, 131000, 131016, 131057, 133004})
# So long one waits where the platform is busy and does not say for how long.
BUSY_SECONDS = 60.0
LONGEST = 300


def said(error: Json) -> str:
    """The platform's words for an error, with its number."""
    details = text(thing(error.get("error_data")).get("details"))
    words = details or text(error.get("error_user_msg")) or text(error.get("message")) or text(error.get("title"))
    number = text(error.get("code"))
    return f"{' '.join(words.split())[:LONGEST]}{f' ({number})' if number else ''}".strip()


def explain(answer: Answer, *, sending: bool) -> ConnectorError:
    """The error in words. `sending`: a doubt whether it was carried out makes it `uncertain`."""
    try:
        error = thing(thing(json.loads(answer.body)).get("error"))
    except (ValueError, RecursionError):
        error = {}
    number = error.get("code")
    code = number if isinstance(number, int) else -1
    words = said(error) or f"answer {answer.status}"
    if code in _BUSY_CODES or answer.status == 429:
        return ConnectorError(f"WhatsApp is busy: {words}", retry_after=answer.retry_after or BUSY_SECONDS)
    if code in _TOKEN_CODES or answer.status == 401:
        return ConnectorError(f"WhatsApp does not accept the access token: {words}", permanent=True, code=TOKEN)
    if code in _WINDOW_CODES:
        told = f"More than 24 hours have passed since the customer's last message: {words}"
        return ConnectorError(told, permanent=True, code=WINDOW)
    if code in _PASSING_CODES or (error and answer.status >= 500):
        # Meta's own words say that the call failed.
        return ConnectorError(f"WhatsApp failed: {words}", retry_after=answer.retry_after)
    if answer.status >= 500 or 300 <= answer.status < 400:
        # A gateway's page says nothing of what became of the call.
        return ConnectorError(f"WhatsApp failed: {words}", uncertain=sending)
    return ConnectorError(f"WhatsApp refused: {words}", permanent=True)
