"""What is kept of a lead: every verb changes it and writes its event in the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.models import Conversation, Lead, LeadConversation, User
from inbox.models.lead import CURRENCIES

MAX_TEXT, MAX_NOTE = 300, 5_000
# What of a lead people fill in as plain words, with the most characters of each.
WORDS = {"title": MAX_TEXT, "product": MAX_TEXT, "note": MAX_NOTE}
# Where a transaction notes which leads it has changed.
CHANGED = "leads"


def of(session: Session, conversation_id: int, *, locked: bool = False) -> Lead | None:
    """The lead that a conversation is about; `locked`: until the end of the transaction."""
    query = select(Lead).join(LeadConversation, LeadConversation.lead_id == Lead.id)
    query = query.where(LeadConversation.conversation_id == conversation_id)
    return session.scalar(query.with_for_update(of=Lead) if locked else query)


def conversations_of(session: Session, lead: Lead) -> Sequence[Conversation]:
    """A lead's conversations, the oldest first."""
    query = select(Conversation).join(LeadConversation, LeadConversation.conversation_id == Conversation.id)
    return session.scalars(query.where(LeadConversation.lead_id == lead.id).order_by(Conversation.id)).all()


def holder(session: Session, lead: Lead) -> User | None:
    """Whose lead it is: its owner, else whoever has its latest conversation."""
    if lead.owner_id is not None:
        return session.get(User, lead.owner_id)
    held = [one for one in conversations_of(session, lead) if one.user_id is not None]
    return session.get(User, held[-1].user_id) if held else None


def set_value(
    session: Session, lead: Lead, actor: Actor, cents: int | None, currency: str = "", at: datetime | None = None
) -> None:
    """What the sale is worth, in hundredths; None for not known. `currency`: "" leaves it. Raises ValueError."""
    currency = currency or lead.currency
    if currency not in CURRENCIES or (cents is not None and cents < 0):
        raise ValueError(f"a value needs one of {', '.join(CURRENCIES)} and no minus (got {cents!r} {currency!r})")
    if (lead.value_cents, lead.currency) == (cents, currency):
        return
    lead.value_cents, lead.currency = cents, currency
    write_through(session, lead)
    tell(session, lead, "value_set", actor, at, cents=cents, currency=currency)


def set_next(
    session: Session, lead: Lead, actor: Actor, step: str, on: date | None, at: datetime | None = None
) -> None:
    """What comes next, and on which day."""
    step = " ".join(step.split())[:MAX_TEXT]
    if (lead.next_step, lead.next_on) != (step, on):
        lead.next_step, lead.next_on = step, on
        tell(session, lead, "next_step_set", actor, at, step=step, on=on.isoformat() if on else "")


def set_owner(session: Session, lead: Lead, actor: Actor, user: User | None, at: datetime | None = None) -> None:
    """Whose lead it is; None: whoever has its conversation."""
    owner_id = user.id if user else None
    if lead.owner_id != owner_id:
        lead.owner_id = owner_id
        tell(session, lead, "lead_owner_set", actor, at, user_id=owner_id)


def describe(
    session: Session, lead: Lead, actor: Actor, told: Mapping[str, str], is_customer: bool, at: datetime | None = None
) -> None:
    """Its title, product and note (by these names), and whether the contact was a customer before."""
    values = {name: told[name].strip()[: WORDS[name]] for name in WORDS if name in told}
    changed = [name for name, value in values.items() if getattr(lead, name) != value]
    for name in changed:
        setattr(lead, name, values[name])
    if lead.is_customer != is_customer:
        lead.is_customer = is_customer
        changed.append("is_customer")
    if changed:
        tell(session, lead, "lead_described", actor, at, fields=changed)


def tell(session: Session, lead: Lead, action: str, actor: Actor, at: datetime | None = None, **data: Any) -> None:
    """Write down what happened to a lead, with its latest conversation where it has one."""
    session.flush()
    latest = conversations_of(session, lead)[-1:]
    number = latest[0].id if latest else None
    record(session, action, actor, conversation_id=number, at=at, lead_id=lead.id, **data)
    session.info.setdefault(CHANGED, set()).add(lead.id)


def write_through(session: Session, lead: Lead) -> Sequence[Conversation]:
    """Give its stage and value to its conversations; which they are."""
    found = conversations_of(session, lead)
    for conversation in found:
        conversation.stage, conversation.value_cents = lead.stage, listed_value(lead)
    return found


def listed_value(lead: Lead) -> int | None:
    """What the list of conversations shows: euros alone, as it names no currency."""
    return lead.value_cents if lead.currency == CURRENCIES[0] else None
