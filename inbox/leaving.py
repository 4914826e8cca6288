"""Who has left is told nothing more, also of what was queued before: asked at the last moment."""

from sqlalchemy.orm import Session

from inbox import linking
from inbox.access import SEE, may
from inbox.models import Channel, Delivery, User
from inbox.models.delivery import NOTIFICATION


def why_not(session: Session, delivery: Delivery) -> str:
    """Why a notification may not go out (any more), as a reason in English; "" where it may, and for all others."""
    if delivery.purpose != NOTIFICATION:
        return ""
    user = session.get(User, delivery.user_id) if delivery.user_id is not None else None
    if user is not None and user.disabled_at is not None:
        return "the account is switched off"
    channel = session.get_one(Channel, delivery.channel_id)
    # What the bot says about the linking itself goes to chats that are nobody's yet; it holds nothing of anybody.
    is_told = user is not None or delivery.conversation_id is not None
    in_chat = channel.kind in linking.COLLEAGUE_KINDS and is_told
    if in_chat and not linking.linked(session, channel.id, delivery.recipient, user):
        return "the chat is not linked"
    if user is None or delivery.conversation is None or delivery.envelope.get("receipt"):
        return ""
    return "" if may(user, SEE, delivery.conversation) else "the conversation is in other hands"
