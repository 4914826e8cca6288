"""Which other contacts may be the same person: by a mail address, a telephone, the site's word, name and firm.

Only ever a suggestion, with its reasons as codes; people decide (inbox.persons.merges). Every look-up goes by an index.
What more than a few contacts share (a firm's switchboard) tells no person from another, and offices, colleagues and our
own addresses are nobody's customers.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inbox import access, contacts, likeness, phones
from inbox.models import Apart, Channel, Company, Contact, Conversation, Identity, Trait, User
from inbox.models.person import FIRM, MAIL, PHONE, SIGNED, VISIT
from inbox.models.user import EXTERNAL
from inbox.sitechat import settings as sitechat
from inbox.social.kinds import WHATSAPP

# Besides those of traits: a reason.
NAME = "name"
# In this order they are told.
REASONS = (SIGNED, MAIL, PHONE, NAME)
# What more contacts have in common is nobody's own; so many are suggested.
SHARED, MOST = 5, 5
# Firms of one name; more are no name.
NAMESAKES = 20
# So many values of a kind are looked for.
VALUES = 5
FEWEST_PHONE_DIGITS, MOST_PHONE_DIGITS = 7, 15


@dataclass(frozen=True, slots=True)
class Alike:
    """A contact that may be the same person, and why: some of REASONS."""

    contact: Contact
    why: tuple[str, ...]


def alike(session: Session, contact: Contact) -> list[Alike]:
    """Who may be the same person, the surest first."""
    if contact.merged_into_id is not None or _is_office(contact):
        return []
    ours = contacts.ours(session)
    mine = _Mine(session, contact, ours)
    if mine.mails & ours:
        return []
    found: dict[int, set[str]] = {}
    for why, numbers in mine.shared():
        # The contact itself is among them or not, by what it is found.
        others = set(numbers) - {contact.id}
        if len(others) <= SHARED:
            for number in others:
                found.setdefault(number, set()).add(why)
    for number in apart(session, contact.id, found):
        del found[number]
    query = select(Contact).where(Contact.id.in_(found), Contact.merged_into_id.is_(None)).options(
        joinedload(Contact.company), selectinload(Contact.identities)
    )  # fmt: skip
    rows = [one for one in session.scalars(query) if _is_somebody(one, ours)]
    told = [
        Alike(one, tuple(why for why in REASONS if why in found[one.id]))
        for one in rows
        if found[one.id] != {PHONE} or not _are_colleagues(contact, one)
    ]
    return sorted(told, key=lambda one: (REASONS.index(one.why[0]), -len(one.why), one.contact.id))[:MOST]


def set_apart(session: Session, contact_id: int, other_id: int, user_id: int) -> bool:
    """Keep that two contacts are not one person: neither is suggested for the other again. False where it is known."""
    low, high = sorted((contact_id, other_id))
    known = select(Apart.id).where(Apart.low_id == low, Apart.high_id == high)
    if low == high or session.scalar(known) is not None:
        return False
    session.add(Apart(low_id=low, high_id=high, user_id=user_id))
    return True


def apart(session: Session, number: int, others: Iterable[int]) -> set[int]:
    """Those of the others that a colleague knows not to be this one."""
    some = list(others)
    lower = select(Apart.low_id).where(Apart.high_id == number, Apart.low_id.in_(some))
    higher = select(Apart.high_id).where(Apart.low_id == number, Apart.high_id.in_(some))
    return {*session.scalars(lower), *session.scalars(higher)} if some else set()


def theirs(session: Session, user: User, contact_id: int) -> bool:
    """Whether all that a contact has said is the user's business: an external agent has only own contacts."""
    if user.role != EXTERNAL:
        return access.may(user, access.CHANGE)
    talks = select(Conversation.id).where(Conversation.contact_id == contact_id)
    foreign = talks.where(Conversation.user_id.is_distinct_from(user.id))
    return session.scalar(talks.limit(1)) is not None and session.scalar(foreign.limit(1)) is None


def called(contact: Contact) -> str:
    """What people call a contact: the name, else an address that says something, "" without one."""
    readable = (one.address for one in contact.identities if one.kind != sitechat.KIND and one.address != "unknown")
    return contact.name or next(readable, "")


def described(contact: Contact) -> str:
    """A contact as people tell it from one of the same name: the name and an address."""
    name = called(contact)
    address = next((one.address for one in contact.identities if one.kind != sitechat.KIND), "")
    return name if address in ("", "unknown", name) else f"{name} ({address})"


