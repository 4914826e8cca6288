"""The clocks of one conversation from what happened in it, purely: the same facts give the same times, in whatever
order they became known.

Each question waits for the first act that answers it; an exchange is the run of questions that wait for the same act.
`seq` is the order in which things became known to us: the number of the event that says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from inbox.models.exchange import ANSWERS, APPROVAL, DELIVERY, VOID

FETCH, TRIAGE, TEAM, PERSON = "fetch", "triage", "team", "person"
# An answer to which no end of knowledge is set: its writer had all before them that the mailbox held.
ALL = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a customer wrote, when the provider received it, and when it was here.

    `side`: in which of the conversations that were joined into this one; 0: in this one itself.
    """

    message_id: int
    at: datetime
    fetched_at: datetime
    seq: int
    side: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """An act that ends the wait for questions not later than `written_at` that were known at `seen` (ALL: for all), of
    `only` these messages (ALL: of all): what put an end to one of two conversations before they were joined.

    `at`: when it counts; an answer that was sent once more after failing counts from then. `seq`: when it took effect.
    `gone_at`: when an answer from here had gone out, as far as is known.
    """

    at: datetime
    written_at: datetime
    outcome: str
    seq: int
    seen: int | None = ALL
    message_id: int | None = None
    flagged: bool = False
    only: frozenset[int] | None = ALL
    side: int = 0
    gone_at: datetime | None = None

    def ends(self, asked: Question) -> bool:
        """Whether a question waits no longer after it."""
        if self.seen is not None and asked.seq > self.seen:
            return False
        if self.only is not None and asked.message_id not in self.only:
            return False
        # What has no order by the clock has that in which it became known.
        return asked.at < self.written_at or (asked.at == self.written_at and asked.seq < self.seq)


@dataclass(frozen=True, slots=True)
class Believed:
    """A time, from one number to another, in which an answer that failed was taken for sent."""

    answer: End
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Change:
    """The conversation came into other hands, or (`approver`) an answer waits for a word from now on."""

    at: datetime
    seq: int
    team_id: int | None = None
    user_id: int | None = None
    approver: int | None = None
    word: bool = False


