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
from inbox.models.delivery import NOTIFICATION
from inbox.models.delivery import PREVIEW as ASKED

# What became of an answer is told under its preview for so long.
STILL_SHOWN = timedelta(days=1)
CARD, PREVIEW, WORD = "refresh_card", "refresh_preview", "refresh_word"


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
    drafts = select(Draft).where(
        Draft.conversation_id.in_(conversations), Draft.ended_at.is_(None) | (Draft.ended_at > now() - STILL_SHOWN)
    )
    for draft in session.scalars(drafts).all():
        refresh_preview(session, draft)
        if draft.ended_by_id not in (None, draft.user_id):
            _refresh_words(session, draft)


def refresh_card(session: Session, card: ChatCard) -> None:
    """Have one card edited."""
    _enqueue(session, CARD, card.id, card.channel_id, card.address)


def refresh_preview(session: Session, draft: Draft) -> None:
    """Have a draft's preview edited, where it has one."""
    if draft.channel_id is not None and draft.delivery_id is not None:
        _enqueue(session, PREVIEW, draft.id, draft.channel_id, draft.address)


def _refresh_words(session: Session, draft: Draft) -> None:
    """Have the messages edited in which colleagues were asked for their word about a draft: it is given."""
    query = select(Delivery).where(
        Delivery.conversation_id == draft.conversation_id, Delivery.purpose == NOTIFICATION, Delivery.provider_id != ""
    )
    for one in session.scalars(query):
        is_asked = (one.envelope.get("role"), one.envelope.get("about")) == (ASKED, draft.id)
        if is_asked and one.id != draft.delivery_id and one.envelope.get("buttons"):
            _enqueue(session, WORD, one.id, one.channel_id, one.recipient)


def message(session: Session, channel_id: int, provider_id: str) -> Delivery | None:
    """The message of ours that a chat knows by this id."""
    if not provider_id:
        return None
    # Written out, so that the index is used, which holds just those that have one.
    named = and_(Delivery.provider_id == provider_id, Delivery.provider_id != "")
    return session.scalar(select(Delivery).where(named, Delivery.channel_id == channel_id).limit(1))


def _enqueue(session: Session, kind: str, number: int, channel_id: int, address: str) -> None:
    queue.enqueue(session, kind, number, f"deliver:{channel_id}:{address.lower()}")
