"""Bringing a conversation's stored exchanges to what follows from its facts; what is so already is not touched."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from inbox.clocks import clockwork, history
from inbox.clocks.clockwork import Facts, Run, Span
from inbox.clocks.measuring import measure
from inbox.db import new, write_out
from inbox.models import Conversation, Exchange, Hop
from inbox.worktime.rota import Rota

_FIELDS = ("opened_by", "opened_at", "fetched_at", "first", "closed_at", "closed_by", "outcome", "flagged", "team_id",
           "user_id")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """An exchange as it is stored and as it follows from the facts; None: there is none."""

    row: Exchange | None
    run: Run | None

    @property
    def same(self) -> bool:
        """Whether nothing is to be done."""
        if self.row is None or self.run is None:
            return False
        is_measured = self.run.end is None or self.row.wall_seconds is not None
        return is_measured and not self.fields and clockwork.plain(_spans(self.row)) == clockwork.plain(self.run.spans)

    @property
    def fields(self) -> dict[str, tuple[Any, Any]]:
        """What differs: as it is stored, as it follows."""
        if self.row is None or self.run is None:
            return {}
        wanted = _values(self.run)
        return {
            name: (getattr(self.row, name), wanted[name]) for name in _FIELDS if getattr(self.row, name) != wanted[name]
        }


def rebuild(session: Session, conversation: Conversation, fetched: Mapping[int, datetime] | None = None) -> None:
    """Make a conversation's exchanges what follows from all that is known. `fetched`: when messages were fetched whose
    raw item is not done yet."""
    write_out(session)
    facts = history.facts(session, [conversation.id])[conversation.id]
    if fetched:
        asked = [
            replace(one, fetched_at=max(fetched.get(one.message_id, one.fetched_at), one.at)) for one in facts.questions
        ]
        facts = replace(facts, questions=asked)
    apply(session, conversation, compare(stored(session, [conversation.id]), facts))


def move(session: Session, before: Conversation, after: Conversation, asked: Collection[int] | None = None) -> None:
    """Give a conversation's exchanges to another, with what they were measured as: all, or those that some messages
    opened. Both are to be rebuilt then; one that runs follows from there."""
    for row in stored(session, [before.id]):
        if asked is not None and row.opened_by not in asked:
            continue
        if row.closed_at is None:
            session.delete(row)
            set_committed_value(before, "running", None)
        else:
            row.conversation_id, row.kind = after.id, after.kind
    session.flush()


def stored(session: Session, numbers: Sequence[int]) -> Sequence[Exchange]:
    """The exchanges of some conversations, with their hops."""
    query = select(Exchange).where(Exchange.conversation_id.in_(numbers)).options(selectinload(Exchange.hops))
    return session.scalars(query.order_by(Exchange.opened_at, Exchange.id)).all()


def compare(rows: Sequence[Exchange], facts: Facts) -> list[Pair]:
    """Each exchange that is stored with the one that follows from the facts: by what opened and closed it, else by
    what opened it, else by what closed it."""
    runs, left, pairs = clockwork.derive(facts), list(rows), []
    alone: list[Run] = runs
    for key in (_opened_and_closed, _opened, _closed):
        remaining = []
        for run in alone:
            row = next((one for one in left if key(one) == key(_Wanted(run)) is not None), None)
            if row is None:
                remaining.append(run)
            else:
                left.remove(row)
                pairs.append(Pair(row, run))
        alone = remaining
    return [*pairs, *(Pair(None, run) for run in alone), *(Pair(row, None) for row in left)]


def apply(session: Session, conversation: Conversation, pairs: Sequence[Pair], rota: Rota | None = None) -> None:
    """Store what follows; `waiting_since` likewise. What is the same already keeps its figures."""
    for pair in pairs:
        if pair.run is None and pair.row is not None:
            session.delete(pair.row)
    session.flush()
    running: Exchange | None = None
    # Only one may run at a time: what is over first.
    for pair in sorted(pairs, key=lambda one: one.run is None or one.run.end is None):
        if pair.run is not None:
            row = pair.row if pair.same and pair.row is not None else _written(session, conversation, pair, rota)
            running = row if pair.run.end is None else running
            session.flush()
    set_committed_value(conversation, "running", running)
    conversation.waiting_since = running.opened_at if running is not None else None


def _written(session: Session, conversation: Conversation, pair: Pair, rota: Rota | None) -> Exchange:
    row, run = pair.row, pair.run
    assert run is not None
    if row is None:
        row = Exchange(
            conversation_id=conversation.id, channel_id=conversation.channel_id, kind=conversation.kind, **_values(run)
        )
        new(session, row)
    times = (row.opened_at, row.closed_at)
    for name, value in _values(run).items():
        setattr(row, name, value)
    if clockwork.plain(_spans(row)) != clockwork.plain(run.spans):
        row.hops = [
            Hop(holder=one.holder, team_id=one.team_id, user_id=one.user_id, began_at=one.began_at,
                ended_at=one.ended_at)
            for one in run.spans
        ]  # fmt: skip
    working = row.working_seconds if times == (run.asked.at, run.closed_at) else None
    if run.closed_at is None:
        row.wall_seconds = row.working_seconds = None
    else:
        measure(session, row, run.closed_at, rota)
        # By which hours it was measured is not for this to change.
        row.working_seconds = row.working_seconds if working is None else working
    return row


def _values(run: Run) -> dict[str, Any]:
    end = run.end
    return {
        "opened_by": run.asked.message_id, "opened_at": run.asked.at, "fetched_at": run.asked.fetched_at,
        "first": run.first, "closed_at": run.closed_at, "closed_by": end.message_id if end else None,
        "outcome": end.outcome if end else "", "flagged": end.flagged if end else False, "team_id": run.team_id,
        "user_id": run.user_id,
    }  # fmt: skip


class _Wanted:
    """A run by the names of a stored exchange, to be found by them."""

    def __init__(self, run: Run) -> None:
        values = _values(run)
        self.opened_by, self.closed_by, self.outcome = values["opened_by"], values["closed_by"], values["outcome"]


def _opened_and_closed(one: Any) -> Any:
    return one.opened_by, one.closed_by, one.outcome


def _opened(one: Any) -> Any:
    return one.opened_by


def _closed(one: Any) -> Any:
    return one.closed_by


def _spans(row: Exchange) -> list[Span]:
    return [Span(one.holder, one.team_id, one.user_id, one.began_at, one.ended_at) for one in row.hops]
