"""Attachments: what a part becomes as a file, and the label that names it."""

import mimetypes
import re

from connectors.base import Attachment
from connectors.mail.charsets import clean
from connectors.mail.headers import words
from connectors.mail.parts import Part, header_block

_LONGEST_NAME = 180
_STEMS = {"image": "image", "video": "video", "audio": "audio", "text": "text"}
_NAMES = {"text/calendar": "invite.ics", "application/ms-tnef": "winmail.dat", "application/pkcs7-mime": "smime.p7m",
          "application/pkcs7-signature": "smime.p7s", "application/pgp-signature": "signature.asc",
          "message/delivery-status": "delivery-status.txt", "message/feedback-report": "feedback-report.txt",
          "message/disposition-notification": "disposition.txt", "text/rfc822-headers": "headers.txt"}  # fmt: skip


def stated_name(part: Part) -> str:
    """The file name a part states, as a label; "" where it states none."""
    return label(part.disposition[1].get("filename", "") or part.parameters.get("name", ""))


def label(name: str) -> str:
    """A name without folders, control signs or excess length. It is shown, never used as a path."""
    name = " ".join(clean(name).replace("\n", " ").split())
    # A mime-encoded name may itself contain "/", so that only what looks like a path is cut.
    name = re.split(r"[/\\]", name.rstrip("/\\"))[-1].strip(" '\"")
    if len(name) > _LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: _LONGEST_NAME - 12]}.{ending}" if dot and len(ending) < 11 else name[:_LONGEST_NAME]
    return "" if name in (".", "..") else name


def attachment(part: Part, number: int) -> Attachment:
    """A part as a file; `number` names a file that has no name."""
    kind, content = part.kind, part.content
    name = stated_name(part) or _NAMES.get(kind, "")
    if not name and kind in ("message/rfc822", "message/global"):
        name = label(header_block(content).text("subject").replace("/", "-").replace("\\", "-")) or f"message-{number}"
        name += ".eml"
    cid = words(part.headers.first("content-id")).strip("<> ")[:500]
    if not name and mimetypes.guess_type(cid.partition("@")[0])[0] == kind:
        name = label(cid.partition("@")[0])  # Outlook names inline images only there
    if not name:
        ending = {"image/jpg": ".jpg", "text/plain": ".txt"}.get(kind) or mimetypes.guess_extension(kind) or ".bin"
        name = f"{_STEMS.get(kind.partition('/')[0], 'attachment')}-{number}{ending}"
    return Attachment(name, clean(kind)[:200], content, cid)
