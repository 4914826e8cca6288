"""Leads that no message brought: met at a fair, or on the phone. Somebody enters them by hand."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inbox import contacts
from inbox.db import new
from inbox.events import Actor
from inbox.leads import keeping, sources, stages
from inbox.leads.keeping import MAX_NOTE, MAX_TEXT
from inbox.models import Company, Contact, Conversation, Lead, User, now

HAND = "hand"
MAX_NAME = 120


class EnteringError(ValueError):
    """What is wrong with a lead, by field as codes: missing, not_one, future, too_long."""

    def __init__(self, wrong: dict[str, str]) -> None:
        super().__init__(", ".join(f"{field}: {code}" for field, code in wrong.items()))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Met:
    """Whom somebody met, on which day, and what they want. `source`: a code of sources.BY_HAND."""

    source: str
    on: date
    title: str
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    product: str = ""
    note: str = ""
    stage: str = "new"
    cents: int | None = None
    currency: str = ""
    next_step: str = ""
    next_on: date | None = None


def enter(session: Session, actor: Actor, met: Met, owner: User | None, zone: str) -> Lead:
    """Make a lead of it. Raises EnteringError."""
    wrong = problems(met, now().astimezone(ZoneInfo(zone)).date())
    if wrong:
        raise EnteringError(wrong)
    contact = _contact(session, met)
    # Noon: the day is right in the company's zone, the hour nobody knows.
    at = min(datetime.combine(met.on, time(12), ZoneInfo(zone)), now())
    lead = Lead(
        contact_id=contact.id, title=met.title.strip(), stage="", entered=HAND, last_source=met.source,
        first_source=_first(session, contact, at) or met.source, product=met.product.strip()[:MAX_TEXT],
        note=met.note.strip(), owner_id=owner.id if owner else None, contacted_at=at,
    )  # fmt: skip
    lead.contact = contact
    lead.is_customer = stages.has_bought(session, contact)
    new(session, lead)
    session.flush()
    stages.stand(session, lead, actor, met.stage, now())
    if met.cents is not None:
        keeping.set_value(session, lead, actor, met.cents, met.currency)
    if met.next_step.strip() or met.next_on:
        keeping.set_next(session, lead, actor, met.next_step, met.next_on)
    return lead


def problems(met: Met, today: date) -> dict[str, str]:
    """What is wrong, by field."""
    found: dict[str, str] = {}
    if met.source not in sources.BY_HAND:
        found["source"] = "missing"
    if not met.title.strip():
        found["title"] = "missing"
    if not (met.name.strip() or met.company.strip() or met.email.strip()):
        found["name"] = "missing"
    if met.email.strip() and not _address(met.email):
        found["email"] = "not_one"
    if met.on > today:
        found["on"] = "future"
    limits = {"title": MAX_TEXT, "name": MAX_NAME, "company": MAX_NAME, "phone": MAX_NAME, "note": MAX_NOTE}
    return found | {field: "too_long" for field, most in limits.items() if len(getattr(met, field).strip()) > most}


def _address(text: str) -> str:
    """A mail address that can be written to, "" for what is none."""
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(text.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""


def _contact(session: Session, met: Met) -> Contact:
    """Whoever has that address is known; without one it is a new contact."""
    name = " ".join(met.name.split())
    email = _address(met.email) if met.email.strip() else ""
    contact = contacts.for_address(session, "mail", email, name) if email else new(session, Contact(name=name))
    contact.phone = contact.phone or met.phone.strip()
    company = " ".join(met.company.split())
    if company and contact.company is None:
        contact.company = _company(session, company)
    elif company and contact.company is not None and contact.company.name in ("", contact.company.domain):
        contact.company.name = company
    session.flush()
    return contact


def _company(session: Session, name: str) -> Company:
    same = select(Company).where(func.lower(Company.name) == name.lower()).order_by(Company.id).limit(1)
    return session.scalar(same) or new(session, Company(name=name, domain=None))


def _first(session: Session, contact: Contact, at: datetime) -> str:
    """The way by which the contact first came, where it was here before."""
    query = select(Conversation).where(Conversation.contact_id == contact.id, Conversation.created_at < at)
    earlier = session.scalar(query.order_by(Conversation.created_at, Conversation.id).limit(1))
    return sources.touch(session, earlier).source if earlier is not None else ""
