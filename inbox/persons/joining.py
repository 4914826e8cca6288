"""Joining two conversations about one matter, and separating them again.

What was said in the one stands in the other from then on; the emptied one stays, closed, and leads there. A talk in the
chat or by a social channel keeps its messages, as its customer's program knows it by them: what is joined moves to it.
Two such talks are not joined, nor certified mail, whose answers leave by its own mailbox.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from inbox import conversations, forgotten, snoozing
from inbox.clocks import rebuilding
from inbox.db import write_out
from inbox.events import Actor, person, record
from inbox.models import (
    Conversation,
    ConversationMerge,
    Delivery,
    Draft,
    HeldNotice,
    Message,
    Question,
    User,
    now,
)
from inbox.models.conversation import CLOSED, OPEN, PENDING, SPAM
from inbox.models.forgotten import REASONS
from inbox.models.message import INBOUND, NOTE
from inbox.persons import belonging
from inbox.sitechat import settings as sitechat
from inbox.sitechat import visits
from inbox.social.kinds import SOCIAL

MOST_MESSAGES = 2_000
# Kinds whose customers know a talk by its messages.
TALKS = frozenset({sitechat.KIND, *SOCIAL})
GONE, ASIDE, CERTIFIED, TWO_TALKS, OTHER_ADDRESS, MANY, LATER = (
    "gone", "aside", "certified", "two_talks", "other_address", "many", "later",
)  # fmt: skip
# How a conversation was.
_STATE = ("status", "closed_at", "waiting_since", "snoozed_until", "promised_at", "team_id", "user_id", "claimed_at",
          "certified", "language")  # fmt: skip
_TABLES: dict[str, Any] = {"messages": Message, "deliveries": Delivery, "drafts": Draft, "questions": Question}


class CannotJoin(ValueError):
    """Nothing was changed; `code` says why: GONE (joined already, or not there), ASIDE (marked as spam), CERTIFIED,
    TWO_TALKS, OTHER_ADDRESS (the site vouches for somebody else), MANY, LATER (another one was joined since)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refusal(session: Session, one: Conversation, other: Conversation) -> str:
    """Why two conversations cannot be joined, "" where they can."""
    if one.id == other.id or one.merged_into_id is not None or other.merged_into_id is not None:
        return GONE
    if SPAM in (one.status, other.status):
        return ASIDE
    if one.certified or other.certified:
        return CERTIFIED
    kept, merged = _which(one, other)
    if merged.channel.kind in TALKS:
        return TWO_TALKS
    if kept.channel.kind == sitechat.KIND and not _may_read(session, kept, merged):
        return OTHER_ADDRESS
    return MANY if one.messages_count + other.messages_count > MOST_MESSAGES else ""


def join(
    session: Session, one: Conversation, other: Conversation, user: User, at: datetime | None = None
) -> Conversation:
    """Join two conversations; the one that has it all from now on. Raises CannotJoin."""
    at = at or now()
    write_out(session)
    one, other = _hold(session, one.id, other.id)
    code = refusal(session, one, other)
    if code:
        raise CannotJoin(code)
    kept, merged = _which(one, other)
    waited = kept.waiting_since or merged.waiting_since
    moved: dict[str, Any] = {
        "states": [_state(kept), _state(merged)],
        **{name: _move(session, table, merged.id, kept.id) for name, table in _TABLES.items()},
    }
    moved |= _take_over(session, kept, merged, person(user.id), at)
    snoozing.wake(session, kept, person(user.id), at)
    snoozing.wake(session, merged, person(user.id), at)
    merged.waiting_since, merged.promised_at, merged.merged_into_id = None, None, kept.id
    merged.status, merged.closed_at = CLOSED, at
    forgotten.clear(session, merged.id, *REASONS)
    for row in (kept, merged):
        _recount(session, row)
    session.add(ConversationMerge(kept_id=kept.id, merged_id=merged.id, user_id=user.id, at=at, moved=moved))
    for row in (kept, merged):
        record(session, "conversations_joined", person(user.id), conversation_id=row.id, at=at, name=merged.subject)
    rebuilding.move(session, merged, kept)
    rebuilding.rebuild(session, kept)
    if kept.running is None:
        forgotten.clear(session, kept.id, *REASONS)
    _settle(kept, waited is not None)
    session.flush()
    return kept


