"""Hop ⑥: a notification for each colleague concerned, as a delivery with retries like any other."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Sized
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from inbox import cards
from inbox.access import SEE, may
from inbox.clocks import unanswered
from inbox.events import SYSTEM, record
from inbox.models import Card, Channel, Conversation, Message, Team, TeamLink, User, now
from inbox.models import Decision as DecisionRow
from inbox.models.message import INBOUND
from inbox.models.user import MANAGER
from inbox.persons.crossing import Crossings
from inbox.sitechat import settings, visits
from inbox.worktime.rota import AWAY, Rota
from routing import twice, visitor
from routing.chat import showing
from routing.chat.showing import Place
from routing.notify import cardmail, quiet, texts

# A sender with more than so many messages in so many minutes is told about no more: nobody reads that many, and a
# program that answers our notifications must not be answered for ever. The messages themselves are all taken in.
BURST, BURST_MINUTES = 12, 10
# In a chat people write in short lines; its first is told in any case. The chat's door holds back whoever floods it.
CHAT_BURST = 60
# Channels and addresses by which somebody is told.
Ways = Sequence[tuple[Channel, str]]
_CONDITIONS: dict[str, Callable[[int], ColumnElement[bool]]] = {
    "user": lambda number: User.id == number,
    "team": lambda number: User.teams.any(Team.id == number),
    "managers": lambda _number: User.role == MANAGER,
}


class Audience:
    """Who is told about conversations, and by which ways, looked up once for a batch."""

    def __init__(
        self, session: Session, conversations: Collection[Conversation] = (), rota: Rota | None = None,
        at: datetime | None = None,
    ) -> None:  # fmt: skip
        """`conversations`: a batch's, looked up at once. `at`: when people are there or not (UTC); None: now."""
        self._session, self.at = session, at or now()
        self.rota = rota or Rota(session, self.at.date())
        self._lately = _lately(session, {one.contact_id for one in conversations})
        self._people: dict[tuple[str, int], Sequence[User]] = {}
        self._mail_channel: list[Channel | None] = []
        self._before: dict[int, Sequence[Message]] = {}
        self._looked_up = frozenset(one.id for one in conversations)
        self.loads = quiet.Loads(session, self.at, self._looked_up)
        # Held, so that a conversation's team is asked for without a query.
        self._teams = session.scalars(select(Team).options(selectinload(Team.links))).all() if conversations else ()
        self.duplicates = Crossings(session, conversations)
        with session.no_autoflush:
            self._cards = cards.of_conversations(session, self._looked_up)

    def is_burst(self, conversation: Conversation) -> bool:
        """Whether so much came from one sender just now that it looks like two programs answering each other."""
        lately, is_chat = self._lately.get(conversation.contact_id, 0), conversation.channel.kind == settings.KIND
        if is_chat:
            return lately > CHAT_BURST and conversation.messages_count > 1
        return lately > BURST

    def is_there(self, conversation: Conversation) -> bool:
        """Whether the customer sits before the chat of the site at this moment."""
        if conversation.channel.kind != settings.KIND:
            return False
        with self._session.no_autoflush:
            visit = visits.of(self._session, conversation)
        return visit is not None and visits.is_here(visit, self.at)

    def recipients(self, conversation: Conversation) -> list[User]:
        """The person who has it; else the members of its team, or its lead; else, so that nothing falls into a void,
        the managers. Whoever is away is left in peace, unless nobody at all is there.

        Only who may see the conversation is told: a consultant or an external agent in a team is not.
        """
        team_id, lead = conversation.team_id, conversation.team.lead_id if conversation.team else None
        holders = (("user", conversation.user_id), ("team", team_id), ("user", lead), ("managers", 0))
        some = [self._seeing(conversation, kind, number) for kind, number in holders if number is not None]
        for people in some:
            there = [user for user in people if self.rota.duty(user.id, self.at, team_id) != AWAY]
            if there:
                return there
        return next((people for people in reversed(some) if people), [])

    def leaders(self, conversation: Conversation) -> list[User]:
        """Who looks after what the holder lets lie: the team's lead if another and there, else the managers."""
        lead = conversation.team.lead_id if conversation.team else None
        some = [("user", lead)] if lead is not None and lead != conversation.user_id else []
        for kind, number in (*some, ("managers", 0)):
            people = self._seeing(conversation, kind, number)
            if there := [one for one in people if self.rota.duty(one.id, self.at, conversation.team_id) != AWAY]:
                return there
        return []

    def _seeing(self, conversation: Conversation, kind: str, number: int) -> list[User]:
        return [user for user in self._active(kind, number) if may(user, SEE, conversation)]

    def watchers(self, conversation: Conversation) -> list[User]:
        """Who only watches it, as far as they may see it (still)."""
        found = [user for watcher in conversation.watchers for user in self._active("user", watcher.id)]
        return [user for user in found if may(user, SEE, conversation)]

    def ways(self, conversation: Conversation, user: User) -> Iterable[tuple[Channel, str]]:
        """The channels and addresses by which a colleague is told."""
        chats = [(self._session.get(Channel, link.channel_id), link.address) for link in user.links if link.works]
        working = [(channel, address) for channel, address in chats if channel is not None and channel.enabled]
        yield from working
        # Nobody is left untold.
        if user.notify_by_mail or not working:
            channel = self.mailbox(conversation)
            if channel is not None and user.email.lower() != channel.address.lower():
                yield channel, user.email

    def mailbox(self, conversation: Conversation) -> Channel | None:
        """The mailbox by which colleagues are told of a conversation."""
        return conversation.channel if conversation.channel.kind == "mail" else self._any_mail_channel()

    def ways_beside(self, conversation: Conversation, user: User, groups: Sized) -> Ways:
        """The same without their chats where a group chat of theirs is told."""
        return [one for one in self.ways(conversation, user) if not groups or one[0].kind == "mail"]

    def later(self, conversation: Conversation, user: User, ways: Ways) -> quiet.Later | None:
        """Whether a colleague who has these ways is told later of a customer's message."""
        if not ways:
            return None
        by_chat = any(channel.kind != "mail" for channel, _ in ways)
        load = self.loads.of(user, conversation, by_chat=by_chat)
        is_there = self.is_there(conversation)
        return quiet.decide(user, conversation, self.at, self.rota, load, is_there=is_there)

    def groups(self, conversation: Conversation) -> list[tuple[TeamLink, Place]]:
        """The group chats of the team that has it, where no single colleague has."""
        team = conversation.team
        if team is None or conversation.user_id is not None:
            return []
        found = []
        for link in team.links:
            channel = self._session.get(Channel, link.channel_id)
            if channel is not None and channel.enabled and link.blocked_at is None:
                language = team.lead.language if team.lead else next((one.language for one in team.members), "it")
                found.append((link, Place(channel, link.address, language, team_id=team.id)))
        return found

    def card(self, user: User, conversation: Conversation) -> Card:
        """The colleague's card of a conversation; one that this batch has made is not in the database yet."""
        key = user.id, conversation.id
        if key not in self._cards:
            find = cards.make if conversation.id in self._looked_up else cards.of
            with self._session.no_autoflush:
                self._cards[key] = find(self._session, *key)
        return self._cards[key]

    def before(self, conversation: Conversation, message: Message) -> Sequence[Message]:
        """What else the customer waits for besides this message, looked up once for all who are told of it."""
        if message.id not in self._before:
            self._before[message.id] = unanswered.before(self._session, conversation, message)
        return self._before[message.id]

    def _active(self, kind: str, number: int) -> Sequence[User]:
        if (kind, number) not in self._people:
            condition = _CONDITIONS[kind](number)
            active = select(User).where(User.disabled_at.is_(None), condition).options(selectinload(User.links))
            # Nothing that the batch has changed so far is asked for: it need not be written first.
            with self._session.no_autoflush:
                self._people[kind, number] = self._session.scalars(active.order_by(User.id)).all()
        return self._people[kind, number]

    def _any_mail_channel(self) -> Channel | None:
        if not self._mail_channel:
            query = select(Channel).where(Channel.kind == "mail", Channel.enabled).order_by(Channel.id).limit(1)
            with self._session.no_autoflush:
                self._mail_channel.append(self._session.scalar(query))
        return self._mail_channel[0]


