"""Colleagues' accounts: made by a manager, entered by a link, password kept as argon2."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from inbox.events import Actor, record
from inbox.models import Team, Ticket, User, UserLink, UserSession, now
from inbox.models.user import MANAGER, ROLES
from inbox.secrets import new_token, token_hash

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_PASSWORD = 10
INVITATION, FIRST_RUN, TELEGRAM, TEAM_CHAT = "invitation", "first_run", "telegram", "team_chat"
LIFETIMES = {
    INVITATION: timedelta(days=7), FIRST_RUN: timedelta(days=2), TELEGRAM: timedelta(minutes=10),
    TEAM_CHAT: timedelta(minutes=10),
}  # fmt: skip


class AccountError(ValueError):
    """What is wrong with an account, as `field` and `reason` (a sentence)."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def create(
    session: Session, email: str, name: str, role: str, language: str, teams: Sequence[str] = (), password: str = ""
) -> User:
    """A new account; without a password it waits for its invitation. Raises AccountError."""
    email = check_email(email)
    if role not in ROLES:
        raise AccountError("role", f"must be one of {', '.join(ROLES)}")
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise AccountError("email", "somebody here already has this address")
    user = User(email=email, name=name.strip() or email, role=role, language=language)
    set_teams(session, user, teams)
    if password:
        set_password(user, password)
    session.add(user)
    session.flush()
    return user


def check_email(email: str) -> str:
    """The address in its normal form; raises AccountError."""
    from email_validator import EmailNotValidError, validate_email

    try:
        # A mail domain of a closed network need not exist in the public DNS.
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise AccountError("email", str(error)) from None
    return checked.normalized.lower()


def set_teams(session: Session, user: User, slugs: Sequence[str]) -> None:
    """Make the user a member of exactly these teams. Raises AccountError."""
    known = {team.slug: team for team in session.scalars(select(Team))}
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise AccountError("teams", f"there is no team {unknown[0]!r} ({', '.join(sorted(known))})")
    user.teams = [known[slug] for slug in dict.fromkeys(slugs)]


def set_email(session: Session, user: User, email: str) -> None:
    """Raises AccountError for one that is none, or that somebody else has."""
    email = check_email(email)
    if session.scalar(select(User.id).where(User.email == email, User.id != user.id)) is not None:
        raise AccountError("email", "somebody here already has this address")
    user.email = email


def set_role(session: Session, user: User, role: str) -> None:
    """Raises AccountError for an unknown role, and where no manager would be left."""
    if role not in ROLES:
        raise AccountError("role", f"must be one of {', '.join(ROLES)}")
    if role != MANAGER and _is_last_manager(session, user):
        raise AccountError("role", "the last manager stays a manager")
    user.role = role


def hasher() -> "PasswordHasher":
    """What passwords are kept with, at its full cost."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def set_password(user: User, password: str) -> None:
    """Raises AccountError for one that is too short."""
    if len(password) < MIN_PASSWORD:
        raise AccountError("password", f"must have at least {MIN_PASSWORD} characters")
    user.password_hash = hasher().hash(password)


def verify(user: User | None, password: str) -> bool:
    """Whether this is the user's password; takes as long for an account that is not there."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    if user is None or not user.password_hash or user.disabled_at is not None:
        hasher().hash(password)
        return False
    try:
        return hasher().verify(user.password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


def disable(session: Session, user: User, actor: Actor) -> None:
    """End an account: signed out everywhere at once, its links and chats over, told nothing more. The last manager
    stays (AccountError)."""
    if _is_last_manager(session, user):
        raise AccountError("role", "the last manager cannot be switched off")
    user.disabled_at = now()
    session.execute(delete(UserSession).where(UserSession.user_id == user.id))
    session.execute(delete(Ticket).where(Ticket.user_id == user.id))
    session.execute(delete(UserLink).where(UserLink.user_id == user.id))
    record(session, "user_disabled", actor, subject_user_id=user.id)


def enable(session: Session, user: User, actor: Actor) -> None:
    """Give an account back."""
    user.disabled_at = None
    record(session, "user_enabled", actor, subject_user_id=user.id)


def issue_ticket(session: Session, purpose: str, user_id: int | None = None, team_id: int | None = None) -> str:
    """A one-time token for a link; earlier ones for the same purpose, person and team end."""
    earlier = delete(Ticket).where(Ticket.purpose == purpose, Ticket.user_id == user_id, Ticket.team_id == team_id)
    session.execute(earlier)
    token, until = new_token(), now() + LIFETIMES[purpose]
    row = Ticket(token_hash=token_hash(token), purpose=purpose, user_id=user_id, team_id=team_id, expires_at=until)
    session.add(row)
    return token


def open_ticket(session: Session, purpose: str, token: str, *, lock: bool = False) -> Ticket | None:
    """The valid ticket of a token, not used up yet, of nobody who has left; None for any other.

    The first run is over as soon as there is an account. `lock`: nobody else uses it until the transaction ends.
    """
    ticket = session.get(Ticket, token_hash(token), with_for_update=lock or None, populate_existing=lock)
    if ticket is None or ticket.purpose != purpose or ticket.used_at is not None or ticket.expires_at < now():
        return None
    if ticket.user is not None and ticket.user.disabled_at is not None:
        return None
    return None if purpose == FIRST_RUN and anybody(session) else ticket


def has_ticket(session: Session, purpose: str, user_id: int, team_id: int | None = None) -> bool:
    """Whether a link of this kind is open: not used and not over."""
    query = select(Ticket.token_hash).where(
        Ticket.purpose == purpose, Ticket.user_id == user_id, Ticket.team_id == team_id,
        Ticket.used_at.is_(None), Ticket.expires_at > now(),
    )  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _is_last_manager(session: Session, user: User) -> bool:
    """Whether nobody else could manage: another manager who never signed in does not count."""
    others = select(User.id).where(
        User.role == MANAGER, User.disabled_at.is_(None), User.password_hash != "", User.id != user.id
    )
    return user.role == MANAGER and user.disabled_at is None and session.scalar(others.limit(1)) is None


def anybody(session: Session) -> bool:
    """Whether there is any account with which one can sign in."""
    return session.scalar(select(User.id).where(User.password_hash != "").limit(1)) is not None
