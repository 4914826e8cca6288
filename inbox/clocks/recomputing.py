"""Telling all clocks again from what happened: what differs from what is stored, and putting it right, in batches.

How long something took by which hours is none of it: that changes only by a correction of the past
(inbox.clocks.corrections).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.clocks import history, rebuilding
from inbox.clocks.clockwork import Facts
from inbox.clocks.rebuilding import Pair
from inbox.db import Database, write_out
from inbox.events import SYSTEM, record
from inbox.models import Conversation, Exchange
from inbox.models.conversation import OPEN, SPAM

BATCH = 200
MISSING, SURPLUS, HOPS, WAITING = "missing", "surplus", "hops", "waiting_since"


@dataclass(frozen=True, slots=True)
class Found:
    """What differs in one conversation: names of fields, or MISSING, SURPLUS (an exchange), HOPS, WAITING."""

    conversation_id: int
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of some conversations."""

    looked_at: int
    found: Sequence[Found]


def numbers(session: Session, conversation_id: int | None = None, since: datetime | None = None) -> Sequence[int]:
    """Which conversations: one, those in which something came since a moment (UTC), or all."""
    query = select(Conversation.id).order_by(Conversation.id)
    if conversation_id is not None:
        query = query.where(Conversation.id == conversation_id)
    if since is not None:
        query = query.where(Conversation.last_at >= since)
    return session.scalars(query).all()


def recompute(database: Database, wanted: Sequence[int], *, check: bool) -> Iterator[Batch]:
    """Look at conversations, a batch at a time, and unless it is only a `check` put right what differs. Each batch is
    a transaction: whoever stops between two keeps what was done."""
    for place in range(0, len(wanted), BATCH):
        some = wanted[place : place + BATCH]
        with database.reading() as session:
            found = _look(session, some)
        if found and not check:
            with database.writing() as session:
                found = _put_right(session, [one.conversation_id for one in found])
        yield Batch(len(some), found)


def _look(session: Session, some: Sequence[int]) -> list[Found]:
    rows: dict[int, list[Exchange]] = {}
    for row in rebuilding.stored(session, some):
        rows.setdefault(row.conversation_id, []).append(row)
    waiting = {
        row.id: row.waiting_since
        for row in session.execute(select(Conversation.id, Conversation.waiting_since).where(Conversation.id.in_(some)))
    }
    told = []
    for number, facts in history.facts(session, some).items():
        what = _differences(rebuilding.compare(rows.get(number, []), facts), waiting[number])
        if what:
            told.append(Found(number, what))
    return told


def _put_right(session: Session, some: Sequence[int]) -> list[Found]:
    """Put right what still differs, now that nobody else changes it."""
    held = select(Conversation).where(Conversation.id.in_(some)).order_by(Conversation.id).with_for_update()
    rows = session.scalars(held.execution_options(populate_existing=True)).all()
    told = []
    all_facts: dict[int, Facts] = history.facts(session, some)
    for conversation in rows:
        pairs = rebuilding.compare(rebuilding.stored(session, [conversation.id]), all_facts[conversation.id])
        what = _differences(pairs, conversation.waiting_since)
        if not what:
            continue
        was_waiting = conversation.waiting_since is not None
        rebuilding.apply(session, conversation, pairs)
        if conversation.waiting_since is not None and not was_waiting and conversation.status != SPAM:
            conversation.status, conversation.closed_at = OPEN, None
        record(session, "clock_recomputed", SYSTEM, conversation_id=conversation.id, what=list(what))
        told.append(Found(conversation.id, what))
    write_out(session)
    return told


def _differences(pairs: Sequence[Pair], waiting_since: datetime | None) -> tuple[str, ...]:
    what: dict[str, None] = {}
    for pair in pairs:
        if pair.same:
            continue
        if pair.row is None or pair.run is None:
            what[MISSING if pair.row is None else SURPLUS] = None
        else:
            what |= dict.fromkeys(pair.fields or (HOPS,))
    since = next((one.run.asked.at for one in pairs if one.run is not None and one.run.end is None), None)
    if since != waiting_since:
        what[WAITING] = None
    return tuple(what)
