"""Permissions instead of passwords (OAuth 2): the company's registrations, each mailbox's tokens, the one refresher.

Tokens are kept encrypted apart from the channel's settings, because they change every hour. A service may give a new
refresh token each time and refuse the old one; so only whoever holds the lease renews, and all others wait for it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from connectors.base import ConnectorError
from inbox import company, leases
from inbox.db import Database
from inbox.models import now
from inbox.secrets import Vault, new_token, token_hash

PROVIDERS = ("microsoft", "google")
# Renewed before it ends, so that none ends on its way.
EARLY = timedelta(minutes=2)
LEASE_SECONDS, PAUSE_SECONDS = 45.0, 0.2
CONSENT_LIFE = timedelta(minutes=15)


class Tokens(Protocol):
    """See connectors.mail.oauth."""

    access: str
    refresh: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """The network's part: `redeem` takes provider's registration, code, verifier and redirect address; `refresh`
    registration and token. Both raise ConnectorError."""

    redeem: Callable[[dict[str, str], str, str, str], Any]
    refresh: Callable[[dict[str, str], str], Any]


def registration(session: Session, vault: Vault, provider: str) -> dict[str, str]:
    """What the company got from the service (client_id, client_secret, tenant); {} where nothing was entered."""
    return _opened(session, vault, f"registration:{provider}")


def register(session: Session, vault: Vault, provider: str, values: dict[str, str]) -> None:
    """Keep a registration, encrypted."""
    _sealed(session, vault, f"registration:{provider}", {**values, "provider": provider})


def ask(session: Session, vault: Vault, user_id: int, wanted: dict[str, Any]) -> str:
    """Remember what a person asks permission for, one thing at a time; the state that comes back with the code."""
    state = new_token()
    _sealed(session, vault, _pending(user_id), {**wanted, "state": token_hash(state), "at": now().isoformat()})
    return state


def asked(session: Session, vault: Vault, user_id: int, state: str) -> dict[str, Any] | None:
    """What this person asked with that state within the last quarter of an hour."""
    found = _opened(session, vault, _pending(user_id))
    if not found or found["state"] != token_hash(state):
        return None
    return found if now() - datetime.fromisoformat(found["at"]) < CONSENT_LIFE else None


def forget(session: Session, user_id: int) -> None:
    """The question was answered."""
    company.put(session, _pending(user_id), "")


class Grants:
    """The tokens of all mailboxes, by grant: a random name that the channel's settings hold."""

    def __init__(self, database: Database, vault: Vault, service: Service) -> None:
        self._database, self._vault, self._service = database, vault, service

    def redeem(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Settings whose `code` became a `grant`; others as they are. Raises ConnectorError."""
        if "code" not in settings:
            return settings
        rest = {key: value for key, value in settings.items() if key not in ("code", "verifier", "redirect_uri")}
        ours = self._registration(rest["auth"])
        tokens = self._service.redeem(ours, settings["code"], settings["verifier"], settings["redirect_uri"])
        if not tokens.refresh:
            raise ConnectorError(
                "the service gave no lasting permission: sign in again", permanent=True, code="consent"
            )
        grant = new_token()
        self._keep(grant, rest["auth"], tokens)
        return {**rest, "grant": grant}

    def token(self, grant: str, refused: str = "") -> str:
        """An access token that holds, another than `refused`. Waits for whoever renews. Raises ConnectorError."""
        holder, name = leases.holder_name(), f"grant:{grant}"
        ends = time.monotonic() + LEASE_SECONDS
        while (good := self._good(grant, refused)) is None:
            with self._database.writing() as session:
                mine = leases.hold(session, name, holder, LEASE_SECONDS)
            if mine:
                return self._renewed(grant, refused, name, holder)
            if time.monotonic() > ends:
                raise ConnectorError("the permission could not be renewed in time", code="timeout")
            time.sleep(PAUSE_SECONDS)
        return good

    def _renewed(self, grant: str, refused: str, name: str, holder: str) -> str:
        try:
            good = self._good(grant, refused)
            if good is not None:
                return good
            kept = self._kept(grant)
            tokens = self._service.refresh(self._registration(kept["provider"]), kept["refresh"])
            self._keep(grant, kept["provider"], tokens)
            return str(tokens.access)
        finally:
            with self._database.writing() as session:
                leases.give_up(session, name, holder)

    def _good(self, grant: str, refused: str) -> str | None:
        kept = self._kept(grant)
        fresh = datetime.fromisoformat(kept["expires_at"]) - EARLY > now()
        return str(kept["access"]) if fresh and kept["access"] != refused else None

    def _kept(self, grant: str) -> dict[str, Any]:
        with self._database.reading() as session:
            found = _opened(session, self._vault, f"grant:{grant}")
        if not found:
            raise ConnectorError("there is no permission any more: sign in again", permanent=True, code="consent")
        return found

    def _keep(self, grant: str, provider: str, tokens: Tokens) -> None:
        kept = {
            "provider": provider, "access": tokens.access, "refresh": tokens.refresh,
            "expires_at": tokens.expires_at.isoformat(),
        }  # fmt: skip
        with self._database.writing() as session:
            _sealed(session, self._vault, f"grant:{grant}", kept)

    def _registration(self, provider: str) -> dict[str, str]:
        with self._database.reading() as session:
            found = registration(session, self._vault, provider)
        if not found:
            raise ConnectorError("the company is not registered with the service", permanent=True, code="registration")
        return found


def _pending(user_id: int) -> str:
    return f"consent:{user_id}"


def _sealed(session: Session, vault: Vault, key: str, values: dict[str, Any]) -> None:
    company.put(session, key, json.dumps(vault.seal(values).decode()))


def _opened(session: Session, vault: Vault, key: str) -> dict[str, Any]:
    kept = company.get(session, key)
    return vault.open(json.loads(kept).encode()) if kept else {}
