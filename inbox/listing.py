"""The queue as people see it: longest wait first, then the latest; filtered, paged by key. Above all who sit before the
chat of the site at this moment and wait."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from inbox.models import Conversation, Forgotten, Team, User, now
from inbox.models.conversation import CLOSED, OPEN, PENDING, SPAM
from inbox.models.forgotten import COMING
from inbox.models.user import EXTERNAL

PAGE = 50
WAITING, SNOOZED, FORGOTTEN = "waiting", "snoozed", "forgotten"
BY_WAIT = (Conversation.waiting_since, Conversation.id)
# How the key of a page begins that ends among those on top.
AMONG_HERE = "h"
STATES = (WAITING, FORGOTTEN, OPEN, PENDING, SNOOZED, CLOSED, SPAM)


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; "" means all. `state` is one of STATES, `team` a slug, `channel` an id."""

    state: str = OPEN
    team: str = ""
    channel: str = ""
    mine: bool = False
    after: str = ""


def conversations(
    session: Session, user: User | None, wanted: Filter, here: Collection[int] = ()
) -> Sequence[Conversation]:
    """One page of conversations (PAGE + 1 rows when there are more); `user` None sees everything (command line).

    `here`: those that stand on top of what is open or waits (inbox.sitechat.visits.waiting).
    """
    query = _scope(select(Conversation), user, wanted).options(
        joinedload(Conversation.contact), joinedload(Conversation.team), joinedload(Conversation.user),
        joinedload(Conversation.channel), selectinload(Conversation.tags),
    )  # fmt: skip
    above, others = query.where(Conversation.id.in_(here)), query
    if here and wanted.state in (WAITING, OPEN):
        # Two queries, so that the second goes by the index of who waits.
        others = query.where(Conversation.id.not_in(here))
    else:
        here = ()
    if wanted.state == WAITING:
        among, after = wanted.after.startswith(AMONG_HERE), wanted.after.removeprefix(AMONG_HERE)
        top = _rows(session, _after(above, after).order_by(*BY_WAIT)) if here and (among or not after) else []
        return [*top, *_rows(session, _after(others, "" if among else after).order_by(*BY_WAIT), len(top))]
    start = int(wanted.after) if wanted.after.isdigit() else 0
    top = _rows(session, above.order_by(*BY_WAIT).offset(start)) if here else []
    counted = _scope(select(func.count(Conversation.id)), user, wanted).where(Conversation.id.in_(here))
    skipped = max(0, start - (session.scalar(counted) or 0)) if here and start else start
    waiting_last = Conversation.waiting_since.is_(None)
    rest = others.order_by(waiting_last, Conversation.waiting_since, Conversation.last_at.desc(), Conversation.id)
    return [*top, *_rows(session, rest.offset(skipped), len(top))]


def ringing(session: Session, user: User, here: Collection[int]) -> Sequence[int]:
    """Those of `here` that nobody has taken and that are in nobody's hands but the user's, as far as the user sees
    them: their pages ring."""
    if not here:
        return []
    query = _scope(select(Conversation.id), user, Filter(WAITING)).where(
        Conversation.id.in_(here), Conversation.claimed_at.is_(None), Conversation.status == OPEN,
        or_(Conversation.user_id.is_(None), Conversation.user_id == user.id),
    )  # fmt: skip
    return session.scalars(query.order_by(Conversation.id)).all()


def counts(session: Session, user: User) -> dict[str, int]:
    """How many conversations each state holds for this user."""
    put_off = case((_put_off(), 1), else_=0).label("put_off")
    counted = select(Conversation.status, put_off, func.count(), func.count(Conversation.waiting_since))
    result = dict.fromkeys(STATES, 0)
    for status, is_put_off, count, waiting in session.execute(
        _scope(counted, user, Filter("")).group_by(Conversation.status, "put_off")
    ):
        result[SNOOZED if is_put_off else status] += count
        result[WAITING] += 0 if is_put_off else waiting
    result[FORGOTTEN] = session.scalar(_scope(select(func.count(Conversation.id)), user, Filter(FORGOTTEN))) or 0
    return result


def next_key(wanted: Filter, page: Sequence[Conversation], here: Collection[int] = ()) -> str:
    """What to hand in as `after` for the next page, "" on the last."""
    if len(page) <= PAGE:
        return ""
    last = page[PAGE - 1]
    if wanted.state == WAITING and last.waiting_since:
        return f"{AMONG_HERE if last.id in here else ''}{last.waiting_since.timestamp()}:{last.id}"
    return str((int(wanted.after) if wanted.after.isdigit() else 0) + PAGE)


def _rows(session: Session, query: Select[Any], already: int = 0) -> Sequence[Conversation]:
    """So many as are missing of a page and one more."""
    left = PAGE + 1 - already
    return session.scalars(query.limit(left)).unique().all() if left > 0 else []


def _scope(query: Any, user: User | None, wanted: Filter) -> Any:
    if wanted.state == WAITING:
        query = query.where(Conversation.waiting_since.is_not(None), ~_put_off())
    elif wanted.state == FORGOTTEN:
        query = query.where(
            Conversation.id.in_(select(Forgotten.conversation_id).where(Forgotten.why.not_in(COMING))), ~_put_off()
        )
    elif wanted.state == SNOOZED:
        query = query.where(_put_off())
    elif wanted.state:
        query = query.where(Conversation.status == wanted.state, ~_put_off())
    if wanted.team == "none":
        query = query.where(Conversation.team_id.is_(None))
    elif wanted.team:
        query = query.where(Conversation.team_id == select(Team.id).where(Team.slug == wanted.team).scalar_subquery())
    if wanted.channel.isdigit():
        query = query.where(Conversation.channel_id == int(wanted.channel))
    if user is not None and (wanted.mine or user.role == EXTERNAL):
        query = query.where(Conversation.user_id == user.id)
    return query


def _put_off() -> ColumnElement[bool]:
    """Put off until a moment that has not come yet."""
    return and_(Conversation.snoozed_until.is_not(None), Conversation.snoozed_until > now())


def _after(query: Select[Any], after: str) -> Select[Any]:
    from datetime import UTC, datetime

    stamp, _, number = after.partition(":")
    if not number.isdigit():
        return query
    try:
        moment = datetime.fromtimestamp(float(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        return query
    later = Conversation.waiting_since > moment
    return query.where(or_(later, and_(Conversation.waiting_since == moment, Conversation.id > int(number))))
