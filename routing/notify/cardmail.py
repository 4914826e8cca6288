"""A card by mail: the notification's words, the customer's files, and how to answer; an answer goes to the customer."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from config.i18n import translator
from inbox import cards, contents, elsewhere, replies
from inbox.models import Attachment, Card, Channel, Conversation, Delivery, User
from inbox.models.delivery import NOTIFICATION
from inbox.models.user import FULL
from routing.notify import receipts, texts

# Of a customer's files so many bytes go along.
MAX_BYTES = 10_000_000


def queue(
    session: Session,
    card: Card,
    conversation: Conversation,
    user: User,
    channel: Channel,
    address: str,
    notice: texts.Notice,
    files: Sequence[Attachment] = (),
) -> None:
    """A mail with the colleague's card: an answer to it goes to the customer. The customer's files go along."""
    along, left = _along(files) if contents.level(conversation) == FULL else ([], [])
    there = elsewhere.place(session, conversation)
    how = receipts.how(user.language, there.name if there is not None else "")
    text = f"{notice.text}\n{how}\n{cards.mark(card)}\n"
    if left:
        text += "\n" + translator(user.language)("Too large for a mail; open within seven days:") + "\n"
    envelope = {
        "to": [{"address": address, "name": user.name}],
        "subject": notice.subject,
        "text": text,
        "attachment_ids": [one.id for one in along],
        "links": [one.id for one in left],
        "headers": replies.AUTO_GENERATED,
    }
    replies.queue_delivery(
        session,
        Delivery(
            purpose=NOTIFICATION,
            channel_id=channel.id,
            recipient=address,
            conversation_id=conversation.id,
            user_id=user.id,
            envelope=envelope,
            external_id=cards.message_id(card, channel.address),
        ),
    )


def _along(files: Sequence[Attachment]) -> tuple[list[Attachment], list[Attachment]]:
    """The files that a mail can carry, and the others."""
    along: list[Attachment] = []
    for one in sorted(files, key=lambda file: file.size):
        if sum(file.size for file in along) + one.size > MAX_BYTES:
            break
        along.append(one)
    return along, [one for one in files if one not in along]
