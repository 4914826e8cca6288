"""The people of the demo company, an invented maker of flexible couplings and seals."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from inbox import channels, company, users
from inbox.models import Channel, User, now
from inbox.models.user import COLLEAGUE, DIRECTOR, MANAGER
from inbox.secrets import Vault

FIRM, DOMAIN = "Giunti Ferraluna S.r.l.", "ferraluna.example"
MAILBOX = f"info@{DOMAIN}"
# Shown on the demo's sign-in page.
PASSWORD = "demo-centralino"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who works here; `key` is the name that the letters use."""

    key: str
    name: str
    role: str
    teams: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """name.surname at the firm."""
        return f"{self.name.lower().replace(' ', '.')}@{DOMAIN}"


COLLEAGUES = (
    Colleague("elena", "Elena Marchetti", MANAGER, ("triage",)),
    Colleague("luca", "Luca Ferrero", COLLEAGUE, ("rd",)),
    Colleague("sara", "Sara Colombo", COLLEAGUE, ("rd",)),
    Colleague("davide", "Davide Riva", COLLEAGUE, ("sales",)),
    Colleague("chiara", "Chiara Fontana", COLLEAGUE, ("sales",)),
    Colleague("paolo", "Paolo Tesi", DIRECTOR),
)


def hire(session: Session, vault: Vault, language: str) -> tuple[Channel, dict[str, User]]:
    """The mailbox and all accounts, with one password that the sign-in page shows."""
    channel = channels.create(session, vault, "mail", "info", {"address": MAILBOX, "name": FIRM})
    channel.heard_at = now()
    staff = {
        one.key: users.create(session, one.email, one.name, one.role, language, one.teams, PASSWORD)
        for one in COLLEAGUES
    }
    return channel, staff


def mark(session: Session, state: str) -> None:
    """Write down that this company is the demo's, and how far its making is."""
    company.put(session, company.DEMO, state)
    company.put(session, company.DEMO_EMAIL, COLLEAGUES[0].email)
    company.put(session, company.DEMO_PASSWORD, PASSWORD)
