"""Put off: out of the queue until a moment, or until the customer writes. The customer's clock runs on.

The list goes by the moment; a job at that moment only writes down that it has come, so that open pages hear of it.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from inbox import queue
from inbox.db import Database
from inbox.events import SYSTEM, Actor, record
from inbox.models import Conversation, now
from inbox.models.conversation import OPEN, PENDING
from inbox.worktime.hours import Hours

KIND = "wake"
HALF_HOUR, NEXT_DAY, NEXT_WEEK = "half_hour", "next_day", "next_week"


def snooze(
    session: Session, conversation: Conversation, actor: Actor, until: datetime, at: datetime | None = None
) -> bool:
    """Put an open conversation off until a moment (UTC); False where there is nothing to put off.

    A person who does so means to come back to it then: `promised_at`.
    """
    if conversation.status not in (OPEN, PENDING) or until <= (at or now()):
        return False
    conversation.snoozed_until = until
    if actor.user_id is not None:
        conversation.promised_at = until
    record(session, "snoozed", actor, conversation_id=conversation.id, at=at, until=until.isoformat())
    # A lane of its own: one that was put off until later must not hold up one that comes earlier.
    queue.enqueue(session, KIND, conversation.id, f"{KIND}:{conversation.id}:{until.timestamp():.0f}", run_at=until)
    return True


def wake(session: Session, conversation: Conversation, actor: Actor, at: datetime | None = None) -> None:
    """It is back in the queue; nothing where it was not put off."""
    if conversation.snoozed_until is not None:
        conversation.snoozed_until = None
        record(session, "woken", actor, conversation_id=conversation.id, at=at)


def wake_due(database: Database, jobs: Sequence[queue.Claim]) -> None:
    """The handler of `wake` jobs: those whose moment has come, unless they were put off anew."""
    with database.writing() as session:
        for job in jobs:
            found = session.get(Conversation, job.subject_id, with_for_update=True)
            if found is not None and found.snoozed_until is not None and found.snoozed_until <= now():
                wake(session, found, SYSTEM)
        queue.acknowledge(session, *jobs)


def choices(hours: Hours, moment: datetime, timezone: str) -> dict[str, datetime]:
    """What a person is offered, as people of an office speak: in half an hour, the next working morning, next week."""
    today = moment.astimezone(ZoneInfo(timezone)).date()
    monday = today + timedelta(days=7 - today.weekday())
    found = {HALF_HOUR: moment + timedelta(minutes=30)}
    for code, day in ((NEXT_DAY, today + timedelta(days=1)), (NEXT_WEEK, monday)):
        opening = hours.next_opening(datetime.combine(day, time.min, ZoneInfo(timezone)))
        if opening not in found.values():
            found[code] = opening
    return found
