"""Which leads wait to be handed over: each that changed, those that failed, or all that are under way."""

from collections.abc import Iterable
from secrets import token_hex

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox import queue
from inbox.crm import settings
from inbox.db import write_out
from inbox.leads import keeping
from inbox.models import CrmRecord, Lead
from inbox.models.crm import FAILED, WAITING
from inbox.models.job import BACKFILL, LIVE
from inbox.models.lead import UNDER_WAY

KIND = "crm"


def announce_changed(session: Session) -> None:
    """At the end of a transaction: have the leads that it has changed handed over, each once."""
    numbers: set[int] = session.info.get(keeping.CHANGED, set())
    if numbers and settings.load(session).on:
        write_out(session)
        ask(session, session.scalars(select(Lead).where(Lead.id.in_(numbers)).order_by(Lead.id)))


def ask(session: Session, leads: Iterable[Lead], priority: int = LIVE, **payload: bool) -> int:
    """Have leads handed over as they stand when their turn comes; how many."""
    leads = list(leads)
    known = select(CrmRecord).where(CrmRecord.lead_id.in_([lead.id for lead in leads]))
    there = {row.lead_id: row for row in session.scalars(known)}
    for lead in leads:
        row = there.get(lead.id)
        if row is None:
            # A number may be given again when a lead is none after all.
            key = f"centralino-{settings.here(session)}-{lead.id}-{token_hex(4)}"
            session.add(CrmRecord(lead_id=lead.id, key=key))
        else:
            row.state = WAITING
        queue.enqueue(session, KIND, lead.id, f"{KIND}:{lead.id}", priority=priority, payload=payload)
    return len(leads)


def ask_all(session: Session) -> int:
    """Have all leads under way handed over, of the stages that go over; how many."""
    stages = [ours for ours, theirs in settings.load(session).stages.items() if theirs and ours in UNDER_WAY]
    return ask(session, session.scalars(select(Lead).where(Lead.stage.in_(stages)).order_by(Lead.id)).all(), BACKFILL)


def ask_again(session: Session, *, state: str = FAILED, code: str = "") -> int:
    """Try again what was given up, or (by `code`) was kept here; how many. A record that was deleted there is made anew
    one by one only."""
    query = select(Lead).join(CrmRecord, CrmRecord.lead_id == Lead.id).where(CrmRecord.state == state)
    query = query.where(CrmRecord.code == code) if code else query
    return ask(session, session.scalars(query.order_by(Lead.id)).all(), BACKFILL)


def record_of(session: Session, lead_id: int) -> CrmRecord | None:
    """What is kept of a lead's record."""
    return session.scalar(select(CrmRecord).where(CrmRecord.lead_id == lead_id))


def counts(session: Session) -> dict[str, int]:
    """How many leads are in each state."""
    query = select(CrmRecord.state, func.count()).group_by(CrmRecord.state)
    return dict(session.execute(query).all())
