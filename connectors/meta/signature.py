"""How Meta shows that a call is its own (https://developers.facebook.com/docs/graph-api/webhooks/getting-started)."""

import hashlib
import hmac

from connectors.base import ConnectorError, WebhookRequest

HEADER = "x-hub-signature-256"
LONGEST_CHALLENGE = 500


def sign(body: bytes, secret: str) -> str:
    """What the header says of a body that is signed with the app's secret."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def check(request: WebhookRequest, secret: str) -> None:
    """Raises ConnectorError for a body, as it came, that the app's secret did not sign. Without a secret none is."""
    told = request.headers.get(HEADER, "")
    if not secret or not hmac.compare_digest(told.encode("utf-8", "replace"), sign(request.body, secret).encode()):
        raise ConnectorError("A call that Meta's app secret did not sign", permanent=True)


def challenge(request: WebhookRequest, token: str) -> str:
    """What Meta wants to hear back when it is told our address. Raises ConnectorError for another verify token."""
    told = request.query.get("hub.verify_token", "")
    asked = request.query.get("hub.challenge", "")
    is_ours = token and hmac.compare_digest(told.encode("utf-8", "replace"), token.encode())
    if not is_ours or request.query.get("hub.mode") != "subscribe" or not 0 < len(asked) <= LONGEST_CHALLENGE:
        raise ConnectorError("A challenge without this channel's verify token", permanent=True)
    return asked
