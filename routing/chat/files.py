"""The file of a colleague's message, fetched from the chat's service before anything is written down."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.abilities import Chat
from connectors.base import Connector, ConnectorError
from inbox.blobs import digest
from inbox.colleague_chat import Said

_ENDINGS = {"image/jpeg": ".jpg", "audio/ogg": ".ogg", "video/mp4": ".mp4"}


@dataclass(frozen=True, slots=True)
class File:
    """`key`: the kind of file and its id there."""

    key: str
    filename: str
    content_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Its name in the blob store."""
        return digest(self.content)


def fetch(told: Said, connector_for: Callable[[int], Connector]) -> File | str | None:
    """The file that came along, None where there is none; what is to be said where it cannot be had.

    Raises ConnectorError where a later try may help.
    """
    file_id = told.facts.get("file_id")
    if not file_id or told.press:
        return None
    connector = connector_for(told.channel_id)
    if not isinstance(connector, Chat):
        return None
    try:
        content = connector.download(file_id)
    except ConnectorError as error:
        if not error.permanent:
            raise
        return error.reason
    kind, content_type = told.facts.get("media", "file"), told.facts.get("mime") or "application/octet-stream"
    name = told.facts.get("file_name") or f"{kind}{_ENDINGS.get(content_type, '')}"
    return File(f"{kind}:{told.key}", name, content_type, content)
