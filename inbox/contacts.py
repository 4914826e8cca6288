"""Finding or making the contact behind an address."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from inbox.db import new
from inbox.events import Actor, record
from inbox.models import Channel, Company, Contact, Conversation, Identity, Message, User
from inbox.models.message import INBOUND

SUGGESTED = ("phone", "company", "vat")
LATEST = 10  # messages whose signatures are looked at
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
        "pec.aruba.it",
        "cert.legalmail.it",
        "postecert.it",
        "pecimprese.it",
        "inwind.it",
        "email.it",
        "vodafone.it",
        "tim.it",
        "gmx.com",
        "yahoo.de",
        "hotmail.de",
        "freenet.de",
    ]
)


class Book:
    """The contacts behind some addresses of one kind of channel, looked up at once and made where they are new.

    `made`: the numbers of those.
    """

    def __init__(self, session: Session, kind: str, addresses: Iterable[str]) -> None:
        self._session, self._kind = session, kind
        wanted = {_plain(address) for address in addresses}
        query = select(Identity).where(Identity.kind == kind, Identity.address.in_(wanted)).join(Identity.contact)
        # Whoever merges contacts waits for us, and we for them.
        query = query.order_by(Contact.id).with_for_update(read=True, key_share=True, of=Contact)
        found = session.scalars(query.options(contains_eager(Identity.contact).selectinload(Contact.company)))
        self._contacts = {identity.address: _kept(session, identity.contact) for identity in found}
        self.made: set[int] = set()
        domains = {_firm(address) for address in wanted - self._contacts.keys()} - {""} if kind == "mail" else set()
        known = session.scalars(select(Company).where(Company.domain.in_(domains))) if domains else ()
        self._companies = {company.domain: company for company in known}

    def found(self) -> Collection[Contact]:
        """Those that were there, and were made so far."""
        return self._contacts.values()

    def contact(self, address: str, name: str = "") -> Contact:
        """The contact of one of the addresses."""
        address = _plain(address)
        contact = self._contacts.get(address)
        if contact is None:
            contact = new(self._session, Contact(name=name, company=self._company(address)))
            self._session.add(Identity(kind=self._kind, address=address, contact=contact))
            self._contacts[address] = contact
            self.made.add(contact.id)
        elif name and not contact.name:
            contact.name = name
        return contact

    def _company(self, address: str) -> Company | None:
        domain = _firm(address) if self._kind == "mail" else ""
        if not domain:
            return None
        if domain not in self._companies:
            self._companies[domain] = new(self._session, Company(name=domain, domain=domain))
        return self._companies[domain]


def for_address(session: Session, kind: str, address: str, name: str = "") -> Contact:
    """The contact of an address on one kind of channel, made if it is new."""
    return Book(session, kind, [address]).contact(address, name)


def suggestions(session: Session, conversation: Conversation) -> dict[str, str]:
    """What the contact's latest signature states and is not known yet: phone, company, vat."""
    facts = session.scalars(
        select(Message.facts)
        .where(Message.conversation_id == conversation.id, Message.direction == INBOUND, Message.machine.is_(None))
        .order_by(Message.at.desc(), Message.id.desc())
        .limit(LATEST)
    ).all()
    told: dict[str, str] = {}
    for one in facts:
        for name in SUGGESTED:
            if one.get(f"signature.{name}"):
                told.setdefault(name, one[f"signature.{name}"])
    contact, company = conversation.contact, conversation.contact.company
    named = company is not None and company.name != company.domain
    known = {"phone": contact.phone, "company": named, "vat": company.vat if company else ""}
    return {name: value for name, value in told.items() if not known[name]}


def complete(session: Session, conversation: Conversation, told: Mapping[str, str]) -> None:
    """Keep suggested data; what is known already stays."""
    contact = conversation.contact
    contact.phone = contact.phone or told.get("phone", "")
    if contact.company is None and (told.get("company") or told.get("vat")):
        contact.company = new(session, Company(name=told.get("company", ""), domain=None))
    company = contact.company
    if company is not None:
        company.vat = company.vat or told.get("vat", "")
        if told.get("company") and company.name in ("", company.domain):
            company.name = told["company"]


def owner_of(contact: Contact) -> int | None:
    """The number of the colleague whose customer it is: the contact's own, else its company's."""
    return contact.owner_id or (contact.company.owner_id if contact.company is not None else None)


def set_owner(session: Session, conversation: Conversation, user: User | None, actor: Actor) -> None:
    """Say whose customer the contact is, None for nobody's; rules may give questions to that colleague."""
    owner_id = user.id if user else None
    if conversation.contact.owner_id != owner_id:
        conversation.contact.owner_id = owner_id
        record(session, "owner_set", actor, conversation_id=conversation.id, user_id=owner_id)


def address_of(session: Session, contact_id: int, kind: str) -> str:
    """The contact's (latest) address on that kind of channel, "" if there is none."""
    query = select(Identity.address).where(Identity.contact_id == contact_id, Identity.kind == kind)
    return session.scalar(query.order_by(Identity.id.desc()).limit(1)) or ""


def domain_of(address: str) -> str:
    """The part after the last @, lower case, "" without one."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def _kept(session: Session, contact: Contact) -> Contact:
    """The contact into which one was merged at this moment, else itself."""
    while contact.merged_into_id is not None:
        contact = session.get_one(Contact, contact.merged_into_id)
    return contact


def _plain(address: str) -> str:
    return address.strip().lower() or "unknown"


def _firm(address: str) -> str:
    """The domain of an address that a firm may own, "" for one where everybody can have a mailbox."""
    domain = domain_of(address)
    return "" if domain in FREE_MAIL else domain


def ours(session: Session) -> set[str]:
    """The addresses of our own mailboxes, those delivered into them, and our colleagues' (lower case)."""
    mailboxes = session.execute(select(Channel.address, Channel.settings)).all()
    aliases = [alias for _, settings in mailboxes for alias in settings.get("aliases", ())]
    known = (*(address for address, _ in mailboxes), *aliases, *session.scalars(select(User.email)))
    return {address.lower() for address in known}
