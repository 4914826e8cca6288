"""Linking chats: a one-time deep link, opened in somebody's own Telegram or in a group, says which chat it is.

A colleague's chat counts from their Yes on the page on: whoever else got hold of the link gains nothing by opening it.
A group needs no such word, as only its manager can open the link in a group that they chose.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from config.i18n import translator
from connectors import base
from inbox import access, replies, users
from inbox.events import SYSTEM, Actor, person, record
from inbox.models import Channel, ChatCard, Delivery, Draft, Team, TeamLink, Ticket, User, UserLink, now
from inbox.models.delivery import NOTIFICATION, QUEUED, RETRY

# Kinds whose messages come from colleagues, not from customers.
COLLEAGUE_KINDS = frozenset({"telegram"})
# What a bot is no longer in a chat by (https://core.telegram.org/bots/api#chatmember); all else is in it.
OUTSIDE = frozenset({"left", "kicked"})


def deep_link(session: Session, channel: Channel, user: User) -> str:
    """A link that works once, for ten minutes, for this colleague (https://core.telegram.org/api/links#bot-links)."""
    return f"{_bot(channel)}?start={users.issue_ticket(session, users.TELEGRAM, user.id)}"


def group_link(session: Session, channel: Channel, user: User, team: Team) -> str:
    """A link by which a manager chooses the team's group, once, within ten minutes
    (https://core.telegram.org/api/links#group-chat-bot-links)."""
    return f"{_bot(channel)}?startgroup={users.issue_ticket(session, users.TEAM_CHAT, user.id, team.id)}"


def link(session: Session, channel: Channel, read: base.Message, token: str) -> str:
    """A deep link was opened: in private the chat asks to be a colleague's, a group becomes the team's.

    What it led to, as a reason for the ledger.
    """
    if "group" in read.facts:
        return _link_group(session, channel, read, token)
    ticket = users.open_ticket(session, users.TELEGRAM, token, lock=True)
    if ticket is None or ticket.user is None:
        return "a link that is over"
    ticket.used_at = now()
    user, address = ticket.user, read.sender.address
    found = session.scalar(select(UserLink).where(_at(UserLink, channel.id, address), UserLink.user_id == user.id))
    if found is None:
        found = UserLink(user_id=user.id, channel_id=channel.id, address=address)
        session.add(found)
    found.name, found.username = read.sender.name, read.facts.get("username", "")
    # Whoever writes to us has not shut us out.
    found.blocked_at = None
    _ = translator(user.language)
    if found.confirmed_at is not None:
        _say(session, channel, address, _("This chat is linked already."), user)
        return "linked already"
    found.linked_at = now()
    record(session, "link_opened", person(user.id), channel_id=channel.id, name=found.name)
    # To the chat, not to the colleague: nobody knows yet whether it is theirs.
    _say(session, channel, address, _("Almost done: please confirm on the page that this is the right chat."))
    return "waits for a yes on the page"


def confirm(session: Session, user: User, link_id: int) -> bool:
    """The colleague says that a chat is theirs; one that was somebody else's until now is taken over."""
    found = session.get(UserLink, link_id, with_for_update=True, populate_existing=True)
    if found is None or found.user_id != user.id or found.confirmed_at is not None or user.disabled_at is not None:
        return False
    channel = session.get_one(Channel, found.channel_id)
    before = owner(session, found)
    if before is not None:
        record(
            session, "link_lost", person(user.id), channel_id=channel.id, name=found.name,
            subject_user_id=before.user_id,
        )  # fmt: skip
        session.delete(before)
        session.flush()
    found.confirmed_at = found.linked_at = now()
    record(session, "linked", person(user.id), channel_id=channel.id, name=found.name)
    _ = translator(user.language)
    _say(session, channel, found.address, _("Done, %s: new questions for you will be told here.") % user.name, user)
    return True


def owner(session: Session, asking: UserLink) -> UserLink | None:
    """The confirmed link of another colleague for the same chat."""
    others = select(UserLink).where(_at(UserLink, asking.channel_id, asking.address), UserLink.id != asking.id)
    return session.scalar(others.where(UserLink.confirmed_at.is_not(None)))


def unlink(session: Session, user: User, link_id: int) -> bool:
    """Forget one of the user's own chats, or refuse one that asks to be; nothing more goes there."""
    found = session.get(UserLink, link_id)
    if found is None or found.user_id != user.id:
        return False
    session.delete(found)
    action = "unlinked" if found.confirmed_at else "link_refused"
    record(session, action, person(user.id), channel_id=found.channel_id, name=found.name)
    return True


def unlink_group(session: Session, team: Team, link_id: int, actor: Actor) -> bool:
    """Forget one of a team's groups; nothing more goes there."""
    found = session.get(TeamLink, link_id)
    if found is None or found.team_id != team.id:
        return False
    session.delete(found)
    record(session, "team_unlinked", actor, channel_id=found.channel_id, name=found.name, subject_team_id=team.id)
    return True


def sender(session: Session, channel: Channel, person_id: str) -> User | None:
    """The colleague whose confirmed chat on this channel is that of the person who writes or presses."""
    query = select(User).join(UserLink).where(_at(UserLink, channel.id, person_id))
    return session.scalar(query.where(UserLink.confirmed_at.is_not(None), User.disabled_at.is_(None)))


def linked(session: Session, channel_id: int, address: str, user: User | None) -> bool:
    """Whether we may write to a chat: it is the user's own, confirmed and not shut, or a team's."""
    groups = select(TeamLink.id).where(_at(TeamLink, channel_id, address), TeamLink.blocked_at.is_(None))
    if session.scalar(groups) is not None:
        return True
    own = session.scalar(
        select(UserLink).where(_at(UserLink, channel_id, address), UserLink.user_id == (user.id if user else None))
    )
    return own is not None and own.works


def membership(session: Session, channel: Channel, read: base.Message) -> str:
    """The bot was let into a chat or shut out of it; what it led to, as a reason for the ledger."""
    state, address = read.facts["membership"], read.thread_key or read.sender.address
    by = sender(session, channel, read.sender.address)
    _set_blocked(session, channel.id, address, state in OUTSIDE, person(by.id) if by else SYSTEM)
    return f"the bot's membership is now: {state}"


def blocked(session: Session, channel_id: int, address: str) -> None:
    """A chat takes nothing from us any more, as a refused message showed."""
    _set_blocked(session, channel_id, address, True, SYSTEM)


def moved(session: Session, channel_id: int, old: str, new: str) -> None:
    """A group has another address: what is linked, shown and still to be sent there follows it."""
    known = session.scalar(select(TeamLink).where(_at(TeamLink, channel_id, new)))
    links: Sequence[TeamLink] = session.scalars(select(TeamLink).where(_at(TeamLink, channel_id, old))).all()
    for one in links:
        if known is not None:
            session.delete(one)
            continue
        one.address = new
        record(session, "chat_moved", channel_id=channel_id, name=one.name, subject_team_id=one.team_id)
    there = set(session.scalars(select(ChatCard.conversation_id).where(_at(ChatCard, channel_id, new))))
    for card in session.scalars(select(ChatCard).where(_at(ChatCard, channel_id, old))).all():
        if card.conversation_id in there:
            session.delete(card)
        else:
            card.address = new
    for draft in session.scalars(select(Draft).where(_at(Draft, channel_id, old), Draft.ended_at.is_(None))):
        draft.address = new
    waiting = select(Delivery).where(Delivery.channel_id == channel_id, Delivery.recipient == old)
    for delivery in session.scalars(waiting.where(Delivery.state.in_((QUEUED, RETRY)))):
        redirect(delivery, new)


def redirect(delivery: Delivery, address: str) -> None:
    """Send it to another address."""
    delivery.recipient = address
    to = [{**one, "address": address} for one in delivery.envelope["to"]]
    delivery.envelope = {**delivery.envelope, "to": to}


def _link_group(session: Session, channel: Channel, read: base.Message, token: str) -> str:
    ticket = users.open_ticket(session, users.TEAM_CHAT, token, lock=True)
    if ticket is None:
        # All of the group have seen it by now.
        shown: Ticket | None = users.open_ticket(session, users.TELEGRAM, token, lock=True)
        if shown is not None:
            shown.used_at = now()
        return "a link that is over" if shown is None else "a personal link, opened in a group: it is over"
    ticket.used_at = now()
    user, team = ticket.user, ticket.team
    if user is None or team is None or not access.may(user, access.PEOPLE):
        return "the link of nobody who may do this"
    found = session.scalar(select(TeamLink).where(_at(TeamLink, channel.id, read.thread_key)))
    if found is None:
        found = TeamLink(channel_id=channel.id, address=read.thread_key)
        session.add(found)
    found.team_id, found.by_user_id, found.name = team.id, user.id, read.facts["group"]
    found.linked_at, found.blocked_at = now(), None
    record(session, "team_linked", person(user.id), channel_id=channel.id, name=found.name, subject_team_id=team.id)
    _ = translator(user.language)
    _say(session, channel, found.address, _("Done: new questions for %s will be told in this group.") % team.name)
    return "a group linked"


def _set_blocked(session: Session, channel_id: int, address: str, is_blocked: bool, actor: Actor) -> None:
    own = session.scalars(select(UserLink).where(_at(UserLink, channel_id, address))).all()
    groups = session.scalars(select(TeamLink).where(_at(TeamLink, channel_id, address))).all()
    both: list[UserLink | TeamLink] = [*own, *groups]
    for one in both:
        if (one.blocked_at is not None) == is_blocked:
            continue
        one.blocked_at = now() if is_blocked else None
        whose: dict[str, Any] = (
            {"subject_team_id": one.team_id} if isinstance(one, TeamLink) else {"subject_user_id": one.user_id}
        )
        action = "chat_blocked" if is_blocked else "chat_unblocked"
        record(session, action, actor, channel_id=channel_id, name=one.name, **whose)


def _at(table: type[UserLink | TeamLink | ChatCard | Draft], channel_id: int, address: str) -> ColumnElement[bool]:
    return and_(table.channel_id == channel_id, table.address == address)


def _bot(channel: Channel) -> str:
    return f"https://t.me/{channel.address.lstrip('@')}"


def _say(session: Session, channel: Channel, address: str, text: str, user: User | None = None) -> None:
    """Say something in a chat, to a colleague where it is known to be theirs."""
    envelope = {"to": [{"address": address, "name": user.name if user else ""}], "text": text}
    replies.queue_delivery(session, Delivery(
        purpose=NOTIFICATION, channel_id=channel.id, recipient=address, user_id=user.id if user else None,
        envelope=envelope,
    ))  # fmt: skip
