"""The WhatsApp channel, through the Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api)."""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from connectors.base import Attachment, ConnectorError, Outbound, RawItem, Reading, Sent, WebhookRequest
from connectors.meta import signature
from connectors.meta.graph import OFFICIAL, Graph, too_large
from connectors.meta.whatsapp import cutting, sending
from connectors.meta.whatsapp.reading import read_item
from connectors.values import text

PLATFORM = "WhatsApp"
_QUALITY = {"GREEN": "good", "YELLOW": "middling", "RED": "bad"}
_ASKED = "display_phone_number,verified_name,quality_rating"


class WhatsappChannel:
    """One number of the firm's. `phone_number_id` and `token` are Meta's; `secret` is the app's, by which its calls are
    known; `webhook_secret` the verify token; `name` and `number` only for people.

    What `read` gives is told in `reading`.
    """

    kind: ClassVar[str] = "whatsapp"
    pushed_folder: ClassVar[str] = "events"

    def __init__(
        self,
        *,
        phone_number_id: str,
        token: str,
        secret: str = "",
        webhook_secret: str = "",
        name: str = "",
        number: str = "",
        api_base: str = OFFICIAL,
    ) -> None:
        if not re.fullmatch(r"\d{1,32}", phone_number_id, re.ASCII):
            raise ValueError(
                "phone_number_id: are digits, as Meta shows them beside the number (not the number itself)"
            )
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise ValueError("token: is one word without spaces, as Meta gave it")
        if secret and not re.fullmatch(r"[\x21-\x7e]+", secret):
            raise ValueError("secret: is one word without spaces, as Meta shows it among the app's settings")
        self._number_id, self._secret, self._verify = phone_number_id, secret, webhook_secret
        self._graph = Graph(api_base, token, PLATFORM)

    def accept(self, request: WebhookRequest) -> Sequence[RawItem]:
        """See `Push`. Each message, status and echo of a call is an item of its own."""
        signature.check(request, self._secret)
        return cutting.cut(request.body, self._number_id, datetime.now(UTC))

    def challenge(self, request: WebhookRequest) -> str:
        """See `Challenged`."""
        return signature.challenge(request, self._verify)

    def read(self, raw: RawItem) -> Sequence[Reading]:
        """What an event says."""
        return read_item(raw)

    def send(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        """Send the text, in several messages where it is longer than 4,096 signs, then the files, or a template.

        The provider's id is that of the first. A failure after the first part is `uncertain`: repeating would double
        it.
        """
        if not message.to:
            raise ConnectorError("Nobody to send to", permanent=True)
        # A file that is left there and never sent is forgotten by the platform.
        files = [(self._upload(sending.fitting(one)), one) for one in message.attachments]
        parts = sending.parts(message, files)
        if not parts:
            raise ConnectorError("WhatsApp sends no empty message", permanent=True)
        committing()
        sent: list[str] = []
        for part in parts:
            try:
                sent.append(sending.sent_id(self._graph.post(f"{self._number_id}/messages", part, sending=True)))
            except ConnectorError as error:
                if not sent:
                    raise
                told = f"Only {len(sent)} of {len(parts)} parts were sent. {error.reason}"
                raise ConnectorError(told, uncertain=True, code=error.code) from None
        return Sent(sent[0])

    def _upload(self, file: Attachment) -> str:
        found = self._graph.upload(f"{self._number_id}/media", sending.media_fields(file), "file", file)
        if not text(found.get("id")):
            raise ConnectorError("WhatsApp took a file and did not name it")
        return text(found.get("id"))

    def fetch_file(self, file_id: str, most: int) -> Attachment:
        """See `KeepsFiles`."""
        if not re.fullmatch(r"[\w.-]{1,100}", file_id, re.ASCII):
            raise ConnectorError("WhatsApp names no such file", permanent=True)
        found = self._graph.get(file_id, phone_number_id=self._number_id)
        size = found.get("file_size")
        if isinstance(size, int | str) and str(size).isdecimal() and int(size) > most:
            raise too_large(most)
        content = self._graph.download(text(found.get("url")), most)
        told = text(found.get("sha256")).lower()
        if re.fullmatch(r"[0-9a-f]{64}", told) and told != hashlib.sha256(content).hexdigest():
            raise ConnectorError("A file did not come whole")
        return Attachment("", text(found.get("mime_type")).partition(";")[0].strip(), content)

    def check(self) -> Sequence[str]:
        """Ask for the number's name and quality."""
        found = self._graph.get(self._number_id, fields=_ASKED)
        name, number = text(found.get("verified_name")), text(found.get("display_phone_number"))
        if not number:
            raise ConnectorError("This id is not that of a WhatsApp number: copy the phone number ID", permanent=True)
        quality = _QUALITY.get(text(found.get("quality_rating")).upper(), "not known yet")
        told = [f"WhatsApp number {number} ({name}) answers", f"Meta rates its quality as {quality}"]
        return told if self._secret else [*told, "Without the app secret no message can be taken in"]

    def address(self) -> str:
        """The number, as customers see it."""
        return text(self._graph.get(self._number_id, fields=_ASKED).get("display_phone_number"))
