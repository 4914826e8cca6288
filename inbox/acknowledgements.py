"""The automatic answer "we have received it", by when an answer comes: only where a rule asks for it.

It is no answer: no clock ends with it. It goes to the sender's own address alone, never to Reply-To (RFC 3834 section
4), and to nobody twice in a day, so that it can neither loop nor be aimed at somebody else.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import Any

from sqlalchemy import literal, select, text
from sqlalchemy.orm import Session

from config import i18n, presets
from inbox import replies, signatures, threads
from inbox.clocks import targets
from inbox.db import new
from inbox.events import RULE, record
from inbox.models import Conversation, Delivery, Message
from inbox.models import message as messages
from inbox.models.conversation import SPAM
from inbox.models.delivery import ACKNOWLEDGEMENT
from inbox.worktime.rota import AWAY, Rota

PAUSE = timedelta(hours=24)
FALLBACK = "en"
_ROBOT = re.compile(
    r"(?:^|[._+-])(?:no[._-]?reply|do[._-]?not[._-]?reply|no[._-]?risposta|non[._-]?rispondere|(?:nicht|keine)[._-]?"
    r"antwort(?:en)?|mailer[._-]?daemon|post[._-]?master|bounces?|undisclosed-recipients)(?:$|[\d._+-])",
    re.IGNORECASE,
)
_LOCK = 0x41434B


@dataclass(frozen=True, slots=True)
class Office:
    """What acknowledging needs, looked up once for a batch: the addresses of our mailboxes and colleagues, the
    company's hours and footer; the numbers of the managers; and who `had` one in this batch, in small letters."""

    ours: Collection[str]
    rota: Rota
    footer: str
    managers: Collection[int] = ()
    had: set[str] = field(default_factory=set)


def acknowledge(session: Session, conversation: Conversation, message: Message, at: datetime, office: Office) -> bool:
    """Acknowledge a customer's message, or write down why not."""
    to = message.from_address.strip().lower()
    why = why_not(conversation, message, to, office.ours)
    if not why and (to in office.had or _was_lately(session, to, at)):
        why = "lately"
    about: dict[str, Any] = {"conversation_id": conversation.id, "message_id": message.id, "at": at}
    if why:
        record(session, "not_acknowledged", RULE, **about, why=why)
        return False
    record(session, "acknowledged", RULE, **about)
    office.had.add(to)
    _send(session, conversation, message, to, at, office)
    return True


def why_not(conversation: Conversation, message: Message, to: str, ours: Collection[str]) -> str:
    """Why this message gets no acknowledgement, "" where it may have one."""
    told = message.facts.get("auto_submitted", "")
    reasons = {
        # A form's mail is sent by a program too, but its sender here is who filled it in.
        "machine": message.machine is not None or (told not in ("", "no") and "form" not in message.facts),
        "spam": conversation.status == SPAM,
        "certified": conversation.certified or "certified" in message.facts,
        "no_address": to in ("", "unknown") or (conversation.channel.kind == "mail" and "@" not in to),
        "forged": message.facts.get("sender_check") == "failed",
        "no_reply": bool(_ROBOT.search(to.rpartition("@")[0])),
        "ours": threads.without_token(to) in ours,
        "nobody_waits": conversation.running is None,
    }
    return next((code for code, holds in reasons.items() if holds), "")


@dataclass(frozen=True, slots=True)
class Closed:
    """What is told of a closing: when work begins again (UTC), and where to turn with what cannot wait."""

    until: datetime
    urgent: str = ""


def words(language: str, due: datetime, timezone: str, closed: Closed | None = None) -> tuple[str, str]:
    """Subject and text in the customer's language, in English where it is not one of ours."""
    texts = _texts()
    language = language if language in texts else FALLBACK
    told = texts[language]
    day, time = (i18n.formatted(due, pattern, language, timezone) for pattern in (told["day"], "HH:mm"))
    city = timezone.rpartition("/")[2].replace("_", " ")
    closing = ""
    if closed is not None:
        closing = told["closed"].strip().format(day=i18n.formatted(closed.until, told["day"], language, timezone))
        closing += f" {told['urgent'].strip().format(urgent=closed.urgent)}" if closed.urgent else ""
    return told["subject"], told["text"].strip().format(
        day=day, time=time, city=city, closing=f"{closing}\n\n" if closing else ""
    )


