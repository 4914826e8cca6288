"""What a customer has written and nobody has answered yet."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Conversation, Message
from inbox.models.message import INBOUND, MESSAGE

MOST = 5


def before(session: Session, conversation: Conversation, message: Message) -> list[Message]:
    """The customer's messages before this one for which they wait too, the oldest first, the newest MOST of them."""
    if conversation.waiting_since is None or conversation.messages_count < 2:
        return []
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.direction == INBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None), Message.at >= conversation.waiting_since, Message.at <= message.at,
        Message.id != message.id,
    )  # fmt: skip
    newest = session.scalars(query.order_by(Message.at.desc(), Message.id.desc()).limit(MOST)).all()
    return list(reversed(newest))
