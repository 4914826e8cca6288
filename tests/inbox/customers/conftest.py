"""A desk with a colleague, and files of customers carried out on it."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from inbox.customers import importing, reading
from inbox.customers.summary import Summary
from inbox.customers.values import Problem
from inbox.events import SYSTEM
from inbox.models import Company, Contact, Identity
from tests.parts.desk import Desk

Import = Callable[[bytes], Summary]


def carry_out(session: Session, content: bytes) -> tuple[Summary, Sequence[Problem]]:
    return importing.carry_out(session, importing.prepare(session, reading.read(content)), SYSTEM)


def firms(session: Session) -> list[tuple[object, ...]]:
    """All firms, each as name, VAT number, number, domain, province, country and owner."""
    query = select(
        Company.name, Company.vat, Company.code, Company.domain, Company.province, Company.country, Company.owner_id
    )
    return [tuple(row) for row in session.execute(query.order_by(Company.id))]


def tied(session: Session) -> dict[str, str | None]:
    """The firm of each address."""
    query = select(Identity.address, Company.name).join(Contact, Contact.id == Identity.contact_id)
    return dict(session.execute(query.outerjoin(Company, Company.id == Contact.company_id)).all())


@pytest.fixture
def marco(desk: Desk) -> int:
    return desk.add_user("marco@firm.test", name="Marco Neri")
