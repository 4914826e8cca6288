"""When a customer is asked how an answer was: below an answer by mail, or in a chat that has become quiet after one.

Only where reports count the conversation, only at an answer that ends a wait, nobody twice within the pause that is
set, never under certified mail and never by way of a service that passes mails on.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from inbox import queue
from inbox.db import Database, new
from inbox.events import SYSTEM, record
from inbox.models import Channel, Conversation, Delivery, Exchange, Message, Opinion, now
from inbox.models.conversation import CUSTOMER_KINDS, SPAM
from inbox.models.delivery import FAILED
from inbox.models.exchange import ANSWERED
from inbox.models.message import INBOUND, MESSAGE
from inbox.models.opinion import VALUES
from inbox.satisfaction import links
from inbox.satisfaction.settings import Settings, load
from inbox.satisfaction.words import words
from inbox.sitechat import settings as sitechat
from inbox.sitechat import visits

# Jobs that ask in a chat, and for how long nobody may have written there.
KIND = "ask_opinion"
QUIET = timedelta(minutes=2)
# The address of a link for an answer to a question.
LinkFor = Callable[[Opinion, str], str]


def offer(session: Session, conversation: Conversation, answer: Message) -> None:
    """An answer is being written that ends a wait: ask with it, or in the chat once that is quiet."""
    wanted = load(session)
    if not (wanted.mail or wanted.chat) or conversation.running is None:
        return
    kind = session.get_one(Channel, answer.channel_id).kind
    if kind == sitechat.KIND and wanted.chat:
        due = answer.at + QUIET
        queue.enqueue(session, KIND, conversation.id, f"{KIND}:{conversation.id}", run_at=due)
    elif kind == "mail" and wanted.mail and _may_ask(session, conversation, answer.at, wanted):
        _ask(session, conversation, answer.id, answer.at)


def work(database: Database, jobs: Sequence[queue.Claim]) -> None:
    """Ask in chats that are quiet, while the visitor is there. The handler of KIND jobs."""
    for job in jobs:
        with database.writing() as session:
            _ask_in_chat(session, session.get_one(Conversation, job.subject_id, with_for_update=True), now())
            queue.acknowledge(session, job)


def below(session: Session, delivery: Delivery, link: LinkFor) -> str:
    """What stands below an answer by mail that asks, "" below all others."""
    asked = session.scalar(
        select(Opinion).join(Message).where(
            Opinion.message_id == delivery.message_id, Message.channel_id == delivery.channel_id
        )
    )  # fmt: skip
    if asked is None or session.get_one(Channel, delivery.channel_id).kind != "mail":
        return ""
    language = asked.message.language
    lines = [f"{words(language)[value]}: {link(asked, value)}" for value in VALUES]
    return "\n".join([load(session).question(language), *lines])


def in_chat(session: Session, conversation: Conversation | None, language: str, at: datetime) -> dict[str, str] | None:
    """The question as the widget shows it, with what was said; None where there is none, or the visitor waits."""
    if conversation is None or conversation.waiting_since is not None:
        return None
    asked = of_chat(session, conversation, at)
    return {"question": load(session).question(language), "value": asked.value} if asked is not None else None


def of_chat(session: Session, conversation: Conversation, at: datetime) -> Opinion | None:
    """The question that a visitor may answer in the chat at a moment (UTC)."""
    query = select(Opinion).join(Message).where(
        Message.conversation_id == conversation.id, Message.channel_id == conversation.channel_id,
        Opinion.asked_at > at - links.LIFETIME,
    )  # fmt: skip
    found: Opinion | None = session.scalar(query.order_by(Opinion.id.desc()).limit(1))
    return found


def _ask_in_chat(session: Session, conversation: Conversation, at: datetime) -> None:
    wanted, visit = load(session), visits.of(session, conversation)
    if not wanted.chat or visit is None or not visits.is_here(visit, at) or conversation.waiting_since is not None:
        return
    said = select(Message.at).where(Message.conversation_id == conversation.id, Message.kind == MESSAGE)
    last = session.scalar(said.order_by(Message.at.desc()).limit(1))
    # Whatever was written since has a job of its own.
    if last is None or last > at - QUIET or not _may_ask(session, conversation, at, wanted):
        return
    closed_by = select(Exchange.closed_by).join(Message, Message.id == Exchange.closed_by).where(
        Exchange.conversation_id == conversation.id, Exchange.outcome == ANSWERED,
        Message.channel_id == conversation.channel_id,
    )  # fmt: skip
    answer = session.scalar(closed_by.order_by(Exchange.closed_at.desc()).limit(1))
    if answer is not None and session.scalar(select(Opinion.id).where(Opinion.message_id == answer)) is None:
        _ask(session, conversation, answer, at)


def _may_ask(session: Session, conversation: Conversation, at: datetime, wanted: Settings) -> bool:
    if conversation.kind not in CUSTOMER_KINDS or conversation.status == SPAM or conversation.certified:
        return False
    facts: dict[str, Any] = session.scalar(
        select(Message.facts)
        .where(Message.conversation_id == conversation.id, Message.direction == INBOUND, Message.machine.is_(None))
        .order_by(Message.at.desc(), Message.id.desc()).limit(1)
    ) or {}  # fmt: skip
    # Services such as marketplaces forbid links that lead away from them.
    if "certified" in facts or "notice_sender" in facts:
        return False
    return not _was_lately(session, conversation, at - timedelta(days=wanted.pause_days))


def _was_lately(session: Session, conversation: Conversation, since: datetime) -> bool:
    """Whether this conversation has asked since then, or its customer has said anything by any; what never arrived has
    asked nobody."""
    failed = exists().where(Delivery.message_id == Opinion.message_id, Delivery.state == FAILED)
    query = (
        select(Opinion.id)
        .join(Message, Message.id == Opinion.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.contact_id == conversation.contact_id)
        .where(or_(
            and_(Conversation.id == conversation.id, Opinion.asked_at > since, ~failed), Opinion.answered_at > since
        ))
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _ask(session: Session, conversation: Conversation, message_id: int, at: datetime) -> None:
    new(session, Opinion(message_id=message_id, asked_at=at))
    record(session, "opinion_asked", SYSTEM, conversation_id=conversation.id, message_id=message_id, at=at)
