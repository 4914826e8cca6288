"""What some channels can do besides the contract (connectors.base)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from connectors.base import Address, Attachment, Batch, Outbound, RawItem, WebhookRequest


@runtime_checkable
class Counted(Protocol):
    """A pull channel whose server can still be asked what it holds, so that nothing is missed for ever."""

    def present(self, folder: str, begun: str, cursor: str) -> Sequence[str]:
        """The keys of all items that the server holds and that lie between two cursors. Raises ConnectorError."""
        ...

    def again(self, folder: str, keys: Sequence[str]) -> Sequence[RawItem]:
        """These items once more, a few at a time; those that are gone are left out. Raises ConnectorError."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A pull channel that is asked less often than others, because each question costs."""

    def pause(self) -> float:
        """How long (seconds) it is left alone between two questions, at least."""
        ...


@runtime_checkable
class TwoWay(Protocol):
    """A mailbox: its two ways can be tried apart, and it can be read backwards."""

    def check_reading(self) -> str:
        """Try to read; one sentence that says what works. Raises ConnectorError."""
        ...

    def check_sending(self) -> str:
        """Try to get as far as sending; one sentence. Raises ConnectorError."""
        ...

    def history(self, folder: str, days: int, cursor: str) -> Batch:
        """A page of the items of the last `days` days, by a cursor of its own ("" to begin). Raises ConnectorError."""
        ...


@runtime_checkable
class KeepsCopies(Protocol):
    """A channel with a place where people look for what was sent."""

    def keep_copy(self, message: Outbound) -> bool:
        """Put a sent message there unless it is there already; True if it was put. Raises ConnectorError."""
        ...


@runtime_checkable
class Chat(Protocol):
    """A channel whose messages can be changed after they were sent, and have buttons that people press."""

    def edit(self, provider_id: str, message: Outbound) -> None:
        """Put text, styles and buttons of `message` in place of those of a message of ours; no change is no error. May
        be repeated. Raises ConnectorError."""
        ...

    def answer_press(self, press_id: str, text: str = "", *, alert: bool = False) -> None:
        """End the waiting sign on a pressed button; `text` is shown for a moment, as an `alert` until it is put away.
        Raises ConnectorError."""
        ...

    def download(self, file_id: str) -> bytes:
        """The bytes of a file that a person sent. Raises ConnectorError."""
        ...


@runtime_checkable
class Commanded(Protocol):
    """A chat that shows people what they may type."""

    def set_commands(self, commands: Mapping[str, Mapping[str, str]]) -> None:
        """Put {command: what it does} in place of what is shown, by language (ISO 639-1, "" for all others). Raises
        ConnectorError."""
        ...


@runtime_checkable
class Called(Protocol):
    """A channel that has to be told by which address it may call us; it is a `Push` then."""

    def set_webhook(self, url: str) -> None:
        """Let it call `url` from now on, instead of being asked. Raises ConnectorError."""
        ...

    def remove_webhook(self) -> None:
        """Let it be asked again; nothing that waits is lost. Raises ConnectorError."""
        ...

    def check_calls(self) -> str:
        """Whether it calls us as it should, in a sentence; "" where it is asked instead. Raises ConnectorError."""
        ...


@runtime_checkable
class Challenged(Protocol):
    """A channel whose platform asks, before it calls an address, whether that is ours; it is a `Push` too."""

    def challenge(self, request: WebhookRequest) -> str:
        """What the platform wants to hear back. Raises ConnectorError(permanent) for anybody else."""
        ...


@runtime_checkable
class KeepsFiles(Protocol):
    """A channel whose messages only name their files, which the platform keeps for a while."""

    def fetch_file(self, file_id: str, most: int) -> Attachment:
        """A file, without a name, of at most `most` bytes. Raises ConnectorError, permanent where it cannot be had any
        more."""
        ...


@runtime_checkable
class Named(Protocol):
    """A channel whose messages only name their senders' ids; the platform tells who they are."""

    def profile(self, person_id: str) -> Address:
        """A sender with the name that the platform shows, "" where it shows none. Raises ConnectorError, permanent
        where it does not tell."""
        ...


@runtime_checkable
class Subscribes(Protocol):
    """A channel whose platform calls us only about the accounts that have asked for it; it is a `Push` too."""

    def subscribe(self) -> str:
        """Have the platform call us about all that this channel takes in; one sentence. May be repeated. Raises
        ConnectorError."""
        ...


@runtime_checkable
class Recalls(Protocol):
    """A channel that calls us, and whose platform can be asked for what it has kept besides."""

    def recall(self, since: datetime) -> Sequence[RawItem]:
        """What came from a moment (UTC) on, with the keys that calls give it. Raises ConnectorError."""
        ...
