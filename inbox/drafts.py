"""What a colleague has written and has not gone to the customer yet: sent, kept as a note, handed to the manager.

A draft ends once: whoever ends it holds its row, so that two presses at once send one answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import conversations, replies
from inbox.db import new
from inbox.events import person, record
from inbox.models import Attachment, Conversation, Draft, DraftFile, Message, User, now
from inbox.models.draft import FACTS, LEAVING, OVER, WRITING

SENT, NOTED, USED, REFUSED, DROPPED = "sent", "noted", "used", "refused", "dropped"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes are in the blob store; `key`: what it came as."""

    key: str
    filename: str
    content_type: str
    size: int
    sha256: str


def begin(session: Session, user: User, conversation_id: int | None, **more: object) -> Draft:
    """A new, empty draft; without a conversation until the colleague says which."""
    draft = new(session, Draft(user_id=user.id, conversation_id=conversation_id, **more))
    # Before it is written, its conversation and question could not be asked for.
    session.flush()
    return draft


def add(session: Session, draft: Draft, text: str, files: Sequence[Kept] = ()) -> None:
    """More of it: another message in a row, another file."""
    draft.text = "\n\n".join(part for part in (draft.text, text.strip()) if part)
    known = {one.key for one in draft.files if one.key}
    for file in files:
        if file.key not in known:
            draft.files.append(DraftFile(
                key=file.key, filename=file.filename, content_type=file.content_type, size=file.size,
                sha256=file.sha256,
            ))  # fmt: skip
    draft.changed_at = now()


def hold(session: Session, number: int) -> Draft | None:
    """The draft as it is now, for nobody else to change until the transaction ends; None where there is none."""
    return session.get(Draft, number, with_for_update=True, populate_existing=True)


def send(session: Session, draft: Draft, by: User, at: datetime | None = None, text: str | None = None) -> Message:
    """Send it to the customer in its author's name; `text`: what the sender has made of it.

    Raises CannotReply, and LookupError for a draft that is over.
    """
    conversation = conversation_of(draft)
    message = replies.reply(
        session, conversation, draft.user, draft.text if text is None else text, files=files_of(draft), at=at,
        left_out=draft.left_out,
    )  # fmt: skip
    conversations.claim(session, conversation, draft.user)
    draft.message_id = message.id
    end(draft, by, SENT)
    return message


def note(session: Session, draft: Draft, by: User) -> Message:
    """Keep it as an internal note. Raises LookupError for a draft that is over."""
    conversation = conversation_of(draft)
    kept = conversations.add_note(session, conversation, draft.user, draft.text, files=files_of(draft))
    end(draft, by, NOTED)
    return kept


def hand_in(session: Session, draft: Draft) -> None:
    """Give it to the manager as facts, to write the answer from. Raises LookupError for a draft that is over."""
    conversation = conversation_of(draft)
    draft.state, draft.leaves_at = FACTS, None
    draft.changed_at = now()
    if draft.question is not None and draft.question.answered_at is None:
        draft.question.answered_at = now()
    record(session, "facts_given", person(draft.user_id), conversation_id=conversation.id, draft_id=draft.id)


def use(draft: Draft, by: User) -> None:
    """An answer was written from these facts. Nothing happens to a draft that is over, or is no facts."""
    if draft.state == FACTS:
        end(draft, by, USED)


def put_away(session: Session, draft: Draft, by: User) -> None:
    """Facts that nobody needs. Raises LookupError for a draft that is over, or is no facts."""
    conversation = conversation_of(draft)
    if draft.state != FACTS:
        raise LookupError("the draft is no facts")
    end(draft, by, DROPPED)
    record(
        session, "facts_put_away", person(by.id), conversation_id=conversation.id, draft_id=draft.id
    )  # fmt: skip


def usable(draft: Draft | None, conversation_id: int, user: User) -> bool:
    """Whether the user may make an answer of it: facts, and what was given back to them."""
    if draft is None or draft.conversation_id != conversation_id:
        return False
    return draft.state == FACTS or (draft.outcome == REFUSED and draft.user_id == user.id)


def end(draft: Draft, by: User, outcome: str) -> None:
    """It is over."""
    draft.state, draft.outcome, draft.ended_at, draft.ended_by_id = OVER, outcome, now(), by.id


def open_in_chat(session: Session, user: User, channel_id: int, address: str, since: datetime) -> Draft | None:
    """The draft that the colleague writes in a chat, changed `since` then (UTC): what comes next belongs to it."""
    query = select(Draft).where(
        Draft.user_id == user.id, Draft.state.in_((WRITING, LEAVING)), Draft.channel_id == channel_id,
        Draft.address == address, Draft.changed_at >= since,
    )  # fmt: skip
    return session.scalar(query.order_by(Draft.id.desc()).limit(1))


def with_manager(session: Session, conversation_id: int) -> Sequence[Draft]:
    """What colleagues have handed in about a conversation and nobody has used yet, the oldest first."""
    query = select(Draft).where(Draft.conversation_id == conversation_id, Draft.state == FACTS)
    return session.scalars(query.order_by(Draft.id)).all()


def conversation_of(draft: Draft) -> Conversation:
    """The conversation of a draft that is not over. Raises LookupError for any other."""
    if draft.ended_at is not None or draft.conversation is None:
        raise LookupError("the draft is over")
    return draft.conversation


def files_of(draft: Draft) -> list[Attachment]:
    """Its files, as those of a message."""
    return [
        Attachment(filename=one.filename, content_type=one.content_type, size=one.size, sha256=one.sha256)
        for one in draft.files
    ]
