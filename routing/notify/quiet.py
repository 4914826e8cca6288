"""Whether a colleague is told of a conversation now or later: quiet hours, a digest once a day, a full chat, many at
once. The customer's wait is hidden by none of it: pages show everything at once, and the clocks run on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from inbox import held
from inbox.held import BURST, DIGEST, FULL, QUIET
from inbox.models import Conversation, HeldNotice, User
from inbox.worktime.calendars import minutes
from inbox.worktime.hours import DAY, DAYS_AHEAD, Hours
from inbox.worktime.rota import Rota

URGENT = "urgent"
# Who has been told of so many conversations within this time is told of further new ones as one list.
AT_ONCE, WITHIN = 4, timedelta(minutes=5)
# Longer than from a Friday to a Tuesday.
TOO_LONG = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Later:
    """Told later: why (inbox.held), and from when on (UTC)."""

    why: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Load:
    """What a colleague has to look at: the open cards in their chat, the conversations of which they were told within
    WITHIN; `is_known`: they have been told of the one in question before."""

    open_cards: int = 0
    told_lately: int = 0
    is_known: bool = False


NOTHING = Load()


def decide(
    user: User,
    conversation: Conversation,
    moment: datetime,
    rota: Rota,
    load: Load = NOTHING,
    *,
    is_there: bool = False,
) -> Later | None:
    """Whether a colleague is told at a moment (UTC): None, or when else.

    A digest is wanted at its time, be it a quiet hour or not. Whoever stands in while others have closed is told.
    `is_there`: the customer sits before the chat of the site and waits, for which only quiet hours count.
    """
    if user.urgent_anyway and conversation.priority == URGENT:
        return None
    hours = rota.person(user.id, conversation.team_id)
    if user.digest_at and not is_there:
        return Later(DIGEST, next_digest(hours, user.digest_at, moment))
    if user.quiet and not hours.is_working(moment) and not _stands_in(user, conversation, moment, rota):
        opening = hours.next_opening(moment)
        # Who never works again has no quiet hours either.
        if opening > moment:
            return Later(QUIET, opening)
    if load.is_known or is_there:
        return None
    if user.max_cards is not None and load.open_cards >= user.max_cards:
        return Later(FULL, moment)
    return Later(BURST, moment + WITHIN) if load.told_lately >= AT_ONCE else None


def next_digest(hours: Hours, at: str, moment: datetime) -> datetime:
    """The next time of the day ("08:30", local) on a day with working hours, not before `moment` (UTC)."""
    hour, minute = divmod(minutes(at), 60)
    first = hours.local_day(moment)
    for number in range(DAYS_AHEAD):
        day = first + number * DAY
        due = datetime.combine(day, time(hour, minute), hours.zone).astimezone(UTC)
        if due >= moment and (hours.stretches(day) or not hours.known):
            return due
    return moment


def unless_all(found: dict[int, Later], people: Collection[User], moment: datetime, rota: Rota) -> dict[int, Later]:
    """No customer waits for a whole absence: while the company works, quiet hours do not count where all who are told
    have them and none of them is there again within TOO_LONG."""
    if not people or not rota.company.is_working(moment):
        return found
    if any(found.get(one.id) is None or found[one.id].why != QUIET for one in people):
        return found
    if any(found[one.id].due_at - moment <= TOO_LONG for one in people):
        return found
    return {number: later for number, later in found.items() if number not in {one.id for one in people}}


class Loads:
    """What each colleague has to look at, looked up for a batch; `told` adds what the batch itself tells."""

    def __init__(self, session: Session, moment: datetime, conversations: Collection[int] = ()) -> None:
        """`conversations`: the numbers of a batch's, whose held notices are looked up at once."""
        self._session, self._moment, self._conversations = session, moment, conversations
        self._told: dict[int, set[int]] | None = None
        self._cards: dict[int, set[int]] = {}
        self._held: set[tuple[int, int]] | None = None
        self._rows: dict[tuple[int, int], HeldNotice] = {}

    def of(self, user: User, conversation: Conversation, *, by_chat: bool) -> Load:
        """A colleague's load; `by_chat`: they would get a card."""
        with self._session.no_autoflush:
            lately = self._lately().get(user.id, set())
            cards = self.cards(user) if by_chat and user.max_cards is not None else set()
            known = conversation.id in lately or conversation.id in cards
            if not known and conversation.messages_count > 1 and (len(lately) >= AT_ONCE or cards):
                known = held.was_told(self._session, user.id, conversation.id)
        return Load(len(cards), len(lately), known)

    def cards(self, user: User) -> set[int]:
        """The conversations whose cards are open in the colleague's chats."""
        if user.id not in self._cards:
            self._cards[user.id] = held.open_cards(self._session, user.id)
        return self._cards[user.id]

    def told(self, user: User, conversation: Conversation, ways: Sequence[str]) -> None:
        """The colleague was told just now, by these kinds of channels."""
        self._lately().setdefault(user.id, set()).add(conversation.id)
        if user.max_cards is not None and any(kind != "mail" for kind in ways):
            self.cards(user).add(conversation.id)

    def is_held(self, user: User, conversation: Conversation) -> bool:
        """Whether the colleague has yet to be told of the conversation."""
        return (user.id, conversation.id) in self._waiting()

    def hold(
        self, user: User, conversation: Conversation, message_id: int, why: str, due_at: datetime,
        decision_id: int | None = None,
    ) -> None:  # fmt: skip
        """Tell the colleague later; see `held.keep`."""
        key = user.id, conversation.id
        found = None
        if key in self._waiting():
            with self._session.no_autoflush:
                found = self._rows.get(key) or held.of(self._session, *key)
        self._waiting().add(key)
        self._rows[key] = held.keep(self._session, *key, message_id, why, due_at, decision_id, self._moment, found)

    def drop(self, user: User, conversation: Conversation) -> None:
        """The colleague has been told of the conversation otherwise."""
        if self.is_held(user, conversation):
            held.drop(self._session, user.id, conversation.id)
            self._waiting().discard((user.id, conversation.id))
            self._rows.pop((user.id, conversation.id), None)

    def _waiting(self) -> set[tuple[int, int]]:
        if self._held is None:
            with self._session.no_autoflush:
                self._held = held.all_of(self._session)
                self._rows = held.of_conversations(self._session, self._conversations)
        return self._held

    def _lately(self) -> dict[int, set[int]]:
        if self._told is None:
            self._told = held.told_between(self._session, self._moment - WITHIN, self._moment + WITHIN)
        return self._told


def _stands_in(user: User, conversation: Conversation, moment: datetime, rota: Rota) -> bool:
    closure = rota.closure(conversation.team_id, moment)
    return rota.cover(closure, moment, conversation.team_id) == user.id
