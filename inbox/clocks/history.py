"""What the clocks follow from, made of what is stored."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from inbox.clocks import reading
from inbox.clocks.clockwork import ALL, Believed, Change, End, Facts, Hands, Question
from inbox.clocks.reading import DEEDS, Rows, Told
from inbox.models.delivery import FAILED, SENT, UNCERTAIN
from inbox.models.exchange import ANSWERED, ANSWERS
from inbox.models.message import INBOUND, MESSAGE

# Taken in by an import longer than this after it was received, nobody waits for an answer to it.
OLD = timedelta(hours=1)
# What tells that an answer has gone out, and whose word says nothing of when.
GONE, BY_A_PERSON = ("answer_sent", "answer_uncertain"), "person"
_NO_SPAM = ("reopened", "closed", "no_answer_needed")
# By side from which number to which it was marked as spam.
_Spam = Mapping[int, Sequence[tuple[int, int]]]


def facts(session: Session, numbers: Collection[int]) -> dict[int, Facts]:
    """The facts of some conversations, by number; all that waits in the session has been written out."""
    return {number: _facts(rows) for number, rows in reading.read(session, numbers).items()}


def _facts(rows: Rows) -> Facts:
    spam = {side: list(_spam([one for one in rows.told if rows.side(one) == side])) for side in (0, *rows.sides)}
    failed = _failures(rows, spam)
    ends, believed = _ends(rows, failed)
    return Facts(
        questions=list(_questions(rows, spam)), ends=ends, believed=believed,
        sent=[one.at for one in rows.messages if _is_ours(one)],
        hands={side: _hands(rows, side) for side in (0, *rows.sides)},
    )  # fmt: skip


def _concerned(rows: Rows, deed: Told) -> frozenset[int] | None:
    """The messages that an act concerned which was no answer: those of its own conversation, as it was then."""
    if not rows.sides or DEEDS[deed.action] in ANSWERS:
        return None
    side = rows.sides.get(deed.conversation_id)
    there = side.messages if side is not None else frozenset(one.id for one in rows.messages)
    later = [one.messages for one in rows.sides.values() if one.seq > deed.id and one is not side]
    return there.difference(*(some for some in later if some <= there))


def _is_ours(message: Any) -> bool:
    return message.direction != INBOUND and message.kind == MESSAGE and message.machine is None


def _spam(told: Sequence[Told]) -> Iterator[tuple[int, int]]:
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


def _questions(rows: Rows, spam: _Spam) -> Iterator[Question]:
    """What customers wrote that runs a clock; what a person let in again as genuine asks anew."""
    known = {one.message_id: one for one in rows.told if one.action == "received"}
    again = {one.message_id: one.id for one in rows.told if one.action == "reopened" and one.message_id}
    for one in rows.messages:
        if one.direction != INBOUND or one.machine is not None:
            continue
        told = known.get(one.id)
        seq = told.id if told is not None else _known_by(rows, one.stored_at)
        fetched_at, received_at, quiet = rows.fetched.get(one.id, (one.stored_at, one.stored_at, False))
        is_old, side = quiet and one.stored_at - received_at > OLD, rows.origin.get(one.id, 0)
        if not is_old and not _within(seq, spam[side]):
            yield Question(one.id, one.at, max(fetched_at, one.at), seq, side)
        if one.id in again:
            yield Question(one.id, one.at, max(one.stored_at, one.at), again[one.id], side)


def _failures(rows: Rows, spam: _Spam) -> dict[int, list[int]]:
    """When (by number) an answer was told to have failed; of a conversation that was spam it changed nothing."""
    found: dict[int, list[int]] = {}
    for one in rows.told:
        if one.action == "answer_failed" and one.message_id is not None and not _within(one.id, spam[rows.side(one)]):
            found.setdefault(one.message_id, []).append(one.id)
    received = {one.message_id: one.id for one in rows.told if one.action == "received"}
    names = {name: one.id for one in rows.messages if _is_ours(one) for name in (one.external_id, one.alias) if name}
    for one in rows.messages:
        number = names.get(one.bounce["original_id"]) if one.bounce and one.bounce.get("final") else None
        seq, side = received.get(one.id, 0), rows.origin.get(one.id, 0)
        # Of what was written elsewhere the report alone tells.
        if number is not None and number not in rows.deliveries and not _within(seq, spam[side]):
            found.setdefault(number, []).append(seq)
    return {number: sorted(seqs) for number, seqs in found.items()}


def _ends(rows: Rows, failed: dict[int, list[int]]) -> tuple[list[End], list[Believed]]:
    """The acts that ended a wait, and the answers that did so for a time."""
    ends: list[End] = []
    believed: list[Believed] = []
    by_message: dict[int, list[Told]] = {}
    there: set[int | None] = set()
    for one in rows.told:
        if one.action in DEEDS:
            number = one.message_id if one.action == "answered_there" else None
            # Whoever answers at the service itself has before them what was written there, also what is not here yet.
            seen = ALL if one.action == "answered_there" else one.id
            ends.append(
                End(
                    one.at,
                    one.at,
                    DEEDS[one.action],
                    one.id,
                    seen,
                    number,
                    only=_concerned(rows, one),
                    side=rows.side(one),
                )
            )
            there |= {number}
        elif one.message_id is not None:
            by_message.setdefault(one.message_id, []).append(one)
    for message in rows.messages:
        if not _is_ours(message) or message.id in there or rows.deliveries.get(message.id, SENT) == "":
            continue
        told = by_message.get(message.id, [])
        known = _known_by(rows, message.stored_at) if not told else 0
        end, took = _answer(message, told, rows.deliveries.get(message.id), known)
        end = replace(end, side=rows.side(told[0]) if told else rows.origin.get(message.id, 0))
        lapses = failed.get(message.id, [])
        for since in took:
            place = bisect_left(lapses, since)
            if place < len(lapses):
                believed.append(Believed(end, since, lapses[place]))
        if _stands(rows.deliveries.get(message.id), bool(took), lapses):
            ends.append(end)
    return ends, believed


def _known_by(rows: Rows, at: datetime) -> int:
    """The number of the last event up to a moment: for a message of which no event tells."""
    return max((one.id for one in rows.told if one.at <= at), default=0)


def _answer(message: Any, told: Sequence[Told], state: str | None, known: int) -> tuple[End, list[int]]:
    """An answer as an act, and when (by number) it was taken for sent; `known`: where no event tells."""
    again = [one for one in told if one.action == "answer_requeued"]
    anew = again[-1] if again and again[-1].data.get("after") == FAILED else None
    at = anew.at if anew is not None else message.at
    if state is None:
        took = [one.id for one in told if one.action == "answered_elsewhere"]
        return End(message.at, message.at, ANSWERED, took[-1] if took else known, message_id=message.id), took
    took = [one.id for one in told if one.action in ("answer_sent", "answer_uncertain")]
    written = next((one.id for one in told if one.action == "answered"), took[0] if took else known)
    end = End(
        max(at, message.at), message.at, ANSWERED, took[-1] if took else written, written, message.id,
        state == UNCERTAIN, gone_at=gone_out(told, anew),
    )  # fmt: skip
    return end, took


def gone_out(told: Iterable[Any], anew: Any) -> datetime | None:
    """When an answer had gone out, by the events that tell of it: sent, or handed over and never confirmed; None where
    only a person says so. `anew`: that it was sent once more after it had failed."""
    return min(
        (one.at for one in told
         if one.action in GONE and one.data.get("evidence") != BY_A_PERSON and (anew is None or one.id > anew.id)),
        default=None,
    )  # fmt: skip


def _stands(state: str | None, took: bool, lapses: Sequence[int]) -> bool:
    """Whether an answer counts: it has gone out, or was written elsewhere, and nothing that counts says it failed."""
    return not lapses if state in (None, FAILED) and (took or state is None) else state in (SENT, UNCERTAIN)


def _hands(rows: Rows, number: int) -> Hands:
    """In whose hands a side was until it was joined, and then what it was joined into."""
    side = rows.sides.get(number)
    before, told = _before(rows, number), [one for one in rows.told if rows.side(one) == number]
    changes = list(_changes(before[0], told))
    if side is None or side.at is None:
        return Hands(before, changes)
    into = _hands(rows, side.into if side.into in rows.sides else 0)
    joined = Change(side.at, side.seq, *into.at(side.seq))
    since = [one for one in into.changes if one.seq > side.seq]
    return Hands(before, [*(one for one in changes if one.seq < side.seq), joined, *since])


def _changes(team_id: int | None, told: Sequence[Told]) -> Iterator[Change]:
    for one in told:
        if one.action == "assigned":
            team_id = one.data.get("team_id")
            yield Change(one.at, one.id, team_id, one.data.get("user_id"))
        elif one.action == "claimed":
            yield Change(one.at, one.id, team_id, one.user_id)
        elif one.action == "approval_asked" and one.data.get("user_id"):
            yield Change(one.at, one.id, approver=one.data["user_id"])
        elif one.action in ("approval_given", "approval_refused"):
            yield Change(one.at, one.id, word=True)


def _before(rows: Rows, number: int) -> tuple[int | None, int | None]:
    """In whose hands a side was at first: what the first change says that it took it from."""
    given = [one for one in rows.told if one.action in ("assigned", "claimed") and rows.side(one) == number]
    if not given:
        last = rows.sides.get(number, rows)
        return last.team_id, last.user_id
    teams = [one.data.get("from_team_id") for one in given if one.action == "assigned"]
    return (teams[0] if teams else rows.sides.get(number, rows).team_id), given[0].data.get("from_user_id")
