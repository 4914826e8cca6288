"""Italian certified mail (PEC): its envelopes, its receipts and the daticert.xml that both carry.

DPCM 2 November 2005, technical rules. A provider packs every certified mail into an envelope (busta di trasporto) and
an ordinary mail that reaches a certified mailbox into another (busta di anomalia). Its receipts name the mail that
they are about. The providers' signatures are not checked here: what is read is what the envelope says.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal
from xml.parsers import expat

from connectors.base import Bounce, Status
from connectors.mail import headers
from connectors.mail.body import Body
from connectors.mail.files import stated_name
from connectors.mail.headers import Headers
from connectors.mail.parts import Part, leaves, parse

CERTIFIED, ANOMALY = "posta-certificata", "errore"
FAILED = ("non-accettazione", "errore-consegna", "preavviso-errore-consegna", "rilevazione-virus")
_STATES: dict[str, Literal["accepted", "taken_over", "delivered"]] = {
    "accettazione": "accepted",
    "presa-in-carico": "taken_over",
    "avvenuta-consegna": "delivered",
}
_LONGEST_DATA = 1_000_000  # bytes of a daticert.xml; one with a thousand recipients has a tenth
_LONGEST_HEAD = 100_000  # bytes in which the headers of a receipt are looked for
_LONGEST_FIELD = 2_000
_LONGEST_REASON = 500
_CODES = {"no-dest": "5.1.1", "no-dominio": "5.1.2"}
_CODE = re.compile(r"(?<![\d.])([45]\.\d\.\d{1,3})(?![\d.]*\d)")


@dataclass(slots=True)
class Certificate:
    """What a daticert.xml says; "" or None where it is silent.

    `error`: no-dest, no-dominio, virus, altro or "". `identifier` is the provider's Message-ID of the envelope, under
    which other mail programs know the mail; `message_id` is the original's.
    """

    error: str = ""
    explanation: str = ""
    identifier: str = ""
    message_id: str = ""
    at: datetime | None = None
    recipients: list[str] = field(default_factory=list)


def envelope(root: Part) -> str:
    """Which envelope a mail is: CERTIFIED, ANOMALY or ""."""
    told = root.headers.first("x-trasporto").strip().lower()
    return told if told in (CERTIFIED, ANOMALY) else ""


def enclosed(root: Part) -> bytes:
    """The mail inside an envelope; b"" where there is none."""
    found = [part for part in leaves(root) if part.kind == "message/rfc822" or _is_named(part, "postacert.eml")]
    return next((part.content for part in sorted(found, key=lambda one: not _is_named(one, "postacert.eml"))), b"")


def original_id(head: Headers, told: Certificate | None = None) -> str:
    """The Message-ID of the mail that an envelope holds or a receipt is about."""
    return _id(head.first("x-riferimento-message-id")) or (told.message_id if told else "")


def receipt(body: bytes) -> Status | None:
    """What a receipt says of a mail that was sent; None for any other mail, also for a report of failure."""
    if b"x-ricevuta" not in body[:_LONGEST_HEAD].lower():
        return None
    root = parse(body)
    state = _STATES.get(_kind(root))
    if state is None:
        return None
    told = certificate(root)
    return Status(
        external_id=original_id(root.headers, told),
        state=state,
        at=told.at or headers.date(root.headers.first("date")),
        # An acceptance names all recipients, for none of whom it says anything.
        recipient="" if state == "accepted" else next(iter(told.recipients), ""),
        alias=told.identifier,
    )


def failure(root: Part, body: Body, found: Bounce) -> Bounce:
    """What a PEC report of failure says, else `found`, the verdict that is made of any mail's words.

    Only the advance notice after twelve hours (preavviso) leaves hope; all others are the provider's last word.
    """
    kind = _kind(root)
    if kind not in FAILED:
        return found
    told = certificate(root)
    code = _CODE.search(told.explanation)
    reason = " ".join((told.explanation or found.reason or body.text[:_LONGEST_FIELD]).split())
    return replace(
        found,
        status=code[1] if code else _CODES.get(told.error, "") or found.status,
        hard=not kind.startswith("preavviso"),
        final=not kind.startswith("preavviso"),
        reason=(reason or told.error)[:_LONGEST_REASON],
        recipient=next(iter(told.recipients), "") or found.recipient,
        original_id=original_id(root.headers, told) or found.original_id,
    )


def certificate(root: Part) -> Certificate:
    """The daticert.xml of an envelope or receipt; an empty one where it is missing, too large or no such thing."""
    data = next((part.content for part in leaves(root) if _is_named(part, "daticert.xml")), b"")
    try:
        return _certificate(_fields(data)) if 0 < len(data) <= _LONGEST_DATA else Certificate()
    except (expat.ExpatError, ValueError, LookupError):
        return Certificate()


def _certificate(told: dict[str, list[str]]) -> Certificate:
    def first(name: str) -> str:
        return next(iter(told.get(name, ())), "")

    error = first("@errore")
    return Certificate(
        error="" if error == "nessuno" else error,
        explanation=first("errore-esteso"),
        identifier=_id(first("identificativo")),
        message_id=_id(first("msgid")),
        at=_moment(first("giorno"), first("ora"), first("@zona")),
        recipients=told.get("consegna", []) or told.get("ricezione", []) or told.get("destinatari", []),
    )


def _fields(data: bytes) -> dict[str, list[str]]:
    """The texts of all elements by name, and of attributes by @name, in order.

    No tree is built, so that nesting costs nothing; a document type is refused, and with it every entity.
    """
    found: dict[str, list[str]] = {}
    texts: list[list[str]] = []
    parser = expat.ParserCreate()

    def keep(name: str, text: str) -> None:
        if text.strip():
            found.setdefault(name, []).append(text.strip()[:_LONGEST_FIELD])

    def began(_name: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            keep(f"@{name}", value)
        texts.append([])

    def said(text: str) -> None:
        texts[-1].append(text)

    def ended(name: str) -> None:
        keep(name, "".join(texts.pop()))

    def refuse(*_told: object) -> None:
        raise ValueError("a document type has no place here")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = began, ended, said
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(data, True)
    return found


def _moment(day: str, clock: str, zone: str) -> datetime | None:
    try:
        return datetime.strptime(f"{day} {clock} {zone}", "%d/%m/%Y %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _kind(root: Part) -> str:
    return root.headers.first("x-ricevuta").strip().lower()


def _id(value: str) -> str:
    """A Message-ID in its angle brackets, which some providers leave out."""
    found = headers.message_id(value.strip())
    return found if not found or found.startswith("<") else f"<{found}>"


def _is_named(part: Part, name: str) -> bool:
    return stated_name(part).lower() == name