def _send(
    session: Session, conversation: Conversation, message: Message, to: str, at: datetime, office: Office
) -> None:
    channel, is_mail, hours = conversation.channel, conversation.channel.kind == "mail", office.rota.company
    due = targets.due(session, hours, conversation, message.at)
    back = _somebody_there(conversation, at, office)
    due = due if due > at and back <= at else targets.due(session, hours, conversation, back)
    closed = _closed(office.rota, conversation.team_id, at, due)
    subject, body = words(conversation.language, max(due, closed.until) if closed else due, hours.zone_name, closed)
    conversation.promised_at = due
    subject, headers = replies.marked(conversation, subject)
    whole = signatures.signed(body, signatures.of_company(channel, office.footer))
    recipient = {"address": message.from_address.strip(), "name": ""}
    references = [one for one in (*message.references, message.external_id) if one][-replies.MAX_REFERENCES :]
    external_id = replies.message_id_for(channel.address) if is_mail else ""
    # Not `add_message`: the list goes on showing what the customer wrote.
    sent = new(session, Message(
        conversation_id=conversation.id, channel_id=channel.id, direction=messages.OUTBOUND, machine="auto_reply",
        kind=messages.ACKNOWLEDGEMENT, external_id=external_id, subject=subject, text=whole, reply=body,
        from_address=channel.address, recipients={"to": [recipient]}, at=at, language=conversation.language,
        in_reply_to=message.external_id, references=references,
    ))  # fmt: skip
    envelope = {
        "to": [recipient], "subject": subject, "text": whole, "in_reply_to": message.external_id if is_mail else "",
        "references": references, "thread_key": conversation.thread_key,
        "headers": {**headers, **replies.AUTO_REPLIED} if is_mail else {},
    }  # fmt: skip
    replies.queue_delivery(session, Delivery(
        purpose=ACKNOWLEDGEMENT, channel_id=channel.id, recipient=to, conversation_id=conversation.id,
        message_id=sent.id, envelope=envelope, external_id=external_id, created_at=at,
    ))  # fmt: skip


def _somebody_there(conversation: Conversation, at: datetime, office: Office) -> datetime:
    """From when on (UTC, not before `at`) somebody works who may answer: the holder, or who stands in; without one a
    member of the team; where all of those are away, or there is no team, a manager."""
    rota, team_id = office.rota, conversation.team_id
    people = set(rota.members(team_id) if team_id is not None else ())
    if all(rota.duty(one, at, team_id) == AWAY for one in people):
        people |= set(office.managers)
    if conversation.user_id is not None:
        absence = rota.absence(conversation.user_id, at, team_id)
        people = {rota.cover(absence, at, team_id) or conversation.user_id}
    hours = [rota.person(one, team_id) for one in people]
    return min((at if one.is_working(at) else one.next_opening(at) for one in hours), default=at)


def _closed(rota: Rota, team_id: int | None, at: datetime, due: datetime) -> Closed | None:
    """The closing in which a customer's message comes, or which lies before the answer: of the team that has it, or of
    the company."""
    hours = rota.team(team_id)
    ends = takewhile(lambda end: end < due, (end for _, end in hours.coming(at)))
    for moment in (at, *ends):
        closure = rota.closure(team_id, moment)
        if closure is not None:
            return Closed(hours.next_opening(moment), closure.urgent)
    return None


def _was_lately(session: Session, to: str, at: datetime) -> bool:
    """Whether the address had one within PAUSE, before this batch; of two batches at once the second waits here."""
    # Written out, so that SQLite sees that its index holds just these.
    purpose = literal(ACKNOWLEDGEMENT, literal_execute=True)
    sent = select(Delivery.id).where(
        Delivery.purpose == purpose, Delivery.recipient == to, Delivery.created_at > at - PAUSE
    )
    # What the batch itself has sent is known: it need not be written first.
    with session.no_autoflush:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(:space, hashtext(:to))"), {"space": _LOCK, "to": to})
        return session.scalar(sent.limit(1)) is not None


@cache
def _texts() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = presets.load()["acknowledgement"]
    return found