class _Mine:
    """What is known of one contact, and who else has it."""

    def __init__(self, session: Session, contact: Contact, ours: set[str]) -> None:
        self._session, self._contact, self._ours = session, contact, ours
        rows = session.execute(select(Trait.kind, Trait.value).where(Trait.contact_id == contact.id)).all()
        self._traits: dict[str, set[str]] = {}
        for kind, value in rows:
            self._traits.setdefault(kind, set()).add(value)
        self.mails = {one.address for one in contact.identities if one.kind == "mail"}

    def shared(self) -> Iterator[tuple[str, Collection[int]]]:
        """A reason and the contacts that share one thing, thing by thing."""
        signed, typed = self._traits.get(SIGNED, set()), self._traits.get(MAIL, set())
        for mail in _some({one for one in self.mails | signed | typed if self._is_persons(one)}):
            yield SIGNED, self._with_trait(mail, SIGNED)
            yield MAIL, self._with_trait(mail, MAIL)
            if mail not in self.mails:
                yield SIGNED if mail in signed else MAIL, self._with_identity("mail", mail)
        for number in _some(self._phones()):
            yield PHONE, self._with_phone(number)
        for visit in _some(self._traits.get(VISIT, set())):
            yield SIGNED, self._with_identity(sitechat.KIND, visit)
        for one in self._contact.identities:
            if one.kind == sitechat.KIND:
                yield SIGNED, self._with_trait(one.address, VISIT)
        yield NAME, self._with_name()

    def _is_persons(self, mail: str) -> bool:
        return mail not in self._ours and "@" in mail and not likeness.is_role(mail)

    def _phones(self) -> set[str]:
        whatsapp = {_as_phone(one.address) for one in self._contact.identities if one.kind == WHATSAPP}
        found = {self._contact.phone_key, *self._traits.get(PHONE, ()), *whatsapp} - {""}
        return found - {phones.e164(one) for one in _numbers(self._session)} if found else found

    def _with_trait(self, value: str, kind: str) -> list[int]:
        return self._numbers(select(Trait.contact_id).where(Trait.value == value, Trait.kind == kind))

    def _with_identity(self, kind: str, address: str) -> list[int]:
        return self._numbers(select(Identity.contact_id).where(Identity.kind == kind, Identity.address == address))

    def _with_phone(self, number: str) -> list[int]:
        kept = self._numbers(select(Contact.id).where(Contact.phone_key == number, Contact.merged_into_id.is_(None)))
        return [*kept, *self._with_trait(number, PHONE), *self._with_identity(WHATSAPP, number.removeprefix("+"))]

    def _with_name(self) -> list[int]:
        """Those of the same name and firm, however the firm is known: by its row, one of the same name, as stated."""
        key, company = self._contact.name_key, self._contact.company
        firms = _some({*self._traits.get(FIRM, ()), company.name_key if company else ""} - {""})
        if not key:
            return []
        alike = select(Company.id).where(Company.name_key.in_(firms)).limit(NAMESAKES)
        numbers = {*(self._session.scalars(alike) if firms else ()), *([company.id] if company else ())}
        named = Contact.name_key == key, Contact.merged_into_id.is_(None)
        # Not one query with an "or": of a frequent name that would look at all who have it.
        by_row = select(Contact.id).where(*named, Contact.company_id.in_(numbers))
        stated = select(Contact.id).join(Trait, Trait.contact_id == Contact.id)
        stated = stated.where(Trait.value.in_(firms), Trait.kind == FIRM, *named)
        return [*(self._numbers(by_row) if numbers else ()), *(self._numbers(stated) if firms else ())]

    def _numbers(self, query: Select[Any]) -> list[int]:
        # One more than may share it, and the contact itself.
        return list(self._session.scalars(query.limit(SHARED + 2)))


def _is_office(contact: Contact) -> bool:
    """Whether an office writes, or nobody in particular."""
    if contact.name:
        return likeness.is_role(contact.name)
    mails = [one.address for one in contact.identities if one.kind == "mail"]
    return bool(mails) and all(one == "unknown" or likeness.is_role(one) for one in mails)


def _are_colleagues(one: Contact, other: Contact) -> bool:
    """Whether two of one firm have different names: then it is the firm's telephone that they share."""
    names = {one.name_key, other.name_key}
    return one.company_id is not None and one.company_id == other.company_id and len(names) > 1 and "" not in names


def _is_somebody(contact: Contact, ours: set[str]) -> bool:
    """Whether a contact can be suggested as a person; of no address nothing can be merged."""
    return not _is_office(contact) and ours.isdisjoint(one.address for one in contact.identities)


def _some(values: set[str]) -> list[str]:
    return sorted(values)[:VALUES]


def _as_phone(address: str) -> str:
    """WhatsApp's id of a person, which is their number without the +
    (https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components); others have letters."""
    is_number = address.isdecimal() and FEWEST_PHONE_DIGITS <= len(address) <= MOST_PHONE_DIGITS
    return f"+{address}" if is_number else ""


def _numbers(session: Session) -> list[str]:
    """The numbers at which we are reached."""
    return list(session.scalars(select(Channel.address).where(Channel.kind == WHATSAPP)))
