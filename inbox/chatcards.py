"""Cards in chats as rows: which message of ours shows a conversation where, and which must be edited.

Whatever happens to a conversation is an event; in the transaction that writes one, the conversation's cards get a job
that shows them as things are then. It stands in the lane of its chat, so that what was sent before is there first.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from inbox import queue
from inbox.events import touched
from inbox.models import ChatCard, Delivery, Draft, now

# What became of an answer is told under its preview for so long.
STILL_SHOWN = timedelta(days=1)
CARD, PREVIEW = "refresh_card", "refresh_preview"


def of(session: Session, conversation_id: int, channel_id: int, address: str) -> ChatCard | None:
    """A conversation's card in a chat."""
    query = select(ChatCard).where(
        ChatCard.conversation_id == conversation_id, ChatCard.channel_id == channel_id, ChatCard.address == address
    )
    return session.scalar(query)


def refresh_touched(session: Session) -> None:
    """Have the cards and previews of all conversations edited to which something happened in this transaction."""
    if numbers := touched(session):
        refresh(session, numbers)


def refresh(session: Session, conversations: Collection[int]) -> None:
    """Have the cards of these conversations, and the open drafts' previews, show how things are."""
    cards = select(ChatCard.id, ChatCard.channel_id, ChatCard.address).where(
        ChatCard.conversation_id.in_(conversations)
    )
    for number, channel_id, address in session.execute(cards).all():
        _enqueue(session, CARD, number, channel_id, address)
    drafts = select(Draft.id, Draft.channel_id, Draft.address).where(
        Draft.conversation_id.in_(conversations), Draft.delivery_id.is_not(None),
        Draft.ended_at.is_(None) | (Draft.ended_at > now() - STILL_SHOWN),
    )  # fmt: skip
    for number, channel, chat in session.execute(drafts).all():
        if channel is not None:
            _enqueue(session, PREVIEW, number, channel, chat)


def refresh_card(session: Session, card: ChatCard) -> None:
    """Have one card edited."""
    _enqueue(session, CARD, card.id, card.channel_id, card.address)


def refresh_preview(session: Session, draft: Draft) -> None:
    """Have a draft's preview edited, where it has one."""
    if draft.channel_id is not None and draft.delivery_id is not None:
        _enqueue(session, PREVIEW, draft.id, draft.channel_id, draft.address)


def message(session: Session, channel_id: int, provider_id: str) -> Delivery | None:
    """The message of ours that a chat knows by this id."""
    if not provider_id:
        return None
    # Written out, so that the index is used, which holds just those that have one.
    named = and_(Delivery.provider_id == provider_id, Delivery.provider_id != "")
    return session.scalar(select(Delivery).where(named, Delivery.channel_id == channel_id).limit(1))


def _enqueue(session: Session, kind: str, number: int, channel_id: int, address: str) -> None:
    queue.enqueue(session, kind, number, f"deliver:{channel_id}:{address.lower()}")
