"""Signed links of a mail about a consent: to confirm, for seven days, and to take it back, for ever.

The link says which request and for what; whether it still stands is asked when the link is used.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from inbox.secrets import Vault

LIFETIME = timedelta(days=7)
CONFIRM, LEAVE = "confirm", "leave"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is for, CONFIRM or LEAVE, of which request, and until when (seconds since 1970; 0 is for ever)."""

    purpose: str
    consent_id: int
    until: int

    def is_over(self, at: datetime) -> bool:
        """Whether it no longer counts at a moment (UTC)."""
        return self.until != 0 and at.timestamp() > self.until


def url(vault: Vault, public_url: str, purpose: str, consent_id: int, at: datetime) -> str:
    """The address of a link for a purpose, as of a moment (UTC)."""
    until = int((at + LIFETIME).timestamp()) if purpose == CONFIRM else 0
    return f"{public_url.rstrip('/')}/consent/{_signer(vault).dumps([purpose, consent_id, until])}"


def read(vault: Vault, token: str) -> Link | None:
    """What a link says, None for one that we did not sign for this."""
    try:
        purpose, consent_id, until = _signer(vault).loads(token)
    except BadData:
        return None
    return Link(purpose, consent_id, until)


def _signer(vault: Vault) -> URLSafeSerializer:
    return URLSafeSerializer(vault.key_for("consent-links"), signer_kwargs={"digest_method": hashlib.sha256})
