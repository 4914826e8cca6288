"""Raw bytes of a mail to a Message. Pure, and it never raises: what cannot be read is named in `problems`.

Problems are short codes, with a value after a colon where it helps: from_missing, date_missing, date_unreadable,
charset_unknown, encrypted, tnef, too_many_parts, envelope_empty (PEC), unreadable (a stage that failed, and how).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from connectors.base import Address, Bounce, Message
from connectors.mail import forwarded, pec, services
from connectors.mail import headers as fields
from connectors.mail.addresses import addresses
from connectors.mail.body import Body, read_body
from connectors.mail.bounce import bounce
from connectors.mail.charsets import clean, decode
from connectors.mail.contact_data import contact_data
from connectors.mail.forms import Form, form
from connectors.mail.headers import Headers
from connectors.mail.machine import machine
from connectors.mail.notices import as_message, notice
from connectors.mail.parts import Part, parse
from connectors.mail.quotes import own_words, signature

_T = TypeVar("_T")
_LONGEST_SUBJECT = 2_000
_ALL = services.Choice()
_LONGEST_RAW = 100_000  # bytes shown of a mail that could not be read


def read(body: bytes, folder_role: str = "inbox", chosen: services.Choice = _ALL) -> Message:
    """What a mail says (RFC 5322, MIME).

    Facts: `folder` (the role, where it is no inbox), `auto_submitted`, `list_id`, `sender_check` ("failed" where our
    server says so), `machine_sign` (what shows that a program wrote it), `fwd_from`, `fwd_name` and `fwd_subject` of a
    mail forwarded with @fwd, `signature.phone`, `.company`, `.vat` and `.address` as they stand in the signature.

    An envelope of Italian certified mail
    (PEC) is opened: the message is the one inside, with the fact `certified`, or `pec_anomaly` for an ordinary mail
    that reached a certified mailbox. A web form's mail is its writer's: the sender is who filled it in, `reply` its
    fields, and the facts are those of `forms.Form.facts`, with `form_sender` for its From. A service's notification is
    its author's (connectors.mail.notices), as far as the firm has `chosen`, with `notice_sender` for its From.
    """
    try:
        return _read(body, folder_role, chosen)
    except Exception as error:  # nothing above may stop over one stranger's mail
        text = clean(decode(body[:_LONGEST_RAW]))
        return Message("", Address(""), text, text, problems=(f"unreadable:mail:{type(error).__name__}",))


def _read(body: bytes, folder_role: str, chosen: services.Choice) -> Message:
    problems: list[str] = []
    root = _safely(problems, "parts", lambda: parse(body), Part())
    if not root.headers.names() and not body.strip():
        problems.append("empty")
    kind = _safely(problems, "envelope", lambda: pec.envelope(root), "")
    inner = _safely(problems, "enclosed", lambda: pec.enclosed(root), b"") if kind else b""
    if not inner:
        problems += ["envelope_empty"] if kind else []
        return _message(root, body, folder_role, problems, chosen)
    message = _message(parse(inner), inner, folder_role, problems, chosen)
    known = message.external_id or _safely(problems, "original_id", lambda: pec.original_id(root.headers), "")
    # Whoever answers in a mail program that opens no envelopes answers the envelope.
    alias = _safely(problems, "alias", lambda: fields.message_id(root.headers.first("message-id")), "")
    mark = {"certified": "pec"} if kind == pec.CERTIFIED else {"pec_anomaly": "yes"}
    return replace(message, external_id=known, alias=alias, facts={**message.facts, **mark})


def _message(root: Part, body: bytes, folder_role: str, problems: list[str], chosen: services.Choice) -> Message:
    found = _safely(problems, "body", lambda: read_body(root), None) or Body(text=clean(decode(body[:_LONGEST_RAW])))
    problems += dict.fromkeys(found.problems)
    head = root.headers
    head.charset = next((part.parameters["charset"] for part in root.walk() if "charset" in part.parameters), "")
    sender = _safely(problems, "from", lambda: _sender(head, problems), Address(""))
    kind, sign = _safely(problems, "machine", lambda: machine(root, found, sender.address), None) or (None, "")
    verdict = _safely(problems, "bounce", lambda: _verdict(root, found), None) if kind == "bounce" else None
    message = Message(
        external_id=_safely(problems, "message_id", lambda: fields.message_id(head.first("message-id")), ""),
        sender=sender,
        text=found.text,
        reply=_safely(problems, "reply", lambda: own_words(found.quoted), found.text),
        subject=_safely(problems, "subject", lambda: head.text("subject")[:_LONGEST_SUBJECT], ""),
        sent_at=_safely(problems, "date", lambda: _sent_at(head, problems), None),
        to=_people(problems, head, "to"),
        cc=_people(problems, head, "cc"),
        reply_to=_people(problems, head, "reply-to"),
        in_reply_to=_safely(problems, "in_reply_to", lambda: (*fields.ids(head.first("in-reply-to")), "")[0], ""),
        references=_safely(problems, "references", lambda: fields.ids(" ".join(head.every("references"))), ()),
        html=found.html,
        attachments=tuple(found.files),
        machine=kind,
        bounce=verdict,
        problems=tuple(problems),
        facts=_safely(problems, "facts", lambda: _facts(head, folder_role), {}),
    )
    if kind is None and folder_role != "sent":
        nothing: dict[str, str] = {}
        data = _safely(problems, "signature", lambda: contact_data(signature(found.quoted)), nothing)
        message = replace(message, facts={**message.facts, **data})
    if sign:
        message = replace(message, facts={**message.facts, "machine_sign": sign})
    if kind is None and folder_role != "sent" and forwarded.asked(found.text):
        message = _safely(problems, "forwarded", lambda: _forwarded(message), message)
    if kind not in (None, "bulk", "list") or folder_role == "sent":
        return replace(message, problems=tuple(problems))
    told = _safely(problems, "notice", lambda: notice(head, found, sender, message.subject, chosen), None)
    is_form = kind != "list" and (told is None or told.answer is not None)
    filled = _safely(problems, "form", lambda: form(head, found), None) if is_form else None
    message = as_message(message, told) if told is not None and filled is None else message
    return replace(_filled(message, filled, sender), problems=tuple(problems))


def _filled(message: Message, filled: Form | None, sender: Address) -> Message:
    """The mail of a form as that of who filled it in."""
    if filled is None:
        return message
    known = {name: value for name, value in message.facts.items() if name != "machine_sign"}
    facts = {**known, **filled.facts(), "form_sender": sender.address}
    words = filled.text() or message.reply
    return replace(message, sender=filled.sender, reply=words, machine=None, facts=facts)


def _forwarded(message: Message) -> Message:
    """What a colleague sent on with @fwd; whether it was a colleague, the product knows."""
    raw = forwarded.attached(message.attachments)
    inner = forwarded.forwarded(message.text, read(raw) if raw else None)
    if inner is None:
        return message
    told = {"fwd_from": inner.sender.address, "fwd_name": inner.sender.name, "fwd_subject": inner.subject}
    return replace(message, reply=inner.reply, facts={**message.facts, **told})


def _verdict(root: Part, found: Body) -> Bounce:
    return pec.failure(root, found, bounce(root, found))


def _safely(problems: list[str], stage: str, function: Callable[[], _T], default: _T) -> _T:
    try:
        return function()
    except Exception as error:  # a mail is data from strangers: one broken header must not lose the rest
        problems.append(f"unreadable:{stage}:{type(error).__name__}")
        return default


def _people(problems: list[str], head: Headers, name: str) -> tuple[Address, ...]:
    return _safely(problems, name, lambda: tuple(who for value in head.every(name) for who in addresses(value)), ())


def _sender(head: Headers, problems: list[str]) -> Address:
    """Who wrote: From, else whoever the mail names instead (some forms send From: "Name" <>)."""
    name = ""
    for header in ("from", "sender", "reply-to", "return-path"):
        people = [person for value in head.every(header) for person in addresses(value)]
        found = next((person for person in people if person.address), None)
        if found:
            problems += [] if header == "from" else ["from_missing"]
            return Address(found.address, name or found.name)
        name = name or next((person.name for person in people), "")
    problems.append("from_missing")
    return Address("", name)


def _facts(head: Headers, folder_role: str) -> dict[str, str]:
    told = {
        "folder": "" if folder_role == "inbox" else folder_role,
        "auto_submitted": head.text("auto-submitted").lower()[:100],
        "list_id": head.text("list-id")[:300],
        "sender_check": "failed" if _forged(head.first("authentication-results").lower()) else "",
    }
    return {name: value for name, value in told.items() if value}


def _forged(results: str) -> bool:
    """Whether our own server found that the sender is not who it says (RFC 8601; the topmost header is its own)."""
    return "dmarc=fail" in results or ("spf=fail" in results and "dkim=pass" not in results)


def _sent_at(head: Headers, problems: list[str]) -> datetime | None:
    given = head.first("date")
    when = fields.date(given)
    if when is None:
        problems.append("date_unreadable" if given else "date_missing")
    return when
