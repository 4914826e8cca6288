"""Hops ④ to ⑥ in one transaction: decide, act, tell. The handler of `route` jobs.

A job is about a message that has come, or, with an event in its payload, about one that waits (routing.sweep) or whose
conversation changed its stage. What rules change calls for no rules: only people, customers and time do.
"""

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
from inbox.models.conversation import CLOSED, SPAM
from routing import actions, engine, keeping, rules, suggest, twice
from routing.facts import Facts
from routing.gather import NEEDED, Gathering
from routing.matcher import Matcher, compile_rules
from routing.notify import fan_out
from routing.occasions import AGAIN, NEW, STAGE, UNCLAIMED

log = get("routing")


def route(database: Database, jobs: Sequence[queue.Claim], public_url: str, at: datetime | None = None) -> None:
    """Route messages, all in one transaction, each in its own savepoint; `at` where that is not this moment."""
    with database.writing() as session:
        matcher = compile_rules(rules.load(session))
        queue.carry_out(
            session, jobs,
            lambda some: _route_some(session, some, matcher, public_url, at),
            lambda job, error: _failed(session, job, error),
        )  # fmt: skip
        point("route.before_commit")
    point("route.after_commit")


def _failed(session: Session, job: queue.Claim, error: Exception) -> bool:
    log.error("route_failed", message=job.subject_id, attempts=job.attempts, exc_info=error)
    return queue.put_back(session, job, f"{type(error).__name__}: {error}")


def _route_some(
    session: Session, jobs: Sequence[queue.Claim], matcher: Matcher, public_url: str, at: datetime | None
) -> None:
    batch = _Batch(session, jobs, matcher, public_url, at)
    for job in jobs:
        message = batch.messages[job.subject_id]
        conversation = batch.conversations[message.conversation_id]
        if conversation.status == SPAM:
            continue
        if "event" in job.payload:
            batch.remind(message, conversation, job.payload["event"], job.payload.get("after"))
        elif message.id not in batch.decided:
            batch.arrived(message, conversation, quiet=bool(job.payload.get("quiet")))


class _Batch:
    """Some jobs' messages, with all that deciding and telling need of the database, looked up at once."""

    def __init__(
        self, session: Session, jobs: Sequence[queue.Claim], matcher: Matcher, public_url: str, at: datetime | None
    ) -> None:
        self.session, self.matcher, self.public_url, self.at = session, matcher, public_url, at
        numbers = [job.subject_id for job in jobs]
        self.messages = {row.id: row for row in session.scalars(select(Message).where(Message.id.in_(numbers)))}
        self.conversations = _conversations(session, {row.conversation_id for row in self.messages.values()})
        made = select(DecisionRow.message_id, DecisionRow.event, DecisionRow.rule_slug)
        self._made = {tuple(row) for row in session.execute(made.where(DecisionRow.message_id.in_(numbers)))}
        self.decided = {number for number, event, _ in self._made if event in (NEW, AGAIN)}
        self._gathering = Gathering(session, list(self.messages.values()), self.conversations.values())
        self._targets = actions.Targets(session, public_url)
        self._today = self._targets.calendar.local_day(at or now())
        self._audience = fan_out.Audience(
            session, self.conversations.values(), self._targets.rota, at
        )  # fmt: skip

    def arrived(self, message: Message, conversation: Conversation, *, quiet: bool) -> None:
        """A message has come: whose is it, if nobody has the conversation; else, does it call for anything?"""
        free = conversation.team_id is None and conversation.user_id is None
        decision: DecisionRow | None = None
        if free or self.matcher.party(AGAIN).rules:
            facts = self._gathering.facts(message, conversation, self.at or now())
            event = NEW if free else AGAIN
            found = engine.find(facts, self.matcher, event, self._today)
            if free:
                keeping.keep(self.session, message, facts)
            if found is not None:
                decision = self._apply(message, conversation, facts, found, event, quiet=quiet)
        ended = decision is not None and conversation.status in (CLOSED, SPAM)
        if not quiet and not message.machine and not ended:
            twice.notice(self.session, conversation, self._audience.duplicates.of(conversation))
            if free and found is not None and not found.rule.when:
                suggest.ask(self.session, message)
            told = decision if free else None
            fan_out.tell(self.session, conversation, message, told, self._audience, self.public_url, self.at)

    def remind(self, message: Message, conversation: Conversation, event: str, after: int | None) -> None:
        """Time or a person calls for rules; who has the conversation then is told if that is somebody else."""
        running = conversation.running
        late = after is not None and (running is None or running.opened_by != message.id)
        if late or (event == UNCLAIMED and conversation.claimed_at is not None):
            return
        facts = self._gathering.facts(message, conversation, self.at or now())
        found = engine.find(facts, self.matcher, event, self._today, after)
        name = f"{STAGE}:{conversation.stage}" if event == STAGE else event
        if found is None or (message.id, name, found.rule.slug) in self._made:
            return
        before = conversation.team_id, conversation.user_id
        decision = self._apply(message, conversation, facts, found, name, quiet=False)
        if before != (conversation.team_id, conversation.user_id):
            fan_out.tell(self.session, conversation, message, decision, self._audience, self.public_url, self.at)

    def _apply(
        self, message: Message, conversation: Conversation, facts: Facts, found: engine.Decision, event: str, *,
        quiet: bool,
    ) -> DecisionRow:  # fmt: skip
        self._made.add((message.id, event, found.rule.slug))
        place = [str(facts.value(name)) for name in engine.PLACES if facts.exists(name)]
        return actions.apply(
            self.session, conversation, message, found, self._targets, self.at, quiet=quiet, event=event, place=place
        )  # fmt: skip


def _conversations(session: Session, numbers: set[int]) -> dict[int, Conversation]:
    """The conversations with what deciding and telling need of them, locked until the end of the transaction."""
    query = select(Conversation).where(Conversation.id.in_(numbers)).order_by(Conversation.id).with_for_update()
    needed = (
        *NEEDED,
        selectinload(Conversation.running).selectinload(Exchange.hops),
        selectinload(Conversation.watchers),
    )
    return {row.id: row for row in session.scalars(query.options(*needed))}
