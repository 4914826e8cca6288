"""Telling about answers that wait for an approver's word: who is asked, who may give it past the target, whom it goes
back to."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.i18n import translator
from inbox import access, approvals, drafts
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Conversation, Draft, Event, User, now
from inbox.models.delivery import PREVIEW
from routing.notify import between, between_words
from routing.notify.fan_out import Audience


def submit(session: Session, draft: Draft, public_url: str) -> list[User]:
    """Let an answer wait for the approver's word and ask for it; who is asked. Raises LookupError for one that is
    over."""
    approvals.submit(session, draft)
    return ask_word(session, draft, public_url)


def ask_word(session: Session, draft: Draft, public_url: str) -> list[User]:
    """Show the approver the answer that waits; who is asked."""
    conversation = drafts.conversation_of(draft)
    people = approvals.askable(session, conversation)
    _show(session, draft, conversation, people, between_words.FIRST, public_url)
    return people


def refuse(session: Session, draft: Draft, by: User, why: str, public_url: str) -> None:
    """Give an answer back to its author and tell them. Raises PermissionError and LookupError as
    `approvals.approve` does."""
    approvals.refuse(session, draft, by, why)
    author, conversation = draft.user, draft.conversation
    if conversation is not None and author.id != by.id and access.may(author, access.SEE, conversation):
        words = between_words.given_back(draft, conversation, by, why.strip(), author.language, public_url)
        between.tell(session, Audience(session), conversation, author, words)


def sweep(database: Database, public_url: str, moment: datetime | None = None) -> int:
    """Show answers whose customers have waited past the target to the deputy (else the managers), and to the author
    where the team lets them; each once. How many."""
    moment = moment or now()
    with database.reading() as session:
        due = [one.id for one in approvals.waiting(session) if _is_due(session, one, moment)]
    for number in due:
        with database.writing() as session:
            _pass_on(session, number, public_url, moment)
    return len(due)


def _is_due(session: Session, draft: Draft, moment: datetime) -> bool:
    if draft.conversation is None or not approvals.is_late(session, draft.conversation, moment):
        return False
    told = select(Event.data).where(
        Event.conversation_id == draft.conversation_id, Event.action == approvals.LATE
    )  # fmt: skip
    return all(data.get("draft_id") != draft.id for data in session.scalars(told))


def _pass_on(session: Session, number: int, public_url: str, moment: datetime) -> None:
    conversation_id = session.scalar(select(Draft.conversation_id).where(Draft.id == number))
    session.get(Conversation, conversation_id, with_for_update=True)
    draft = drafts.hold(session, number)
    # The word may have been given since the look.
    if draft is None or draft.ended_at is not None or not _is_due(session, draft, moment):
        return
    conversation = drafts.conversation_of(draft)
    team = conversation.team
    deputy = team.deputy if team is not None else None
    first = {one.id for one in approvals.askable(session, conversation)}
    others = [deputy] if deputy is not None and deputy.disabled_at is None else approvals.managers(session)
    people = [one for one in others if one.id not in first and one.id != draft.user_id]
    _show(session, draft, conversation, people, between_words.LATE, public_url)
    if team is not None and team.author_may_send and access.may(draft.user, access.CHANGE, conversation):
        _show(session, draft, conversation, [draft.user], between_words.OWN, public_url)
        people.append(draft.user)
    names = [one.name for one in people]
    record(session, approvals.LATE, SYSTEM, conversation_id=conversation.id, at=moment, draft_id=number, names=names)


def _show(
    session: Session, draft: Draft, conversation: Conversation, people: list[User], why: str, public_url: str
) -> None:
    audience, last = Audience(session), between.last_words(session, conversation)
    for user in people:
        _ = translator(user.language)
        buttons = [(_("Send"), f"draft:{draft.id}:send"), (_("Give back"), f"draft:{draft.id}:refuse")]
        words = between_words.word(draft, conversation, last, why, user, public_url)
        between.tell(
            session, audience, conversation, user, words, role=PREVIEW, about=draft.id, buttons=buttons
        )  # fmt: skip
