"""The clock of two conversations that became one, and of those that are two again.

Joined, what either customer's message opens any answer closes, in the order in which it all happened: the wait begins
at the earliest question. What only put an end to one side (closed, no answer needed) ends no wait of the other.
Separated, each side has its own exchanges back as they were, and what came since is told to them anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from inbox import forgotten
from inbox.clocks import exchanges
from inbox.clocks.measuring import measure
from inbox.db import new, write_out
from inbox.models import Conversation, Delivery, Event, Exchange, Hop, Message
from inbox.models.conversation import OPEN, PENDING
from inbox.models.delivery import SENT, UNCERTAIN
from inbox.models.exchange import ANSWERED, ANSWERS, BY_PHONE, NOT_NEEDED, THERE, UNANSWERED
from inbox.models.forgotten import REASONS
from inbox.models.message import INBOUND, MESSAGE

# What a person did about the customer; anything else only ends the wait where it was done.

_DEEDS = {"answered_by_phone": BY_PHONE, "answered_there": THERE, "no_answer_needed": NOT_NEEDED, "closed": UNANSWERED}
_EXCHANGE = ("opened_by", "opened_at", "fetched_at", "first", "closed_at", "closed_by", "outcome", "flagged", "team_id",
             "user_id", "channel_id", "kind", "wall_seconds", "working_seconds")  # fmt: skip
_HOP = ("holder", "team_id", "user_id", "began_at", "ended_at", "wall_seconds", "working_seconds")


@dataclass(frozen=True, slots=True)
class Act:
    """A question (`outcome` "") or an end, on one side (a conversation's number)."""

    at: datetime
    side: int
    message_id: int | None
    outcome: str = ""
    flagged: bool = False
    source: Exchange | None = None


def kept(session: Session, conversation_id: int) -> list[dict[str, Any]]:
    """A conversation's exchanges with their hops, to be written down."""
    return [
        {**_plain(one, _EXCHANGE), "hops": [_plain(hop, _HOP) for hop in one.hops]}
        for one in _exchanges(session, [conversation_id])
    ]


def acts(session: Session, sides: Sequence[int]) -> list[Act]:
    """All questions and ends of some conversations, in order."""
    sources = _exchanges(session, sides)
    found: list[Act] = []
    for one in sources:
        side = one.conversation_id
        found.append(Act(one.opened_at, side, one.opened_by, source=one))
        found += [
            Act(at, side, number, source=one)
            for number, at in session.execute(_questions(one))
            if number != one.opened_by
        ]
        if one.closed_at is not None:
            found.append(Act(one.closed_at, side, one.closed_by, one.outcome, one.flagged))
    ended = {one.closed_by for one in sources}
    for side in sides:
        answers = session.execute(_answers(side)).all()
        found += [
            Act(at, side, number, ANSWERED, state == UNCERTAIN) for number, at, state in answers if number not in ended
        ]
    # What was asked at the moment of an answer had been read.
    return sorted(found, key=lambda act: (act.at, bool(act.outcome)))


def join(session: Session, conversation: Conversation, acts: Sequence[Act], at: datetime) -> None:
    """Give a conversation the exchanges that follow from the acts of both sides; their own are removed."""
    sides = {act.side for act in acts}
    runs = list(_runs(acts))
    sources = _exchanges(session, sorted(sides))
    rows = [_row(session, conversation, *run) for run in runs]
    before = _sent_before(session, conversation.id, rows[0].opened_at) if rows else False
    for number, one in enumerate(rows):
        source = runs[number][0].source
        is_opening = source is not None and source.first and source.opened_by == one.opened_by
        one.first = number == 0 and is_opening and not before
    for one in sources:
        session.delete(one)
    session.flush()
    _put(session, conversation, rows)
    if conversation.running is not None:
        conversation.status, conversation.closed_at = OPEN, None
        exchanges.hand_over(conversation, at)
    else:
        forgotten.clear(session, conversation.id, *REASONS)
        conversation.status = PENDING if conversation.status == OPEN and rows else conversation.status


def restore(session: Session, conversation: Conversation, told: Iterable[dict[str, Any]]) -> None:
    """Give a conversation the exchanges that were written down, instead of those it has."""
    for one in _exchanges(session, [conversation.id]):
        session.delete(one)
    session.flush()
    rows = []
    for before in told:
        row = Exchange(conversation_id=conversation.id, **_filled(before, _EXCHANGE))
        row.hops = [Hop(**_filled(hop, _HOP)) for hop in before["hops"]]
        rows.append(row)
    _put(session, conversation, rows)


def replay(session: Session, conversation: Conversation, since: datetime) -> None:
    """Tell a conversation's clock what has happened in it since a moment: questions, answers, what was done by hand."""
    write_out(session)
    later = or_(Message.stored_at > since, exists().where(Delivery.message_id == Message.id, Delivery.sent_at > since))
    asked = select(Message).where(
        Message.conversation_id == conversation.id, Message.direction == INBOUND, Message.machine.is_(None), later
    )
    deeds = select(Event.at, Event.action).where(
        Event.conversation_id == conversation.id, Event.action.in_(_DEEDS), Event.at > since
    )
    found: list[tuple[datetime, int, Any]] = [(one.at, 0, one) for one in session.scalars(asked)]
    answers = session.execute(_answers(conversation.id).where(later)).all()
    found += [(at, 1, (ANSWERED, number, state == UNCERTAIN)) for number, at, state in answers]
    found += [(at, 1, (_DEEDS[action], None, False)) for at, action in session.execute(deeds)]
    for at, is_end, what in sorted(found, key=lambda one: one[:2]):
        if is_end:
            outcome, number, flagged = what
            exchanges.close(session, conversation, at, outcome, message_id=number, flagged=flagged)
        else:
            exchanges.open_for(session, conversation, what, what.stored_at)


def _runs(acts: Sequence[Act]) -> Iterable[tuple[Act, Act | None]]:
    """Questions and what ended the wait for them."""
    asked: Act | None = None
    waiting: set[int] = set()
    for act in acts:
        if not act.outcome:
            waiting.add(act.side)
            asked = asked or act
            continue
        waiting.discard(act.side)
        if asked is not None and (act.outcome in ANSWERS or not waiting):
            yield asked, act
            asked = None
            waiting.clear()
    if asked is not None:
        yield asked, None


def _row(session: Session, conversation: Conversation, asked: Act, end: Act | None) -> Exchange:
    """The exchange between two acts, its hops those of the one that the question was in."""
    source = asked.source
    assert source is not None
    row = Exchange(
        conversation_id=conversation.id, opened_by=asked.message_id, opened_at=asked.at,
        fetched_at=max(source.fetched_at, asked.at), channel_id=source.channel_id, kind=conversation.kind,
        team_id=conversation.team_id, user_id=conversation.user_id,
    )  # fmt: skip
    row.hops = [
        Hop(**{**_values(one, _HOP[:3]), "began_at": max(one.began_at, asked.at), "ended_at": one.ended_at})
        for one in source.hops
        if asked.at == source.opened_at or one.ended_at is None or one.ended_at > asked.at
    ]
    if not row.hops:
        holder = "person" if source.user_id else "team" if source.team_id else "triage"
        row.hops = [Hop(holder=holder, team_id=source.team_id, user_id=source.user_id, began_at=asked.at)]
    # Whoever had it when its own side ended has had it until now.
    row.hops[-1].ended_at = None
    if end is not None:
        row.closed_at, row.outcome, row.closed_by, row.flagged = end.at, end.outcome, end.message_id, end.flagged
        measure(session, row, end.at)
    return row


def _put(session: Session, conversation: Conversation, rows: Sequence[Exchange]) -> None:
    for one in rows:
        new(session, one)
    running = next((one for one in rows if one.closed_at is None), None)
    session.flush()
    set_committed_value(conversation, "running", running)
    conversation.waiting_since = running.opened_at if running is not None else None


def _exchanges(session: Session, sides: Sequence[int]) -> Sequence[Exchange]:
    query = select(Exchange).where(Exchange.conversation_id.in_(sides)).options(selectinload(Exchange.hops))
    return session.scalars(query.order_by(Exchange.opened_at, Exchange.id)).all()


def _questions(one: Exchange) -> Any:
    """What the customer wrote while an exchange ran."""
    query = select(Message.id, Message.at).where(
        Message.conversation_id == one.conversation_id, Message.direction == INBOUND, Message.machine.is_(None),
        Message.at >= one.opened_at,
    )  # fmt: skip
    return query if one.closed_at is None else query.where(Message.at <= one.closed_at)


def _answers(conversation_id: int) -> Any:
    """Our messages that have gone out, or were written elsewhere: number, moment, state of the delivery."""
    state = select(Delivery.state).where(Delivery.message_id == Message.id).order_by(Delivery.id.desc()).limit(1)
    latest = state.scalar_subquery()
    return select(Message.id, Message.at, latest).where(
        Message.conversation_id == conversation_id, Message.direction != INBOUND, Message.kind == MESSAGE,
        Message.machine.is_(None), or_(latest.is_(None), latest.in_((SENT, UNCERTAIN))),
    )  # fmt: skip


def _sent_before(session: Session, conversation_id: int, at: datetime) -> bool:
    sent = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.direction != INBOUND, Message.kind == MESSAGE,
        Message.at < at,
    )  # fmt: skip
    return session.scalar(sent.limit(1)) is not None


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _plain(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """A row's values as JSON has them."""
    told = _values(row, names)
    return {name: one.isoformat() if isinstance(one, datetime) else one for name, one in told.items()}


def _filled(told: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(told[name]) if name.endswith("_at") and told[name] else told[name]
        for name in names
    }  # fmt: skip
