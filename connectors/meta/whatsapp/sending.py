"""An answer as the Cloud API's messages (https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages)."""

import re
from collections.abc import Sequence
from typing import Any

from connectors.base import Attachment, ConnectorError, Outbound

# Where to cut is the same question for every chat, and its units are never fewer than signs.
from connectors.telegram.text import cut
from connectors.values import Json, text, things

LONGEST_TEXT = 4096
# What is shown at once, by type; anything else goes as a document.
_SHOWN = {
    "image/jpeg": "image", "image/png": "image", "video/mp4": "video", "video/3gpp": "video", "audio/aac": "audio",
    "audio/amr": "audio", "audio/mpeg": "audio", "audio/mp4": "audio", "audio/ogg": "audio",
}  # fmt: skip
_MOST = {"image": 5_000_000, "video": 16_000_000, "audio": 16_000_000, "document": 100_000_000}
_NUMBER = re.compile(r"\+?\d{5,20}", re.ASCII)
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?\w{1,128}", re.ASCII | re.IGNORECASE)


def shape(file: Attachment) -> str:
    """How a file goes: image, video, audio, document; one that is too large to be shown goes as a document."""
    found = _SHOWN.get(file.content_type.partition(";")[0].strip().lower(), "document")
    return found if len(file.content) <= _MOST[found] else "document"


def fitting(file: Attachment) -> Attachment:
    """The file, where the platform takes one of its size. Raises ConnectorError."""
    if not file.content or len(file.content) > _MOST["document"]:
        raise ConnectorError(
            f"WhatsApp takes no file that is empty or larger than 100 MB: {file.filename}", permanent=True
        )
    return file


def media_fields(file: Attachment) -> dict[str, str]:
    """What goes with a file that is left there."""
    return {"messaging_product": "whatsapp", "type": file.content_type or "application/octet-stream"}


def parts(message: Outbound, files: Sequence[tuple[str, Attachment]]) -> list[dict[str, Any]]:
    """The requests, in order; `files` with the ids under which they were left there."""
    if message.template is not None:
        contents = [_template(message)]
    else:
        contents = [
            {"type": "text", "text": {"body": one, "preview_url": False}} for one in cut(message.text, LONGEST_TEXT)
        ]
    contents += [_file(number, file) for number, file in files]
    common = {"messaging_product": "whatsapp", **_recipient(message.to[0].address)}
    if message.external_id:
        common["biz_opaque_callback_data"] = message.external_id
    found = [{**common, **one} for one in contents]
    if found and message.in_reply_to:
        found[0]["context"] = {"message_id": message.in_reply_to}
    return found


def sent_id(answer: Json) -> str:
    """The platform's name for what was sent."""
    return next((text(one.get("id")) for one in things(answer.get("messages"))), "")


def _recipient(address: str) -> dict[str, str]:
    if _NUMBER.fullmatch(address):
        return {"recipient_type": "individual", "to": address}
    if _USER_ID.fullmatch(address):
        return {"recipient_type": "individual", "recipient": address}
    return {"recipient_type": "group", "to": address}


def _file(number: str, file: Attachment) -> dict[str, Any]:
    kind = shape(file)
    return {"type": kind, kind: {"id": number, **({"filename": file.filename or "file"} if kind == "document" else {})}}


def _template(message: Outbound) -> dict[str, Any]:
    chosen = message.template
    assert chosen is not None
    found: dict[str, Any] = {"name": chosen.name, "language": {"code": chosen.language}}
    if chosen.values:
        values = [{"type": "text", "text": one} for one in chosen.values]
        found["components"] = [{"type": "body", "parameters": values}]
    return {"type": "template", "template": found}
