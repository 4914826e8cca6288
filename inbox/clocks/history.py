"""What the clocks follow from, as stored: messages, deliveries and events of conversations, many at a time."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from inbox.clocks.clockwork import ALL, Believed, Change, End, Facts, Question
from inbox.models import Conversation, ConversationMerge, Delivery, Event, Intake, Message
from inbox.models.delivery import ANSWER, FAILED, SENT, UNCERTAIN
from inbox.models.exchange import ANSWERED, ANSWERS, BY_PHONE, NOT_NEEDED, THERE, UNANSWERED, VOID
from inbox.models.message import INBOUND, MESSAGE

# Taken in by an import longer than this after it was received, nobody waits for an answer to it.
OLD = timedelta(hours=1)
DEEDS = {"answered_by_phone": BY_PHONE, "answered_there": THERE, "no_answer_needed": NOT_NEEDED,
         "closed": UNANSWERED, "marked_spam": VOID}  # fmt: skip
_NO_SPAM = ("reopened", "closed", "no_answer_needed")
_HANDS = ("assigned", "claimed", "approval_asked", "approval_given", "approval_refused")
_ACTIONS = (
    "received", "answered", "answered_elsewhere", "answer_sent", "answer_uncertain", "answer_failed",
    "answer_requeued", *DEEDS, *_HANDS, "reopened",
)  # fmt: skip
_Told = Row[tuple[int, datetime, int, str, int | None, int | None, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Joined:
    """Another conversation whose messages stand here since an event; its own events stay with it."""

    number: int
    seq: int
    messages: frozenset[int]


@dataclass(slots=True)
class _Rows:
    """What is stored of one conversation."""

    team_id: int | None
    user_id: int | None
    messages: list[Any] = field(default_factory=list)
    deliveries: dict[int, str] = field(default_factory=dict)
    told: list[_Told] = field(default_factory=list)
    fetched: dict[int, tuple[datetime, datetime, bool]] = field(default_factory=dict)
    joined: list[_Joined] = field(default_factory=list)


def facts(session: Session, numbers: Collection[int]) -> dict[int, Facts]:
    """The facts of some conversations, by number; all that waits in the session has been written out."""
    return {number: _facts(rows) for number, rows in _read(session, numbers).items()}


def _read(session: Session, numbers: Collection[int]) -> dict[int, _Rows]:
    held = select(Conversation.id, Conversation.team_id, Conversation.user_id).where(Conversation.id.in_(numbers))
    found = {row.id: _Rows(row.team_id, row.user_id) for row in session.execute(held)}
    parts = (Message.conversation_id, Message.id, Message.at, Message.stored_at, Message.direction, Message.kind,
             Message.machine, Message.bounce, Message.external_id, Message.alias)  # fmt: skip
    for row in session.execute(select(*parts).where(Message.conversation_id.in_(numbers))):
        found[row.conversation_id].messages.append(row)
    sent = select(Delivery.conversation_id, Delivery.message_id, Delivery.state, Delivery.purpose)
    for row in session.execute(sent.where(Delivery.conversation_id.in_(numbers)).order_by(Delivery.id)):
        if row.message_id is not None:
            states = found[row.conversation_id].deliveries
            states[row.message_id] = row.state if row.purpose == ANSWER else states.get(row.message_id, "")
    owners = _join(session, found)
    events = select(
        Event.id, Event.at, Event.conversation_id, Event.action, Event.message_id, Event.user_id, Event.data
    )
    for told in session.execute(
        events.where(Event.conversation_id.in_([*numbers, *owners]), Event.action.in_(_ACTIONS)).order_by(Event.id)
    ):
        owner = owners.get(told.conversation_id)
        # In whose hands the other one was is no matter of this one.
        if owner is None or told.action not in (*_HANDS, "reopened", "marked_spam"):
            found[owner or told.conversation_id].told.append(told)
    taken = select(Message.conversation_id, Intake.message_id, Intake.fetched_at, Intake.received_at, Intake.quiet)
    taken = taken.join(Message, Message.id == Intake.message_id).where(Message.conversation_id.in_(numbers))
    for row in session.execute(taken.where(Intake.outcome.in_(("message", ""))).order_by(Intake.id.desc())):
        found[row.conversation_id].fetched[row.message_id] = row.fetched_at, row.received_at, row.quiet
    return found


def _join(session: Session, found: dict[int, _Rows]) -> dict[int, int]:
    """Note what was joined with these conversations; the number of each that has it now, by the emptied one's."""
    owners: dict[int, int] = {}
    into = {number: number for number in found}
    while into:
        query = select(ConversationMerge).where(
            ConversationMerge.kept_id.in_(into), ConversationMerge.undone_at.is_(None)
        )
        merges = [(one, into[one.kept_id]) for one in session.scalars(query)]
        into = {one.merged_id: owner for one, owner in merges}
        owners |= into
        told = select(Event.conversation_id, func.max(Event.id)).where(
            Event.conversation_id.in_(into), Event.action == "conversations_joined"
        )
        seqs = dict(session.execute(told.group_by(Event.conversation_id)).all()) if into else {}
        for one, owner in merges:
            moved = frozenset(one.moved.get("messages", ()))
            found[owner].joined.append(_Joined(one.merged_id, seqs.get(one.merged_id, 0), moved))
    return owners


