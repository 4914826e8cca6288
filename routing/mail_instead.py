"""Where a chat cannot be reached for some minutes, its cards are told by mail instead, once for each conversation.

What has been told by mail is withdrawn from the chat, so that it does not come late once more; so is what nobody need
be told of any more. Answers to customers are never touched.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import linking, outcomes
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Channel, ChatCard, Conversation, Delivery, Message, User, now
from inbox.models import Decision as DecisionRow
from inbox.models.conversation import OPEN
from inbox.models.delivery import CARD, NOTIFICATION, QUEUED, RETRY
from routing.chat.cardtext import last_message
from routing.notify import fan_out

TOLD_BY_MAIL, POINTLESS = "told by mail, as the chat could not be reached", "nobody need be told any more"
# What is at work at this moment may be arriving.
WAITING = (QUEUED, RETRY)


def sweep(database: Database, public_url: str, patience_minutes: int, moment: datetime | None = None) -> int:
    """Tell by mail what has waited in chats for so many minutes; how many mails."""
    moment = moment or now()
    with database.reading() as session:
        late = session.scalars(_late(moment - timedelta(minutes=patience_minutes))).all()
    mails = 0
    for number in late:
        with database.writing() as session:
            mails += _instead(session, number, public_url, moment)
    return mails


def _late(since: datetime):  # type: ignore[no-untyped-def]
    """The deliveries of cards that have not been sent since then."""
    return (
        select(Delivery.id)
        .join(ChatCard, ChatCard.delivery_id == Delivery.id)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(Delivery.state.in_(WAITING), Delivery.purpose == NOTIFICATION, Delivery.created_at <= since)
        .where(Channel.kind.in_(linking.COLLEAGUE_KINDS))
        .order_by(Delivery.id)
    )


def _instead(session: Session, number: int, public_url: str, moment: datetime) -> int:
    delivery = outcomes.hold(session, number)
    card = session.scalar(select(ChatCard).where(ChatCard.delivery_id == number))
    if delivery.state not in WAITING or card is None or delivery.envelope.get("role") != CARD:
        return 0
    conversation, audience = card.conversation, fan_out.Audience(session, at=moment)
    if conversation.waiting_since is None or conversation.status != OPEN:
        _withdraw(session, card, POINTLESS)
        return 0
    people = _people(card, audience)
    if not people:
        _withdraw(session, card, POINTLESS)
        return 0
    channel = audience.mailbox(conversation)
    message = last_message(session, conversation.id)
    if channel is None or message is None:
        return 0
    untold = [one for one in people if not _had_mail(session, one, conversation, delivery.created_at)]
    decision = session.get(DecisionRow, card.decision_id) if card.decision_id is not None else None
    told: list[dict[str, object]] = []
    for user in untold:
        told += _tell(session, user, conversation, message, decision, channel, audience, public_url)
    if untold and not told:
        return 0
    if told:
        record(session, "told", SYSTEM, conversation_id=conversation.id, message_id=message.id, at=moment, told=told)
    _withdraw(session, card, TOLD_BY_MAIL)
    return len(told)


def _people(card: ChatCard, audience: fan_out.Audience) -> Sequence[User]:
    """Whom the card was to tell, as far as it is still theirs; a group's card tells the team."""
    concerned = audience.recipients(card.conversation)
    if card.user is None:
        return concerned if card.conversation.team_id == card.team_id else []
    return [one for one in (*concerned, *audience.watchers(card.conversation)) if one is card.user][:1]


def _tell(
    session: Session,
    user: User,
    conversation: Conversation,
    message: Message,
    decision: DecisionRow | None,
    channel: Channel,
    audience: fan_out.Audience,
    public_url: str,
) -> list[dict[str, object]]:
    """The same as a card, by mail; nobody is told by the mailbox that is their own address."""
    if user.email.lower() == channel.address.lower():
        return []
    watches = user not in audience.recipients(conversation)
    ways = [(channel, user.email)]
    return fan_out.tell_one(
        session, conversation, message, decision, user, ways, audience, public_url, watching=watches
    )  # fmt: skip


def _had_mail(session: Session, user: User, conversation: Conversation, since: datetime) -> bool:
    """Whether the same was told them by mail beside the chat."""
    query = select(Delivery.id).join(Channel, Channel.id == Delivery.channel_id).where(
        Delivery.conversation_id == conversation.id, Delivery.user_id == user.id, Channel.kind == "mail",
        Delivery.purpose == NOTIFICATION, Delivery.created_at >= since - timedelta(minutes=1),
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _withdraw(session: Session, card: ChatCard, why: str) -> None:
    """Neither the card nor what stands under it is sent late; a later message brings a new card."""
    waiting = select(Delivery.id).where(
        Delivery.conversation_id == card.conversation_id, Delivery.channel_id == card.channel_id,
        Delivery.recipient == card.address, Delivery.purpose == NOTIFICATION, Delivery.state.in_(WAITING),
    )  # fmt: skip
    for number in session.scalars(waiting.order_by(Delivery.id)).all():
        outcomes.withdraw(session, number, why)
