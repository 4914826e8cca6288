"""An outgoing mail as bytes (RFC 5322), ready for SMTP or a Sent folder."""

from collections.abc import Sequence
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime

from connectors.base import Address, ConnectorError, Outbound

MAX_HEADER_CHARS = 900


def compose(message: Outbound, sender: Address) -> bytes:
    """The whole mail with CRLF line ends. Raises ConnectorError(permanent) for an address that cannot be written."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender)
    mail["To"] = [_address(one) for one in message.to]
    if message.cc:
        mail["Cc"] = [_address(one) for one in message.cc]
    mail["Subject"] = _line(message.subject)
    mail["Date"] = localtime()
    mail["Message-ID"] = _line(message.external_id)
    if message.in_reply_to:
        mail["In-Reply-To"] = _line(message.in_reply_to)
    if message.references:
        mail["References"] = _references(message.references)
    for name, value in message.headers.items():
        mail[name] = _line(value)
    mail.set_content(message.text.replace("\r\n", "\n"))
    for attachment in message.attachments:
        main, _, sub = attachment.content_type.partition("/")
        mail.add_attachment(
            attachment.content,
            maintype=main or "application",
            subtype=sub or "octet-stream",
            filename=_line(attachment.filename),
        )
    return mail.as_bytes()


def _address(one: Address) -> HeaderAddress:
    try:
        return HeaderAddress(_line(one.name), addr_spec=one.address.strip())
    except Exception as error:
        raise ConnectorError(f"{one.address!r} is not a mail address that can be written to", permanent=True) from error


def _references(ids: Sequence[str]) -> str:
    return " ".join(_line(one) for one in ids)


def _line(text: str) -> str:
    """Header text on one line: a line break in it would begin another header."""
    return " ".join(text.split())[:MAX_HEADER_CHARS]
