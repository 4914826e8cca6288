"""Notices that wait: what a colleague is told later, one row for each colleague and conversation."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from inbox.models import ChatCard, Conversation, Delivery, HeldNotice, Message, now
from inbox.models.conversation import OPEN
from inbox.models.delivery import NOTIFICATION

# Why a notice waits: the colleague's quiet hours, their digest, a full chat, many at once.
QUIET, DIGEST, FULL, BURST = "quiet", "digest", "full", "burst"
# Of so many deliveries it is asked who has been told of what just now: more are not made within minutes.
LOOKS_AT = 500


def keep(
    session: Session,
    user_id: int,
    conversation_id: int,
    message_id: int,
    why: str,
    due_at: datetime,
    decision_id: int | None = None,
    at: datetime | None = None,
    found: HeldNotice | None = None,
) -> HeldNotice:
    """Hold a notice until a moment (UTC); the one about the same conversation that waits already (`found`) tells the
    newer message, at the earlier of both moments."""
    if found is None:
        values = {"message_id": message_id, "decision_id": decision_id, "why": why, "due_at": due_at}
        found = HeldNotice(user_id=user_id, conversation_id=conversation_id, created_at=at or now(), **values)
        session.add(found)
        return found
    found.message_id, found.decision_id = message_id, decision_id or found.decision_id
    if due_at < found.due_at:
        found.why, found.due_at = why, due_at
    return found


def of(session: Session, user_id: int, conversation_id: int) -> HeldNotice | None:
    """What a colleague has yet to be told of a conversation."""
    query = select(HeldNotice).where(HeldNotice.user_id == user_id, HeldNotice.conversation_id == conversation_id)
    return session.scalar(query)


def of_conversations(session: Session, numbers: Collection[int]) -> dict[tuple[int, int], HeldNotice]:
    """What colleagues have yet to be told of some conversations, by colleague and conversation."""
    rows = session.scalars(select(HeldNotice).where(HeldNotice.conversation_id.in_(numbers))) if numbers else ()
    return {(row.user_id, row.conversation_id): row for row in rows}


def all_of(session: Session) -> set[tuple[int, int]]:
    """Who has yet to be told of what: colleagues and conversations."""
    return {(row[0], row[1]) for row in session.execute(select(HeldNotice.user_id, HeldNotice.conversation_id))}


def drop(session: Session, user_id: int, conversation_id: int) -> None:
    """The colleague has been told otherwise."""
    session.execute(
        delete(HeldNotice)
        .where(HeldNotice.user_id == user_id, HeldNotice.conversation_id == conversation_id)
        .execution_options(synchronize_session="fetch")
    )


def due(session: Session, moment: datetime) -> Sequence[int]:
    """The colleagues for whom a notice is due at a moment (UTC)."""
    query = select(HeldNotice.user_id).where(HeldNotice.due_at <= moment)
    return session.scalars(query.distinct().order_by(HeldNotice.user_id)).all()


def of_user(session: Session, user_id: int) -> Sequence[HeldNotice]:
    """All that waits for one colleague, for nobody else to release until the transaction ends."""
    query = select(HeldNotice).where(HeldNotice.user_id == user_id).order_by(HeldNotice.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def is_over(notice: HeldNotice, moment: datetime, *, watches: bool) -> bool:
    """Whether there is nothing left to tell at a moment (UTC): nobody waits any more, the conversation was put off, or
    it was taken since; for who only watches it, taking changes nothing."""
    one = notice.conversation
    if one.waiting_since is None or one.status != OPEN:
        return True
    if one.snoozed_until is not None and one.snoozed_until > moment:
        return True
    if watches:
        return False
    taken = one.claimed_at is not None and one.claimed_at >= notice.created_at
    return taken or one.user_id not in (None, notice.user_id)


def open_cards(session: Session, user_id: int) -> set[int]:
    """The conversations whose cards stand in the colleague's own chats and are not done: in their hands or nobody's."""
    query = (
        select(ChatCard.conversation_id)
        .join(Conversation, Conversation.id == ChatCard.conversation_id)
        .where(ChatCard.user_id == user_id, Conversation.status == OPEN)
        .where(or_(Conversation.user_id.is_(None), Conversation.user_id == user_id))
        .where(or_(Conversation.snoozed_until.is_(None), Conversation.snoozed_until <= now()))
    )
    return set(session.scalars(query))


def told_between(session: Session, since: datetime, until: datetime) -> dict[int, set[int]]:
    """Of which conversations each colleague was told between two moments (UTC), among the last deliveries."""
    newest = session.scalar(select(func.max(Delivery.id))) or 0
    query = select(Delivery.user_id, Delivery.conversation_id).where(
        Delivery.id > newest - LOOKS_AT, Delivery.purpose == NOTIFICATION, Delivery.created_at >= since,
        Delivery.created_at <= until,
    )  # fmt: skip
    found: dict[int, set[int]] = {}
    for user_id, conversation_id in session.execute(query):
        if user_id is not None and conversation_id is not None:
            found.setdefault(user_id, set()).add(conversation_id)
    return found


def was_told(session: Session, user_id: int, conversation_id: int) -> bool:
    """Whether the colleague was ever told anything of the conversation."""
    query = select(Delivery.id).where(
        Delivery.conversation_id == conversation_id, Delivery.user_id == user_id, Delivery.purpose == NOTIFICATION
    )
    return session.scalar(query.limit(1)) is not None


def last_message(session: Session, conversation_id: int) -> int | None:
    """The newest message of a conversation, by whomever."""
    query = select(Message.id).where(Message.conversation_id == conversation_id)
    return session.scalar(query.order_by(Message.at.desc(), Message.id.desc()).limit(1))
