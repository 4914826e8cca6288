"""What a file is compared with, and writing what it changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from inbox import likeness
from inbox.contacts import ours
from inbox.customers.planning import FIELDS, Firm, Plan, Planner
from inbox.customers.values import Row
from inbox.db import append, new_id, write_out
from inbox.models import Company, Contact, Identity, User, now
from inbox.models.user import COLLEAGUE, EXTERNAL, MANAGER

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """The firms as rows of number and FIELDS; contacts by the file's addresses; our own addresses."""

    firms: list[tuple[Any, ...]]
    contacts: list[tuple[str, int, int | None]]
    ours: set[str]


def holders(session: Session) -> Sequence[User]:
    """Colleagues who can have customers."""
    active = select(User).where(User.disabled_at.is_(None), User.role.in_((MANAGER, COLLEAGUE, EXTERNAL)))
    return session.scalars(active.order_by(User.name)).all()


def known(session: Session, rows: Sequence[Row]) -> Known:
    """What these lines are compared with. Queries grow by CHUNK addresses; the known firms are read as a whole."""
    query = select(Company.id, *(getattr(Company, name) for name in FIELDS)).order_by(Company.id)
    addresses = list(dict.fromkeys(one for row in rows for one in row.addresses))
    contacts = select(Identity.address, Contact.id, Contact.company_id).join(Contact).where(Identity.kind == "mail")
    found: list[tuple[str, int, int | None]] = []
    for start in range(0, len(addresses), CHUNK):
        some = contacts.where(Identity.address.in_(addresses[start : start + CHUNK])).order_by(Identity.id)
        found += [(address, number, company) for address, number, company in session.execute(some)]
    return Known([tuple(row) for row in session.execute(query)], found, ours(session))


def plan(known: Known, rows: Sequence[Row], columns: dict[str, str]) -> Plan:
    """What these lines change."""
    firms = {number: _firm(number, values) for number, *values in known.firms}
    contacts = {address: (number, firms.get(company or 0)) for address, number, company in known.contacts}
    return Planner(firms.values(), contacts, rows, known.ours, columns).run()


def write(session: Session, plan: Plan) -> None:
    """Carry a plan out, many rows at a time."""
    for blank, firm in plan.absorbed:
        session.execute(update(Contact).where(Contact.company_id == blank.id).values(company_id=firm.id))
        session.execute(delete(Company).where(Company.id == blank.id))
    changed = [{"id": firm.id, **_values(firm)} for firm in plan.changed]
    for some in _chunks(changed):
        session.execute(update(Company), some)
    for firm in plan.new:
        firm.id = new_id(session, Company)
        append(session, Company, id=firm.id, **_values(firm))
    write_out(session)
    for some in _chunks([{"id": number, "company_id": firm.id} for number, firm in plan.tied.items()]):
        session.execute(update(Contact), some)
    moment = now()
    made = [(new_id(session, Contact), address, firm) for address, firm in plan.made.items()]
    for number, _, firm in made:
        append(session, Contact, id=number, name="", company_id=firm.id, language="", phone="", created_at=moment)
    write_out(session)
    for number, address, _ in made:
        append(session, Identity, contact_id=number, kind="mail", address=address)


def _values(firm: Firm) -> dict[str, object]:
    told = {name: getattr(firm, name) for name in FIELDS}
    return told | {"domain": firm.domain or None, "name_key": likeness.firm(firm.name)}


def _firm(number: int, values: Sequence[object]) -> Firm:
    told = dict(zip(FIELDS, values, strict=True))
    firm = Firm(number, **{**told, "domain": told["domain"] or ""})  # type: ignore[arg-type]
    firm.before = firm.now
    return firm


def _chunks(rows: list[dict[str, object]]) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
