"""Hop ⑥: a notification for each colleague concerned, as a delivery with retries like any other."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from config.i18n import translator
from inbox import cards, contents, replies
from inbox.access import SEE, may
from inbox.events import SYSTEM, record
from inbox.models import Attachment, Card, Channel, Conversation, Delivery, Message, Team, TeamLink, User, now
from inbox.models import Decision as DecisionRow
from inbox.models.delivery import NOTIFICATION
from inbox.models.message import INBOUND
from inbox.models.user import FULL, MANAGER
from inbox.rota import AWAY, Rota
from routing.chat import showing
from routing.chat.showing import Place
from routing.notify import receipts, texts

# A sender with more than so many messages in so many minutes is told about no more: nobody reads that many, and a
# program that answers our notifications must not be answered for ever. The messages themselves are all taken in.
BURST, BURST_MINUTES = 12, 10
# Of a customer's files so many bytes go along in a mail to a colleague.
MAX_MAIL_BYTES = 10_000_000
_CONDITIONS: dict[str, Callable[[int], ColumnElement[bool]]] = {
    "user": lambda number: User.id == number,
    "team": lambda number: User.teams.any(Team.id == number),
    "managers": lambda _number: User.role == MANAGER,
}


class Audience:
    """Who is told about conversations, and by which ways, looked up once for a batch."""

    def __init__(
        self,
        session: Session,
        conversations: Collection[Conversation] = (),
        rota: Rota | None = None,
        at: datetime | None = None,
    ) -> None:
        """`conversations`: those of a batch, whose cards and bursts are looked up at once. `at`: the moment (UTC) at
        which people are there or not; None: now."""
        self._session, self._at = session, at or now()
        self._rota = rota or Rota(session, self._at.date())
        self._lately = _lately(session, {one.contact_id for one in conversations})
        self._people: dict[tuple[str, int], Sequence[User]] = {}
        self._mail_channel: list[Channel | None] = []
        self._looked_up = frozenset(one.id for one in conversations)
        with session.no_autoflush:
            self._cards = cards.of_conversations(session, self._looked_up)

    def is_burst(self, contact_id: int) -> bool:
        """Whether so much came from one sender just now that it looks like two programs answering each other."""
        return self._lately.get(contact_id, 0) > BURST

    def recipients(self, conversation: Conversation) -> list[User]:
        """The person who has it; else the members of its team, or its lead; else, so that nothing falls into a void,
        the managers. Whoever is away is left in peace, unless nobody at all is there.

        Only who may see the conversation is told: a consultant or an external agent in a team is not.
        """
        team_id, lead = conversation.team_id, conversation.team.lead_id if conversation.team else None
        holders = (("user", conversation.user_id), ("team", team_id), ("user", lead), ("managers", 0))
        some = [self._seeing(conversation, kind, number) for kind, number in holders if number is not None]
        for people in some:
            there = [user for user in people if self._rota.duty(user.id, self._at, team_id) != AWAY]
            if there:
                return there
        return next((people for people in reversed(some) if people), [])

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
            channel = conversation.channel if conversation.channel.kind == "mail" else self._any_mail_channel()
            if channel is not None and user.email.lower() != channel.address.lower():
                yield channel, user.email

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
    if audience.is_burst(conversation.contact_id):
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
    for user in (*holders, *watching):
        for channel, address in audience.ways(conversation, user):
            if channel.kind != "mail":
                if groups and user not in watching:
                    continue
                said = texts.how_it_came(handed, user.language, watching=user in watching)
                place = Place(channel, address, user.language, user)
                showing.show(session, place, conversation, message, decision, public_url, said)
            else:
                notice = texts.notice(
                    conversation, message, decision, user.language, public_url, watching=user in watching,
                    handed=handed,
                )  # fmt: skip
                _queue(session, audience, conversation, user, channel, address, notice, message.attachments)
            told.append({"user_id": user.id, "by": channel.kind})
    record(session, "told", SYSTEM, conversation_id=conversation.id, message_id=message.id, at=at, told=told)


def remind(
    session: Session,
    conversation: Conversation,
    why: str,
    people: Sequence[User],
    audience: Audience,
    public_url: str,
) -> list[dict[str, object]]:
    """Tell colleagues of a conversation that was forgotten (inbox.models.forgotten); who was told, and by what."""
    told: list[dict[str, object]] = []
    for user in people:
        for channel, address in audience.ways(conversation, user):
            notice = texts.reminder(conversation, why, user.language, public_url)
            if channel.kind != "mail":
                place = Place(channel, address, user.language, user)
                showing.show(session, place, conversation, None, None, public_url, [notice.head])
            else:
                _queue(session, audience, conversation, user, channel, address, notice)
            told.append({"user_id": user.id, "by": channel.kind})
    return told


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


def _along(files: Sequence[Attachment]) -> tuple[list[Attachment], list[Attachment]]:
    """The files that a mail can carry, and the others."""
    along: list[Attachment] = []
    for one in sorted(files, key=lambda file: file.size):
        if sum(file.size for file in along) + one.size > MAX_MAIL_BYTES:
            break
        along.append(one)
    return along, [one for one in files if one not in along]


def _queue(
    session: Session,
    audience: Audience,
    conversation: Conversation,
    user: User,
    channel: Channel,
    address: str,
    notice: texts.Notice,
    files: Sequence[Attachment] = (),
) -> None:
    """A mail with the colleague's card: an answer to it goes to the customer. The customer's files go along."""
    card = audience.card(user, conversation)
    along, left = _along(files) if contents.level(conversation) == FULL else ([], [])
    text = f"{notice.text}\n{receipts.how(user.language)}\n{cards.mark(card)}\n"
    if left:
        text += "\n" + translator(user.language)("Too large for a mail; open within seven days:") + "\n"
    envelope = {
        "to": [{"address": address, "name": user.name}],
        "subject": notice.subject,
        "text": text,
        "attachment_ids": [one.id for one in along],
        "links": [one.id for one in left],
        # RFC 3834: other programs must not answer this mail by themselves.
        "headers": {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
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
