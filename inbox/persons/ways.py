"""By which way an answer leaves: the channel and address by which the customer wrote last; after conversations were
joined there may be several."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import sitechannels
from inbox.forms import settings
from inbox.models import Channel, Conversation, Message
from inbox.models.message import INBOUND, MESSAGE


def answering(session: Session, channel_id: int) -> Channel:
    """The channel by which what came in by one is answered: of a form its mailbox, of any other itself."""
    channel = session.get_one(Channel, channel_id)
    mailbox = sitechannels.mailbox_of(session, channel) if channel.kind == settings.KIND else None
    return mailbox or channel


def channels(session: Session, conversation: Conversation) -> set[int]:
    """The channels of the conversations that were joined with this one."""
    found: set[int] = set()
    into = [conversation.id]
    while into:
        joined = select(Conversation.id, Conversation.channel_id).where(Conversation.merged_into_id.in_(into))
        rows = session.execute(joined).all()
        found |= {row.channel_id for row in rows}
        into = [row.id for row in rows]
    return found - {conversation.channel_id}


def joined(session: Session, conversation: Conversation, last: Message | None) -> Channel | None:
    """The channel of a joined conversation by which the customer wrote last, None where that is the conversation's
    own."""
    others = channels(session, conversation) if last is not None else set()
    if not others or last is None:
        return None
    found = answering(session, last.channel_id)
    return found if found.id in others else None


def open_ways(session: Session, conversation: Conversation) -> Sequence[Message]:
    """The customer's last message by each channel and address, the newest first: alone where nothing was joined."""
    emptied = select(Conversation.id).where(Conversation.merged_into_id == conversation.id).limit(1)
    query = select(Message).where(
        Message.conversation_id == conversation.id, Message.direction == INBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None),
    ).order_by(Message.at.desc(), Message.id.desc())  # fmt: skip
    if session.scalar(emptied) is None:
        return session.scalars(query.limit(1)).all()
    known = {*channels(session, conversation), conversation.channel_id}
    found: dict[tuple[int, str], Message] = {}
    for one in session.scalars(query):
        key = _key(session, one)
        if key[0] in known:
            found.setdefault(key, one)
    return list(found.values())


def chosen(session: Session, conversation: Conversation, message_id: int) -> Message | None:
    """The customer's last message by the way that one of their messages came by, None for one of another talk."""
    one = session.get(Message, message_id)
    if one is None or one.conversation_id != conversation.id:
        return None
    wanted = _key(session, one)
    return next((other for other in open_ways(session, conversation) if _key(session, other) == wanted), None)


def _key(session: Session, one: Message) -> tuple[int, str]:
    return answering(session, one.channel_id).id, one.from_address.strip().lower()
