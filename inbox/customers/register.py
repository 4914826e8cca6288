"""The list of customers: firms that somebody named or that the books know, and who follows them."""

from collections.abc import Sequence

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from inbox.customers.classes import is_listed
from inbox.customers.keeping import holders
from inbox.events import Actor, record
from inbox.models import Company

PAGE = 50


def listed(session: Session, search: str, after: int | None) -> Sequence[Company]:
    """One page by name (PAGE + 1 rows where there are more), from behind the firm with the number `after`."""
    query = _customers(search).options(joinedload(Company.owner))
    last = session.get(Company, after) if after is not None else None
    if last is not None:
        key = select(func.lower(Company.name)).where(Company.id == last.id).scalar_subquery()
        query = query.where(tuple_(func.lower(Company.name), Company.id) > tuple_(key, last.id))
    return session.scalars(query.order_by(func.lower(Company.name), Company.id).limit(PAGE + 1)).all()


def count(session: Session, search: str) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(_customers(search).subquery())) or 0


def set_owner(session: Session, company_id: int, owner: str, actor: Actor) -> bool:
    """Say who follows a firm: a colleague's number, "" for nobody. False where there is no such firm or colleague."""
    offered = {"": None, **{str(one.id): one.id for one in holders(session)}}
    company = session.get(Company, company_id)
    if company is None or owner not in offered:
        return False
    if company.owner_id != offered[owner]:
        company.owner_id = offered[owner]
        record(session, "customer_owner_set", actor, company_id=company.id, user_id=company.owner_id)
    return True


def _customers(search: str) -> Select[Company]:
    """Not the firms of which only the domain of their mails is known."""
    query = select(Company).where(is_listed())
    wanted = " ".join(search.lower().split())
    if wanted:
        squeezed = wanted.replace(" ", "")
        query = query.where(
            or_(
                func.lower(Company.name).contains(wanted, autoescape=True),
                func.lower(Company.vat).contains(squeezed, autoescape=True),
                func.lower(Company.code).contains(wanted, autoescape=True),
                Company.domain.contains(squeezed, autoescape=True),
            )
        )
    return query
