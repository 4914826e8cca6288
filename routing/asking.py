"""Asking a colleague who knows: the question goes to them, what they write comes back as facts for the answer."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from inbox import access, drafts
from inbox.db import new
from inbox.events import person, record
from inbox.models import Conversation, Draft, Question, User, now
from inbox.models.delivery import QUESTION
from inbox.models.user import MANAGER
from routing.notify import between, between_words
from routing.notify.fan_out import Audience

ASKED = "asked_colleague"


def ask(session: Session, conversation: Conversation, by: User, user: User, text: str, public_url: str) -> Question:
    """Ask a colleague, who need not have the conversation, and tell them by all their ways.

    Raises PermissionError where the colleague may not see or answer it, ValueError for no words.
    """
    if not text.strip():
        raise ValueError("a question has words")
    if not (access.may(by, access.CHANGE, conversation) and access.may(user, access.CHANGE, conversation)):
        raise PermissionError("the conversation is not theirs")
    question = new(
        session, Question(conversation_id=conversation.id, by_user_id=by.id, user_id=user.id, text=text.strip())
    )  # fmt: skip
    session.flush()
    record(session, ASKED, person(by.id), conversation_id=conversation.id, user_id=user.id, note=question.text)
    last = between.last_words(session, conversation)
    words = between_words.question(question, last, user.language, public_url)
    between.tell(
        session, Audience(session), conversation, user, words, role=QUESTION, about=question.id
    )  # fmt: skip
    return question


def could_be_asked(session: Session, conversation: Conversation, but: int) -> list[User]:
    """The colleagues who may know and answer, without one of them."""
    active = session.scalars(select(User).where(User.disabled_at.is_(None), User.id != but).order_by(User.name))
    return [one for one in active if access.may(one, access.CHANGE, conversation)]


def open_to(session: Session, conversation_id: int, user_id: int) -> Sequence[Question]:
    """What a colleague has been asked about a conversation and has not answered, the oldest first."""
    query = select(Question).where(Question.conversation_id == conversation_id, Question.user_id == user_id)
    return session.scalars(query.where(Question.answered_at.is_(None)).order_by(Question.id)).all()


def has_said(session: Session, question: Question, text: str) -> bool:
    """Whether just these words have answered the question already."""
    said = select(Draft.id).where(Draft.question_id == question.id, Draft.text == text)
    return session.scalar(said.limit(1)) is not None


def settle(session: Session, conversation_id: int, user_id: int) -> None:
    """The colleague has answered the customer: nothing more is asked of them."""
    theirs = update(Question).where(Question.conversation_id == conversation_id, Question.user_id == user_id)
    session.execute(theirs.where(Question.answered_at.is_(None)).values(answered_at=now()))


def hand_in(session: Session, draft: Draft, public_url: str) -> list[User]:
    """Hand a draft in as facts and tell who needs them: who asked and who has the conversation, else the managers.

    Returns who was told. Raises LookupError for a draft that is over.
    """
    conversation = drafts.conversation_of(draft)
    drafts.hand_in(session, draft)
    audience = Audience(session)
    people = _readers(session, draft, conversation)
    for user in people:
        words = between_words.facts(draft, conversation, user.language, public_url)
        between.tell(session, audience, conversation, user, words)
    return people


def _readers(session: Session, draft: Draft, conversation: Conversation) -> list[User]:
    asker = draft.question.by if draft.question is not None else None
    managers = session.scalars(select(User).where(User.role == MANAGER).order_by(User.id)).all()
    for some in ((asker, conversation.user), managers):
        able = {one.id: one for one in some if one is not None and one.id != draft.user_id}
        seeing = [one for one in able.values() if access.may(one, access.SEE, conversation)]
        if seeing:
            return seeing
    return []
