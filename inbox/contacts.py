"""Finding or making the contact behind an address."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.models import Company, Contact, Identity

FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "outlook.it",
        "hotmail.com",
        "hotmail.it",
        "live.com",
        "live.it",
        "msn.com",
        "yahoo.com",
        "yahoo.it",
        "libero.it",
        "virgilio.it",
        "alice.it",
        "tin.it",
        "tiscali.it",
        "fastwebnet.it",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "gmx.de",
        "gmx.net",
        "web.de",
        "t-online.de",
        "proton.me",
        "protonmail.com",
        "pec.it",
        "legalmail.it",
        "arubapec.it",
    ]
)


def for_address(session: Session, kind: str, address: str, name: str = "") -> Contact:
    """The contact of an address on one kind of channel, made if it is new."""
    address = address.strip().lower() or "unknown"
    identity = session.scalar(select(Identity).where(Identity.kind == kind, Identity.address == address))
    if identity is None:
        contact = Contact(name=name, company=_company(session, address) if kind == "mail" else None)
        identity = Identity(kind=kind, address=address, contact=contact)
        session.add(identity)
        session.flush()
    elif name and not identity.contact.name:
        identity.contact.name = name
    return identity.contact


def address_of(session: Session, contact_id: int, kind: str) -> str:
    """The contact's (latest) address on that kind of channel, "" if there is none."""
    query = select(Identity.address).where(Identity.contact_id == contact_id, Identity.kind == kind)
    return session.scalar(query.order_by(Identity.id.desc()).limit(1)) or ""


def domain_of(address: str) -> str:
    """The part after the last @, lower case, "" without one."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def _company(session: Session, address: str) -> Company | None:
    domain = domain_of(address)
    if not domain or domain in FREE_MAIL:
        return None
    company = session.scalar(select(Company).where(Company.domain == domain))
    if company is None:
        company = Company(name=domain, domain=domain)
        session.add(company)
    return company
