"""The demo's mails as bytes, as they would have come: letters, answers from a mail program, newsletters, reports."""

import textwrap
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from inbox.demo.letters import Writer

INTRODUCTIONS = {
    "it": "Il giorno {at:%d/%m/%Y} alle ore {at:%H:%M} {name} ha scritto:",
    "en": "On {at:%d %b %Y} at {at:%H:%M}, {name} wrote:",
    "de": "Am {at:%d.%m.%Y} um {at:%H:%M} schrieb {name}:",
}


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a mail answers to: its id, those before it, who wrote it, when and what."""

    ids: tuple[str, ...]
    name: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to be written. `files` are (name, content type, bytes)."""

    id: str
    sender: Writer
    to: str
    subject: str
    text: str
    at: datetime
    language: str = "it"
    earlier: Earlier | None = None
    files: tuple[tuple[str, str, bytes], ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


def mail(letter: Letter) -> bytes:
    """A letter with its signature, and with what it answers to quoted below."""
    message = _headed(letter)
    parts = [letter.text]
    if letter.sender.signature:
        parts.append(f"-- \n{letter.sender.signature}")
    if letter.earlier is not None:
        introduction = INTRODUCTIONS[letter.language].format(at=letter.earlier.at, name=letter.earlier.name)
        quoted = textwrap.indent(letter.earlier.text, "> ", lambda _line: True)
        parts.append(f"{introduction}\n{quoted}")
    message.set_content("\n\n".join(parts) + "\n")
    _attach(message, letter)
    return message.as_bytes()


def certified(letter: Letter) -> bytes:
    """The letter inside an Italian certified mail's envelope (PEC)."""
    outer = EmailMessage(policy=SMTP)
    domain = letter.sender.address.rpartition("@")[2]
    outer["From"] = f'"Per conto di: {letter.sender.address}" <posta-certificata@pec.{domain}>'
    outer["To"] = letter.to
    outer["Subject"] = f"POSTA CERTIFICATA: {letter.subject}"
    outer["Date"] = format_datetime(letter.at)
    outer["Message-ID"] = letter.id.replace("<", "<pec.")
    outer["X-Trasporto"] = "posta-certificata"
    outer.set_content(f'Il messaggio "{letter.subject}" è stato inviato da "{letter.sender.address}".\n')
    outer.add_attachment(b"<?xml version='1.0'?><postacert/>", "application", "xml", filename="daticert.xml")
    inner = EmailMessage(policy=SMTP)
    _head(inner, letter)
    inner.set_content(f"{letter.text}\n")
    _attach(inner, letter)
    outer.add_attachment(inner, filename="postacert.eml")
    return outer.as_bytes()


def bounce(letter: Letter, original: str, recipient: str) -> bytes:
    """A delivery report (RFC 3464): `letter.text` is the server's answer, `original` the id that failed."""
    message = _headed(letter)
    code = letter.text.split()[1]
    report = f"Reporting-MTA: dns; mx.posta.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\n"
    report += f"Status: {code}\r\nDiagnostic-Code: smtp; {letter.text}\r\n"
    border = "=_report"
    kind = f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="{border}"\r\n'
    parts = (
        ("text/plain", f"Your message could not be delivered to {recipient}.\r\n{letter.text}\r\n"),
        ("message/delivery-status", report),
        ("text/rfc822-headers", f"Message-ID: {original}\r\nTo: {recipient}\r\n"),
    )
    body = "".join(f"--{border}\r\nContent-Type: {part}\r\n\r\n{text}\r\n" for part, text in parts)
    return kind.encode() + message.as_bytes() + f"{body}--{border}--\r\n".encode()


def _headed(letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    _head(message, letter)
    return message


def _head(message: EmailMessage, letter: Letter) -> None:
    message["From"] = f'"{letter.sender.name}" <{letter.sender.address}>'
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = letter.id
    if letter.earlier is not None and letter.earlier.ids:
        message["In-Reply-To"] = letter.earlier.ids[-1]
        message["References"] = " ".join(letter.earlier.ids)
    for name, value in letter.headers.items():
        message[name] = value


def _attach(message: EmailMessage, letter: Letter) -> None:
    for filename, kind, content in letter.files:
        main, _, sub = kind.partition("/")
        message.add_attachment(content, main, sub, filename=filename)
