"""Which messages of a joined conversation are whose: what goes when the two are separated."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inbox.models import Conversation, ConversationMerge, Message
from inbox.models.message import INBOUND, NOTE
from inbox.persons import ways


def since(session: Session, kept: Conversation, merged: Conversation, done: ConversationMerge) -> list[int]:
    """Which of the messages that have come since belong to the one that goes: by their channel; on one channel by what
    they answer, else by who wrote them or to whom."""
    query = select(Message).where(
        Message.conversation_id == kept.id, Message.kind != NOTE, Message.id.not_in(done.moved["messages"]),
        or_(Message.stored_at > done.at, Message.at > done.at),
    )  # fmt: skip
    theirs, ours = set(done.moved["messages"]), set[int]()
    names = set(session.scalars(select(Message.external_id).where(Message.id.in_(theirs)))) - {""}
    own = customers(session, kept.id, but=theirs)
    addresses = customers(session, kept.id, only=theirs) - own
    for one in session.scalars(query.order_by(Message.at, Message.id)):
        if merged.channel_id != kept.channel_id:
            belongs = ways.answering(session, one.channel_id).id == merged.channel_id
        else:
            to = {two["address"].lower() for two in one.recipients.get("to", ())}
            parties = {one.from_address.lower()} if one.direction == INBOUND else to
            belongs = bool({one.in_reply_to, *one.references} & names) or bool(parties & addresses)
        if belongs:
            ours.add(one.id)
            names |= {one.external_id} - {""}
    return sorted(ours)


def customers(
    session: Session, conversation_id: int, only: set[int] | None = None, but: set[int] | None = None
) -> set[str]:
    """The addresses of those who wrote to us in a conversation."""
    query = select(Message.id, Message.from_address).where(
        Message.conversation_id == conversation_id, Message.direction == INBOUND, Message.machine.is_(None)
    )
    rows = session.execute(query).all()
    return {
        address.strip().lower() for number, address in rows
        if (only is None or number in only) and (but is None or number not in but)
    } - {""}  # fmt: skip