def tell(
    session: Session,
    conversation: Conversation,
    message: Message,
    decision: DecisionRow | None,
    audience: Audience,
    public_url: str,
    at: datetime | None = None,
    *,
    handed: texts.Handed | None = None,
    but: int | None = None,
) -> None:
    """Tell the holder of the conversation (or the team, or the managers), and who watches, of a customer's message.

    `handed`: how it came to the holder, where that was no rule. `but`: the colleague who is told nothing.
    """
    if audience.is_burst(conversation):
        record(session, "burst", SYSTEM, conversation_id=conversation.id, message_id=message.id, at=at)
        return
    told: list[dict[str, object]] = []
    groups = audience.groups(conversation)
    for link, place in groups:
        showing.show(
            session, place, conversation, message, decision, public_url, texts.how_it_came(handed, place.language)
        )
        told.append({"team_id": link.team_id, "by": place.channel.kind})
    holders = [user for user in audience.recipients(conversation) if user.id != but]
    watching = [user for user in audience.watchers(conversation) if user not in holders and user.id != but]
    ways = {user.id: audience.ways_beside(conversation, user, groups) for user in holders}
    ways |= {user.id: list(audience.ways(conversation, user)) for user in watching}
    later = {user.id: audience.later(conversation, user, ways[user.id]) for user in (*holders, *watching)}
    waiting = {number: one for number, one in later.items() if one is not None}
    # Where a group has been told, somebody was.
    if not groups:
        waiting = quiet.unless_all(waiting, holders, audience.at, audience.rota)
    for user in (*holders, *watching):
        if user.id in waiting:
            why, due_at = waiting[user.id].why, waiting[user.id].due_at
            number = decision.id if decision is not None else None
            audience.loads.hold(user, conversation, message.id, why, due_at, number)
        else:
            told += tell_one(
                session, conversation, message, decision, user, ways[user.id], audience, public_url,
                watching=user in watching, handed=handed,
            )  # fmt: skip
    record(
        session, "told", SYSTEM, conversation_id=conversation.id, message_id=message.id, at=at, told=told,
        **later_data(waiting),
    )  # fmt: skip


