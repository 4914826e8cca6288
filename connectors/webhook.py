"""The webhook channel: tells another program by a signed POST (https://www.standardwebhooks.com). It only sends.

A repeat carries the same webhook-id, by which the receiver knows it: so whatever went wrong may be tried again.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from standardwebhooks import Webhook

from connectors import base, http

MAX_WORDS = 200


class WebhookChannel:
    """Posts to `url`, signed with `secret` (whsec_ and base64); `ca_file` for a certificate authority of one's own."""

    kind: ClassVar[str] = "webhook"

    def __init__(self, *, url: str, secret: str, ca_file: str = "") -> None:
        http.check_url(url)
        self._signer = signer(secret)
        self._url, self._ca_file = url, ca_file

    def address(self) -> str:
        """Where it goes, as shown: without the path, which may be a secret."""
        return http.place(self._url)

    def read(self, raw: base.RawItem) -> Sequence[base.Reading]:
        """See `Connector`. Nothing comes by this channel."""
        return [base.Ignored("a webhook only sends")]

    def send(self, message: base.Outbound, committing: Callable[[], None]) -> base.Sent:
        """See `Connector`. `text` is the JSON, `external_id` the webhook-id."""
        committing()
        post(self._url, self._signer, message.external_id, message.text, ca_file=self._ca_file)
        return base.Sent(message.external_id)

    def check(self) -> Sequence[str]:
        """See `Connector`. Sends nothing."""
        return [f"{http.probe(self._url, ca_file=self._ca_file)}; nothing was sent"]


def signer(secret: str) -> Webhook:
    """What signs and checks with a secret. Raises ValueError."""
    try:
        return Webhook(secret)
    except Exception:
        # Not chained, and without the value: it is a secret.
        raise ValueError("secret: must be whsec_ and base64") from None


def post(url: str, signed_by: Webhook, number: str, text: str, *, ca_file: str = "") -> None:
    """Post a JSON text, signed, under a webhook-id. Raises ConnectorError."""
    moment = datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": number,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signed_by.sign(number, moment, text),
    }
    answer = http.post(url, text.encode(), headers, ca_file=ca_file)
    if not 200 <= answer.status < 300:
        raise _refused(answer, http.place(url))


def _refused(answer: http.Answer, where: str) -> base.ConnectorError:
    if 300 <= answer.status < 400:
        said = f"{where} points to another address ({answer.status}): the webhook needs the final one"
        return base.ConnectorError(said, permanent=True)
    words = " ".join(answer.body.decode("utf-8", "replace").split())[:MAX_WORDS]
    passing = answer.status == 429 or answer.status >= 500
    said = f"{where} answered {answer.status}" + (f": {words}" if words else "")
    return base.ConnectorError(said, permanent=not passing, retry_after=answer.retry_after if passing else 0)
