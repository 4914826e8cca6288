"""The connector contract: raw first, understanding later.

A connector turns a network into raw items (bytes that are stored before anything is acknowledged), reads raw items
into messages without touching the network, and sends answers. It never retries, never sleeps between tries and never
stores: the product does all three.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal, Protocol, runtime_checkable

Machine = Literal["auto_reply", "bounce", "complaint", "receipt", "list", "bulk", "reaction"]


@dataclass(frozen=True, slots=True)
class RawItem:
    """One thing received, before anybody understood it.

    `key` is unique within its folder (an IMAP UID with its UIDVALIDITY, a Telegram update_id); `received_at` is the
    provider's receive time (UTC); `meta` holds what the bytes do not say (folder role, envelope).
    """

    key: str
    received_at: datetime
    body: bytes
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one fetch brought. `cursor` is opaque text to hand in next time; `more` asks to be called again at once."""

    items: Sequence[RawItem]
    cursor: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    """Who: an address that is unique on its channel (mail address, chat id) and a display name, maybe empty."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file. `filename` is a label, never a path; `content_id` is set where an HTML body shows the file."""

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A delivery failure report's verdict on its first failed recipient.

    `status` is an RFC 3463 code or empty; `hard` means address or host unknown, moved, or not accepting mail;
    `final` that the mail will not arrive, whatever the reason (a full mailbox, a filter), rather than late.
    `original_id` is the Message-ID of the mail that failed, where the report tells it.
    """

    status: str
    hard: bool
    reason: str
    recipient: str
    original_id: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message read from a raw item.

    `text` is the whole body as plain text with \\n line breaks, `reply` the sender's own words (no quotes, no
    signature). `sent_at` is the sender's own claim (UTC) or None. `problems` says what could not be read.
    `facts` are small texts for rules (form fields, page, campaign). `alias` is a second id under which others may
    answer it (that of a certified mail's envelope).
    """

    external_id: str
    sender: Address
    text: str
    reply: str
    subject: str = ""
    sent_at: datetime | None = None
    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    reply_to: Sequence[Address] = ()
    in_reply_to: str = ""
    references: Sequence[str] = ()
    thread_key: str = ""
    alias: str = ""
    html: str = ""
    attachments: Sequence[Attachment] = ()
    machine: Machine | None = None
    bounce: Bounce | None = None
    problems: Sequence[str] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Status:
    """What became of something we sent.

    `state`: accepted by the provider, taken_over by the recipient's, delivered, seen or failed. `at` is when, by the
    provider's clock; `alias` is the id under which recipients see it, where that is another than ours. Without an
    `external_id`, `until` names all that was sent to `recipient` up to that moment.
    """

    external_id: str
    state: Literal["accepted", "taken_over", "delivered", "seen", "failed"]
    reason: str = ""
    at: datetime | None = None
    recipient: str = ""
    alias: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Echo:
    """A message that went out on our behalf (by us, or by a person in another program, e.g. the Sent folder)."""

    message: Message


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for the product, with the reason."""

    reason: str


Reading = Message | Status | Echo | Ignored


@dataclass(frozen=True, slots=True)
class Template:
    """A text that the platform has approved beforehand, by name and language; `values` go in place of {{1}}, {{2}} …"""

    name: str
    language: str
    values: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to send. `external_id` was fixed when it was queued (a Message-ID for mail, else empty); `at` is when
    it was sent, where that is past.

    For chats: `buttons` under it; `styles` of parts of the text, as (style, first character, character after the last),
    the style "bold" or "italic"; `asks` opens the reader's answer field, with these words in it; `silent`: no sound;
    `template` is sent instead of `text`, which says the same; `late`: more time has passed since the reader last wrote
    than one may write freely in, so only what the platform allows then. In a talk of public comments: `private` writes
    to the commenter alone, where the platform lets one do that.
    """

    to: Sequence[Address]
    text: str
    external_id: str = ""
    subject: str = ""
    cc: Sequence[Address] = ()
    in_reply_to: str = ""
    references: Sequence[str] = ()
    thread_key: str = ""
    attachments: Sequence[Attachment] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    buttons: Sequence[Sequence[tuple[str, str]]] = ()
    styles: Sequence[tuple[str, int, int]] = ()
    asks: str = ""
    silent: bool = False
    at: datetime | None = None
    template: Template | None = None
    late: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """One message went out. `provider_id` is the provider's name for it; `refused` tells which of those who were to
    have a copy were refused for good, by address, and what was said."""

    provider_id: str
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """An incoming HTTP request, so that connectors need no web framework. Header names are lower case."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


class ConnectorError(Exception):
    """The only exception a connector lets out on purpose.

    `permanent`: trying again cannot help. `retry_after`: seconds the service asked to wait (0 = no wish).
    `uncertain`: the irrevocable step may have happened, so nobody may try again by himself. `code` says what is wrong
    where a person can mend it: password, token, host, refused, certificate, tls, timeout; or of a chat: blocked (its
    person wants no more), gone (the message is no longer there), moved (the chat has the address `moved_to` now),
    window (the time is over in which one may write freely); or of a call: format (it is not written as agreed).
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after: float = 0,
        uncertain: bool = False,
        code: str = "",
        moved_to: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after = retry_after
        self.uncertain = uncertain
        self.code = code
        self.moved_to = moved_to


class Connector(Protocol):
    """Every channel. The constructor takes plain settings: no network, no thread; a bad setting raises ValueError."""

    kind: ClassVar[str]

    def read(self, raw: RawItem) -> Sequence[Reading]:
        """What a raw item says. Pure: no network, no clock; may be run in another process."""
        ...

    def send(self, message: Outbound, committing: Callable[[], None]) -> Sent:
        """Send to all of `to`, or to nobody. Calls `committing()` once, just before the irrevocable step.

        Raises ConnectorError, and lets through whatever `committing` raises.
        """
        ...

    def check(self) -> Sequence[str]:
        """Try the connections; returns what works, one sentence each. Raises ConnectorError with what to do."""
        ...


@runtime_checkable
class Pull(Protocol):
    """A channel that we ask for news."""

    def folders(self) -> Sequence[str]:
        """The names of what is read separately (IMAP folders); each has its own cursor."""
        ...

    def fetch(self, folder: str, cursor: str) -> Batch:
        """What came after `cursor`; "" is the first time and takes nothing old. The same one gives the same again."""
        ...

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or earlier when something new may be there. Raises ConnectorError."""
        ...

    def wake(self) -> None:
        """Let a `wait` in another thread return soon."""
        ...

    def close(self) -> None:
        """Give connections back."""
        ...


@runtime_checkable
class Push(Protocol):
    """A channel that calls us. What it brings belongs to `pushed_folder`: where it can be asked too, the folder of what
    is fetched, in which both have the same keys."""

    pushed_folder: ClassVar[str]

    def accept(self, request: WebhookRequest) -> Sequence[RawItem]:
        """Check the signature and cut the body into raw items. Raises ConnectorError(permanent) for a false one."""
        ...