def separate(session: Session, merge_id: int, user: User, at: datetime | None = None) -> Conversation:
    """Undo the last joining of a conversation; the one that is on its own again. Raises CannotJoin."""
    at = at or now()
    write_out(session)
    done = session.get(ConversationMerge, merge_id, with_for_update=True, populate_existing=True)
    if done is None or done.undone_at is not None:
        raise CannotJoin(GONE)
    kept, merged = _hold(session, done.kept_id, done.merged_id)
    newest = last(session, kept.id)
    if newest is None or newest.id != done.id or kept.merged_into_id is not None:
        raise CannotJoin(LATER)
    moved = done.moved
    since = belonging.since(session, kept, merged, done)
    deliveries = select(Delivery.id).where(Delivery.message_id.in_(since))
    back = {name: list(moved[name]) for name in _TABLES}
    back["messages"] += since
    back["deliveries"] += session.scalars(deliveries)
    for name, table in _TABLES.items():
        _move(session, table, kept.id, merged.id, back[name])
    merged.merged_into_id = None
    _give_back(session, kept, moved, person(user.id), at)
    waited = [_as_it_was(session, row, state, done.at, whole=row is merged)
              for row, state in zip((kept, merged), moved["states"], strict=True)]  # fmt: skip
    done.undone_at, done.undone_by_id = at, user.id
    for row in (kept, merged):
        record(session, "conversations_separated", person(user.id), conversation_id=row.id, at=at, name=merged.subject)
    rebuilding.move(session, kept, merged, back["messages"])
    for row, has_waited in zip((kept, merged), waited, strict=True):
        rebuilding.rebuild(session, row)
        _settle(row, has_waited)
    session.flush()
    return merged


def last(session: Session, conversation_id: int) -> ConversationMerge | None:
    """The newest joining that a conversation can be separated from."""
    query = select(ConversationMerge).where(
        ConversationMerge.kept_id == conversation_id, ConversationMerge.undone_at.is_(None)
    )
    found: ConversationMerge | None = session.scalar(query.order_by(ConversationMerge.id.desc()).limit(1))
    return found


def emptied(session: Session, conversation_id: int) -> list[int]:
    """The conversations whose messages stand in this one, also by way of others."""
    found: list[int] = []
    into = [conversation_id]
    while into:
        into = list(session.scalars(select(Conversation.id).where(Conversation.merged_into_id.in_(into))))
        found += into
    return found


def _which(one: Conversation, other: Conversation) -> tuple[Conversation, Conversation]:
    """The one that has it all, and the one that is emptied."""
    return (other, one) if other.channel.kind in TALKS and one.channel.kind not in TALKS else (one, other)


def _may_read(session: Session, chat: Conversation, mail: Conversation) -> bool:
    """Whether a visitor may read all that would stand in the talk: one for whom the site vouches sees its mails too."""
    visit = visits.of(session, chat)
    if visit is None or not visit.identity:
        return True
    return belonging.customers(session, mail.id) <= {visit.email.lower()}


def _hold(session: Session, first: int, second: int) -> tuple[Conversation, Conversation]:
    """Both as they are now, for nobody else to change until the transaction ends; always in one order."""
    rows = {}
    for number in sorted({first, second}):
        rows[number] = session.get_one(Conversation, number, with_for_update=True, populate_existing=True)
        session.expire(rows[number], ["running"])
    return rows[first], rows[second]


