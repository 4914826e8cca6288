"""Which conversations are about a lead."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.leads.keeping import conversations_of, listed_value, of
from inbox.models import Contact, Conversation, Lead, LeadConversation, now
from inbox.models.lead import UNDER_WAY


def link(session: Session, lead: Lead, conversation: Conversation, actor: Actor, at: datetime | None = None) -> None:
    """Another conversation is about this lead too: it has its stage and value from now on.

    One that was about another lead leaves it; one in nobody's hands is for the caller to give to the lead's holder.
    """
    session.flush()
    other = of(session, conversation.id, locked=True)
    if other is not None and other.id == lead.id:
        return
    if other is not None:
        leave(session, other, conversation, actor, at)
    session.add(LeadConversation(conversation_id=conversation.id, lead_id=lead.id, at=at or now()))
    lead.contacted_at = min(lead.contacted_at, conversation.created_at)
    if conversation.stage != lead.stage:
        conversation.stage = lead.stage
        record(session, "stage_set", actor, conversation_id=conversation.id, at=at, stage=lead.stage)
    conversation.value_cents = listed_value(lead)
    session.flush()
    record(session, "lead_linked", actor, conversation_id=conversation.id, at=at, lead_id=lead.id)


def leave(session: Session, lead: Lead, conversation: Conversation, actor: Actor, at: datetime | None = None) -> None:
    """A conversation is about no lead any more; a lead without conversations that nobody entered by hand is none."""
    gone = delete(LeadConversation).where(LeadConversation.conversation_id == conversation.id)
    session.execute(gone)
    conversation.stage, conversation.value_cents = "", None
    record(
        session, "stage_set", actor, conversation_id=conversation.id, at=at, stage="", lead_id=lead.id,
        cents=lead.value_cents, owner_id=lead.owner_id, title=lead.title,
    )  # fmt: skip
    if lead.entered == "conversation" and not conversations_of(session, lead):
        session.delete(lead)
        session.flush()


def leave_any(session: Session, conversation: Conversation, actor: Actor, at: datetime | None = None) -> None:
    """It turned out to be about no lead, if it was about one."""
    lead = of(session, conversation.id, locked=True) if conversation.stage else None
    if lead is not None:
        leave(session, lead, conversation, actor, at)


def offered(session: Session, conversation: Conversation) -> Sequence[Lead]:
    """Leads under way of the same contact or company, with which a conversation may belong."""
    contact = conversation.contact
    same = [Lead.contact_id == contact.id]
    if contact.company_id is not None:
        same.append(Lead.contact_id.in_(select(Contact.id).where(Contact.company_id == contact.company_id)))
    query = select(Lead).where(or_(*same), Lead.stage.in_(UNDER_WAY)).order_by(Lead.id.desc()).limit(10)
    return session.scalars(query).all()
