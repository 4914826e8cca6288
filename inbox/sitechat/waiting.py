"""A visitor has waited for as long as the chat's patience lasts, or wrote while nobody works: that nobody is there, and
by when an answer comes, is what the chat says from then on, and what the firm has promised."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from inbox import queue
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Conversation, now
from inbox.sitechat import posting, talk, visits


def work(database: Database, jobs: Sequence[queue.Claim]) -> None:
    """Write down what visitors who still wait are told. The handler of arrivals.WAIT jobs."""
    for job in jobs:
        with database.writing() as session:
            _tell(session, job.subject_id)
            queue.acknowledge(session, job)


def _tell(session: Session, number: int) -> None:
    conversation = session.get_one(Conversation, number, with_for_update=True)
    visit, at = visits.of(session, conversation), now()
    chat = posting.of_channel(session, conversation.channel)
    if visit is None or conversation.waiting_since is None or conversation.promised_at is not None:
        return
    there = talk.situation(session, chat, visit, conversation, at)
    if there.due is None:
        return
    conversation.promised_at = there.due
    record(
        session, "chat_told", SYSTEM, conversation_id=conversation.id, at=at, why=there.code, due=there.due.isoformat()
    )
