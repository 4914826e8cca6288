"""Claim or pass: a question that nobody takes within the team's time goes to the next on duty, then to the team's lead,
then to a manager. Time is the team's working time, so that nothing passes on overnight."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inbox import access, conversations, forgotten
from inbox.db import Database
from inbox.events import SYSTEM
from inbox.models import Assignment, Conversation, Exchange, Message, Team, User, now
from inbox.models.conversation import OPEN
from inbox.models.user import MANAGER
from inbox.worktime.rota import AWAY, OFF_DUTY, Rota
from routing import pick
from routing.notify import fan_out
from routing.notify.texts import Handed
from routing.outcome import ON_DUTY
from routing.turns import Turns

PASSED = "passed"
# What nobody took for so long is no longer passed round; it stays in the list of what was forgotten.
OLDEST = timedelta(days=7)


def sweep(database: Database, public_url: str, moment: datetime | None = None) -> int:
    """Pass on whatever waited too long for somebody to take it; how many."""
    moment = moment or now()
    with database.reading() as session:
        chain = Chain(session, moment)
        due = [one for one in _due(session, chain, moment) if chain.next(session, one) is not None]
    passed = 0
    for seen in due:
        with database.writing() as session:
            conversation = locked(session, seen.id)
            # Somebody may have taken it, answered it or passed it on since the look.
            if conversation is None or conversation.claimed_at is not None or conversation.running is None:
                continue
            if (conversation.team_id, conversation.user_id) == (seen.team_id, seen.user_id):
                passed += pass_on(session, conversation, Chain(session, moment), public_url, moment)
    return passed


def locked(session: Session, number: int) -> Conversation | None:
    """A conversation as it is now, which nobody else changes before this transaction ends."""
    found: Conversation | None = session.scalar(
        select(Conversation)
        .where(Conversation.id == number)
        .options(selectinload(Conversation.running), selectinload(Conversation.watchers))
        .with_for_update(of=Conversation)
    )
    return found


def pass_on(
    session: Session,
    conversation: Conversation,
    chain: "Chain",
    public_url: str,
    moment: datetime,
    *,
    on_duty: bool = False,
) -> bool:
    """Give a conversation whose customer waits to the next of the chain, who is told; False where all have had it."""
    chosen = chain.next(session, conversation, on_duty=on_duty)
    if chosen is None or conversation.running is None:
        return False
    opened_by = conversation.running.opened_by
    conversations.assign(
        session, conversation, SYSTEM, team_id=conversation.team_id, user_id=chosen, at=moment, why=PASSED
    )
    message = session.get(Message, opened_by) if opened_by else None
    if message is not None:
        audience = fan_out.Audience(session, rota=chain.rota, at=moment)
        fan_out.tell(session, conversation, message, None, audience, public_url, moment, handed=Handed())
    return True


def _due(session: Session, chain: "Chain", moment: datetime) -> Iterator[Conversation]:
    """The conversations that nobody took within their team's minutes since they were last given to somebody.

    Only while the team works: at the end of its day nobody is there to whom to pass.
    """
    given = (
        select(func.max(Assignment.at)).where(Assignment.conversation_id == Conversation.id).correlate(Conversation)
    ).scalar_subquery()
    query = (
        select(Conversation, Team.claim_minutes, Exchange.fetched_at, given)
        .join(Team, Team.id == Conversation.team_id)
        .join(Exchange, (Exchange.conversation_id == Conversation.id) & Exchange.closed_at.is_(None))
        .where(Conversation.status == OPEN, Conversation.claimed_at.is_(None), Team.claim_minutes.is_not(None))
        .where(Conversation.snoozed_until.is_(None) | (Conversation.snoozed_until <= moment))
        .where(Exchange.fetched_at > moment - OLDEST, forgotten.is_live())
        .options(joinedload(Conversation.team), joinedload(Conversation.running))
        .order_by(Exchange.fetched_at)
    )
    for conversation, minutes, fetched_at, given_at in session.execute(query):
        hours = chain.rota.team(conversation.team_id)
        since = max(fetched_at, given_at or fetched_at)
        if minutes is not None and hours.is_working(moment) and hours.after(since, minutes) <= moment:
            yield conversation


class Chain:
    """To whom questions pass at a moment (UTC): people, their hours and turns, looked up once."""

    def __init__(self, session: Session, moment: datetime) -> None:
        self._moment = moment
        self.rota = Rota(session, moment.date())
        self._people = {user.id: user for user in session.scalars(select(User))}
        self._turns = Turns(session, self._people, self.rota)

    def next(self, session: Session, conversation: Conversation, *, on_duty: bool = False) -> int | None:
        """Who has it next: one of the team on duty who did not have it yet, the lead, a manager; None: all had it.

        `on_duty`: the lead and the managers only while they work, too.
        """
        since = conversation.running.opened_at if conversation.running else self._moment
        had = set(
            session.scalars(
                select(Assignment.user_id).where(Assignment.conversation_id == conversation.id, Assignment.at >= since)
            )
        ) | {conversation.user_id}
        team = self._turns.team(conversation.team_id, self._moment)
        chosen = pick.choose(ON_DUTY, [one for one in team if one.user_id not in had]).user_id
        if chosen is not None:
            return chosen
        lead = conversation.team.lead_id if conversation.team else None
        others = ([lead] if lead is not None else []) + self._managers()
        kept_from = (AWAY, OFF_DUTY) if on_duty else (AWAY,)
        able = (one for one in others if one not in had and self._could(one, conversation.team_id, kept_from))
        return next(able, None)

    def _managers(self) -> list[int]:
        """Who is on duty comes first."""
        found = (user.id for user in self._people.values() if user.role == MANAGER)
        return sorted(found, key=lambda one: (self.rota.duty(one, self._moment) != "", one))

    def _could(self, user_id: int, team_id: int | None, kept_from: Collection[str]) -> bool:
        is_there = self.rota.duty(user_id, self._moment, team_id) not in kept_from
        return is_there and access.may(self._people[user_id], access.TAKE_TURNS)
