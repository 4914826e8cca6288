"""An outgoing mail as bytes (RFC 5322), ready for SMTP or a Sent folder."""

import re
from collections.abc import Sequence
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime

from connectors.base import Address, Attachment, ConnectorError, Outbound

MAX_HEADER_CHARS = 900
# 7bit: not every server on the way takes 8-bit bodies.
POLICY = SMTP.clone(cte_type="7bit")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_MEDIA_TYPE = re.compile(r"(?!multipart/|message/)[\w.+-]+/[\w.+-]+", re.ASCII)


def compose(message: Outbound, sender: Address, *, international: bool = False) -> bytes:
    """The whole mail with CRLF line ends. Raises ConnectorError(permanent) for an address that cannot be written.

    `international`: headers as UTF-8 (RFC 6532), which an address with letters beyond ASCII before the @ needs.
    """
    mail = EmailMessage(policy=POLICY.clone(utf8=True) if international else POLICY)
    mail["From"] = _address(sender, international)
    mail["To"] = [_address(one, international) for one in message.to]
    if message.cc:
        mail["Cc"] = [_address(one, international) for one in message.cc]
    mail["Subject"] = _line(message.subject)
    mail["Date"] = localtime(message.at)
    mail["Message-ID"] = _line(message.external_id)
    for name, value in message.headers.items():
        if not _ID.fullmatch(value):
            mail[name] = _line(value)
    mail.set_content(message.text.replace("\r\n", "\n"))
    for attachment in message.attachments:
        _attach(mail, attachment)
    return _thread(message) + mail.as_bytes()


def envelope(address: str) -> str:
    """The address as SMTP takes it, its domain in ASCII. Raises ConnectorError(permanent)."""
    local, _, domain = address.strip().rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode()}" if domain else local
    except UnicodeError as error:
        raise _unwritable(address) from error


def _thread(message: Outbound) -> bytes:
    """In-Reply-To, References and what else is in <>, such as the address to unsubscribe at, written here: the email
    package turns what is longer than a line into encoded words, which no reader takes for ids or addresses."""
    lines = [
        ("In-Reply-To", _ids([message.in_reply_to])), ("References", _ids(message.references)),
        *((name, _ids([value])) for name, value in message.headers.items()),
    ]  # fmt: skip
    return b"".join(f"{name}: ".encode() + "\r\n ".join(ids).encode() + b"\r\n" for name, ids in lines if ids)


def _ids(values: Sequence[str]) -> list[str]:
    return [value for value in values if _ID.fullmatch(value)]


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    kind = attachment.content_type if _MEDIA_TYPE.fullmatch(attachment.content_type) else "application/octet-stream"
    main, _, sub = kind.partition("/")
    mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=_line(attachment.filename))


def _address(one: Address, international: bool) -> HeaderAddress:
    name, address = _line(one.name), envelope(one.address)
    try:
        plain = HeaderAddress(name, addr_spec=_BEYOND_ASCII.sub("x", address))
        if address.isascii():
            return plain
        if not (international and address.isprintable()):
            raise _unwritable(one.address)
        # The parser knows no such letters (RFC 6532 section 3.2); all the rest was checked without them.
        local, _, domain = address.rpartition("@")
        return HeaderAddress(name, username=local, domain=domain)
    except Exception as error:
        raise _unwritable(one.address) from error


def _unwritable(address: str) -> ConnectorError:
    return ConnectorError(f"{address!r} is not a mail address that can be written to", permanent=True)


def _line(text: str) -> str:
    """Header text on one line: a line break in it would begin another header."""
    return " ".join(text.split())[:MAX_HEADER_CHARS]
