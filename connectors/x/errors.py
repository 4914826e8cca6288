"""What X's refusals say, as the contract's one exception (https://docs.x.com/x-api/fundamentals/response-codes-and-errors,
https://docs.x.com/x-api/fundamentals/rate-limits)."""

import json
import time

from connectors.base import ConnectorError
from connectors.http import MAX_WAIT_SECONDS, Answer
from connectors.values import Json, text, thing, things

TOKEN, GONE, BLOCKED = "token", "gone", "blocked"
BUSY_SECONDS = 900.0
LONGEST = 300
# Parts of what X calls problems with the app or its token.
_ACCESS = ("oauth1-permissions", "client-forbidden", "client-not-enrolled", "unsupported-authentication")


def explain(answer: Answer) -> ConnectorError:
    """The error in words; `uncertain` where it is not known whether the call was carried out."""
    try:
        found = thing(json.loads(answer.body))
    except (ValueError, RecursionError):
        found = {}
    words = _words(found) or f"answer {answer.status}"
    if answer.status == 429:
        return ConnectorError(f"X asks to wait: {words}", retry_after=_reset(answer))
    if answer.status == 402:
        told = f"The credits at X are used up, or its spending limit is reached: {words}"
        return ConnectorError(told, permanent=True, retry_after=BUSY_SECONDS)
    is_access = any(one in f"{text(found.get('type'))} {text(found.get('reason'))}" for one in _ACCESS)
    if answer.status == 401 or (answer.status == 403 and is_access):
        return ConnectorError(f"X does not accept the keys: {words}", permanent=True, code=TOKEN)
    if answer.status == 404:
        return ConnectorError(f"X does not have this: {words}", permanent=True, code=GONE)
    if answer.status >= 500:
        return ConnectorError(f"X failed: {words}", retry_after=answer.retry_after, uncertain=True)
    return ConnectorError(f"X refused: {words}", permanent=True)


def _words(found: Json) -> str:
    """The problem in X's own words, which it keeps in several places."""
    inner = [text(one.get("message")) or text(one.get("detail")) for one in things(found.get("errors"))]
    words = text(found.get("detail")) or " ".join(filter(None, inner)) or text(found.get("title"))
    return " ".join(words.split())[:LONGEST]


def _reset(answer: Answer) -> float:
    """Seconds until X answers again."""
    until = answer.headers.get("x-rate-limit-reset", "")
    if answer.retry_after or not (until.isascii() and until.isdigit()):
        return answer.retry_after or BUSY_SECONDS
    return min(max(1.0, int(until[:12]) - time.time()), MAX_WAIT_SECONDS)
