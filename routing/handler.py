"""Hops ④ to ⑥ in one transaction: decide, act, tell. The handler of `route` jobs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from config.failpoints import point
from config.logging import get
from inbox import queue
from inbox.db import Database
from inbox.models import Conversation, Exchange, Message, now
from inbox.models import Decision as DecisionRow
from inbox.models.conversation import SPAM
from routing import actions, engine, rules
from routing.gather import NEEDED, Gathering
from routing.notify import fan_out

log = get("routing")


def route(database: Database, jobs: Sequence[queue.Claim], public_url: str, at: datetime | None = None) -> None:
    """Route messages, all in one transaction, each in its own savepoint; `at` where that is not this moment."""
    with database.writing() as session:
        rule_set = rules.load(session)
        queue.carry_out(
            session, jobs,
            lambda some: _route_some(session, some, rule_set, public_url, at),
            lambda job, error: _failed(session, job, error),
        )  # fmt: skip
        point("route.before_commit")
    point("route.after_commit")


def _failed(session: Session, job: queue.Claim, error: Exception) -> bool:
    log.error("route_failed", message=job.subject_id, attempts=job.attempts, exc_info=error)
    return queue.put_back(session, job, f"{type(error).__name__}: {error}")


def _route_some(
    session: Session, jobs: Sequence[queue.Claim], rule_set: Sequence[rules.Rule], public_url: str, at: datetime | None
) -> None:
    numbers = [job.subject_id for job in jobs]
    messages = {row.id: row for row in session.scalars(select(Message).where(Message.id.in_(numbers)))}
    decided = set(session.scalars(select(DecisionRow.message_id).where(DecisionRow.message_id.in_(numbers))))
    conversations = _conversations(session, {row.conversation_id for row in messages.values()})
    gathering = Gathering(session, list(messages.values()), conversations.values())
    targets = actions.Targets(session)
    audience = fan_out.Audience(session, {row.contact_id for row in conversations.values()})
    for job in jobs:
        message = messages[job.subject_id]
        conversation = conversations[message.conversation_id]
        if conversation.status == SPAM or message.id in decided:
            continue
        decision = None
        if conversation.team_id is None and conversation.user_id is None:
            facts = gathering.facts(message, conversation, at or now())
            decision = actions.apply(session, conversation, message, engine.decide(facts, rule_set), targets, at)
        if not job.payload.get("quiet") and not message.machine:
            fan_out.tell(session, conversation, message, decision, audience, public_url, at)


def _conversations(session: Session, numbers: set[int]) -> dict[int, Conversation]:
    """The conversations with what deciding and telling need of them, locked until the end of the transaction."""
    query = select(Conversation).where(Conversation.id.in_(numbers)).order_by(Conversation.id).with_for_update()
    running = selectinload(Conversation.running).selectinload(Exchange.hops)
    return {row.id: row for row in session.scalars(query.options(*NEEDED, running))}
