"""What can be done with a conversation: every verb changes it and writes its event in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import forgotten, snoozing
from inbox.clocks import exchanges
from inbox.db import append, new
from inbox.events import Actor, person, record
from inbox.leads import linking
from inbox.models import Assignment, Attachment, Contact, Conversation, Message, Tag, User, now
from inbox.models.conversation import CLOSED, KINDS, OPEN, PRIORITIES, SPAM
from inbox.models.exchange import BY_PHONE, NOT_NEEDED, UNANSWERED, VOID
from inbox.models.forgotten import ABSENT, NOBODY
from inbox.models.message import NOTE, OUTBOUND

SNIPPET_CHARS = 140
LISTED = (
    "status", "closed_at", "waiting_since", "last_at", "snippet", "messages_count", "language", "snoozed_until",
)  # fmt: skip


def begin(
    session: Session, contact: Contact, channel_id: int, subject: str, at: datetime, **more: object
) -> Conversation:
    """A new conversation with a contact."""
    conversation = Conversation(
        contact_id=contact.id, channel_id=channel_id, subject=subject, last_at=at, created_at=at, **more
    )
    conversation.contact = contact
    return new(session, conversation)


def add_message(session: Session, conversation: Conversation, message: Message, *, locked: bool = False) -> None:
    """Put a message into the conversation and bring up to date what the list shows.

    `locked`: the caller holds the conversation's row, or has just made it.
    """
    if not locked and conversation.messages_count and session.get_bind().dialect.name == "postgresql":
        # Others may add to it at this moment: a count read before their commit would be written back over theirs.
        # What this transaction has changed so far is written first: refreshing would forget it.
        session.flush()
        session.refresh(conversation, LISTED, with_for_update=True)
        session.expire(conversation, ["running"])
    message.conversation_id = conversation.id
    new(session, message)
    conversation.messages_count += 1
    conversation.certified = conversation.certified or "certified" in message.facts
    # A note moves nothing, and the report of a bounce is no words of the customer's.
    if message.kind != NOTE and (message.at >= conversation.last_at or conversation.messages_count == 1):
        conversation.last_at = max(message.at, conversation.last_at)
        if message.bounce is None or not conversation.snippet:
            conversation.snippet = snippet(message)
    if message.language and not conversation.language:
        conversation.language = message.language


def snippet(message: Message) -> str:
    """What the list shows of a message."""
    return " ".join((message.reply or message.text)[:600].split())[:SNIPPET_CHARS]


def assign(
    session: Session,
    conversation: Conversation,
    actor: Actor,
    *,
    team_id: int | None,
    user_id: int | None = None,
    note: str = "",
    why: str = "",
    decision_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Give the conversation to a team, or to a person of it. `why`: a code where that is not the actor's own will."""
    if (conversation.team_id, conversation.user_id) == (team_id, user_id):
        return
    at = at or now()
    before: dict[str, Any] = {"from_team_id": conversation.team_id, "from_user_id": conversation.user_id}
    before |= {"why": why} if why else {}
    _give(session, conversation, actor, team_id, user_id, at, note=note, why=why, decision_id=decision_id)
    conversation.claimed_at = None
    record(
        session, "assigned", actor, conversation_id=conversation.id, at=at, team_id=team_id, user_id=user_id, note=note,
        **before,
    )  # fmt: skip


def claim(session: Session, conversation: Conversation, user: User, at: datetime | None = None) -> bool:
    """Take the conversation; False if a colleague has already taken it."""
    # Two may press the button at once: the second waits here and sees the first.
    session.refresh(conversation, ["team_id", "user_id", "claimed_at"], with_for_update=True)
    if conversation.claimed_at is not None and conversation.user_id not in (None, user.id):
        return False
    at = at or now()
    before = conversation.user_id
    if before != user.id:
        _give(session, conversation, person(user.id), conversation.team_id, user.id, at)
    if conversation.claimed_at is None or before != user.id:
        conversation.claimed_at = at
        record(session, "claimed", person(user.id), conversation_id=conversation.id, at=at, from_user_id=before)
    return True


def close(session: Session, conversation: Conversation, actor: Actor, at: datetime | None = None) -> None:
    """Close it; a customer still waiting counts as unanswered."""
    at = at or now()
    snoozing.wake(session, conversation, actor, at)
    record(session, "closed", actor, conversation_id=conversation.id, at=at)
    exchanges.close(session, conversation, at, UNANSWERED)
    conversation.status, conversation.closed_at = CLOSED, at


def reopen(session: Session, conversation: Conversation, actor: Actor, asked: Message | None = None) -> None:
    """Open it again by hand (also out of spam). `asked`: a message in it that is a question after all."""
    conversation.status, conversation.closed_at = OPEN, None
    message_id = asked.id if asked is not None else None
    record(session, "reopened", actor, conversation_id=conversation.id, message_id=message_id)
    if asked is not None:
        exchanges.open_for(session, conversation, asked, asked.stored_at)


