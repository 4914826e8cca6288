"""Calls of X: whether they are its own (https://docs.x.com/x-api/webhooks/quickstart)."""

import base64
import hashlib
import hmac
import json

from connectors.base import ConnectorError, WebhookRequest

HEADER = "x-twitter-webhooks-signature"
LONGEST = 500


def sign(content: bytes, secret: str) -> str:
    """What X writes beside a call, and wants to hear of its challenge."""
    return "sha256=" + base64.b64encode(hmac.digest(secret.encode(), content, hashlib.sha256)).decode()


def check(request: WebhookRequest, secret: str) -> None:
    """Raises ConnectorError(permanent) for a call that is not X's."""
    given = request.headers.get(HEADER, "")
    if not secret or not hmac.compare_digest(given.encode(), sign(request.body, secret).encode()):
        raise ConnectorError("A call that X did not sign", permanent=True)


def challenge(request: WebhookRequest, secret: str) -> str:
    """What X wants to hear, as JSON. Raises ConnectorError(permanent)."""
    token = request.query.get("crc_token", "")
    if not secret or not 0 < len(token) <= LONGEST:
        raise ConnectorError("No challenge of X", permanent=True)
    return json.dumps({"response_token": sign(token.encode(), secret)})
