"""What a conversation is besides its kind and priority: where the lead stands, and in which language we answer."""

from datetime import datetime

from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.language import LANGUAGES
from inbox.leads import stages
from inbox.models import Conversation
from inbox.models.conversation import STAGES


def set_stage(
    session: Session, conversation: Conversation, actor: Actor, stage: str, at: datetime | None = None
) -> None:
    """Where a lead stands on its way to a sale, "" for none; a person's change calls for rules.

    Raises ValueError for an unknown stage.
    """
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)} (got {stage!r})")
    if conversation.stage != stage:
        stages.set_stage(session, conversation, actor, stage, at)


def set_language(
    session: Session, conversation: Conversation, actor: Actor, language: str, at: datetime | None = None
) -> None:
    """The language that the customer is answered in. Raises ValueError for one that nobody recognises here."""
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)} (got {language!r})")
    if conversation.language != language:
        conversation.language = language
        record(session, "language_set", actor, conversation_id=conversation.id, at=at, language=language)
