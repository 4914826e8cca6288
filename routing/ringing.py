"""A chat rings: a visitor of the site waits, and what nobody takes within seconds goes to the next who is on duty.

Every message of a visitor's brings a job (inbox.sitechat.arrivals), so several may be due for one chat. None of them
counts: a chat rings once its time has passed since it was last given to somebody, and a job that comes too early only
sees to it that another one follows. So ten messages ring no faster than one, and put nothing off.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.logging import get
from inbox import queue
from inbox.db import Database
from inbox.models import Assignment, Conversation, Job, now
from inbox.models.conversation import OPEN
from inbox.models.job import READY
from inbox.sitechat import settings, visits
from inbox.sitechat.arrivals import RING
from routing.passing import Chain, locked, pass_on

log = get("ringing")


def ring(database: Database, jobs: Sequence[queue.Claim], public_url: str) -> None:
    """The handler of `ring` jobs: the chats whose time has come, each once."""
    with database.writing() as session:
        queue.carry_out(
            session, jobs,
            lambda some: _ring_some(session, some, public_url, now()),
            lambda job, error: _failed(session, job, error),
        )  # fmt: skip


def begin(session: Session, conversation: Conversation, at: datetime) -> None:
    """A chat has come into other hands at a moment (UTC): it rings there, too, where its visitor waits."""
    if _waits(conversation, at):
        _again(session, conversation, at + _patience(conversation))


def _failed(session: Session, job: queue.Claim, error: Exception) -> bool:
    log.error("ring_failed", conversation=job.subject_id, attempts=job.attempts, exc_info=error)
    return queue.put_back(session, job, f"{type(error).__name__}: {error}")


def _ring_some(session: Session, jobs: Sequence[queue.Claim], public_url: str, moment: datetime) -> None:
    # In one order, so that two who lock several never wait for each other.
    for number in sorted({job.subject_id for job in jobs}):
        conversation = locked(session, number)
        if conversation is not None and _waits(conversation, moment):
            _ring(session, conversation, public_url, moment)


def _waits(conversation: Conversation, moment: datetime) -> bool:
    """Whether somebody waits whom nobody has taken on, nor put off."""
    put_off = conversation.snoozed_until is not None and conversation.snoozed_until > moment
    free = conversation.claimed_at is None and conversation.running is not None
    return conversation.channel.kind == settings.KIND and conversation.status == OPEN and free and not put_off


def _ring(session: Session, conversation: Conversation, public_url: str, moment: datetime) -> None:
    patience = _patience(conversation)
    due = _rung_at(session, conversation, moment) + patience
    visit = visits.of(session, conversation)
    if due > moment:
        _again(session, conversation, due)
        return
    is_answered = visit is not None and visits.who_answers(visit, moment) != ""
    if is_answered or pass_on(session, conversation, Chain(session, moment), public_url, moment, on_duty=True):
        _again(session, conversation, moment + patience)


def _patience(conversation: Conversation) -> timedelta:
    return timedelta(seconds=settings.settings_of(conversation.channel)["claim_seconds"])


def _rung_at(session: Session, conversation: Conversation, moment: datetime) -> datetime:
    """When it last rang at somebody: as the visitor began to wait, or as it was given to somebody since."""
    query = select(func.max(Assignment.at)).where(Assignment.conversation_id == conversation.id)
    given = session.scalar(query)
    began = conversation.running.opened_at if conversation.running else moment
    return max(began, given or began)


def _again(session: Session, conversation: Conversation, due: datetime) -> None:
    """Look again at a moment (UTC), unless another look comes in any case."""
    lane = f"{RING}:{conversation.id}"
    waiting = select(Job.id).where(Job.lane == lane, Job.state == READY)
    if session.scalar(waiting.where(Job.run_at >= due).limit(1)) is None:
        queue.enqueue(session, RING, conversation.id, lane, run_at=due)
