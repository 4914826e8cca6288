"""Calls of HubSpot's API, and what its errors mean
(https://developers.hubspot.com/docs/api-reference/latest/error-handling)."""

import json
from typing import Any

from connectors import http
from connectors.base import ConnectorError
from connectors.crm import base
from connectors.values import text, thing, things

_CODES = {401: "token", 403: "access", 404: "gone", 409: "conflict"}
# So it says what a unique property refuses, which it does with 400 as well.
_TAKEN = ("already has that value", "CONFLICTING_UNIQUE_VALUE", "already exists")


class Caller:
    """Asks by the token of a private app."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, {} for an empty one. Raises ConnectorError."""
        url = self._url + path
        answer, words = base.send(method, url, body, {"authorization": f"Bearer {self._key}"})
        if not 200 <= answer.status < 300:
            raise self._refused(answer, words)
        return base.parsed(answer, url) if answer.body.strip() else {}

    def _refused(self, answer: http.Answer, words: str) -> ConnectorError:
        passing = answer.status in (423, 429) or answer.status >= 500
        said = _said(answer.body) or words
        code = "" if passing else _CODES.get(answer.status, "field")
        if answer.status == 400 and any(one in said for one in _TAKEN):
            code = "conflict"
        reason = f"HubSpot answered {answer.status}: {said}".replace(self._key, "…")[: base.MOST_WORDS]
        # Somebody else has just made it: next time it is found.
        permanent = not passing and code != "conflict"
        return ConnectorError(reason, permanent=permanent, code=code, retry_after=answer.retry_after if passing else 0)


def _said(body: bytes) -> str:
    """The message, and what is missing or wrong in particular; any of these fields may be missing."""
    try:
        told = thing(json.loads(body))
    except (ValueError, RecursionError):
        return ""
    said = [text(told.get("message"))]
    for one in things(told.get("errors")):
        said.append(text(one.get("message")))
        scopes = thing(one.get("context")).get("requiredGranularScopes")
        said += [text(scope) for scope in scopes] if isinstance(scopes, list) else []
    return " ".join(" ".join(part for part in said if part).split())
