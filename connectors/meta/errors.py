"""What went wrong with a call of the Graph API, as the contract's one exception
(https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes,
https://developers.facebook.com/docs/messenger-platform/error-codes)."""

import json

from connectors.base import ConnectorError
from connectors.http import Answer
from connectors.values import Json, text, thing

# What a person can mend: the token and what it permits; the time in which one may write freely.
TOKEN, WINDOW, BLOCKED = "token", "window", "blocked"
_TOKEN_CODES = frozenset({0, 3, 10, 102, 190, 131005, *range(200, 300)})
_WINDOW_CODES = frozenset({131047})
_BUSY_CODES = frozenset({4, 17, 32, 613, 80001, 80002, 80006, 80007, 130429, 131048, 131056})
_PASSING_CODES = frozenset({1, 2, 1200, 131000, 131016, 131057, 133004})
_BLOCKED_CODES = frozenset({551})
# The same codes stand for many things; these say which.
_WINDOW_SUBCODES = frozenset({2018065, 2018108, 2018278, 2534022})
_BLOCKED_SUBCODES = frozenset({1545041, 2018001})
# "The messages are all sent successfully, but the endpoint returns an error."
_DOUBTFUL_SUBCODES = frozenset({1357046})
# So long one waits where the platform is busy and does not say for how long.
BUSY_SECONDS = 60.0
LONGEST = 300


def said(error: Json) -> str:
    """The platform's words for an error, with its number."""
    details = text(thing(error.get("error_data")).get("details"))
    words = details or text(error.get("error_user_msg")) or text(error.get("message")) or text(error.get("title"))
    number = text(error.get("code"))
    return f"{' '.join(words.split())[:LONGEST]}{f' ({number})' if number else ''}".strip()


def explain(answer: Answer, platform: str, *, sending: bool) -> ConnectorError:
    """The error in words. `sending`: a doubt whether it was carried out makes it `uncertain`."""
    try:
        error = thing(thing(json.loads(answer.body)).get("error"))
    except (ValueError, RecursionError):
        error = {}
    code, subcode = (one if isinstance(one, int) else -1 for one in (error.get("code"), error.get("error_subcode")))
    words = said(error) or f"answer {answer.status}"
    if code in _BUSY_CODES or answer.status == 429:
        return ConnectorError(f"{platform} is busy: {words}", retry_after=answer.retry_after or BUSY_SECONDS)
    if code in _WINDOW_CODES or subcode in _WINDOW_SUBCODES:
        told = f"More time has passed since the customer's last message than {platform} allows: {words}"
        return ConnectorError(told, permanent=True, code=WINDOW)
    if code in _BLOCKED_CODES or subcode in _BLOCKED_SUBCODES:
        told = f"{platform} does not let this person be written to: {words}"
        return ConnectorError(told, permanent=True, code=BLOCKED)
    if code in _TOKEN_CODES or answer.status == 401:
        return ConnectorError(f"{platform} does not accept the access token: {words}", permanent=True, code=TOKEN)
    is_doubtful = subcode in _DOUBTFUL_SUBCODES
    if not is_doubtful and (code in _PASSING_CODES or (error and answer.status >= 500)):
        # Meta's own words say that the call failed.
        return ConnectorError(f"{platform} failed: {words}", retry_after=answer.retry_after)
    if is_doubtful or answer.status >= 500 or 300 <= answer.status < 400:
        # A gateway's page says nothing of what became of the call.
        return ConnectorError(f"{platform} failed: {words}", uncertain=sending)
    return ConnectorError(f"{platform} refused: {words}", permanent=True)
