"""Linking a colleague's chat: a one-time deep link, opened in the colleague's own Telegram, proves whose chat it is.

What else colleagues write to the bot is answered with a pointer to the page.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.i18n import translator
from connectors import base
from inbox import replies, users
from inbox.events import person, record
from inbox.models import Channel, Delivery, User, UserLink, now
from inbox.models.delivery import NOTIFICATION

# Kinds whose messages come from colleagues, not from customers.
COLLEAGUE_KINDS = frozenset({"telegram"})


def take(session: Session, channel: Channel, read: base.Message) -> str:
    """What a colleague's message to the bot led to, as a reason for the ledger."""
    token = read.facts.get("start", "")
    known = session.scalar(
        select(UserLink).where(UserLink.channel_id == channel.id, UserLink.address == read.sender.address)
    )
    if token:
        return _link(session, channel, read, token, known)
    if known is None or known.user.disabled_at is not None:
        return "nobody we know"
    _ = translator(known.user.language)
    _say(
        session,
        channel,
        known.user,
        read.sender.address,
        _("Please read and answer on the page; the button under each question leads there."),
    )
    return "pointed to the page"


def link(session: Session, channel: Channel, read: base.Message, token: str) -> str:
    """Open a deep link."""
    known = session.scalar(
        select(UserLink).where(UserLink.channel_id == channel.id, UserLink.address == read.sender.address)
    )
    return _link(session, channel, read, token, known)


def membership(session: Session, channel: Channel, read: base.Message) -> str:
    return "membership"


def sender(session: Session, channel: Channel, person_id: str) -> User | None:
    """The colleague to whom a chat belongs."""
    query = select(User).join(UserLink).where(UserLink.channel_id == channel.id, UserLink.address == person_id)
    return session.scalar(query.where(User.disabled_at.is_(None)))


def unlink(session: Session, user: User, link_id: int) -> bool:
    """Forget one of the user's own chats; nothing more goes there."""
    link = session.get(UserLink, link_id)
    if link is None or link.user_id != user.id:
        return False
    session.delete(link)
    record(session, "unlinked", person(user.id), channel_id=link.channel_id)
    return True


def deep_link(session: Session, channel: Channel, user: User) -> str:
    """A link that works once, for ten minutes, for this colleague (https://core.telegram.org/api/links#bot-links)."""
    return f"https://t.me/{channel.address.lstrip('@')}?start={users.issue_ticket(session, users.TELEGRAM, user.id)}"


def _link(session: Session, channel: Channel, read: base.Message, token: str, known: UserLink | None) -> str:
    ticket = users.open_ticket(session, users.TELEGRAM, token)
    if ticket is None or ticket.user is None or ticket.user.disabled_at is not None:
        return "a link that is over"
    ticket.used_at = now()
    user = ticket.user
    if known is None:
        known = UserLink(channel_id=channel.id, address=read.sender.address)
        session.add(known)
    # A chat belongs to whoever linked it last: the same phone in other hands.
    known.user_id, known.name, known.linked_at = user.id, read.sender.name, now()
    session.flush()
    record(session, "linked", person(user.id), channel_id=channel.id, name=read.sender.name)
    _ = translator(user.language)
    _say(
        session, channel, user, read.sender.address, _("Done, %s: new questions for you will be told here.") % user.name
    )
    return "linked"


def _say(session: Session, channel: Channel, user: User, address: str, text: str) -> None:
    envelope = {"to": [{"address": address, "name": user.name}], "text": text}
    replies.queue_delivery(
        session,
        Delivery(purpose=NOTIFICATION, channel_id=channel.id, recipient=address, user_id=user.id, envelope=envelope),
    )