def tell_one(
    session: Session,
    conversation: Conversation,
    message: Message,
    decision: DecisionRow | None,
    user: User,
    ways: Ways,
    audience: Audience,
    public_url: str,
    *,
    watching: bool = False,
    handed: texts.Handed | None = None,
) -> list[dict[str, object]]:
    """Tell one colleague of a customer's message; who was told, and by what. What was held of it is told thereby."""
    for channel, address in ways:
        if channel.kind != "mail":
            said = texts.how_it_came(handed, user.language, watching=watching)
            place = Place(channel, address, user.language, user)
            showing.show(session, place, conversation, message, decision, public_url, said)
        else:
            notice = texts.notice(
                conversation,
                message,
                decision,
                user.language,
                public_url,
                watching=watching,
                handed=handed,
                before=audience.before(conversation, message),
                there=visitor.seen(session, conversation, message, user.language, audience.at),
                twice=twice.told(session, audience.duplicates.of(conversation), user, user.language, audience.at),
            )
            card = audience.card(user, conversation)
            cardmail.queue(session, card, conversation, user, channel, address, notice, message.attachments)
    return told_now(session, audience, conversation, user, ways)


def later_data(later: Mapping[int, quiet.Later]) -> dict[str, Any]:
    """Who is told later, why and when, as an event holds it."""
    some = [{"user_id": number, "why": one.why, "due_at": one.due_at.isoformat()} for number, one in later.items()]
    return {"later": some} if some else {}


def told_now(
    session: Session, audience: Audience, conversation: Conversation, user: User, ways: Ways
) -> list[dict[str, object]]:
    """Keep in mind that a colleague was told just now; by what, as an event holds it."""
    audience.loads.told(user, conversation, [channel.kind for channel, _ in ways])
    audience.loads.drop(user, conversation)
    return [{"user_id": user.id, "by": channel.kind} for channel, _ in ways]


def _lately(session: Session, contacts: Collection[int]) -> dict[int, int]:
    """How many messages these contacts have sent within BURST_MINUTES."""
    if not contacts:
        return {}
    since = now() - timedelta(minutes=BURST_MINUTES)
    query = (
        select(Conversation.contact_id, func.count(Message.id))
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.contact_id.in_(contacts), Conversation.last_at >= since)
        .where(Message.at >= since, Message.direction == INBOUND)
        .group_by(Conversation.contact_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
