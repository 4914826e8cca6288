"""What a message says of itself, without the database: who wrote what, with which files, from where."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from inbox.models import Attachment
from inbox.models.conversation import KINDS
from routing import filekinds, places
from routing.facts import OWN, Facts, Value

CERTIFIED, NOTICE = "certified", "notice"
# A smaller picture that the formatted text shows is taken for a logo of the signature, not for a file.
LOGO_BYTES = 50_000


class Readable(Protocol):
    """Anything that facts are taken from: a stored message, or one that was only read (routing.preview)."""

    subject: str
    text: str
    reply: str
    html: str
    from_address: str
    from_name: str
    language: str
    machine: str | None
    facts: Any
    attachments: Any


def own_words(message: Readable) -> str:
    """What the customer wrote, without quotes and signature."""
    return message.reply or message.text


def of_message(message: Readable) -> dict[str, Value]:
    """The facts that need nothing but the message."""
    address = message.from_address.lower()
    domain = address.rpartition("@")[2] if "@" in address else ""
    told: Mapping[str, Any] = message.facts
    return {
        **{f"{OWN}{key}": str(value) for key, value in told.items()},
        # Below a service's notification stands the service's own address.
        **places.place(told, domain, message.language, own_words(message) if NOTICE in told else message.text).facts(),
        "sender": address,
        "sender_name": message.from_name,
        "domain": domain,
        "subject": message.subject,
        "text": own_words(message),
        "whole_text": message.text,
        "language": message.language,
        "machine": message.machine or "",
        CERTIFIED: CERTIFIED in told,
        **_stars(told),
        **_of_files([one for one in message.attachments if not _is_logo(one, message.html)]),
    }


def _stars(told: Mapping[str, Any]) -> dict[str, Value]:
    given = str(told.get("stars", ""))
    return {"stars": int(given)} if given.isdecimal() else {}


def _of_files(files: Sequence[Attachment]) -> dict[str, Value]:
    kinds = [filekinds.kind_of(one.filename, one.content_type) for one in files]
    return {
        "attachments": bool(files),
        "attachment_names": tuple(one.filename for one in files if one.filename),
        "attachment_kinds": tuple(dict.fromkeys(kinds)),
    }


def _is_logo(one: Attachment, html: str) -> bool:
    shown = bool(one.content_id) and f"cid:{one.content_id}" in html
    return shown and one.size < LOGO_BYTES and one.content_type.startswith("image/")


def facts_of(message: Readable, channel_name: str, channel_kind: str) -> Facts:
    """The facts of a message that is not taken in, as the first of a new conversation.

    What only the database knows (contact, products, hours …) is missing; see routing.gather for stored messages.
    """
    first = {"kind": KINDS[0], "priority": "normal", "channel": channel_name, "channel_kind": channel_kind}
    return Facts({**of_message(message), **first})
