"""Consent to marketing: asked for by the box of a form, given only by whoever reads the mail of that address.

A form can be filled in with anybody's address, so that its box alone proves nothing (double opt-in; GDPR article 7(1):
whoever relies on a consent must be able to show it). Taking it back is as easy as giving it was (article 7(3)).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from inbox import contacts, queue, threads
from inbox.consents import texts
from inbox.db import new, write_out
from inbox.events import CUSTOMER, Actor, record
from inbox.models import Channel, Consent, Conversation, Message
from inbox.models.consent import ASKED, BY_HAND, BY_LINK, GIVEN, MARKETING, REFUSED, WITHDRAWN

# The job that asks for the confirmation by mail.
KIND = "consent"


def ask(
    session: Session, conversation: Conversation, message: Message, form_id: int, shown: int, page: str
) -> Consent | None:
    """A visitor has ticked the box of a form beside the words with this number: a new request, still to be confirmed.

    None, and nothing is kept, where there is no address, it is one of ours, or it has consented to these words already.
    """
    form = session.get_one(Channel, form_id)
    address = message.from_address.strip().lower()
    text = texts.version(session, form_id, shown)
    if not address or text is None or threads.without_token(address) in contacts.ours(session):
        return None
    if any(one.state == GIVEN and one.text_id == text.id for one in of_address(session, address)):
        return None
    asked = new(session, Consent(
        contact_id=conversation.contact_id, address=address, channel_id=form_id, text_id=text.id, asked_at=message.at,
        asked_page=page[:1000], message_id=message.id,
        # The words were read in the form's language, whatever the message is written in.
        language=str(form.settings.get("language", "")),
    ))  # fmt: skip
    record(
        session, "consent_asked", CUSTOMER, conversation_id=conversation.id, message_id=message.id, at=message.at,
        consent_id=asked.id,
    )  # fmt: skip
    # One lane for an address keeps its requests in order.
    queue.enqueue(session, KIND, asked.id, f"{KIND}:{address}"[:500])
    return asked


def confirm(session: Session, consent_id: int, at: datetime) -> bool:
    """The reader of the mail has confirmed; False where this request cannot be confirmed (any more)."""
    found = session.get(Consent, consent_id, with_for_update=True, populate_existing=True)
    if found is None or found.state != ASKED:
        return False
    found.state, found.confirmed_at, found.how = GIVEN, at, BY_LINK
    _record(session, found, "consent_given", CUSTOMER, at)
    return True


def withdraw(session: Session, rows: Sequence[Consent], actor: Actor, at: datetime) -> bool:
    """End what is given or asked for of these; False where nothing was. Who gave nothing yet has refused."""
    how = BY_LINK if actor == CUSTOMER else BY_HAND
    ended = False
    for number in sorted(row.id for row in rows):
        row = session.get_one(Consent, number, with_for_update=True, populate_existing=True)
        if row.state not in (ASKED, GIVEN):
            continue
        row.state, action = (WITHDRAWN, "consent_withdrawn") if row.state == GIVEN else (REFUSED, "consent_refused")
        row.withdrawn_at, row.how, ended = at, how, True
        _record(session, row, action, actor, at)
    return ended


def of_address(session: Session, address: str) -> Sequence[Consent]:
    """The history of an address (small letters), the newest first."""
    return session.scalars(_history().where(Consent.address == address)).all()


def of_contact(session: Session, contact_id: int) -> Sequence[Consent]:
    """The history of a contact, by whichever address, the newest first."""
    return session.scalars(_history().where(Consent.contact_id == contact_id)).all()


def standing(history: Sequence[Consent]) -> Consent | None:
    """What counts of a history (newest first), None where there is none: what is given, as long as it is; else the
    newest request, which a refusal beside a withdrawal of the same moment does not hide."""
    newest = history[0] if history else None
    if newest is not None and newest.state == REFUSED:
        newest = next((one for one in history if one.state == WITHDRAWN), newest)
    return next((one for one in history if one.state == GIVEN), newest)


def state_of(session: Session, address: str) -> str:
    """ASKED, GIVEN, WITHDRAWN or REFUSED; "" where an address was never asked for."""
    found = standing(of_address(session, address.strip().lower()))
    return found.state if found is not None else ""


def given(session: Session) -> Sequence[Consent]:
    """Who has consented and not taken it back: one row for each address, the newest first."""
    query = _history().where(Consent.state == GIVEN).options(joinedload(Consent.contact))
    found: dict[str, Consent] = {}
    for row in session.scalars(query):
        found.setdefault(row.address, row)
    return list(found.values())


def _history() -> Select[Consent]:
    options = joinedload(Consent.text), joinedload(Consent.channel)
    return select(Consent).where(Consent.purpose == MARKETING).options(*options).order_by(Consent.id.desc())


def _record(session: Session, consent: Consent, action: str, actor: Actor, at: datetime) -> None:
    write_out(session)
    message = session.get(Message, consent.message_id) if consent.message_id is not None else None
    record(
        session, action, actor, conversation_id=message.conversation_id if message else None,
        message_id=consent.message_id, at=at, consent_id=consent.id,
    )  # fmt: skip
