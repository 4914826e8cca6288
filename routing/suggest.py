"""Where no rule fitted: whose a message might be, by the past messages most like it. It suggests and moves nothing.

The handler of `suggest` jobs. Past messages count where a hand sent them, else where a rule sent them that asks for
something. The worker makes their vectors as it goes, AT_ONCE newest ones with each turn, so that no job takes long.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.logging import get
from inbox import queue
from inbox.db import Database
from inbox.events import RULE, record
from inbox.models import Conversation, Decision, Message, Team, User, now
from inbox.models.conversation import SPAM
from inbox.models.job import BACKFILL
from routing import backtest, nearest, occasions, rules

KIND, LIMIT = "suggest", 20
AT_ONCE = 200
# So many of the most similar vote, each by how similar it is; the place that wins needs this share of the vote, and so
# many messages, which are then shown. The benchmark tests/benchmarks/suggestions.py tells what comes of it.
VOTERS, SHARE, SHOWN = 8, 0.6, 3
LEAST_COSINE = 0.45
log = get("suggest")


@dataclass(frozen=True, slots=True)
class Past:
    """Where a message of those days belongs: a team's short name or a person's address."""

    conversation_id: int
    place: str


def ask(session: Session, message: Message) -> None:
    """Look for a suggestion later, where that is possible here."""
    if nearest.available():
        queue.enqueue(session, KIND, message.id, f"{KIND}:{message.id}", priority=BACKFILL)


def work(database: Database, memory: nearest.Memory, jobs: Sequence[queue.Claim]) -> None:
    """Look for suggestions and keep them with the decisions."""
    numbers = [job.subject_id for job in jobs]
    try:
        found = look(database, memory, numbers) if nearest.available() else {}
    except Exception as error:
        log.warning("suggest_failed", messages=numbers, exc_info=error)
        with database.writing() as session:
            for job in jobs:
                queue.put_back(session, job, f"{type(error).__name__}: {error}")
        return
    with database.writing() as session:
        queue.acknowledge(session, *jobs)
        for number, suggestion in found.items():
            _keep(session, number, suggestion)


def look(database: Database, memory: nearest.Memory, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What the past suggests for messages, by number; without those for which it says nothing clear."""
    with database.reading() as session:
        known = past(session)
        fresh = _texts(session, memory.missing(known)[:AT_ONCE])
        asked = _texts(session, numbers)
        here: dict[int, int] = dict(session.execute(_conversations(numbers)).all())
    memory.keep(fresh, known)
    found = {}
    for number, text in asked.items():
        others = [one for one, seen in known.items() if seen.conversation_id != here[number]]
        suggestion = vote([(known[one], cosine) for one, cosine in memory.nearest(text, others, VOTERS)])
        if suggestion is not None:
            found[number] = suggestion
    return found


def vote(like: Sequence[tuple[Past, float]]) -> dict[str, Any] | None:
    """What the most similar messages speak for: {place, share, nearest: conversations}; None if they do not agree."""
    votes: dict[str, float] = {}
    voters: dict[str, list[int]] = {}
    for seen, cosine in like:
        if cosine >= LEAST_COSINE:
            votes[seen.place] = votes.get(seen.place, 0.0) + cosine
            voters.setdefault(seen.place, []).append(seen.conversation_id)
    if not votes:
        return None
    place, weight = max(votes.items(), key=lambda one: one[1])
    shown = list(dict.fromkeys(voters[place]))
    share = weight / sum(votes.values())
    if share < SHARE or len(shown) < SHOWN:
        return None
    return {"place": place, "share": round(share, 2), "nearest": shown[:SHOWN]}


def past(session: Session) -> dict[int, Past]:
    """The newest messages whose place is known, by number; at most nearest.MOST."""
    hands, last = backtest.by_hand(session), rules.load(session)[-1].slug
    query = (
        select(Decision.message_id, Decision.conversation_id, Decision.rule_slug, Decision.outcome)
        .join(Conversation, Conversation.id == Decision.conversation_id)
        .where(Decision.event == occasions.NEW, Decision.at >= now() - timedelta(days=backtest.DAYS))
        .where(Conversation.status != SPAM)
        .order_by(Decision.at.desc(), Decision.id.desc())
        .limit(3 * nearest.MOST)
    )
    found: dict[int, Past] = {}
    for number, conversation_id, slug, outcome in session.execute(query):
        hand = hands.get(conversation_id, ())
        place = hand[0] if hand else "" if slug == last else outcome.get("team") or outcome.get("person") or ""
        if place and len(found) < nearest.MOST:
            found[number] = Past(conversation_id, place)
    return found


def _keep(session: Session, number: int, suggestion: Mapping[str, Any]) -> None:
    """Store it, unless it names where the message is already, or nobody that is still here."""
    row = session.scalars(
        select(Decision).where(Decision.message_id == number, Decision.event == occasions.NEW)
    ).first()
    places = {
        *session.scalars(select(Team.slug)),
        *session.scalars(select(User.email).where(User.disabled_at.is_(None))),
    }
    if row is None or suggestion["place"] not in places:
        return
    if suggestion["place"] not in (row.outcome.get("team"), row.outcome.get("person")):
        row.suggested = dict(suggestion)
        record(session, "suggested", RULE, conversation_id=row.conversation_id, message_id=number)


def _texts(session: Session, numbers: Sequence[int]) -> dict[int, str]:
    query = select(Message.id, Message.subject, Message.reply, Message.text).where(Message.id.in_(numbers))
    return {number: nearest.text_of(subject, reply or text) for number, subject, reply, text in session.execute(query)}


def _conversations(numbers: Sequence[int]) -> Any:
    return select(Message.id, Message.conversation_id).where(Message.id.in_(numbers))
