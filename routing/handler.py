"""Hops ④ to ⑥ in one transaction: decide, act, tell. The handler of `route` jobs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.failpoints import point
from config.logging import get
from inbox import queue
from inbox.db import Database
from inbox.models import Channel, Conversation, Message
from inbox.models import Decision as DecisionRow
from inbox.models.conversation import SPAM
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
            lambda job: _route_one(session, job, rule_set, public_url, at),
            lambda job, error: _failed(session, job, error),
        )  # fmt: skip
        point("route.before_commit")
    point("route.after_commit")


def _failed(session: Session, job: queue.Claim, error: Exception) -> bool:
    log.error("route_failed", message=job.subject_id, attempts=job.attempts, exc_info=error)
    return queue.put_back(session, job, f"{type(error).__name__}: {error}")


def _route_one(
    session: Session, job: queue.Claim, rule_set: Sequence[rules.Rule], public_url: str, at: datetime | None
) -> None:
    message = session.get_one(Message, job.subject_id)
    conversation = session.get_one(Conversation, message.conversation_id)
    if conversation.status == SPAM or _decided(session, message):
        return
    decision_row = None
    if conversation.team_id is None and conversation.user_id is None:
        channel = session.get_one(Channel, message.channel_id)
        decision = engine.decide(facts_of(message, channel.name), rule_set)
        decision_row = actions.apply(session, conversation, message, decision, at)
    if not job.payload.get("quiet") and not message.machine:
        fan_out.tell(session, conversation, message, decision_row, public_url, at)


def _decided(session: Session, message: Message) -> bool:
    return session.scalar(select(DecisionRow.id).where(DecisionRow.message_id == message.id)) is not None
