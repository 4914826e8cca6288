"""What is stored of an outgoing message, as the connector's message again."""

from collections.abc import Sequence
from typing import Any

from connectors.base import Address, Outbound, Template
from connectors.base import Attachment as File
from inbox.blobs import Blobs
from inbox.models import Attachment


def outbound(envelope: dict[str, Any], external_id: str, attachments: Sequence[File]) -> Outbound:
    """The connector's message from the stored envelope."""
    return Outbound(
        to=[Address(one["address"], one.get("name", "")) for one in envelope["to"]],
        cc=[Address(one["address"], one.get("name", "")) for one in envelope.get("cc", ())],
        text=envelope["text"],
        external_id=external_id,
        subject=envelope.get("subject", ""),
        in_reply_to=envelope.get("in_reply_to", ""),
        references=envelope.get("references", ()),
        thread_key=envelope.get("thread_key", ""),
        attachments=attachments,
        headers=envelope.get("headers", {}),
        buttons=[[(label, value) for label, value in row] for row in envelope.get("buttons", ())],
        styles=[(str(style), int(begin), int(end)) for style, begin, end in envelope.get("styles", ())],
        asks=envelope.get("asks", ""),
        silent=envelope.get("silent", False),
        late=envelope.get("late", False),
        private=envelope.get("private", False),
        template=Template(**envelope["template"]) if "template" in envelope else None,
    )


def files(blobs: Blobs, rows: Sequence[Attachment]) -> list[File]:
    """Files with their bytes."""
    return [File(row.filename, row.content_type, blobs.get(row.sha256)) for row in rows]
