"""What some contacts share with others, looked up at once: whom `likely.alike` may suggest for each of them.

A first look for many: it misses nobody whom `likely.alike` suggests, and names others whom that leaves out.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from inbox.models import Company, Contact, Identity, Trait
from inbox.models.person import FIRM, MAIL, PHONE, SIGNED, VISIT
from inbox.persons.likely import SHARED
from inbox.sitechat import settings as sitechat
from inbox.social.kinds import WHATSAPP

# What is one person's, wherever it is kept: a kind and a value.
Mark = tuple[str, str]
_OF_TRAITS = {MAIL: MAIL, SIGNED: MAIL, PHONE: PHONE, VISIT: VISIT}
_OF_IDENTITIES = {"mail": MAIL, WHATSAPP: PHONE, sitechat.KIND: VISIT}


def others(session: Session, numbers: Collection[int]) -> dict[int, set[int]]:
    """For each contact the numbers of those who have a mark, or a name and a firm, in common with it."""
    marks: dict[Mark, set[int]] = {}
    firms: dict[int, set[str]] = {}
    columns = Contact.id, Contact.name_key, Contact.phone_key, Contact.company_id, Company.name_key.label("firm")
    of_contacts = select(*columns).outerjoin(Company, Company.id == Contact.company_id).where(Contact.id.in_(numbers))
    rows = session.execute(of_contacts).all()
    for row in rows:
        firms[row.id] = {row.firm} - {None, ""}
        marks.setdefault((PHONE, row.phone_key), set()).add(row.id)
    for number, kind, value in session.execute(
        select(Trait.contact_id, Trait.kind, Trait.value).where(Trait.contact_id.in_(numbers))
    ):
        if kind == FIRM:
            firms[number].add(value)
        else:
            marks.setdefault((_OF_TRAITS[kind], value), set()).add(number)
    for number, mark in _of_identities(session, Identity.contact_id.in_(numbers)):
        marks.setdefault(mark, set()).add(number)
    found: dict[int, set[int]] = {number: set() for number in numbers}
    for number, mark in _with(session, {mark for mark in marks if mark[1]}):
        for one in marks.get(mark, ()):
            found[one].add(number)
    for one, number in _namesakes(session, rows, firms):
        found[one].add(number)
    return {one: some - {one} for one, some in found.items()}


def _with(session: Session, marks: set[Mark]) -> Iterable[tuple[int, Mark]]:
    """Who has one of the marks; of one that more have than tell a person from another, some."""
    values = {value for _, value in marks}
    for kind, value, number in session.execute(
        _some(select(Trait.kind, Trait.value, Trait.contact_id).where(Trait.value.in_(values)), Trait.kind, Trait.value)
    ):
        yield number, (_OF_TRAITS.get(kind, kind), value)
    numbers = {value for kind, value in marks if kind == PHONE}
    addresses = values | {value.removeprefix("+") for value in numbers}
    yield from _of_identities(session, Identity.address.in_(addresses))
    phones = select(Contact.phone_key, Contact.id).where(
        Contact.phone_key.in_(numbers), Contact.merged_into_id.is_(None)
    )
    for value, number in session.execute(_some(phones, Contact.phone_key)) if numbers else ():
        yield number, (PHONE, value)


def _some(query: Any, *same: Any) -> Any:
    """Of the rows that are the same in these columns as many as may share it, and two more."""
    ranked = query.add_columns(func.row_number().over(partition_by=same, order_by=same).label("place")).subquery()
    return select(*list(ranked.c)[:-1]).where(ranked.c.place <= SHARED + 2)


def _of_identities(session: Session, which: Any) -> Iterable[tuple[int, Mark]]:
    query = select(Identity.contact_id, Identity.kind, Identity.address)
    for number, kind, address in session.execute(query.where(Identity.kind.in_(_OF_IDENTITIES), which)):
        mark = _OF_IDENTITIES[kind]
        yield number, (mark, f"+{address}" if mark == PHONE else address)


def _namesakes(session: Session, rows: Iterable[Any], firms: dict[int, set[str]]) -> Iterable[tuple[int, int]]:
    """Contacts and those of the same name and firm, however the firm is known."""
    named = [row for row in rows if row.name_key]
    wanted = {firm for row in named for firm in firms[row.id]}
    by_name: dict[str, set[int]] = {}
    for number, name in session.execute(select(Company.id, Company.name_key).where(Company.name_key.in_(wanted))):
        by_name.setdefault(name, set()).add(number)
    mine: dict[tuple[str, Any], list[int]] = {}
    for row in named:
        companies = {number for firm in firms[row.id] for number in by_name.get(firm, ())} | {row.company_id} - {None}
        for one in (*companies, *firms[row.id]):
            mine.setdefault((row.name_key, one), []).append(row.id)
    pairs = [pair for pair in mine if isinstance(pair[1], int)]
    by_row = select(Contact.id, Contact.name_key, Contact.company_id).where(
        tuple_(Contact.name_key, Contact.company_id).in_(pairs), Contact.merged_into_id.is_(None)
    )
    stated = select(Contact.id, Contact.name_key, Trait.value).join(Trait, Trait.contact_id == Contact.id).where(
        Trait.kind == FIRM, Trait.value.in_(wanted), Contact.name_key.in_({row.name_key for row in named})
    )  # fmt: skip
    for query in (*([by_row] if pairs else ()), *([stated] if wanted else ())):
        for number, name, firm in session.execute(query):
            yield from ((one, number) for one in mine.get((name, firm), ()))
