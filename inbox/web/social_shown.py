"""What a conversation of a social channel shows: how far an answer has come, who else reads it, how long one may write
freely."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import contacts
from inbox.models import Conversation, Event, Message, now
from inbox.models.message import INBOUND
from inbox.social import windows
from inbox.social.kinds import KINDS, SOCIAL
from inbox.worktime import calendars

# How far, the furthest last; what is told late never takes it back.
_STEPS = {"answer_delivered": "delivered", "answer_seen": "seen"}


def reached(found: Conversation, events: Iterable[Event]) -> Mapping[int, Sequence[str]]:
    """How far each answer has come, as a code, by message."""
    order = list(_STEPS)
    furthest: dict[int, int] = {}
    for one in events:
        if is_mark(found, one) and one.message_id is not None:
            furthest[one.message_id] = max(furthest.get(one.message_id, 0), order.index(one.action))
    return {number: (_STEPS[order[step]],) for number, step in furthest.items()}


def is_mark(found: Conversation, event: Event) -> bool:
    """Whether the answer itself shows this."""
    return found.channel.kind in SOCIAL and event.action in _STEPS


def window_data(session: Session, found: Conversation, at: datetime | None = None) -> dict[str, Any]:
    """How long one may write freely, at a moment (UTC), and what can be sent beyond that."""
    at = at or now()
    if windows.is_public(found):
        # Platforms that bound when one may write also bound how often one may write privately.
        is_bounded = KINDS[found.channel.kind].window is not None
        return {"window_shown": False, "window_over": False, "is_public": True, "private_once": is_bounded}
    if windows.length(found.channel) is None:
        return {"window_shown": False, "window_over": False}
    end = windows.until(session, found)
    is_over = end is None or end <= at
    return {
        "window_shown": True,
        "platform": KINDS[found.channel.kind].name,
        "window_over": is_over,
        "window_until": end,
        "window_left": (end - at).total_seconds() if end is not None else 0,
        "window_warns": end is not None and windows.ends_before_work(calendars.company(session), end, at),
        "templates": windows.templates(found.channel) if is_over else (),
        "takes_templates": KINDS[found.channel.kind].templates,
        "mail_known": contacts.address_of(session, found.contact_id, "mail") if is_over else "",
    }


def group_data(session: Session, found: Conversation) -> dict[str, Any]:
    """The name of the group in which the customer asked, "" for none."""
    if found.channel.kind not in SOCIAL:
        return {"group": ""}
    newest = select(Message.facts).where(Message.conversation_id == found.id, Message.direction == INBOUND)
    facts = session.scalar(newest.order_by(Message.at.desc(), Message.id.desc()).limit(1)) or {}
    return {"group": group_name(found, facts)}


def group_name(found: Conversation, facts: Mapping[str, str]) -> str:
    """What people call the group; of some platforms only its number is known, which is nobody's name."""
    name = str(facts.get("group", ""))
    return "" if name == found.thread_key else name
