"""Hop ⑥: a notification for each colleague concerned, as a delivery with retries like any other."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from inbox import replies
from inbox.access import SEE, may
from inbox.events import SYSTEM, record
from inbox.models import Channel, Conversation, Delivery, Message, Team, User
from inbox.models import Decision as DecisionRow
from inbox.models.delivery import NOTIFICATION
from inbox.models.user import MANAGER
from routing.notify import texts


def tell(
    session: Session,
    conversation: Conversation,
    message: Message,
    decision: DecisionRow | None,
    public_url: str,
    at: datetime | None = None,
) -> None:
    """Tell the holder of the conversation (or the team, or the managers) about a customer's message."""
    told = []
    for user in recipients(session, conversation):
        for channel, address in _ways(session, conversation, user):
            notice = texts.notice(conversation, message, decision, user.language, public_url)
            _queue(session, conversation, user, channel, address, notice)
            told.append({"user_id": user.id, "by": channel.kind})
    record(session, "told", SYSTEM, conversation_id=conversation.id, message_id=message.id, at=at, told=told)


def recipients(session: Session, conversation: Conversation) -> list[User]:
    """The person who has it; else the members of its team; else, so that nothing falls into a void, the managers.

    Only who may see the conversation is told: a consultant or an external agent in a team is not.
    """
    active = select(User).where(User.disabled_at.is_(None)).options(selectinload(User.links)).order_by(User.id)
    holders = []
    if conversation.user_id:
        holders.append(active.where(User.id == conversation.user_id))
    if conversation.team_id:
        holders.append(active.where(User.teams.any(Team.id == conversation.team_id)))
    for query in (*holders, active.where(User.role == MANAGER)):
        found = [user for user in session.scalars(query) if may(user, SEE, conversation)]
        if found:
            return found
    return []


def _ways(session: Session, conversation: Conversation, user: User) -> Iterable[tuple[Channel, str]]:
    for link in user.links:
        channel = session.get(Channel, link.channel_id)
        if channel is not None and channel.enabled:
            yield channel, link.address
    if user.notify_by_mail:
        channel = _mail_channel(session, conversation)
        if channel is not None and user.email.lower() != channel.address.lower():
            yield channel, user.email


def _mail_channel(session: Session, conversation: Conversation) -> Channel | None:
    if conversation.channel.kind == "mail":
        return conversation.channel
    return session.scalar(select(Channel).where(Channel.kind == "mail", Channel.enabled).order_by(Channel.id).limit(1))


def _queue(
    session: Session, conversation: Conversation, user: User, channel: Channel, address: str, notice: texts.Notice
) -> None:
    is_mail = channel.kind == "mail"
    envelope = {
        "to": [{"address": address, "name": user.name}],
        "subject": notice.subject,
        "text": notice.text if is_mail else notice.short,
        # RFC 3834: other programs must not answer this mail by themselves.
        "headers": {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"} if is_mail else {},
        "buttons": [] if is_mail or not notice.link.startswith("https://") else [[[notice.button, notice.link]]],
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
            external_id=replies.message_id_for(channel.address) if is_mail else "",
        ),
    )
