"""What a Mastodon server's refusals say, as the contract's one exception (https://docs.joinmastodon.org/entities/Error/,
https://docs.joinmastodon.org/api/rate-limits/)."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.base import ConnectorError
from connectors.http import MAX_WAIT_SECONDS, Answer
from connectors.values import instant, text, thing

TOKEN, GONE = "token", "gone"
BUSY_SECONDS = 60.0
LONGEST = 300


def explain(answer: Answer) -> ConnectorError:
    """The error in words; `uncertain` where it is not known whether the call was carried out."""
    try:
        error = text(thing(json.loads(answer.body)).get("error"))
    except (ValueError, RecursionError):
        error = ""
    words = " ".join(error.split())[:LONGEST] or f"answer {answer.status}"
    if answer.status == 429:
        return ConnectorError(f"Mastodon is busy: {words}", retry_after=reset(answer) or BUSY_SECONDS)
    if answer.status == 401:
        return ConnectorError(f"Mastodon does not accept the access token: {words}", permanent=True, code=TOKEN)
    if answer.status == 403:
        return ConnectorError(f"The access token may not do this: {words}", permanent=True, code=TOKEN)
    if answer.status in (404, 410):
        return ConnectorError(f"Mastodon does not have this: {words}", permanent=True, code=GONE)
    if 300 <= answer.status < 400:
        return ConnectorError("The server has moved: please enter the address to which it leads", permanent=True)
    if answer.status >= 500:
        return ConnectorError(f"Mastodon failed: {words}", retry_after=answer.retry_after, uncertain=True)
    return ConnectorError(f"Mastodon refused: {words}", permanent=True)


def reset(answer: Answer) -> float:
    """Seconds that the server asks to wait, by its own clock; 0 without a wish."""
    until = instant(answer.headers.get("x-ratelimit-reset"))
    if answer.retry_after or until is None:
        return answer.retry_after
    try:
        there = parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC)
    except ValueError:
        there = datetime.now(UTC)
    return min(max(1.0, (until - there).total_seconds()), MAX_WAIT_SECONDS)
