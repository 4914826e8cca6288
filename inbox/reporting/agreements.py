"""Whether managers may see the times of single persons, by what agreement, and telling everybody so.

Art. 4, legge 300/1970 (Statuto dei lavoratori): not without an agreement with the unions or the labour inspectorate's
authorisation, or, where a tool only serves the work itself, without each person's information.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from config import i18n
from inbox import access, alarms
from inbox.events import Actor, record
from inbox.models import TimesAgreement, User, now
from inbox.models.agreement import BASES
from inbox.models.user import COLLEAGUE, EXTERNAL, MANAGER

MAX_REFERENCE = 200
# Those who answer customers, and so have times.
ANSWERING = (MANAGER, COLLEAGUE, EXTERNAL)


class CannotAgree(ValueError):
    """Nothing was changed: no reference, an unknown basis, a day to come, or one holds already."""


def holding(session: Session) -> TimesAgreement | None:
    """The agreement that holds, None where nobody's times are seen by others."""
    query = select(TimesAgreement).where(TimesAgreement.ended_at.is_(None)).order_by(TimesAgreement.id.desc())
    found: TimesAgreement | None = session.scalar(query.limit(1))
    return found


def since(session: Session, user: User) -> datetime | None:
    """From which moment (UTC) on a user may see everybody's times; None: not at all. What was before stays unseen."""
    row = holding(session)
    return row.at if row is not None and access.may_see_times(user, None, agreed=True) else None


def history(session: Session) -> Sequence[TimesAgreement]:
    """All there were, the newest first."""
    query = select(TimesAgreement).options(joinedload(TimesAgreement.by_user), joinedload(TimesAgreement.ended_by))
    return session.scalars(query.order_by(TimesAgreement.id.desc())).all()


def begin(
    session: Session, basis: str, reference: str, dated: date, actor: Actor, at: datetime | None = None
) -> TimesAgreement:
    """Let managers see the times of single persons from now on, and tell everybody. Raises CannotAgree."""
    at = at or now()
    reference = " ".join(reference.split())
    if basis not in BASES or not reference or len(reference) > MAX_REFERENCE or dated > at.date():
        raise CannotAgree(f"needs a basis, a reference and a day that is past (got {basis!r}, {reference!r}, {dated})")
    if holding(session) is not None:
        raise CannotAgree("one holds already")
    row = TimesAgreement(basis=basis, reference=reference, dated=dated, at=at, by_user_id=actor.user_id)
    session.add(row)
    session.flush()
    _tell(session, "times_opened", row, actor, at)
    return row


def end(session: Session, row: TimesAgreement, actor: Actor, at: datetime | None = None) -> None:
    """Let nobody see the times of others any more, and tell everybody."""
    if row.ended_at is None:
        row.ended_at, row.ended_by_id = at or now(), actor.user_id
        _tell(session, "times_closed", row, actor, row.ended_at)


def _tell(session: Session, action: str, row: TimesAgreement, actor: Actor, at: datetime) -> None:
    query = select(User).where(User.role.in_(ANSWERING), User.disabled_at.is_(None)).options(selectinload(User.links))
    users = session.scalars(query.order_by(User.id)).all()
    told = alarms.tell(session, users, lambda language: words(row, language))
    record(session, action, actor, at=at, agreement_id=row.id, told=told)


def words(row: TimesAgreement, language: str) -> tuple[str, str]:
    """Subject and text for those whom it concerns."""
    _ = i18n.translator(language)
    if row.ended_at is not None:
        return _("Personal response times are closed again"), _(
            "From now on nobody but yourself sees your response times. They stay on your own page."
        )
    basis = {
        "unions": _("agreement with the trade unions"),
        "inspectorate": _("authorisation of the labour inspectorate"),
        "informed": _("information given to each person"),
    }[row.basis]
    text = _(
        "From now on managers see the response times of each colleague, for questions that come from this moment on; "
        "what was before stays unseen. What allows it: %(basis)s, %(reference)s, %(day)s. Your own page shows what "
        "they see."
    )
    day = i18n.day(row.dated, language)
    return _("Managers see personal response times now"), text % {
        "basis": basis, "reference": row.reference, "day": day,
    }  # fmt: skip
