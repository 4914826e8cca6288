"""A mail that a colleague forwards with "@fwd" as its first line: the customer's own mail inside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.base import Address, Attachment, Message
from connectors.mail import quotewords as words
from connectors.mail.addresses import addresses
from connectors.mail.quotes import own_words

_ASKED = re.compile(r"\s{0,20}@fwd\b[^\n]{0,200}(?:\n|$)", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SEARCHED = 400  # lines in which the forwarded mail begins
_HEADERS = 16  # lines of its headers
_VALUE = re.compile(r"[^:：]{1,40}[:：]\s*(.*)")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Who wrote the mail that was forwarded, about what, and in what words."""

    sender: Address
    subject: str
    reply: str


def asked(text: str) -> bool:
    """Whether the mail begins with @fwd."""
    return _ASKED.match(text) is not None


def forwarded(text: str, inner: Message | None) -> Forwarded | None:
    """The forwarded mail: `inner` where it was attached, else the one quoted below its headers in the text."""
    if inner is not None and inner.sender.address:
        return Forwarded(inner.sender, inner.subject, inner.reply or inner.text)
    lines = [re.sub(r"^(?:> ?)+", "", line) for line in _ASKED.sub("", text, count=1).split("\n")]
    for index in range(min(len(lines), _SEARCHED)):
        block = _block(lines, index) if words.HEADER.match(lines[index]) else {}
        sender = _address(_value(lines[block["from"]])) if "from" in block and len(block) >= 3 else None
        if sender:
            subject = _value(lines[block["subject"]]) if "subject" in block else ""
            return Forwarded(sender, subject, own_words("\n".join(lines[max(block.values()) + 1 :])))
    return None


def attached(files: Sequence[Attachment]) -> bytes:
    """The first mail among the files, b"" where there is none."""
    return next((one.content for one in files if one.content_type == "message/rfc822"), b"")


def _block(lines: list[str], index: int) -> dict[str, int]:
    """The headers that stand together from `index` on, by kind, with their lines."""
    block: dict[str, int] = {}
    for at in range(index, min(index + _HEADERS, len(lines))):
        found = words.HEADER.match(lines[at])
        if found and found.lastgroup:
            block.setdefault(found.lastgroup, at)
        elif not lines[at].strip() and len(block) >= 3:
            break
    return block


def _value(line: str) -> str:
    found = _VALUE.match(line.replace("*", ""))
    return found[1].strip() if found else ""


def _address(value: str) -> Address | None:
    plain = value.replace("[mailto:", "<").replace("]", ">")
    known = next((one for one in addresses(plain) if _ADDRESS.fullmatch(one.address)), None)
    if known is not None:
        return known
    found = _ADDRESS.search(value)
    return Address(found[0], value[: found.start()].strip(" <([\"'")) if found else None