def mark_spam(session: Session, conversation: Conversation, actor: Actor, at: datetime | None = None) -> None:
    """Not a customer at all: its clock is void, and it is no lead."""
    at = at or now()
    linking.leave_any(session, conversation, actor, at)
    snoozing.wake(session, conversation, actor, at)
    record(session, "marked_spam", actor, conversation_id=conversation.id, at=at)
    exchanges.close(session, conversation, at, VOID)
    conversation.status, conversation.closed_at = SPAM, at


def answered_by_phone(
    session: Session, conversation: Conversation, user: User, note: str = "", at: datetime | None = None
) -> None:
    """The answer was given by phone or in person; closes the clock as an answer does."""
    at = at or now()
    record(session, "answered_by_phone", person(user.id), conversation_id=conversation.id, at=at, note=note)
    exchanges.close(session, conversation, at, BY_PHONE)
    if conversation.status == OPEN:
        conversation.status = "pending"


def no_answer_needed(session: Session, conversation: Conversation, user: User, at: datetime | None = None) -> None:
    """A short "Grazie!": ends the exchange outside both counts and closes the conversation."""
    at = at or now()
    snoozing.wake(session, conversation, person(user.id), at)
    record(session, "no_answer_needed", person(user.id), conversation_id=conversation.id, at=at)
    exchanges.close(session, conversation, at, NOT_NEEDED)
    conversation.status, conversation.closed_at = CLOSED, at


def add_note(
    session: Session,
    conversation: Conversation,
    user: User,
    text: str,
    at: datetime | None = None,
    *,
    files: Sequence[Attachment] = (),
) -> Message:
    """An internal note; never goes to the customer, never touches a clock."""
    note = Message(
        channel_id=conversation.channel_id, direction=OUTBOUND, kind=NOTE, text=text, reply=text, user_id=user.id,
        from_name=user.name, from_address=user.email, at=at or now(), attachments=list(files),
    )  # fmt: skip
    add_message(session, conversation, note)
    record(session, "noted", person(user.id), conversation_id=conversation.id, message_id=note.id, at=note.at)
    return note


def set_priority(
    session: Session, conversation: Conversation, actor: Actor, priority: str, at: datetime | None = None
) -> None:
    """Raises ValueError for an unknown priority."""
    if priority not in PRIORITIES:
        raise ValueError(f"priority must be one of {', '.join(PRIORITIES)} (got {priority!r})")
    if conversation.priority != priority:
        conversation.priority = priority
        record(session, "priority_set", actor, conversation_id=conversation.id, at=at, priority=priority)


def set_kind(session: Session, conversation: Conversation, actor: Actor, kind: str, at: datetime | None = None) -> None:
    """What kind of conversation this is; only enquiries and customers count in reports. Raises ValueError."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)} (got {kind!r})")
    if conversation.kind != kind:
        conversation.kind = kind
        exchanges.set_kind(session, conversation, kind)
        record(session, "kind_set", actor, conversation_id=conversation.id, at=at, kind=kind)


def add_tags(
    session: Session,
    conversation: Conversation,
    actor: Actor,
    names: list[str],
    at: datetime | None = None,
    known: dict[str, Tag] | None = None,
) -> None:
    """Tag the conversation; unknown tags are made. `known`: all tags by name, where a caller with many has them."""
    wanted = [name for name in dict.fromkeys(names) if name not in {tag.name for tag in conversation.tags}]
    for name in wanted:
        tag = session.scalar(select(Tag).where(Tag.name == name)) if known is None else known.get(name)
        if tag is None:
            tag = Tag(name=name)
            if known is not None:
                known[name] = tag
        conversation.tags.append(tag)
    if wanted:
        record(session, "tagged", actor, conversation_id=conversation.id, at=at, tags=wanted)


def _give(
    session: Session,
    conversation: Conversation,
    actor: Actor,
    team_id: int | None,
    user_id: int | None,
    at: datetime,
    *,
    note: str = "",
    why: str = "",
    decision_id: int | None = None,
) -> None:
    """Put the conversation into other hands and keep whose they were, from when; those hands find it in the queue."""
    snoozing.wake(session, conversation, actor, at)
    conversation.team_id, conversation.user_id = team_id, user_id
    append(
        session, Assignment, conversation_id=conversation.id, team_id=team_id, user_id=user_id,
        by_user_id=actor.user_id, decision_id=decision_id, note=note, why=why, at=at,
    )  # fmt: skip
    exchanges.hand_over(conversation, at)
    if actor.user_id is not None:
        forgotten.clear(session, conversation.id, NOBODY, ABSENT)
