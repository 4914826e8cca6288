"""What came of handing a lead over: on its row, on its conversation, and on what is known of the CRM."""

from sqlalchemy.orm import Session

from connectors.base import ConnectorError
from inbox.crm import queueing, settings
from inbox.events import SYSTEM, record
from inbox.leads import keeping
from inbox.models import CrmRecord, Lead, now
from inbox.models.crm import DONE, FAILED

# What is wrong with the CRM or the way to it, not with one lead.
ITS_OWN = frozenset(
    {"token", "access", "database", "module", "property", "redirect", "format", "host", "refused", "certificate", "tls",
     "timeout"}
)  # fmt: skip


def done(session: Session, lead_id: int) -> None:
    """It is there as it stands here."""
    row, lead = queueing.record_of(session, lead_id), session.get(Lead, lead_id)
    if row is None or lead is None:
        return
    if row.handed_at is None:
        _happened(session, lead, "crm_handed")
    row.state, row.handed_at, row.code, row.error, row.stage = DONE, now(), "", "", lead.stage
    known = settings.known(session)
    if known.broken_at is not None:
        settings.keep(session, known.model_copy(update={"broken_at": None, "error": "", "code": ""}))


def failed(session: Session, row: CrmRecord, error: ConnectorError, *, going_on: bool) -> None:
    """It did not work; `going_on`: it will be tried again."""
    row.code, row.error = error.code, error.reason
    lead = session.get(Lead, row.lead_id)
    if not going_on:
        row.state = FAILED
        if lead is not None:
            _happened(session, lead, "crm_failed")
    # What was not settled or refused for the lead's own sake says nothing of the CRM.
    of_the_crm = error.code in ITS_OWN or (not error.permanent and error.code == "" and not error.retry_after)
    known = settings.known(session)
    if of_the_crm and (known.broken_at is None or (known.code, known.error) != (error.code, error.reason)):
        told = {"broken_at": known.broken_at or now(), "error": error.reason, "code": error.code}
        settings.keep(session, known.model_copy(update=told))


def _happened(session: Session, lead: Lead, action: str) -> None:
    latest = keeping.conversations_of(session, lead)[-1:]
    record(session, action, SYSTEM, conversation_id=latest[0].id if latest else None, lead_id=lead.id)
