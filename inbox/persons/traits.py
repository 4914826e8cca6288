"""Keeping what messages state of who wrote them, so that the same person is found by it on another channel."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox import stated
from inbox.db import append
from inbox.models import Contact, Message, Trait
from inbox.models.person import MAIL


class Known:
    """What is known of some contacts, looked up at once and kept up to date while more is added: as kinds and values
    (inbox.models.person). Others are looked up one by one."""

    def __init__(self, session: Session, contacts: Iterable[int] = ()) -> None:
        self._session = session
        self._of: dict[int, set[tuple[str, str]]] = {number: set() for number in contacts}
        if self._of:
            self._look_up(*self._of)

    def begin(self, contact: Contact) -> None:
        """A contact that was just made: nothing can be known of it yet."""
        self._of.setdefault(contact.id, set())

    def observe(self, contact: Contact, message: Message, visit: str = "") -> None:
        """Keep what a customer's message states; `visit`: that of the chat it was written in."""
        if message.machine:
            return
        told = stated.traits(message.facts, visit)
        self.keep(contact.id, told - {(MAIL, message.from_address.lower())})

    def keep(self, contact_id: int, told: set[tuple[str, str]]) -> None:
        """Keep kinds and values that are not known of the contact yet."""
        if not told:
            return
        if contact_id not in self._of:
            self._of[contact_id] = set()
            self._look_up(contact_id)
        for kind, value in sorted(told - self._of[contact_id]):
            append(self._session, Trait, contact_id=contact_id, kind=kind, value=value)
        self._of[contact_id] |= told

    def _look_up(self, *numbers: int) -> None:
        query = select(Trait.contact_id, Trait.kind, Trait.value).where(Trait.contact_id.in_(numbers))
        # No trait waits in the session: what else does need not be written first.
        with self._session.no_autoflush:
            for number, kind, value in self._session.execute(query):
                self._of[number].add((kind, value))
