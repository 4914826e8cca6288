"""The console channel: it stands where a channel that sends would, and only writes what would have gone out.

Every message becomes a file in a folder: a mail as .eml, anything else as .txt. There is no network behind it.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from connectors import base


class ConsoleChannel:
    """Writes into `folder` what it is given to send, as coming from `address`."""

    kind: ClassVar[str] = "console"

    def __init__(self, *, folder: str, address: str = "", name: str = "") -> None:
        if not folder:
            raise ValueError("folder: a folder to write into is needed")
        self._folder = Path(folder)
        self._sender = base.Address(address, name)

    def read(self, raw: base.RawItem) -> Sequence[base.Reading]:
        """See `Connector`."""
        return read_item(raw)

    def send(self, message: base.Outbound, committing: Callable[[], None]) -> base.Sent:
        """See `Connector`. The provider's id is the file's name."""
        content, ending = self._written(message)
        committing()
        self._folder.mkdir(parents=True, exist_ok=True)
        mark = hashlib.sha256(message.external_id.encode() + content).hexdigest()[:8]
        path = self._folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{mark}{ending}"
        aside = path.with_name(f".{path.name}")
        aside.write_bytes(content)
        os.replace(aside, path)
        return base.Sent(path.name)

    def check(self) -> Sequence[str]:
        """See `Connector`."""
        return [f"nothing is sent: what would go out is written into {self._folder}"]

    def _written(self, message: base.Outbound) -> tuple[bytes, str]:
        from connectors.mail.compose import compose

        if "@" in self._sender.address and all("@" in one.address for one in message.to):
            return compose(message, self._sender), ".eml"
        to = ", ".join(one.address for one in message.to)
        return f"{to}\n\n{message.text}\n".encode(), ".txt"


def read_item(raw: base.RawItem) -> Sequence[base.Reading]:
    """Raw items are mails, as the mail channel reads them."""
    from connectors.mail.channel import read_item as read_mail

    return read_mail(raw)
