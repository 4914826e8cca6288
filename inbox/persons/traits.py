"""Keeping what messages state of who wrote them, so that the same person is found by it on another channel."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import stated
from inbox.models import Contact, Message, Trait
from inbox.models.person import MAIL


def observe(session: Session, contact: Contact, message: Message, visit: str = "") -> None:
    """Keep what a customer's message states; `visit`: that of the chat it was written in."""
    if message.machine:
        return
    told = stated.traits(message.facts, visit)
    keep(session, contact.id, told - {(MAIL, message.from_address.lower())})


def keep(session: Session, contact_id: int, told: Iterable[tuple[str, str]]) -> None:
    """Keep kinds and values that are not known of the contact yet."""
    told = set(told)
    if not told:
        return
    # What a batch has stored so far is looked at here, so that it need not be written first.
    waiting = {(one.kind, one.value) for one in session.new if isinstance(one, Trait) and one.contact_id == contact_id}
    with session.no_autoflush:
        known = select(Trait.kind, Trait.value).where(Trait.contact_id == contact_id)
        missing = told - waiting - {(kind, value) for kind, value in session.execute(known)}
    session.add_all(Trait(contact_id=contact_id, kind=kind, value=value) for kind, value in sorted(missing))
