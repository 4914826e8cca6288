"""Answers that wait for the word of a team's approver: who gives it, and what becomes of the answer.

The conversation's own team decides. Until the word is given nothing leaves; meanwhile the time is the approver's.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import access, conversations, drafts
from inbox.clocks import exchanges, targets
from inbox.events import person, record
from inbox.models import Conversation, Draft, Message, TeamMember, User, now
from inbox.models.draft import APPROVAL
from inbox.models.user import MANAGER
from inbox.worktime import calendars

ASKED, GIVEN, REFUSED, LATE = "approval_asked", "approval_given", "approval_refused", "approval_late"


def needed(session: Session, conversation: Conversation, user: User) -> User | None:
    """Whose word an answer of this user waits for: the approver of the conversation's team, where the user is one of
    its members and neither approver, deputy nor manager; else None."""
    team = conversation.team
    if team is None or team.approver is None or user.role == MANAGER or user.id in (team.approver_id, team.deputy_id):
        return None
    member = session.get(TeamMember, (team.id, user.id))
    return team.approver if member is not None else None


def submit(session: Session, draft: Draft, at: datetime | None = None) -> None:
    """Let an answer wait for the approver's word; who wrote it has taken the conversation.

    Raises LookupError for a draft that is over.
    """
    conversation, at = drafts.conversation_of(draft), at or now()
    conversations.claim(session, conversation, draft.user, at)
    approver = conversation.team.approver_id if conversation.team is not None else None
    draft.state, draft.leaves_at, draft.changed_at, draft.warned = APPROVAL, None, at, False
    if approver is not None:
        exchanges.wait_for_word(conversation, approver, at)
    record(
        session, ASKED, person(draft.user_id), conversation_id=conversation.id, at=at, draft_id=draft.id,
        user_id=approver,
    )  # fmt: skip


def approve(session: Session, draft: Draft, by: User, text: str | None = None, at: datetime | None = None) -> Message:
    """Send it in its author's name; `text`: what was made of it.

    Raises CannotReply, PermissionError for who may not, and LookupError for a draft that does not wait (any more).
    """
    at = at or now()
    conversation = _held(session, draft, by, at)
    changed = text is not None and text.strip() != draft.text.strip()
    message = drafts.send(session, draft, by, at, text)
    exchanges.have_word(conversation, at)
    record(
        session, GIVEN, person(by.id), conversation_id=conversation.id, at=at, draft_id=draft.id, user_id=draft.user_id,
        changed=changed,
    )  # fmt: skip
    return message


def refuse(session: Session, draft: Draft, by: User, why: str = "", at: datetime | None = None) -> None:
    """Give it back to its author, with a word. Raises PermissionError and LookupError as `approve` does."""
    at = at or now()
    conversation = _held(session, draft, by, at)
    exchanges.have_word(conversation, at)
    drafts.end(draft, by, drafts.REFUSED)
    record(
        session, REFUSED, person(by.id), conversation_id=conversation.id, at=at, draft_id=draft.id,
        user_id=draft.user_id, note=why.strip(),
    )  # fmt: skip


def may_send(session: Session, draft: Draft, user: User, at: datetime) -> bool:
    """Whether this user may give the word: the approver and the managers; past the conversation's target the deputy
    too, and the author where the team lets them. In a team without an approver nothing has to wait."""
    conversation = draft.conversation
    if conversation is None or not access.may(user, access.CHANGE, conversation):
        return False
    team = conversation.team
    if user.role == MANAGER or team is None or team.approver_id in (None, user.id):
        return True
    is_next = user.id == team.deputy_id or (user.id == draft.user_id and team.author_may_send)
    return is_next and is_late(session, conversation, at)


def is_late(session: Session, conversation: Conversation, at: datetime) -> bool:
    """Whether a customer waits past the conversation's target."""
    since = conversation.waiting_since
    if since is None or not targets.counts(conversation):
        return False
    return targets.due(session, calendars.company(session), conversation, since) < at


def waiting(session: Session, conversation_id: int | None = None) -> Sequence[Draft]:
    """The answers that wait for a word (in one conversation), the oldest first."""
    query = select(Draft).where(Draft.state == APPROVAL, Draft.ended_at.is_(None))
    if conversation_id is not None:
        query = query.where(Draft.conversation_id == conversation_id)
    return session.scalars(query.order_by(Draft.id)).all()


def askable(session: Session, conversation: Conversation) -> list[User]:
    """Who is asked for the word: the approver; where that account has ended, the deputy, else the managers."""
    team = conversation.team
    named = [one for one in (team.approver, team.deputy) if one is not None] if team is not None else []
    able = [one for one in named if access.may(one, access.CHANGE, conversation)]
    return able[:1] or managers(session)


def managers(session: Session) -> list[User]:
    """Who may always give the word."""
    active = select(User).where(User.role == MANAGER, User.disabled_at.is_(None))
    return list(session.scalars(active.order_by(User.id)))


def _held(session: Session, draft: Draft, by: User, at: datetime) -> Conversation:
    """The draft's conversation, both as they are now and for nobody else to change until the transaction ends."""
    session.flush()
    conversation = session.get_one(Conversation, draft.conversation_id, with_for_update=True, populate_existing=True)
    held = drafts.hold(session, draft.id)
    if held is None or held.state != APPROVAL or held.ended_at is not None:
        raise LookupError("the answer does not wait for a word")
    if not may_send(session, held, by, at):
        raise PermissionError("the word is somebody else's")
    return conversation
