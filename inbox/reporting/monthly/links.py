"""Links to a mailed page that need no sign-in: they hold no names, end by themselves, and can be taken back."""

from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.models import ReportSending
from inbox.secrets import token_hash

LIFETIME = timedelta(days=90)


class State(Enum):
    """What becomes of a link that is opened."""

    OPEN = "open"
    UNKNOWN = "unknown"
    OVER = "over"
    REVOKED = "revoked"


def url(public_url: str, token: str) -> str:
    """The address of a link."""
    return f"{public_url.rstrip('/')}/month/{token}"


def find(session: Session, token: str) -> ReportSending | None:
    """What was sent with a link."""
    return session.scalar(select(ReportSending).where(ReportSending.token_hash == token_hash(token))) if token else None


def state(sending: ReportSending | None, at: datetime) -> State:
    """Whether a link opens at a moment (UTC)."""
    if sending is None or not sending.token_hash or sending.expires_at is None:
        return State.UNKNOWN
    if sending.revoked_at is not None:
        return State.REVOKED
    return State.OVER if at >= sending.expires_at else State.OPEN


def count(session: Session, sending_id: int, at: datetime) -> None:
    """It was opened once more."""
    more = {"opened": ReportSending.opened + 1, "opened_at": at}
    session.execute(update(ReportSending).where(ReportSending.id == sending_id).values(**more))


def revoke(session: Session, sending: ReportSending, actor: Actor, at: datetime) -> None:
    """The link opens nothing more; taking it back twice is taking it back once."""
    if sending.token_hash and sending.revoked_at is None:
        sending.revoked_at = at
        record(session, "report_link_revoked", actor, sending_id=sending.id, recipient=sending.recipient)


def forget_files(session: Session, at: datetime) -> None:
    """The PDF of a report whose link is over is kept no longer: it may name customers."""
    over = ReportSending.expires_at < at
    kept = select(func.count()).where(over, ReportSending.sha256 != "")
    if session.scalar(kept):
        session.execute(update(ReportSending).where(over).values(sha256=""))
