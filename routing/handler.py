"""Hops ④ to ⑥ in one transaction: decide, act, tell. The handler of `route` jobs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from config.failpoints import point
from config.logging import get
from inbox import queue
from inbox.db import Database
from inbox.models import Contact, Conversation, Exchange, Message
from inbox.models import Decision as DecisionRow
from inbox.models.conversation import CLOSED, SPAM
from routing import actions, engine, rules
from routing.facts import facts_of
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
    targets = actions.Targets(session, public_url)
    audience = fan_out.Audience(session, {row.contact_id for row in conversations.values()})
    for job in jobs:
        message = messages[job.subject_id]
        conversation = conversations[message.conversation_id]
        if conversation.status == SPAM or message.id in decided:
            continue
        decision, quiet = None, bool(job.payload.get("quiet"))
        if conversation.team_id is None and conversation.user_id is None:
            facts = facts_of(message, conversation.channel.name)
            decided_now = engine.decide(facts, rule_set)
            decision = actions.apply(session, conversation, message, decided_now, targets, at, quiet=quiet)
        ended = decision is not None and conversation.status in (CLOSED, SPAM)
        if not quiet and not message.machine and not ended:
            fan_out.tell(session, conversation, message, decision, audience, public_url, at)


def _conversations(session: Session, numbers: set[int]) -> dict[int, Conversation]:
    """The conversations with what deciding and telling need of them, locked until the end of the transaction."""
    query = select(Conversation).where(Conversation.id.in_(numbers)).order_by(Conversation.id).with_for_update()
    needed = (
        selectinload(Conversation.running).selectinload(Exchange.hops),
        selectinload(Conversation.contact).selectinload(Contact.company),
        selectinload(Conversation.tags),
        selectinload(Conversation.watchers),
    )
    return {row.id: row for row in session.scalars(query.options(*needed))}
