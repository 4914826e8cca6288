"""Handing off: a colleague passes a conversation on, and whoever gets it is told, with the note."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import conversations
from inbox.events import person
from inbox.models import Conversation, Message, User
from inbox.models.message import INBOUND
from routing import ringing
from routing.notify import fan_out
from routing.notify.texts import Handed


def hand_over(
    session: Session,
    conversation: Conversation,
    by: User,
    public_url: str,
    *,
    team_id: int | None,
    user_id: int | None = None,
    note: str = "",
    at: datetime | None = None,
) -> None:
    """Give the conversation to a team or a person by a colleague's hand, and tell them; not whoever hands it off."""
    before = conversation.team_id, conversation.user_id
    conversations.assign(session, conversation, person(by.id), team_id=team_id, user_id=user_id, note=note, at=at)
    last = select(Message).where(Message.conversation_id == conversation.id, Message.direction == INBOUND)
    message = session.scalar(last.order_by(Message.at.desc(), Message.id.desc()).limit(1))
    if before == (team_id, user_id) or message is None:
        return
    session.flush()
    session.expire(conversation, ["team", "user"])
    audience = fan_out.Audience(session, at=at)
    fan_out.tell(
        session, conversation, message, None, audience, public_url, at, handed=Handed(by.name, note), but=by.id
    )  # fmt: skip
    ringing.begin(session, conversation, audience.at)