def _side(rows: _Rows, deed: _Told) -> frozenset[int] | None:
    """The messages that an act concerned which was no answer: those of its own conversation, as it was then."""
    if DEEDS[deed.action] in ANSWERS:
        return None
    for one in rows.joined:
        if one.number == deed.conversation_id:
            return one.messages
    others = [one.messages for one in rows.joined if deed.id < one.seq]
    return frozenset({one.id for one in rows.messages}.difference(*others)) if others else None


def _facts(rows: _Rows) -> Facts:
    spam = list(_spam(rows.told))
    failed = _failures(rows, spam)
    ends, believed = _ends(rows, failed)
    changes = list(_changes(rows))
    return Facts(
        questions=list(_questions(rows, spam)), ends=ends, believed=believed, changes=changes,
        sent=[one.at for one in rows.messages if _is_ours(one)], before=_before(rows),
    )  # fmt: skip


def _is_ours(message: Any) -> bool:
    return message.direction != INBOUND and message.kind == MESSAGE and message.machine is None


def _spam(told: Sequence[_Told]) -> Iterator[tuple[int, int]]:
    """From which number to which the conversation was marked as spam."""
    since: int | None = None
    for one in told:
        if one.action == "marked_spam":
            since = since or one.id
        elif one.action in _NO_SPAM and since is not None:
            yield since, one.id
            since = None
    if since is not None:
        yield since, 1 << 62


