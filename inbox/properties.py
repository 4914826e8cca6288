"""What a conversation is besides its kind and priority: where the lead stands, and in which language we answer."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import queue
from inbox.events import Actor, record
from inbox.language import LANGUAGES
from inbox.models import Conversation, Message
from inbox.models.conversation import STAGES
from inbox.models.message import INBOUND


def set_stage(
    session: Session, conversation: Conversation, actor: Actor, stage: str, at: datetime | None = None
) -> None:
    """Where a lead stands on its way to a sale, "" for none; a person's change calls for rules.

    Raises ValueError for an unknown stage.
    """
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)} (got {stage!r})")
    if conversation.stage != stage:
        conversation.stage = stage
        record(session, "stage_set", actor, conversation_id=conversation.id, at=at, stage=stage)
        if actor.user_id is not None:
            _ask_rules(session, conversation)


def _ask_rules(session: Session, conversation: Conversation) -> None:
    """Have the rules asked about the customer's last message, which the conversation is about."""
    last = select(Message.id).where(Message.conversation_id == conversation.id, Message.direction == INBOUND)
    number = session.scalar(last.order_by(Message.at.desc(), Message.id.desc()).limit(1))
    if number is not None:
        queue.enqueue(session, "route", number, f"route:{conversation.id}", payload={"event": "stage"})


def set_language(
    session: Session, conversation: Conversation, actor: Actor, language: str, at: datetime | None = None
) -> None:
    """The language that the customer is answered in. Raises ValueError for one that nobody recognises here."""
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)} (got {language!r})")
    if conversation.language != language:
        conversation.language = language
        record(session, "language_set", actor, conversation_id=conversation.id, at=at, language=language)
