"""What colleagues tell each other about a conversation goes by all their ways: questions, facts, answers that wait."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from inbox import cards, replies
from inbox.models import Conversation, Delivery, Message, User
from inbox.models.delivery import NOTIFICATION
from inbox.models.message import INBOUND, MESSAGE
from routing.notify.between_words import Words
from routing.notify.fan_out import Audience


def tell(
    session: Session,
    audience: Audience,
    conversation: Conversation,
    user: User,
    words: Words,
    *,
    role: str = "",
    about: int | None = None,
    buttons: Sequence[tuple[str, str]] = (),
) -> None:
    """Tell one colleague. `role` and `about` (inbox.models.delivery) say what an answer to it is about; `buttons`, as
    (label, what it says to us), stand in chats only."""
    named = {"role": role, "about": about} if role else {}
    for channel, address in audience.ways(conversation, user):
        is_mail = channel.kind == "mail"
        envelope: dict[str, Any] = {"to": [{"address": address, "name": user.name}], "subject": words.subject, **named}
        card = audience.card(user, conversation) if is_mail else None
        if card is not None:
            envelope["text"] = f"{words.text}\n\n{words.by_mail}\n{cards.mark(card)}\n"
            envelope["headers"] = replies.AUTO_GENERATED
        else:
            envelope["text"] = "\n\n".join(part for part in (words.text, words.by_chat) if part)
            envelope["buttons"] = _rows(words, buttons)
        replies.queue_delivery(session, Delivery(
            purpose=NOTIFICATION, channel_id=channel.id, recipient=address, conversation_id=conversation.id,
            user_id=user.id, envelope=envelope, external_id=cards.message_id(card, channel.address) if card else "",
        ))  # fmt: skip


def last_words(session: Session, conversation: Conversation) -> Message | None:
    """The customer's last message."""
    query = session.query(Message).filter_by(conversation_id=conversation.id, direction=INBOUND, kind=MESSAGE)
    return query.filter(Message.machine.is_(None)).order_by(Message.at.desc(), Message.id.desc()).first()


def _rows(words: Words, buttons: Sequence[tuple[str, str]]) -> list[list[list[str]]]:
    rows = [[list(button) for button in buttons]] if buttons else []
    # Telegram takes no other addresses.
    return rows + ([[[words.button, words.link]]] if words.link.startswith("https://") else [])
