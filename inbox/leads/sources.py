"""The sources of leads: what a contact's conversations tell, and what people made of it (names, merged, costs)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.leads import origins
from inbox.leads.origins import Touch
from inbox.models import Channel, Conversation, Lead, LeadCost, LeadSource, Message
from inbox.models.conversation import SPAM
from inbox.models.message import INBOUND, MESSAGE

# What can be chosen where somebody enters a lead by hand.
BY_HAND = (
    origins.FAIR, origins.PHONE, origins.RECOMMENDED, origins.KNOWN, origins.PRESS, origins.GOOGLE, origins.LINKEDIN,
    origins.NEWSLETTER, origins.SITE, origins.MAIL, origins.OTHER,
)  # fmt: skip
USUAL = (*BY_HAND, origins.GOOGLE_ADS, origins.META_ADS, origins.LINKEDIN_ADS, origins.MICROSOFT_ADS)
MAX_NAME = 80


class SourceError(ValueError):
    """A change of a source that cannot be; `code` says why: unknown, circle, too_long, taken."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the source cannot be changed so ({code})")
        self.code = code


@dataclass(frozen=True, slots=True)
class Names:
    """What people made of sources: names by code, and as which other code one counts."""

    names: Mapping[str, str]
    into: Mapping[str, str]

    def of(self, code: str) -> str:
        """The code as which a source counts."""
        return self.into.get(code, code)


def touch(session: Session, conversation: Conversation) -> Touch:
    """How the contact came to a conversation, by the customer's first message in it."""
    query = select(Message.facts, Channel.kind).join(Channel, Channel.id == Message.channel_id)
    first = query.where(
        Message.conversation_id == conversation.id, Message.direction == INBOUND, Message.kind == MESSAGE
    )
    found = session.execute(first.order_by(Message.at, Message.id).limit(1)).first()
    return origins.touch(found[0], found[1]) if found is not None else Touch(origins.OTHER)


def first_conversation(session: Session, conversation: Conversation) -> Conversation:
    """The contact's first conversation that was no spam."""
    query = select(Conversation).where(
        Conversation.contact_id == conversation.contact_id, Conversation.status != SPAM,
        Conversation.created_at <= conversation.created_at,
    )  # fmt: skip
    return session.scalar(query.order_by(Conversation.created_at, Conversation.id).limit(1)) or conversation


def names(session: Session) -> Names:
    """What people made of sources; one that was merged into another that was merged counts as the last."""
    rows = session.execute(select(LeadSource.code, LeadSource.name, LeadSource.into)).all()
    direct = {code: into for code, _, into in rows if into}
    into = {}
    for code in direct:
        seen, last = {code}, direct[code]
        while last in direct and last not in seen:
            seen.add(last)
            last = direct[last]
        into[code] = last
    return Names({code: name for code, name, _ in rows if name}, into)


def all_codes(session: Session) -> list[str]:
    """All sources that leads have, that cost something, that people changed or that are usual."""
    found: dict[str, None] = dict.fromkeys(USUAL)
    for column in (Lead.first_source, Lead.last_source, LeadCost.source, LeadSource.code):
        found |= dict.fromkeys(session.scalars(select(column).where(column != "").distinct()))
    return list(found)


def change(session: Session, actor: Actor, code: str, name: str, into: str) -> None:
    """Name a source, "" for its usual name, and let it count as another, "" for none. Raises SourceError."""
    known = names(session)
    name = " ".join(name.split())
    if code not in all_codes(session) or (into and into not in all_codes(session)):
        raise SourceError("unknown")
    if len(name) > MAX_NAME:
        raise SourceError("too_long")
    if (into and known.of(into) == code) or into == code:
        raise SourceError("circle")
    if name and any(other.casefold() == name.casefold() for key, other in known.names.items() if key != code):
        raise SourceError("taken")
    row = session.scalar(select(LeadSource).where(LeadSource.code == code)) or LeadSource(code=code)
    if (row.name, row.into) != (name, into):
        row.name, row.into = name, into
        session.add(row)
        record(session, "source_set", actor, source=code, name=name, into=into)


def costs(session: Session, months: Iterable[date]) -> dict[tuple[str, date], int]:
    """What each source cost in each of these months, in cents; as people typed it, before merging."""
    query = select(LeadCost).where(LeadCost.month.in_(list(months)))
    return {(row.source, row.month): row.cents for row in session.scalars(query)}


def set_cost(session: Session, actor: Actor, source: str, month: date, cents: int) -> bool:
    """Write down what a source cost in a month, 0 for nothing; whether that changed. The month is its first day."""
    row = session.scalar(select(LeadCost).where(LeadCost.source == source, LeadCost.month == month))
    if (row.cents if row else 0) == cents:
        return False
    if cents == 0:
        session.delete(row)
    elif row is not None:
        row.cents = cents
    else:
        session.add(LeadCost(source=source, month=month, cents=cents))
    session.flush()
    record(session, "source_cost_set", actor, source=source, month=month.isoformat(), cents=cents)
    return True
