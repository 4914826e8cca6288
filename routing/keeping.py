"""What rules saw of a message is kept with it, so that other rules can be tried on it later."""

import time
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.db import Database, append
from inbox.models import Decision as DecisionRow
from inbox.models import Message, MessageFacts, now
from routing import backtest, occasions, words
from routing.factdata import as_data
from routing.facts import Facts
from routing.gather import gather

# Texts whose stems are kept; others are asked for seldom.
STEMMED = ("subject", "text")
AT_ONCE, PAUSE_SECONDS = 100, 0.5


def keep(session: Session, message: Message, facts: Facts) -> None:
    """Keep the facts of a message that is being decided about."""
    append(session, MessageFacts, **_row(message, facts))


def fill_all(database: Database) -> None:
    """Keep the facts of all messages from before; in small steps, with time for others between them."""
    while fill(database):
        time.sleep(PAUSE_SECONDS)


def fill(database: Database) -> int:
    """Keep the facts of some older messages that were decided about before facts were kept; how many."""
    with database.reading() as session:
        messages = list(session.scalars(_without().limit(AT_ONCE)))
        rows = [_row(message, facts) for message, facts in zip(messages, gather(session, messages), strict=True)]
    if rows:
        with database.writing() as session:
            there = set(session.scalars(_kept([row["message_id"] for row in rows])))
            for row in rows:
                if row["message_id"] not in there:
                    append(session, MessageFacts, **row)
    return len(rows)


def _without() -> Any:
    """Messages of the days that a trial looks back, the newest first, whose facts are not kept."""
    return (
        select(Message)
        .join(DecisionRow, (DecisionRow.message_id == Message.id) & (DecisionRow.event == occasions.NEW))
        .outerjoin(MessageFacts, MessageFacts.message_id == Message.id)
        .where(MessageFacts.message_id.is_(None), Message.at >= now() - timedelta(days=backtest.DAYS))
        .order_by(Message.at.desc())
    )


def _kept(numbers: list[int]) -> Any:
    return select(MessageFacts.message_id).where(MessageFacts.message_id.in_(numbers))


def _row(message: Message, facts: Facts) -> dict[str, Any]:
    stems = words.pack({name: facts.words(name) for name in STEMMED})
    return {"message_id": message.id, "at": message.at, "facts": as_data(facts), "stems": stems}
