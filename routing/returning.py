"""A manager who comes back from an absence gets, at their first working moment, one list of all that waits for them.

The moment of the last look is kept, so that nobody's return is passed over while the program is down, and it is moved
on in the transaction that tells, so that none is told twice.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import company, forgotten, held
from inbox.db import Database
from inbox.events import SYSTEM, record
from inbox.models import Closure, Conversation, Exchange, Setting, User, now
from inbox.models.conversation import OPEN
from inbox.models.user import MANAGER
from inbox.worktime.calendars import walls_of
from inbox.worktime.hours import DAY
from inbox.worktime.rota import Rota
from routing.notify import digest, fan_out

LAST = "returns_looked_at"
# After an absence weekends and closing days may follow.
LOOKS_BACK = timedelta(days=60)
# The look is kept so often where nobody has come back: a write each minute would say nothing.
KEEPS_EVERY = timedelta(hours=1)


def sweep(database: Database, public_url: str, moment: datetime | None = None) -> int:
    """Tell who has come back since the last look; how many."""
    moment = moment or now()
    with database.reading() as session:
        last = company.get(session, LAST)
        since = datetime.fromisoformat(last) if last else moment
        back = _back(session, since, moment)
    if last and not back and moment - since < KEEPS_EVERY:
        return 0
    told = 0
    with database.writing() as session:
        row = session.get(Setting, LAST, with_for_update=True)
        if (row.value if row else "") != last:
            return 0
        for user_id in back:
            told += _tell(session, session.get_one(User, user_id), public_url, moment)
        company.put(session, LAST, moment.isoformat())
    return told


def _back(session: Session, since: datetime, moment: datetime) -> list[int]:
    """The managers whose first working moment after an absence lies within (since, moment]."""
    rota = Rota(session, moment.date())
    query = (
        select(Closure)
        .join(User, User.id == Closure.user_id)
        .where(User.role == MANAGER, User.disabled_at.is_(None))
        .where(Closure.ends >= (since - LOOKS_BACK).date(), Closure.ends <= moment.date())
        .order_by(Closure.user_id)
    )
    found: dict[int, None] = {}
    for one in session.scalars(query):
        if one.user_id is None or walls_of(one.hours):
            continue
        hours = rota.person(one.user_id)
        over = datetime.combine(one.ends + DAY, time(), hours.zone).astimezone(UTC)
        if since < hours.next_opening(over) <= moment:
            found[one.user_id] = None
    return list(found)


def _tell(session: Session, user: User, public_url: str, moment: datetime) -> bool:
    audience = fan_out.Audience(session, at=moment)
    waiting = [one for one in _waiting(session, moment) if user in audience.recipients(one)]
    if not waiting:
        return False
    told = digest.tell(session, user, waiting, audience, public_url)
    for one in waiting:
        # The list says it all: nothing of it is told once more.
        held.drop(session, user.id, one.id)
        record(session, "told", SYSTEM, conversation_id=one.id, at=moment, told=told)
    return True


def _waiting(session: Session, moment: datetime) -> Sequence[Conversation]:
    """The conversations in which a customer waits and that are not put off."""
    query = (
        select(Conversation)
        .join(Exchange, (Exchange.conversation_id == Conversation.id) & Exchange.closed_at.is_(None))
        .where(Conversation.status == OPEN, Conversation.waiting_since.is_not(None), forgotten.is_live())
        .where(Conversation.snoozed_until.is_(None) | (Conversation.snoozed_until <= moment))
    )
    return session.scalars(query).all()
