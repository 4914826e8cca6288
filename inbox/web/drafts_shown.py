"""What stands between the talk and the answer: facts, answers that wait for a word, questions to the reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from inbox import access, approvals, drafts, replies
from inbox.models import Conversation, Draft, Event, Message, User, now
from inbox.models.draft import LEAVING, WRITING
from inbox.models.message import OUTBOUND
from routing import asking


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that waits: for whose word, whether the reader may give it, and who has answered meanwhile."""

    draft: Draft
    names: str
    is_mine: bool
    faster: str


def drafts_data(session: Session, found: Conversation, typed: Mapping[str, Any]) -> dict[str, Any]:
    """All of it; `typed`: what was in the answer's form (`sources`: the drafts that it is made of)."""
    may_change = access.may(g.user, access.CHANGE, found)
    chosen = [session.get(Draft, int(number)) for number in typed.get("sources", ())]
    sources = [one for one in chosen if one is not None and drafts.usable(one, found.id, g.user)]
    data: dict[str, Any] = {
        "facts": list(drafts.with_manager(session, found.id)),
        "waiting": [_waiting(session, one) for one in approvals.waiting(session, found.id)],
        "given_back": _given_back(session, found),
        "asked": asking.open_to(session, found.id, g.user.id) if may_change else [],
        "could_be_asked": asking.could_be_asked(session, found, g.user.id) if may_change else [],
        "sources": sources,
        "word_of": approvals.needed(session, found, g.user),
        "seen": session.scalar(select(func.max(Message.id)).where(Message.conversation_id == found.id)) or 0,
    }
    # Rendering happens after the session is closed.
    _loaded = [[one.user, one.question and one.question.by] for one in (*data["facts"], *sources)]
    _others = [one.by for one in data["asked"]]
    return data


def _waiting(session: Session, draft: Draft) -> Waiting:
    people = approvals.askable(session, drafts.conversation_of(draft))
    names = ", ".join(one.name for one in people if one.id != g.user.id)
    _loaded = draft.user
    other = replies.of_another(session, drafts.conversation_of(draft), draft.user_id, Message.at >= draft.changed_at)
    faster = (other.user.name if other.user else other.from_name) if other is not None else ""
    return Waiting(draft, names, approvals.may_send(session, draft, g.user, now()), faster)


def _given_back(session: Session, found: Conversation) -> tuple[Draft, User | None, str] | None:
    """The reader's last answer, where it was given back and nothing has come of it yet; by whom, and why."""
    mine = (Draft.conversation_id == found.id, Draft.user_id == g.user.id, Draft.state.not_in((WRITING, LEAVING)))
    newest = session.scalar(select(Draft).where(*mine).order_by(Draft.id.desc()).limit(1))
    if newest is None or newest.outcome != drafts.REFUSED or newest.ended_at is None:
        return None
    later = select(Message.id).where(
        Message.conversation_id == found.id, Message.direction == OUTBOUND, Message.at >= newest.ended_at,
        Message.user_id == g.user.id,
    )  # fmt: skip
    if session.scalar(later.limit(1)) is not None:
        return None
    refusals: Sequence[Event] = session.scalars(
        select(Event).where(Event.conversation_id == found.id, Event.action == approvals.REFUSED)
        .options(joinedload(Event.user))
    ).all()  # fmt: skip
    event = next((one for one in refusals if one.data.get("draft_id") == newest.id), None)
    return newest, event.user if event else None, event.data.get("note", "") if event else ""
