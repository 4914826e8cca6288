"""What a contact is to the company, as targets name it: a customer with a reference person, one in the list of
customers, or neither."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from inbox.models import Company, Contact, Conversation

FOLLOWED, LISTED, UNLISTED = CLASSES = ("followed", "listed", "unlisted")


def is_listed() -> ColumnElement[bool]:
    """Whether a firm is in the list of customers: not where only the domain of its mails is known."""
    is_named = Company.name.not_in(("", func.coalesce(Company.domain, "")))
    return or_(is_named, Company.vat != "", Company.code != "", Company.owner_id.is_not(None))


def of(session: Session, conversations: Collection[int] | Any) -> dict[int, str]:
    """By conversation (numbers, or a query of them) the class of its contact now."""
    followed = or_(Contact.owner_id.is_not(None), Company.owner_id.is_not(None))
    found = case((followed, FOLLOWED), (is_listed(), LISTED), else_=UNLISTED)
    query = select(Conversation.id, found).join(Contact, Contact.id == Conversation.contact_id)
    query = query.outerjoin(Company, Company.id == Contact.company_id).where(Conversation.id.in_(conversations))
    return dict(session.execute(query).all())


def fits(named: str, actual: str) -> bool:
    """Whether a line that names a class ("" for none) is about a contact of one: who has a reference person is in the
    list too."""
    return named in ("", actual) or (named == LISTED and actual == FOLLOWED)
