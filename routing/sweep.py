"""Rules that time calls for: nobody has taken a question for so long, or nobody has answered it.

Every minute the questions are found that crossed such a bound since the last look; each is routed once for it, by the
same job as a new message. The moment of the last look is kept: nothing is passed over while the program is down.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import company, queue
from inbox.db import Database
from inbox.models import Conversation, Exchange, now
from inbox.models.conversation import OPEN
from inbox.worktime import calendars
from routing import rules
from routing.matcher import compile_rules
from routing.occasions import TIMED, UNCLAIMED

LAST = "rules_swept_at"
LONGEST = timedelta(days=120)


def sweep(database: Database, moment: datetime | None = None) -> int:
    """Queue what rules have to be asked about; how many jobs."""
    moment = moment or now()
    with database.reading() as session:
        last = company.get(session, LAST)
        matcher = compile_rules(rules.load(session))
        bounds = {event: matcher.afters(event) for event in TIMED}
        since = datetime.fromisoformat(last) if last else moment
        due = list(_due(session, bounds, since, moment)) if any(bounds.values()) else []
    with database.writing() as session:
        for message_id, conversation_id, event, after in due:
            payload = {"event": event, "after": after}
            queue.enqueue(session, "route", message_id, f"route:{conversation_id}", payload=payload)
        company.put(session, LAST, moment.isoformat())
    return len(due)


def _due(
    session: Session, bounds: Mapping[str, Sequence[int]], since: datetime, moment: datetime
) -> Iterator[tuple[int, int, str, int]]:
    """(first waiting message, conversation, event, working minutes) of each bound crossed within (since, moment]."""
    hours = calendars.company(session)
    query = (
        select(Exchange.opened_by, Exchange.conversation_id, Exchange.opened_at, Conversation.claimed_at)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .where(Exchange.closed_at.is_(None), Conversation.status == OPEN)
        .where(Exchange.opened_at > moment - LONGEST)
    )
    for message_id, conversation_id, opened_at, claimed_at in session.execute(query):
        for event, afters in bounds.items():
            if event == UNCLAIMED and claimed_at is not None:
                continue
            for after in afters:
                if message_id and since < hours.after(opened_at, after) <= moment:
                    yield message_id, conversation_id, event, after
