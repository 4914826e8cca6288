"""The visitor of a chat, as the page of the conversation shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from sqlalchemy.orm import Session

from inbox.models import Conversation, Delivery, Message, Visit, now
from inbox.models.message import MESSAGE, OUTBOUND
from inbox.sitechat import visits
from inbox.sitechat.settings import KIND
from inbox.web import context
from inbox.web.wording import today

# How far an answer of ours has come.
BY_MAIL, SEEN, WINDOW = "mail", "seen", "window"


def visitor_data(session: Session, found: Conversation, at: datetime | None = None) -> dict[str, Any]:
    """Who chats, and whether they are there at a moment (UTC); `visit` None where it is no chat."""
    at = at or now()
    visit = visits.of(session, found) if found.channel.kind == KIND else None
    if visit is None:
        return {"visit": None}
    is_here, answers = visits.is_here(visit, at), visits.who_answers(visit, at)
    return {
        "visit": visit,
        "visitor_is_here": is_here,
        "left_today": visit.seen_at.astimezone(ZoneInfo(context.app().settings.timezone)).date() == today(),
        "visitor_writes": is_here and visits.is_writing(visit, at),
        "who_answers": answers if answers != visits.first_name(g.user.name) else "",
    }


def reached(visit: Visit | None, message: Message, delivery: Delivery | None) -> Sequence[str]:
    """How far a message of ours in a chat has come: the mail that went after it, then the window or the eye."""
    if visit is None or message.direction != OUTBOUND or message.kind != MESSAGE:
        return ()
    mailed = delivery is not None and delivery.channel_id != visit.channel_id
    eye = SEEN if message.id <= visit.seen_id else WINDOW if message.id <= visit.delivered_id else ""
    return [code for code, holds in ((BY_MAIL, mailed), (eye, eye)) if holds]