def _within(seq: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(since < seq < until for since, until in spans)


def _questions(rows: _Rows, spam: Sequence[tuple[int, int]]) -> Iterator[Question]:
    """What customers wrote that runs a clock; what a person let in again as genuine asks anew."""
    known = {one.message_id: one for one in rows.told if one.action == "received"}
    again = {one.message_id: one.id for one in rows.told if one.action == "reopened" and one.message_id}
    for one in rows.messages:
        if one.direction != INBOUND or one.machine is not None:
            continue
        told = known.get(one.id)
        seq = told.id if told is not None else _known_by(rows, one.stored_at)
        fetched_at, received_at, quiet = rows.fetched.get(one.id, (one.stored_at, one.stored_at, False))
        is_old = quiet and one.stored_at - received_at > OLD
        if not is_old and not _within(seq, spam):
            yield Question(one.id, one.at, max(fetched_at, one.at), seq)
        if one.id in again:
            yield Question(one.id, one.at, max(one.stored_at, one.at), again[one.id])


def _failures(rows: _Rows, spam: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    """When (by number) an answer was told to have failed; of a conversation that was spam it changed nothing."""
    found: dict[int, list[int]] = {}
    for one in rows.told:
        if one.action == "answer_failed" and one.message_id is not None and not _within(one.id, spam):
            found.setdefault(one.message_id, []).append(one.id)
    received = {one.message_id: one.id for one in rows.told if one.action == "received"}
    names = {name: one.id for one in rows.messages if _is_ours(one) for name in (one.external_id, one.alias) if name}
    for one in rows.messages:
        number = names.get(one.bounce["original_id"]) if one.bounce and one.bounce.get("final") else None
        # Of what was written elsewhere the report alone tells.
        if number is not None and number not in rows.deliveries and not _within(received.get(one.id, 0), spam):
            found.setdefault(number, []).append(received.get(one.id, 0))
    return {number: sorted(seqs) for number, seqs in found.items()}


def _ends(rows: _Rows, failed: dict[int, list[int]]) -> tuple[list[End], list[Believed]]:
    """The acts that ended a wait, and the answers that did so for a time."""
    ends: list[End] = []
    believed: list[Believed] = []
    by_message: dict[int, list[_Told]] = {}
    there: set[int | None] = set()
    for one in rows.told:
        if one.action in DEEDS:
            number = one.message_id if one.action == "answered_there" else None
            # Whoever answers at the service itself has before them what was written there, also what is not here yet.
            seen = ALL if one.action == "answered_there" else one.id
            ends.append(End(one.at, one.at, DEEDS[one.action], one.id, seen, number, only=_side(rows, one)))
            there |= {number}
        elif one.message_id is not None:
            by_message.setdefault(one.message_id, []).append(one)
    for message in rows.messages:
        if not _is_ours(message) or message.id in there or rows.deliveries.get(message.id, SENT) == "":
            continue
        told = by_message.get(message.id, [])
        known = _known_by(rows, message.stored_at) if not told else 0
        end, took = _answer(message, told, rows.deliveries.get(message.id), known)
        lapses = failed.get(message.id, [])
        for since in took:
            place = bisect_left(lapses, since)
            if place < len(lapses):
                believed.append(Believed(end, since, lapses[place]))
        if _stands(rows.deliveries.get(message.id), bool(took), lapses):
            ends.append(end)
    return ends, believed


def _known_by(rows: _Rows, at: datetime) -> int:
    """The number of the last event up to a moment: for a message of which no event tells."""
    return max((one.id for one in rows.told if one.at <= at), default=0)


def _answer(message: Any, told: Sequence[_Told], state: str | None, known: int) -> tuple[End, list[int]]:
    """An answer as an act, and when (by number) it was taken for sent; `known`: where no event tells."""
    again = [one for one in told if one.action == "answer_requeued"]
    at = again[-1].at if again and again[-1].data.get("after") == FAILED else message.at
    if state is None:
        took = [one.id for one in told if one.action == "answered_elsewhere"]
        return End(message.at, message.at, ANSWERED, took[-1] if took else known, message_id=message.id), took
    took = [one.id for one in told if one.action in ("answer_sent", "answer_uncertain")]
    written = next((one.id for one in told if one.action == "answered"), took[0] if took else known)
    end = End(
        max(at, message.at), message.at, ANSWERED, took[-1] if took else written, written, message.id,
        state == UNCERTAIN,
    )  # fmt: skip
    return end, took


def _stands(state: str | None, took: bool, lapses: Sequence[int]) -> bool:
    """Whether an answer counts: it has gone out, or was written elsewhere, and nothing that counts says it failed."""
    return not lapses if state in (None, FAILED) and (took or state is None) else state in (SENT, UNCERTAIN)


def _changes(rows: _Rows) -> Iterator[Change]:
    team_id = _before(rows)[0]
    for one in rows.told:
        if one.action == "assigned":
            team_id = one.data.get("team_id")
            yield Change(one.at, one.id, team_id, one.data.get("user_id"))
        elif one.action == "claimed":
            yield Change(one.at, one.id, team_id, one.user_id)
        elif one.action == "approval_asked" and one.data.get("user_id"):
            yield Change(one.at, one.id, approver=one.data["user_id"])
        elif one.action in ("approval_given", "approval_refused"):
            yield Change(one.at, one.id, word=True)


def _before(rows: _Rows) -> tuple[int | None, int | None]:
    """In whose hands it was at first: what the first change says that it took it from."""
    given = [one for one in rows.told if one.action in ("assigned", "claimed")]
    if not given:
        return rows.team_id, rows.user_id
    first = given[0].data
    teams = [one.data.get("from_team_id") for one in given if one.action == "assigned"]
    return (teams[0] if teams else rows.team_id), first.get("from_user_id")
