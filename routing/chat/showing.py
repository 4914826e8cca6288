"""A conversation in a chat: its card, under it the customer's words and files; later words answer the card."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.i18n import translator
from inbox import chatcards, contents, replies
from inbox.clocks import unanswered
from inbox.db import new
from inbox.models import Attachment, Channel, ChatCard, Conversation, Delivery, Message, User
from inbox.models import Decision as DecisionRow
from inbox.models.delivery import CARD, FAILED, FILE, NOTIFICATION, WORDS
from inbox.models.user import FULL, MINIMAL
from routing.chat import cardtext
from routing.chat.shown import shortened

# What is sent along of a customer's files; the rest is on the page.
MAX_FILES = 10
MAX_FILE_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """A chat: a colleague's own, or (no `user`) the group of a team."""

    channel: Channel
    address: str
    language: str
    user: User | None = None
    team_id: int | None = None


def show(
    session: Session,
    place: Place,
    conversation: Conversation,
    message: Message | None,
    decision: DecisionRow | None,
    public_url: str,
    said: Sequence[str] = (),
) -> None:
    """Show a conversation and a customer's message, with those before it that nobody has answered and that the chat
    has not shown. `said`: what else there is to tell, under the card."""
    card = chatcards.of(session, conversation.id, place.channel.id, place.address)
    if card is None or card.delivery.state == FAILED:
        card = _card(session, place, conversation, card, decision, public_url)
    else:
        chatcards.refresh_card(session, card)
    for text in said:
        under(session, card, text, WORDS)
    if message is not None and contents.level(conversation) != MINIMAL:
        earlier = unanswered.before(session, conversation, message)
        there = _shown(session, card) if earlier else set()
        for one in earlier:
            if one.id not in there:
                _words(session, place, card, one)
        _words(session, place, card, message)


def _shown(session: Session, card: ChatCard) -> set[int]:
    """The customer's messages that stand under the card."""
    query = select(Delivery.envelope).where(
        Delivery.conversation_id == card.conversation_id, Delivery.channel_id == card.channel_id,
        Delivery.recipient == card.address, Delivery.purpose == NOTIFICATION,
    )  # fmt: skip
    return {envelope["message_id"] for envelope in session.scalars(query) if "message_id" in envelope}


def _words(session: Session, place: Place, card: ChatCard, message: Message) -> None:
    """A customer's words and files, as messages of their own."""
    _, level = translator(place.language), contents.level(card.conversation)
    words = shortened(message.reply or message.text, _("cut here: the rest is on the page"))
    if words:
        under(session, card, words, WORDS, of=message.id)
    files = [one for one in message.attachments if one.size <= MAX_FILE_BYTES][:MAX_FILES] if level == FULL else []
    for file in files:
        under(session, card, "", FILE, file=file)
    left = [one for one in message.attachments if one not in files] if level == FULL else []
    if left and place.user is not None:
        under(session, card, _("Too large for the chat; open within seven days:"), WORDS, links=left)
    elif left:
        names = ", ".join(one.filename or _("unnamed file") for one in left)
        under(session, card, f"{_('On the page')}: {names}", WORDS)


def under(
    session: Session,
    card: ChatCard,
    text: str,
    role: str,
    *,
    file: Attachment | None = None,
    links: Sequence[Attachment] = (),
    asks: str = "",
    about: int | None = None,
    of: int | None = None,
) -> Delivery:
    """One more message, as an answer to the card; `links`: files whose addresses stand in it; `of`: the customer's
    message whose words it is."""
    envelope = {
        "to": [{"address": card.address}], "text": text, "role": role, "under": card.delivery_id, "asks": asks,
        "about": about, "attachment_ids": [file.id] if file is not None else [],
        "links": [one.id for one in links],
    }  # fmt: skip
    envelope |= {"message_id": of} if of is not None else {}
    delivery = Delivery(
        purpose=NOTIFICATION, channel_id=card.channel_id, recipient=card.address, user_id=card.user_id,
        conversation_id=card.conversation_id, envelope=envelope,
    )  # fmt: skip
    replies.queue_delivery(session, delivery)
    return delivery


def _card(
    session: Session,
    place: Place,
    conversation: Conversation,
    before: ChatCard | None,
    decision: DecisionRow | None,
    public_url: str,
) -> ChatCard:
    """A new card, or one in place of a card that never arrived."""
    delivery = Delivery(
        purpose=NOTIFICATION, channel_id=place.channel.id, recipient=place.address, conversation_id=conversation.id,
        user_id=place.user.id if place.user else None, envelope={},
    )  # fmt: skip
    replies.queue_delivery(session, delivery)
    card = before or ChatCard(
        conversation_id=conversation.id, channel_id=place.channel.id, address=place.address,
        user_id=delivery.user_id, team_id=place.team_id, language=place.language,
        decision_id=decision.id if decision is not None else None,
    )  # fmt: skip
    card.conversation, card.user, card.delivery, card.delivery_id = conversation, place.user, delivery, delivery.id
    if before is None:
        new(session, card)
    shown = cardtext.card(session, card, public_url)
    card.shown = shown.digest()
    about = {"to": [{"address": place.address}], "role": CARD, "about": card.id}
    delivery.envelope = {**about, **shown.envelope()}
    return card