def _move(session: Session, table: Any, before: int, after: int, numbers: list[int] | None = None) -> list[int]:
    """Give rows to another conversation: all (of drafts and questions those that are open), or some as far as they are
    still there."""
    mine = select(table.id).where(table.conversation_id == before)
    if numbers is not None:
        mine = mine.where(table.id.in_(numbers))
    elif table is Draft:
        mine = mine.where(Draft.ended_at.is_(None))
    elif table is Question:
        mine = mine.where(Question.answered_at.is_(None))
    found = list(session.scalars(mine.order_by(table.id)))
    change = update(table).where(table.id.in_(found)).values(conversation_id=after)
    session.execute(change.execution_options(synchronize_session="fetch"))
    return found


def _take_over(
    session: Session, kept: Conversation, merged: Conversation, actor: Actor, at: datetime
) -> dict[str, Any]:
    """Tags, watchers and, where nobody has the kept one, whoever has the other; what that changed."""
    tags = [one for one in merged.tags if one not in kept.tags]
    watching = [one for one in merged.watchers if one not in kept.watchers]
    kept.tags += tags
    kept.watchers += watching
    given: list[Any] = []
    if kept.user_id is None and (merged.user_id is not None or (kept.team_id is None and merged.team_id is not None)):
        given = [kept.team_id, kept.user_id, merged.team_id or kept.team_id, merged.user_id]
        conversations.assign(session, kept, actor, team_id=given[2], user_id=given[3], why="joined", at=at)
        kept.claimed_at = merged.claimed_at
    there = select(HeldNotice.user_id).where(HeldNotice.conversation_id == kept.id)
    held = select(HeldNotice).where(HeldNotice.conversation_id == merged.id, HeldNotice.user_id.not_in(there))
    for one in session.scalars(held).all():
        one.conversation_id = kept.id
    return {"tags": [one.id for one in tags], "watchers": [one.id for one in watching], "given": given}


def _give_back(session: Session, kept: Conversation, moved: dict[str, Any], actor: Actor, at: datetime) -> None:
    kept.tags = [one for one in kept.tags if one.id not in moved["tags"]]
    kept.watchers = [one for one in kept.watchers if one.id not in moved["watchers"]]
    if moved["given"] and [kept.team_id, kept.user_id] == moved["given"][2:]:
        team_id, user_id, *_rest = moved["given"]
        conversations.assign(session, kept, actor, team_id=team_id, user_id=user_id, why="separated", at=at)


def _state(row: Conversation) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in _STATE}
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in told.items()}


def _as_it_was(session: Session, row: Conversation, state: dict[str, Any], at: datetime, *, whole: bool) -> bool:
    """Put a conversation back to how it was, of one that went on being used only what follows from its messages;
    whether its customer waited then or has asked since."""
    asked = _asked_since(session, row, at)
    if whole or row.status != CLOSED:
        for name in _STATE if whole else ("status", "closed_at", "certified"):
            value = state[name]
            is_moment = name.endswith(("_at", "_since", "_until")) and value is not None
            setattr(row, name, datetime.fromisoformat(value) if is_moment else value)
        if asked:
            row.status, row.closed_at = OPEN, None
    _recount(session, row)
    return asked or state["waiting_since"] is not None


def _settle(row: Conversation, waited: bool) -> None:
    """Whose turn it is, by the clock told anew. `waited`: the customer did, and may not now."""
    if row.running is not None:
        row.status, row.closed_at = OPEN, None
    elif waited and row.status == OPEN:
        row.status = PENDING


def _asked_since(session: Session, row: Conversation, at: datetime) -> bool:
    asked = select(Message.id).where(
        Message.conversation_id == row.id, Message.direction == INBOUND, Message.machine.is_(None),
        Message.stored_at > at,
    )  # fmt: skip
    return session.scalar(asked.limit(1)) is not None


def _recount(session: Session, row: Conversation) -> None:
    """What the list shows of its messages."""
    write_out(session)
    of = Message.conversation_id == row.id
    row.messages_count = session.scalar(select(func.count()).select_from(Message).where(of)) or 0
    latest = session.scalar(
        select(Message).where(of, Message.kind != NOTE).order_by(Message.at.desc(), Message.id.desc()).limit(1)
    )
    if latest is not None:
        row.last_at, row.snippet = latest.at, conversations.snippet(latest)
