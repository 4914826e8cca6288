"""Bringing two contacts together as one person, and apart again.

What goes over is written down, so that it can go back: in whatever order merges are undone, a row goes back to whom it
was taken from, and what has come since goes with the address it came by. The contact that was merged stays, empty.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import false, func, or_, select, update
from sqlalchemy.orm import Session

from inbox.events import person, record
from inbox.models import (
    Channel,
    Consent,
    Contact,
    ContactMerge,
    Conversation,
    Identity,
    Lead,
    LeadConversation,
    Message,
    Trait,
    User,
    now,
)
from inbox.models.message import INBOUND
from inbox.models.user import CONTENTS
from inbox.persons import likely, traits
from inbox.social.kinds import SOCIAL

# A sender of more conversations is a program.
MOST_CONVERSATIONS = 5_000
TABLES: Mapping[str, Any] = {
    "identities": Identity, "conversations": Conversation, "consents": Consent, "traits": Trait, "leads": Lead,
}  # fmt: skip
# What the kept contact takes over where it says nothing itself.
FIELDS = ("name", "phone", "company_id", "language", "owner_id")
FIELD_NAMES = "fields"
# By which facts a social channel's message names its sender (inbox.social).
_IDS = ("wa_id", "user_id")
_CHUNK = 500
SAME, GONE, MANY = "same", "gone", "many"


class CannotMerge(ValueError):
    """Nothing was changed; `code` says why: SAME (one contact), GONE (merged already, or not any more), MANY."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def merge(session: Session, kept_id: int, merged_id: int, user: User, conversation: Conversation) -> ContactMerge:
    """All that is `merged`'s becomes `kept`'s; `conversation`: where it is written down. Raises CannotMerge."""
    if kept_id == merged_id:
        raise CannotMerge(SAME)
    rows = _hold(session, kept_id, merged_id)
    kept, merged = rows.get(kept_id), rows.get(merged_id)
    if kept is None or merged is None or kept.merged_into_id is not None or merged.merged_into_id is not None:
        raise CannotMerge(GONE)
    counted = select(func.count()).select_from(Conversation).where(Conversation.contact_id == merged_id)
    if (session.scalar(counted) or 0) > MOST_CONVERSATIONS:
        raise CannotMerge(MANY)
    name, kept_name = likely.described(merged), likely.described(kept)
    moved: dict[str, Any] = {"name": name}
    for kind, table in TABLES.items():
        numbers = list(session.scalars(select(table.id).where(table.contact_id == merged_id).order_by(table.id)))
        _move(session, table, numbers, merged_id, kept_id)
        moved[kind] = numbers
    moved[FIELD_NAMES] = _take_over(kept, merged)
    merged.merged_into_id = kept_id
    made = ContactMerge(kept_id=kept_id, merged_id=merged_id, user_id=user.id, moved=moved)
    session.add(made)
    session.flush()
    session.expire_all()
    _tell(session, "contacts_merged", user, conversation, moved["conversations"], name, kept_name)
    return made


def undo(session: Session, merge_id: int, user: User, conversation: Conversation) -> None:
    """What was merged goes back as far as it is still there, with what came since by its addresses. Raises
    CannotMerge."""
    done = session.get(ContactMerge, merge_id, with_for_update=True, populate_existing=True)
    if done is None or done.undone_at is not None:
        raise CannotMerge(GONE)
    path = _path(session, done)
    holder_id = path[-1].kept_id
    rows = _hold(session, done.merged_id, *(one.kept_id for one in path))
    merged, holder = rows[done.merged_id], rows[holder_id]
    known = {kind: list(done.moved.get(kind, ())) for kind in TABLES}
    back, begun = _with_later(session, known, holder_id)
    for kind, table in TABLES.items():
        _move(session, table, back.get(kind, []), holder_id, merged.id)
    _give_back(path, rows)
    for on in path[1:]:
        on.moved = on.moved | {kind: _without(on.moved.get(kind, ()), back.get(kind, ())) for kind in TABLES}
    merged.merged_into_id = None
    stated = traits.Known(session)
    for message in session.scalars(select(Message).where(Message.conversation_id.in_(begun))).all():
        if message.direction == INBOUND:
            stated.observe(merged, message, message.conversation.thread_key)
    done.undone_at, done.undone_by_id = now(), user.id
    session.flush()
    session.expire_all()
    _tell(
        session, "contacts_separated", user, conversation, back["conversations"],
        likely.described(merged), likely.described(holder),
    )  # fmt: skip


def of(session: Session, contact: Contact) -> list[ContactMerge]:
    """What was merged into a contact and can go back, the newest first; also what those had taken in before."""
    found: list[ContactMerge] = []
    holders = [contact.id]
    while holders:
        into = select(ContactMerge).where(ContactMerge.kept_id.in_(holders), ContactMerge.undone_at.is_(None))
        rows = session.scalars(into.order_by(ContactMerge.id.desc())).all()
        found += rows
        holders = [one.merged_id for one in rows]
    return sorted(found, key=lambda one: -one.id)


def _hold(session: Session, *numbers: int) -> dict[int, Contact]:
    """Contacts as they are now, for nobody else to change until the transaction ends; always in one order."""
    query = select(Contact).where(Contact.id.in_(numbers)).order_by(Contact.id).with_for_update()
    return {one.id: one for one in session.scalars(query.execution_options(populate_existing=True))}


def _without(numbers: Iterable[int], gone: Iterable[int]) -> list[int]:
    out = set(gone)
    return [one for one in numbers if one not in out]


