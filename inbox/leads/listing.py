"""The list of leads: what is under way, filtered; what is due first, then the highest value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inbox.leads.sources import Names
from inbox.models import Company, Contact, Conversation, Lead, LeadConversation, User
from inbox.models.lead import LOST, QUOTED, UNDER_WAY, WON
from inbox.models.user import EXTERNAL

PAGE = 100
# What can be listed: under way, with an open quote, with a next step that is due, won, lost, all.
OPEN, QUOTES, DUE, ALL = "open", "quotes", "due", "all"
STATES = (OPEN, QUOTES, DUE, WON, LOST, ALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; "" means all. `owner`: a user's number, `source`: a code as sources are counted, `search`: words
    of title, product, contact or company; `after`: how many come before."""

    state: str = OPEN
    owner: str = ""
    source: str = ""
    search: str = ""
    after: int = 0


def leads(session: Session, user: User, wanted: Filter, names: Names, today: date) -> Sequence[Lead]:
    """One page of leads (PAGE + 1 rows where there are more)."""
    query = _scope(select(Lead), user, wanted, names, today).options(
        joinedload(Lead.contact).joinedload(Contact.company), joinedload(Lead.owner),
        selectinload(Lead.conversations).joinedload(Conversation.user),
    )  # fmt: skip
    ended = func.coalesce(Lead.won_at, Lead.lost_at)
    worth = func.coalesce(Lead.value_cents, -1).desc()
    order = (
        (ended.desc(), Lead.id.desc())
        if wanted.state in (WON, LOST)
        else (Lead.next_on.is_(None), Lead.next_on, worth, Lead.id)
    )
    return session.scalars(query.order_by(*order).offset(wanted.after).limit(PAGE + 1)).unique().all()


def totals(session: Session, user: User, wanted: Filter, names: Names, today: date) -> tuple[int, dict[str, int]]:
    """How many leads the filter holds, and what they are worth in cents by currency."""
    query: Any = select(Lead.currency, func.count(), func.sum(Lead.value_cents)).group_by(Lead.currency)
    rows = session.execute(_scope(query, user, wanted, names, today)).all()
    return sum(row[1] for row in rows), {row[0]: int(row[2]) for row in rows if row[2]}


def counts(session: Session, user: User, today: date, names: Names) -> dict[str, int]:
    """How many leads each of STATES holds for this user."""
    return {state: totals(session, user, Filter(state), names, today)[0] for state in STATES}


def theirs(user_id: int) -> ColumnElement[bool]:
    """The leads that are in somebody's hands: owned, or without an owner and with a conversation there."""
    held = select(LeadConversation.lead_id).join(Conversation, Conversation.id == LeadConversation.conversation_id)
    return or_(
        Lead.owner_id == user_id,
        and_(Lead.owner_id.is_(None), Lead.id.in_(held.where(Conversation.user_id == user_id))),
    )


def may_see(session: Session, user: User, lead: Lead) -> bool:
    """Whether a user may see a lead: an external agent only what is in their own hands."""
    if user.role != EXTERNAL:
        return True
    return session.scalar(select(Lead.id).where(Lead.id == lead.id, theirs(user.id))) is not None


def _scope(query: Select[Any], user: User, wanted: Filter, names: Names, today: date) -> Select[Any]:
    where = {
        OPEN: Lead.stage.in_(UNDER_WAY),
        QUOTES: Lead.stage == QUOTED,
        DUE: and_(Lead.stage.in_(UNDER_WAY), Lead.next_on <= today),
        WON: Lead.stage == WON,
        LOST: Lead.stage == LOST,
    }
    if wanted.state in where:
        query = query.where(where[wanted.state])
    if user.role == EXTERNAL:
        query = query.where(theirs(user.id))
    if wanted.owner.isdecimal():
        query = query.where(theirs(int(wanted.owner)))
    if wanted.source:
        counted = [wanted.source, *(code for code, into in names.into.items() if into == wanted.source)]
        query = query.where(Lead.last_source.in_(counted))
    return query.where(_found(wanted.search)) if wanted.search else query


def _found(search: str) -> ColumnElement[bool]:
    people = select(Contact.id).outerjoin(Company, Company.id == Contact.company_id)
    found = []
    for word in search.lower().split()[:5]:
        named = (func.lower(column).contains(word, autoescape=True) for column in (Contact.name, Company.name))
        told = (func.lower(column).contains(word, autoescape=True) for column in (Lead.title, Lead.product))
        found.append(or_(*told, Lead.contact_id.in_(people.where(or_(*named)))))
    return and_(*found)
