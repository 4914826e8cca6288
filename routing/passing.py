"""Claim or pass: a question that nobody takes within the team's time goes to the next on duty, then to the team's lead,
then to a manager. Time is the team's working time, so that nothing passes on overnight."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from inbox import access, conversations
from inbox.db import Database
from inbox.events import SYSTEM
from inbox.models import Assignment, Conversation, Exchange, Message, Team, User, now
from inbox.models.conversation import OPEN
from inbox.models.user import MANAGER
from inbox.rota import AWAY, Rota
from routing import pick
from routing.notify import fan_out
from routing.outcome import ON_DUTY
from routing.turns import Turns

PASSED = "passed"


def sweep(database: Database, public_url: str, moment: datetime | None = None) -> int:
    """Pass on whatever waited too long for somebody to take it; how many."""
    moment = moment or now()
    with database.reading() as session:
        numbers = list(_due(session, Rota(session, moment.date()), moment))
    passed = 0
    for number in numbers:
        with database.writing() as session:
            passed += _pass_on(session, number, public_url, moment)
    return passed


def _due(session: Session, rota: Rota, moment: datetime) -> Iterator[int]:
    """The conversations that nobody took within their team's minutes since they were last given to somebody."""
    given = (
        select(func.max(Assignment.at)).where(Assignment.conversation_id == Conversation.id).correlate(Conversation)
    ).scalar_subquery()
    query = (
        select(Conversation.id, Conversation.team_id, Team.claim_minutes, Exchange.fetched_at, given)
        .join(Team, Team.id == Conversation.team_id)
        .join(Exchange, (Exchange.conversation_id == Conversation.id) & Exchange.closed_at.is_(None))
        .where(Conversation.status == OPEN, Conversation.claimed_at.is_(None), Team.claim_minutes.is_not(None))
        .where(Conversation.snoozed_until.is_(None) | (Conversation.snoozed_until <= moment))
    )
    for number, team_id, minutes, fetched_at, given_at in session.execute(query):
        since = max(fetched_at, given_at or fetched_at)
        if minutes is not None and rota.team(team_id).after(since, minutes) <= moment:
            yield number


def _pass_on(session: Session, number: int, public_url: str, moment: datetime) -> bool:
    conversation = session.scalar(
        select(Conversation)
        .where(Conversation.id == number)
        .options(selectinload(Conversation.running), selectinload(Conversation.watchers))
        .with_for_update(of=Conversation)
    )
    running = conversation.running if conversation else None
    # Somebody may have taken or answered it since the look.
    if conversation is None or running is None or conversation.claimed_at is not None or conversation.team_id is None:
        return False
    rota = Rota(session, moment.date())
    chosen = _next(session, rota, conversation, running.opened_at, moment)
    if chosen is None:
        return False
    conversations.assign(
        session, conversation, SYSTEM, team_id=conversation.team_id, user_id=chosen, at=moment, why=PASSED
    )
    message = session.get(Message, running.opened_by) if running.opened_by else None
    if message is not None:
        audience = fan_out.Audience(session, rota=rota, at=moment)
        fan_out.tell(session, conversation, message, None, audience, public_url, moment, passed=True)
    return True


def _next(session: Session, rota: Rota, conversation: Conversation, since: datetime, moment: datetime) -> int | None:
    """Who has it next: one of the team on duty who did not have it yet, the lead, a manager; None: all had it."""
    people = {user.id: user for user in session.scalars(select(User))}
    had = set(
        session.scalars(
            select(Assignment.user_id).where(Assignment.conversation_id == conversation.id, Assignment.at >= since)
        )
    ) | {conversation.user_id}
    others = [one for one in Turns(session, people, rota).team(conversation.team_id, moment) if one.user_id not in had]
    chosen = pick.choose(ON_DUTY, others).user_id
    if chosen is not None:
        return chosen
    lead = conversation.team.lead_id if conversation.team else None
    managers = sorted(
        (user.id for user in people.values() if user.role == MANAGER),
        key=lambda one: (rota.duty(one, moment) != "", one),
    )
    for number in ([lead] if lead else []) + managers:
        is_there = rota.duty(number, moment, conversation.team_id) != AWAY
        if number not in had and is_there and access.may(people[number], access.TAKE_TURNS):
            return number
    return None