@dataclass(frozen=True, slots=True)
class Hands:
    """In whose hands a conversation was: until the first change (team, person), and since."""

    before: tuple[int | None, int | None] = (None, None)
    changes: Sequence[Change] = ()

    def at(self, seq: int | None) -> tuple[int | None, int | None]:
        """Team and person when a number was the newest; None: now."""
        held = self.before
        for one in sorted(self.changes, key=lambda change: change.seq):
            if seq is not None and one.seq > seq:
                break
            if one.approver is None and not one.word:
                held = one.team_id, one.user_id
        return held


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the clocks of a conversation follow from. `sent`: when each message of ours was written, whatever
    became of it. `hands`: by side in whose hands what was asked there was."""

    questions: Sequence[Question] = ()
    ends: Sequence[End] = ()
    believed: Sequence[Believed] = ()
    sent: Sequence[datetime] = ()
    hands: Mapping[int, Hands] = field(default_factory=lambda: {0: Hands()})


@dataclass(frozen=True, slots=True)
class Span:
    """A part of an exchange: who had it, from when, until when (None: still); or the delivery that came after it."""

    holder: str
    team_id: int | None
    user_id: int | None
    began_at: datetime
    ended_at: datetime | None


@dataclass(slots=True)
class Run:
    """An exchange as it follows from the facts; `end` None: the customer waits."""

    asked: Question
    end: End | None
    first: bool = False
    team_id: int | None = None
    user_id: int | None = None
    spans: list[Span] = field(default_factory=list)

    @property
    def closed_at(self) -> datetime | None:
        """When the wait ended."""
        return None if self.end is None else self.end.at


def derive(facts: Facts) -> list[Run]:
    """The exchanges of a conversation with their hops, in the order in which they opened."""
    runs: dict[End | None, Run] = {}
    for asked in sorted(facts.questions, key=lambda one: (one.at, one.seq)):
        end = _first_end(facts, asked)
        if end not in runs:
            runs[end] = Run(asked, end)
    found = sorted(runs.values(), key=lambda run: (run.asked.at, run.asked.seq))
    earliest = min(facts.sent, default=None)
    counted = [run for run in found if run.end is None or run.end.outcome != VOID]
    for number, run in enumerate(found):
        began_by_us = earliest is not None and earliest < run.asked.at
        run.first = not began_by_us and (number == 0 or bool(counted and run is counted[0]))
        run.team_id, run.user_id = _holder(facts, run)
        run.spans = list(_spans(facts.hands[run.asked.side], run))
    return found


def _first_end(facts: Facts, asked: Question) -> End | None:
    """The first act that ended the wait for a question; of several at one moment an answer."""
    return min(
        (end for end in facts.ends if end.ends(asked) and not _was_over(facts, asked, end)),
        key=lambda end: (end.at, end.outcome not in ANSWERS, end.seq),
        default=None,
    )


def _was_over(facts: Facts, asked: Question, end: End) -> bool:
    """Whether whoever closed it took the question for answered, by an answer that has turned out not to have arrived:
    then they did not end its wait."""
    if end.outcome in ANSWERS:
        return False
    return any(one.since < end.seq < one.until and one.answer.ends(asked) for one in facts.believed)


def _holder(facts: Facts, run: Run) -> tuple[int | None, int | None]:
    """In whose hands it was when it was known to be over, or is."""
    if run.end is None:
        return facts.hands[0].at(None)
    return facts.hands[run.end.side].at(max(run.end.seq, run.asked.seq))


def _spans(hands: Hands, run: Run) -> Iterator[Span]:
    """Who had it from when to when: we until it was fetched, then whoever held the conversation, or had the word; then
    how long its answer took to go out."""
    opened, ended = run.asked.at, run.closed_at
    fetched = run.asked.fetched_at if ended is None else min(run.asked.fetched_at, ended)
    yield Span(FETCH, None, None, opened, fetched)
    marks: list[tuple[datetime, Span]] = []
    team_id, user_id, approver = *hands.before, None
    at = fetched
    # In the order in which they were made, also where the clock was put back between two.
    for one in (None, *sorted(hands.changes, key=lambda change: change.seq)):
        if one is not None and one.word:
            if approver is None:
                continue
            approver = None
        elif one is not None and one.approver is not None:
            approver = one.approver
        elif one is not None:
            team_id, user_id, approver = one.team_id, one.user_id, None
        holder = APPROVAL if approver else PERSON if user_id else TEAM if team_id else TRIAGE
        at = at if one is None else max(one.at, at)
        marks.append((at if ended is None else min(at, ended), Span(holder, team_id, approver or user_id, at, None)))
    marks.append((ended or marks[-1][0], marks[-1][1]))
    for (at, span), (until, _) in pairwise(marks):
        if at < until:
            yield Span(span.holder, span.team_id, span.user_id, at, until)
    if ended is None:
        at, span = marks[-1]
        yield Span(span.holder, span.team_id, span.user_id, at, None)
    elif run.end is not None and run.end.gone_at is not None and run.end.gone_at > ended:
        yield Span(DELIVERY, None, None, ended, run.end.gone_at)


def plain(spans: Iterable[Span]) -> list[Span]:
    """Spans without those of no length, and with those that follow each other in the same hands as one: what two
    accounts of the same time have in common."""
    found: list[Span] = []
    for one in sorted(spans, key=lambda span: (span.began_at, span.ended_at is None)):
        last = found[-1] if found else None
        if one.ended_at == one.began_at:
            continue
        same = last is not None and (last.holder, last.team_id, last.user_id) == (one.holder, one.team_id, one.user_id)
        if last is not None and same and last.ended_at == one.began_at:
            found[-1] = Span(last.holder, last.team_id, last.user_id, last.began_at, one.ended_at)
        else:
            found.append(one)
    return found
