"""The facts that rules may ask about, gathered for many messages at once: no query is made for a single one.

docs/rules-facts.md tells what each fact is. A fact that is not known is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from inbox import products
from inbox.contacts import owner_of
from inbox.models import Channel, Contact, Conversation, Message, Team, User
from inbox.models.conversation import SPAM
from inbox.models.message import MESSAGE
from inbox.worktime import calendars
from inbox.worktime.hours import DAYS
from routing import history, places
from routing.facts import Facts, Value
from routing.history import History, State
from routing.message_facts import of_message, own_words

CHUNK = 500
MOST_EARLIER = 100
CONTINUES = "closed_long_ago"
NEEDED = (selectinload(Conversation.contact).selectinload(Contact.company), selectinload(Conversation.tags))


class Gathering:
    """What the facts of some messages need of the database, looked up at once.

    `conversations` are those of the messages, with what NEEDED names loaded.
    """

    def __init__(self, session: Session, messages: Sequence[Message], conversations: Iterable[Conversation]) -> None:
        conversations = list(conversations)
        self._calendar = calendars.company(session)
        self._finder = products.finder(session)
        self._channels = {row.id: row for row in session.execute(select(Channel.id, Channel.name, Channel.kind))}
        self._teams = dict(session.execute(select(Team.id, Team.slug)).all())
        owners = {owner_of(row.contact) for row in conversations} - {None}
        people = select(User.id, User.email).where(User.id.in_(owners))
        self._owners = dict(session.execute(people).all()) if owners else {}
        self._earlier = _earlier(session, [row.id for row in conversations])
        self._later_ones = _with_one_before(session, [row.id for row in messages])

    def facts(self, message: Message, conversation: Conversation, at: datetime) -> Facts:
        """The facts of one of the messages as they are `at` this moment (UTC)."""
        return self._facts(message, conversation, history.today(conversation), at)

    def past_facts(self, message: Message, conversation: Conversation, past: History) -> Facts:
        """The facts as they were when the message came. See `gather`."""
        return self._facts(message, conversation, past.state(conversation, message), message.at)

    def _facts(self, message: Message, conversation: Conversation, state: State, at: datetime) -> Facts:
        channel, told = self._channels[message.channel_id], of_message(message)
        return Facts(
            {
                **told,
                **places.with_company(told, conversation.contact.company),
                "products": self._finder.find(message.subject, own_words(message)),
                "channel": channel.name,
                "channel_kind": channel.kind,
                "kind": state.kind,
                "priority": state.priority,
                "stage": state.stage,
                "team": self._teams.get(state.team_id or 0, ""),
                "tags": state.tags,
                "waiting_minutes": self._minutes(state.waiting_since, at),
                **self._of_contact(message, conversation),
                **self._of_time(message.at),
            }
        )

    def _minutes(self, since: datetime | None, at: datetime) -> int:
        return self._calendar.working_seconds(since, at) // 60 if since is not None else 0

    def _of_contact(self, message: Message, conversation: Conversation) -> dict[str, Value]:
        contact = conversation.contact
        company = contact.company.name if contact.company is not None else ""
        is_named = contact.company is not None and company not in ("", contact.company.domain)
        earlier, is_later = self._earlier.get(conversation.id, 0), message.id in self._later_ones
        return {
            "company": company,
            "owner": self._owners.get(owner_of(contact) or 0, ""),
            "earlier": earlier,
            "known_contact": bool(earlier or is_later or is_named or owner_of(contact)),
            "follow_up": is_later or conversation.related_why == CONTINUES,
        }

    def _of_time(self, at: datetime) -> Mapping[str, Value]:
        """Of the company's clock and calendar; without a calendar nobody knows what time it is there."""
        if not self._calendar.known:
            return {}
        local = at.astimezone(self._calendar.zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        next_one = midnight + timedelta(days=1)
        worked = self._calendar.working_seconds(midnight.astimezone(UTC), next_one.astimezone(UTC))
        return {
            "hour": local.hour,
            "weekday": DAYS[local.weekday()],
            "in_hours": self._calendar.is_working(at),
            "holiday": worked == 0,
        }


def gather(session: Session, messages: Sequence[Message]) -> list[Facts]:
    """The facts of stored messages, in their order, as they were when each came, to try rules on them later.

    As they were: all that the message itself tells, `earlier`, `follow_up`, `kind`, `priority`, `team`, `stage` and
    `tags` (by their events), `waiting_minutes` (by the exchanges), the calendar of that day. As they are today:
    `company`, `owner`, what of the place is the company's and, where it follows from these, `known_contact`; `products`
    (by today's list); the names of channels and teams; whether an earlier conversation was spam. Queries grow by CHUNK
    messages.
    """
    found: list[Facts] = []
    for start in range(0, len(messages), CHUNK):
        some = messages[start : start + CHUNK]
        numbers = {row.conversation_id for row in some}
        query = select(Conversation).where(Conversation.id.in_(numbers)).options(*NEEDED)
        conversations = {row.id: row for row in session.scalars(query)}
        past = History(session, numbers)
        gathering = Gathering(session, some, conversations.values())
        found += [gathering.past_facts(row, conversations[row.conversation_id], past) for row in some]
    return found


def _earlier(session: Session, numbers: Sequence[int]) -> dict[int, int]:
    """How many conversations that were no spam their contacts had before these, counted up to MOST_EARLIER."""
    this, other = Conversation, aliased(Conversation)
    before = or_(other.created_at < this.created_at, and_(other.created_at == this.created_at, other.id < this.id))
    # A robot may have begun a hundred thousand.
    some = (
        select(other.id)
        .where(other.contact_id == this.contact_id, other.status != SPAM, before)
        .limit(MOST_EARLIER)
        .correlate(this)
        .subquery()
    )
    counted = select(func.count()).select_from(some).scalar_subquery()
    query = select(this.id, counted).where(this.id.in_(numbers))
    return dict(session.execute(query).all())


def _with_one_before(session: Session, numbers: Sequence[int]) -> set[int]:
    """Which of these messages had one before them in their conversation; notes and automatic mail do not count."""
    this, other = Message, aliased(Message)
    before = or_(other.at < this.at, and_(other.at == this.at, other.id < this.id))
    is_one = and_(other.kind == MESSAGE, other.machine.is_(None), other.conversation_id == this.conversation_id, before)
    return set(session.scalars(select(this.id).where(this.id.in_(numbers), select(other.id).where(is_one).exists())))
