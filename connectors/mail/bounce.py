"""Delivery reports: who was not reached, why, and which mail it was (RFC 3464, and what systems wrote before it)."""

import re
from collections.abc import Iterator

from connectors.base import Bounce
from connectors.mail.body import Body
from connectors.mail.headers import Headers, ids, message_id, words
from connectors.mail.parts import Part, header_block, leaves
from connectors.mail.verdict import is_hard

_LONGEST_TEXT = 20_000
_LONGEST_REASON = 500
_ORIGINAL = re.compile(
    r"^[ \t]*(?:-{2,}[^\n]{0,60}(?:original|returned|copy|unsent|message (?:header|follows|text)|below)[^\n]{0,60}"
    r"|original message(?: follows| headers)?[.:]?[^\n]{0,20}"
    r"|[\w ,]{0,60}copy of (?:the|your) (?:message|mail)[^\n]{0,60}"
    r"|your original message[^\n]{0,40}|(?:return-path|received):[^\n]{0,200})$",
    re.IGNORECASE | re.MULTILINE,
)
_CODE = re.compile(r"(?<![\d.])([245]\.\d\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.:-])([45][0-5]\d)(?=[ -])")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-][\w.-]{1,250}\w")
# An address that a line lists: alone, before what is said of it, or after "Recipient".
_LISTED = re.compile(
    r"^[ \t]*(?:[\w ]{0,30}recipient[\w ]{0,20}:[ \t]{0,9})?<?([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-][\w.-]{1,250}\w)>?"
    r"(?=[ \t]*$|:|[ \t]+\(|[ \t]*\n)",
    re.IGNORECASE | re.MULTILINE,
)
# A report without an Action field that only says: not yet.
_WAITS = re.compile(
    r"\b(?:delay(?:ed)?|delivery (?:is )?(?:deferred|pending)|warning: (?:could not|message)"
    r"|not yet (?:been )?delivered"
    r"|will (?:(?:keep|continue) (?:on )?(?:trying|to try|attempting|to attempt|retrying)|try again|be re-?tried)"
    r"|(?:is|are) still (?:trying|being)|(?:not|no) need to resend|in ritardo|(?:nuovi|altri) tentativi|riprov\w+"
    r"|verzögert|weitere (?:zustell)?versuche|retardé|nouvelles tentatives|retrasad\w+|reintent\w+)",
    re.IGNORECASE,
)
_NOBODY = ("postmaster@", "mailer-daemon@", "support@", "abuse@")
_ID_LINE = re.compile(r"^message-id:\s{0,9}(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_ORIGINALS = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")


def bounce(root: Part, body: Body) -> Bounce:
    """The verdict of a mail that is known to be a delivery report, on its first failed recipient."""
    text = body.text[:_LONGEST_TEXT]
    cut = _ORIGINAL.search(text, 1)
    report, copy = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
    groups = list(_recipients(root)) or list(_groups(report.encode()))
    group = next((found for found in groups if _action(found) == "failed"), groups[0] if groups else Headers([]))
    action, diagnosis = _action(group), _after_semicolon(group.text("diagnostic-code"))
    recipient = _recipient(root.headers, group, report)
    near = _near(report, recipient)
    status = _status(group, diagnosis, near, report)
    told = action not in ("delivered", "relayed", "expanded", "delayed")
    hard = told and is_hard(status, diagnosis, near, report)
    waits = not action and bool(_WAITS.search(f"{root.headers.text('subject')}\n{report}"))
    return Bounce(
        status=status,
        hard=hard,
        reason=_reason(action if not told else "", diagnosis, near, recipient),
        recipient=recipient,
        original_id=_original_id(root, group, copy),
        final=hard or (told and not waits),
    )


def _recipients(root: Part) -> Iterator[Headers]:
    """The per-recipient groups of the delivery-status parts."""
    for part in leaves(root):
        if part.kind in ("message/delivery-status", "message/global-delivery-status"):
            yield from _groups(part.content)


def _groups(data: bytes) -> Iterator[Headers]:
    lines = data[:100_000].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for block in re.split(rb"\n[ \t]*\n", lines):
        if re.search(rb"(?:final|original)-recipient:", block, re.IGNORECASE):
            yield header_block(block.strip(b"\n"))


def _action(group: Headers) -> str:
    return group.first("action").lower().split(" ")[0].split("(")[0].strip(";")


def _after_semicolon(value: str) -> str:
    kind, mark, rest = value.partition(";")
    return rest.strip() if mark and len(kind) < 30 else value


def _recipient(head: Headers, group: Headers, report: str) -> str:
    for value in (group.first("final-recipient"), group.first("original-recipient"), head.first("x-failed-recipients")):
        found = _ADDRESS.search(words(value)[:2_000])
        if found:
            return found[0]
    ours = {address.lower() for name in ("to", "from", "delivered-to") for address in _ADDRESS.findall(head.text(name))}
    lines = [found[1] for found in _LISTED.finditer(report)]
    named = [found for found in lines + _ADDRESS.findall(report) if not found.lower().startswith(_NOBODY)]
    return next((found for found in named if found.lower() not in ours), named[0] if named else "")


def _near(report: str, recipient: str) -> str:
    """What the report says about one recipient: from its first mention to the next recipient."""
    start = report.find(recipient) if recipient else -1
    if start < 0:
        return ""
    line = report.rfind("\n", 0, start) + 1
    after = report[start + len(recipient) : start + 1_500]
    other = next((found for found in re.finditer(r"^[ \t]*<?([^\s<>@]{1,64}@[^\s<>]{1,250})>?:?", after, re.MULTILINE)
                  if recipient not in found[1]), None)  # fmt: skip
    return report[line : start + len(recipient)] + (after[: other.start()] if other else after)


def _status(group: Headers, *texts: str) -> str:
    """The most exact RFC 3463 code: the field, unless it only says "failed" and the server said more."""
    field = _CODE.search(group.first("status"))
    given = field[1] if field else ""
    if given and not given.endswith(".0.0"):
        return given
    for text in texts:
        found = _CODE.search(text)
        if found and not found[1].startswith("2"):
            return found[1]
    if given:
        return given
    reply = next((found for text in texts if (found := _REPLY.search(text))), None)
    return f"{reply[1][0]}.0.0" if reply else ""


def _reason(action: str, diagnosis: str, near: str, recipient: str) -> str:
    said = " ".join((diagnosis or near.replace(recipient, "", 1)).split()).strip(" <>:")
    return ": ".join(filter(None, (action, said)))[:_LONGEST_REASON]


def _original_id(root: Part, group: Headers, copy: str) -> str:
    for part in leaves(root):
        if part.kind in _ORIGINALS:
            found = message_id(header_block(part.content).first("message-id"))
            if found:
                return found
    told = message_id(group.first("original-message-id") or group.first("x-original-message-id"))
    in_copy = _ID_LINE.search(copy)
    answered = ids(root.headers.first("in-reply-to")) or ids(root.headers.first("references"))
    return told or (in_copy[1] if in_copy else "") or (answered[-1] if answered else "")
