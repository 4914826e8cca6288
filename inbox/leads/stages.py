"""Where a lead stands on its way to a sale. The first stage of a conversation makes the lead."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from inbox import products, queue
from inbox.db import new
from inbox.events import Actor, record
from inbox.leads import keeping, linking, sources
from inbox.leads.keeping import CHANGED, MAX_NOTE, MAX_TEXT
from inbox.models import Contact, Conversation, Lead, LeadConversation, Message, now
from inbox.models.conversation import STAGES
from inbox.models.lead import LOST, QUOTED, REASONS, UNDER_WAY, WON
from inbox.models.message import INBOUND

# Which moments a stage has behind it.
_REACHED = {QUOTED: ("quoted_at",), WON: ("quoted_at", "won_at"), LOST: ("quoted_at", "lost_at")}


def set_stage(
    session: Session, conversation: Conversation, actor: Actor, stage: str, at: datetime | None = None, *,
    reason: str = "", note: str = "",
) -> Lead | None:  # fmt: skip
    """Where a conversation's lead stands, "" for none; the first stage makes the lead. A person's change calls for
    rules. `reason`, `note`: why it was lost. Raises ValueError for an unknown stage."""
    if stage not in STAGES:
        raise ValueError(f"stage must be one of {', '.join(STAGES)} (got {stage!r})")
    # Two may press at once: the second waits here and sees the first.
    session.flush()
    session.refresh(conversation, ["stage", "value_cents"], with_for_update=True)
    lead = keeping.of(session, conversation.id, locked=True)
    if not stage:
        if lead is not None:
            linking.leave(session, lead, conversation, actor, at)
        return None
    if lead is None:
        lead = begin(session, conversation, actor, stage, at)
        _ask_rules(session, conversation, actor)
    move(session, lead, actor, stage, at, reason=reason, note=note)
    return lead


def begin(session: Session, conversation: Conversation, actor: Actor, stage: str, at: datetime | None = None) -> Lead:
    """Make a conversation a lead."""
    at = at or now()
    first = sources.first_conversation(session, conversation)
    came, last = sources.touch(session, first), sources.touch(session, conversation)
    lead = Lead(
        contact_id=conversation.contact_id, title=conversation.subject[:MAX_TEXT], stage="",
        first_source=came.source, last_source=last.source, campaign=last.campaign or came.campaign,
        click_id=last.click_id or came.click_id, how_found=last.how_found or came.how_found,
        product=_product(session, conversation), is_customer=is_customer(session, conversation),
        contacted_at=min(conversation.created_at, at), created_at=at,
    )  # fmt: skip
    lead.contact = conversation.contact
    new(session, lead)
    session.flush()
    session.add(LeadConversation(conversation_id=conversation.id, lead_id=lead.id, at=at))
    stand(session, lead, actor, stage, at)
    return lead


def move(
    session: Session, lead: Lead, actor: Actor, stage: str, at: datetime | None = None, *, reason: str = "",
    note: str = "",
) -> None:  # fmt: skip
    """Let a lead stand elsewhere. Raises ValueError for what is no stage of a lead or no reason."""
    if stage not in STAGES[1:]:
        raise ValueError(f"stage must be one of {', '.join(STAGES[1:])} (got {stage!r})")
    reason = _known_reason(reason) if stage == LOST else ""
    if lead.stage != stage:
        stand(session, lead, actor, stage, at or now())
        for conversation in keeping.conversations_of(session, lead)[-1:]:
            _ask_rules(session, conversation, actor)
    if stage == LOST and (reason or note) and (lead.lost_reason, lead.lost_note) != (reason, note[:MAX_NOTE]):
        lead.lost_reason, lead.lost_note = reason, note[:MAX_NOTE]
        keeping.tell(session, lead, "lost_because", actor, at, reason=reason, note=lead.lost_note)


def is_customer(session: Session, conversation: Conversation) -> bool:
    """Whether a conversation is with somebody who was a customer before, as far as is known."""
    return conversation.kind == "customer" or has_bought(session, conversation.contact)


def has_bought(session: Session, contact: Contact) -> bool:
    """Whether the contact's company is in the books, or something was won with either."""
    company = contact.company
    if company is not None and company.code:
        return True
    same = [Lead.contact_id == contact.id]
    if company is not None:
        same.append(Lead.contact_id.in_(select(Contact.id).where(Contact.company_id == company.id)))
    return session.scalar(select(Lead.id).where(or_(*same), Lead.stage == WON).limit(1)) is not None


def stand(session: Session, lead: Lead, actor: Actor, stage: str, at: datetime) -> None:
    """Let it stand there from a moment on; what its stage has not reached (any more) is forgotten."""
    lead.stage = stage
    for name in ("quoted_at", "won_at", "lost_at"):
        # A lead that was never quoted may be won, or lost: then it stays so.
        reached = name in _REACHED.get(stage, ())
        if not reached:
            setattr(lead, name, None)
        elif getattr(lead, name) is None and (name != "quoted_at" or stage == QUOTED):
            setattr(lead, name, at)
    if stage != LOST:
        lead.lost_reason = lead.lost_note = ""
    if stage not in UNDER_WAY:
        lead.next_step, lead.next_on = "", None
    if stage in (QUOTED, WON) and lead.owner_id is None and actor.user_id is not None:
        found = keeping.holder(session, lead)
        lead.owner_id = found.id if found else actor.user_id
    session.flush()
    for conversation in keeping.write_through(session, lead):
        record(session, "stage_set", actor, conversation_id=conversation.id, at=at, stage=stage)
    if not keeping.conversations_of(session, lead):
        record(session, "stage_set", actor, at=at, lead_id=lead.id, stage=stage)
    session.info.setdefault(CHANGED, set()).add(lead.id)


def _known_reason(reason: str) -> str:
    if reason not in REASONS:
        raise ValueError(f"reason must be one of {', '.join(REASONS)} (got {reason!r})")
    return reason


def _product(session: Session, conversation: Conversation) -> str:
    """The product that the customer's first message names, "" for none."""
    query = select(Message.subject, Message.reply, Message.text).where(
        Message.conversation_id == conversation.id, Message.direction == INBOUND
    )
    told = session.execute(query.order_by(Message.at, Message.id).limit(1)).first()
    found = products.finder(session).find(told.subject, told.reply or told.text) if told else ()
    return found[0] if found else ""


def _ask_rules(session: Session, conversation: Conversation, actor: Actor) -> None:
    """Have the rules asked about the customer's last message, which the conversation is about."""
    if actor.user_id is None:
        return
    last = select(Message.id).where(Message.conversation_id == conversation.id, Message.direction == INBOUND)
    number = session.scalar(last.order_by(Message.at.desc(), Message.id.desc()).limit(1))
    if number is not None:
        queue.enqueue(session, "route", number, f"route:{conversation.id}", payload={"event": "stage"})
