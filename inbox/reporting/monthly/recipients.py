"""Who gets which reports by mail, in which language, with customers' names or without; what is on the monthly page."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from inbox import company, contacts
from inbox.access import NAMES, SEE_REPORTS, may
from inbox.events import Actor, record
from inbox.models import Channel, ReportRecipient, User
from inbox.models.report_mail import MONTHLY, REPORT_KINDS, WEEKLY
from inbox.models.user import DIRECTOR, MANAGER
from inbox.reporting.monthly.content import SECTIONS

# What a role gets until somebody sets it otherwise.
USUAL: dict[str, tuple[str, ...]] = {DIRECTOR: (MONTHLY,), MANAGER: (WEEKLY,)}
# Kept by the company: the parts of the page that are left out, and whose name stands at its top.
LEFT_OUT, HEADING = "report_left_out", "report_heading"
MAX_HEADING, MAX_ADDRESS = 80, 254
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


class RecipientError(ValueError):
    """An address that cannot get reports; `code` says why: no_address, ours, taken."""

    def __init__(self, code: str) -> None:
        super().__init__(f"this address cannot get reports ({code})")
        self.code = code


@dataclass(frozen=True, slots=True)
class To:
    """Somebody who gets a report. `number`: of the recipient's row, 0 for a user without one."""

    address: str
    name: str
    language: str
    names: bool
    kinds: Sequence[str]
    user_id: int | None = None
    number: int = 0


def every(session: Session) -> list[To]:
    """All users who may see reports, with what they get (perhaps nothing), and the addresses outside."""
    rows = session.scalars(
        select(ReportRecipient).options(joinedload(ReportRecipient.user)).order_by(ReportRecipient.id)
    ).all()
    known = {one.user_id: one for one in rows if one.user_id is not None}
    users = session.scalars(select(User).where(User.disabled_at.is_(None)).order_by(User.name, User.id))
    found = [of_user(one, known.get(one.id)) for one in users if may(one, SEE_REPORTS)]
    outside = [one for one in rows if one.user_id is None]
    return found + [To(one.address, one.name, one.language, one.names, one.kinds, None, one.id) for one in outside]


def of_user(user: User, row: ReportRecipient | None) -> To:
    """What a user gets."""
    usual = USUAL.get(user.role, ()) if user.notify_by_mail else ()
    kinds, number = (row.kinds, row.id) if row else (usual, 0)
    return To(user.email, user.name, user.language, may(user, NAMES), kinds, user.id, number)


def of_kind(session: Session, kind: str) -> list[To]:
    """Who gets a kind of report, nobody twice."""
    found: dict[str, To] = {}
    for one in every(session):
        if kind in one.kinds:
            found.setdefault(one.address.lower(), one)
    return list(found.values())


def set_user(session: Session, user: User, kinds: Iterable[str], actor: Actor) -> None:
    """Set what a user gets."""
    row = session.scalar(select(ReportRecipient).where(ReportRecipient.user_id == user.id))
    if row is None:
        row = ReportRecipient(user_id=user.id)
        session.add(row)
    row.kinds = _known(kinds, REPORT_KINDS)
    record(session, "report_recipient_set", actor, subject_user_id=user.id, kinds=row.kinds)


def add(
    session: Session, address: str, name: str, language: str, kinds: Iterable[str], names: bool, actor: Actor
) -> ReportRecipient:
    """An address outside gets reports. Raises RecipientError."""
    address = address.strip()
    if len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        raise RecipientError("no_address")
    if address.lower() in contacts.ours(session):
        raise RecipientError("ours")
    if address.lower() in {one.address.lower() for one in every(session)}:
        raise RecipientError("taken")
    row = ReportRecipient(
        address=address, name=name.strip()[:200], language=language, kinds=_known(kinds, REPORT_KINDS), names=names
    )
    session.add(row)
    session.flush()
    record(session, "report_recipient_added", actor, address=address, kinds=row.kinds, names=names)
    return row


def remove(session: Session, row: ReportRecipient, actor: Actor) -> None:
    """An address outside gets nothing more."""
    record(session, "report_recipient_removed", actor, address=row.address)
    session.delete(row)


def sections(session: Session) -> list[str]:
    """The parts that are on the page."""
    left_out = company.get(session, LEFT_OUT).split(",")
    return [one for one in SECTIONS if one not in left_out]


def set_page(session: Session, shown: Collection[str], heading: str) -> None:
    """Set which parts are on the page, and the name at its top."""
    company.put(session, LEFT_OUT, ",".join(one for one in SECTIONS if one not in shown))
    company.put(session, HEADING, " ".join(heading.split())[:MAX_HEADING])


def heading(session: Session) -> str:
    """The name at the top of the page, "" for none."""
    return company.get(session, HEADING)


def mailbox(session: Session, to: str = "") -> Channel | None:
    """The mailbox by which reports go to an address: the first that works, and is not that address itself."""
    query = select(Channel).where(Channel.kind == "mail", Channel.enabled, Channel.error == "").order_by(Channel.id)
    return next((one for one in session.scalars(query) if one.address.lower() != to.lower()), None)


def _known(given: Iterable[str], known: Sequence[str]) -> list[str]:
    wanted = set(given)
    return [one for one in known if one in wanted]