def _path(session: Session, done: ContactMerge) -> list[ContactMerge]:
    """The merge and those by which what it moved went on, up to the contact that has it now."""
    path = [done]
    while True:
        on = select(ContactMerge).where(
            ContactMerge.merged_id == path[-1].kept_id, ContactMerge.undone_at.is_(None)
        ).with_for_update()  # fmt: skip
        further = session.scalar(on.execution_options(populate_existing=True))
        if further is None:
            return path
        path.append(further)


def _move(session: Session, table: Any, numbers: list[int], before: int, after: int) -> None:
    """Give rows to another contact, as far as they are still the first's."""
    for start in range(0, len(numbers), _CHUNK):
        some = table.id.in_(numbers[start : start + _CHUNK])
        change = update(table).where(some, table.contact_id == before).values(contact_id=after)
        session.execute(change.execution_options(synchronize_session=False))


def _take_over(kept: Contact, merged: Contact) -> dict[str, list[Any]]:
    """What the kept contact does not know and the other does; of two levels of secrecy the stricter counts."""
    found: dict[str, list[Any]] = {}
    for name in FIELDS:
        own, other = getattr(kept, name), getattr(merged, name)
        if not own and other:
            found[name] = [own, other]
    strict = max(kept.content, merged.content, key=lambda one: CONTENTS.index(one) if one else -1)
    if strict != kept.content:
        found["content"] = [kept.content, strict]
    for name, (_, after) in found.items():
        setattr(kept, name, after)
    return found


def _give_back(path: list[ContactMerge], rows: Mapping[int, Contact]) -> None:
    """Those who took fields over from the one that goes lose them again, unless they were changed since."""
    for name, (_, taken) in dict(path[0].moved[FIELD_NAMES]).items():
        for one in path:
            fields = dict(one.moved[FIELD_NAMES])
            before, after = fields.pop(name, (None, None))
            if after != taken:
                break
            if getattr(rows[one.kept_id], name) == taken:
                setattr(rows[one.kept_id], name, before)
            one.moved = {**one.moved, FIELD_NAMES: fields}


def _with_later(
    session: Session, back: Mapping[str, list[int]], holder_id: int
) -> tuple[dict[str, list[int]], list[int]]:
    """What goes back, with what came since by its addresses: conversations (these by themselves too), consents, new ids
    of the same sender."""
    rows = session.execute(select(Identity.kind, Identity.address).where(Identity.id.in_(back["identities"]))).all()
    by_kind: dict[str, set[str]] = {}
    for kind, address in rows:
        by_kind.setdefault(kind, set()).add(address)
    addresses = {address for known in by_kind.values() for address in known}
    written = select(Message.id).where(
        Message.conversation_id == Conversation.id, func.lower(Message.from_address).in_(addresses)
    )
    others = select(Conversation).where(
        Conversation.contact_id == holder_id, Conversation.id.not_in(back["conversations"]),
        func.lower(Conversation.thread_key).in_(addresses) | written.exists(),
    )  # fmt: skip
    begun = [one.id for one in session.scalars(others) if _is_by(session, one, by_kind)]
    consents = select(Consent.id).where(
        Consent.contact_id == holder_id, Consent.address.in_(by_kind.get("mail", ())),
        Consent.id.not_in(back["consents"]),
    )  # fmt: skip
    talks = [*back["conversations"], *begun]
    leads = select(LeadConversation.lead_id).where(
        LeadConversation.conversation_id.in_(begun), LeadConversation.lead_id.not_in(back["leads"])
    )
    return {
        "identities": [*back["identities"], *_new_ids(session, talks, holder_id)],
        "conversations": talks,
        "consents": [*back["consents"], *session.scalars(consents)],
        "traits": back["traits"],
        "leads": [*back["leads"], *session.scalars(leads.distinct())],
    }, begun


def _is_by(session: Session, conversation: Conversation, by_kind: Mapping[str, set[str]]) -> bool:
    """Whether a conversation was begun by one of the addresses."""
    addresses = by_kind.get(conversation.channel.kind, set())
    first = select(Message.from_address).where(
        Message.conversation_id == conversation.id, Message.direction == INBOUND
    ).order_by(Message.at, Message.id)  # fmt: skip
    sender = session.scalar(first.limit(1)) or conversation.thread_key
    return sender.strip().lower() in addresses or conversation.thread_key.lower() in addresses


def _new_ids(session: Session, talks: list[int], holder_id: int) -> list[int]:
    """Ids by which senders of these conversations became known besides those they had."""
    social = select(Message.facts, Channel.kind).join(Channel, Channel.id == Message.channel_id).where(
        Message.conversation_id.in_(talks), Message.direction == INBOUND, Channel.kind.in_(SOCIAL)
    )  # fmt: skip
    names = {
        (kind, str(facts[name]).lower())
        for facts, kind in session.execute(social)
        if "group" not in facts
        for name in _IDS
        if name in facts
    }
    wanted = [(Identity.kind == kind) & (Identity.address == address) for kind, address in sorted(names)]
    query = select(Identity.id).where(Identity.contact_id == holder_id, or_(false(), *wanted))
    return list(session.scalars(query))


def _tell(
    session: Session,
    action: str,
    user: User,
    conversation: Conversation,
    others: Iterable[int],
    name: str,
    kept_name: str,
) -> None:
    """Write it down in the conversation where it was done, and in the newest of those that moved."""
    newest = max(others, default=conversation.id)
    for number in sorted({conversation.id, newest}):
        record(session, action, person(user.id), conversation_id=number, name=name, kept=kept_name)
