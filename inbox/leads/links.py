"""Signed links of the weekly mail about open quotes: which lead, whose mail, and until when the link counts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from inbox.secrets import Vault

LIFETIME = timedelta(days=30)
PATH = "quote"


@dataclass(frozen=True, slots=True)
class Link:
    """`until` is in seconds since 1970."""

    lead_id: int
    user_id: int
    until: int

    def is_over(self, at: datetime) -> bool:
        """Whether it no longer counts at a moment (UTC)."""
        return at.timestamp() > self.until


def url(vault: Vault, public_url: str, lead_id: int, user_id: int, at: datetime) -> str:
    """The address of a link made at a moment (UTC)."""
    token = _signer(vault).dumps([lead_id, user_id, int((at + LIFETIME).timestamp())])
    return f"{public_url.rstrip('/')}/{PATH}/{token}"


def read(vault: Vault, token: str) -> Link | None:
    """What a link says, None for one that we did not sign for this."""
    try:
        lead_id, user_id, until = _signer(vault).loads(token)
    except BadData:
        return None
    return Link(lead_id, user_id, until)


def _signer(vault: Vault) -> URLSafeSerializer:
    return URLSafeSerializer(vault.key_for("quote-links"), signer_kwargs={"digest_method": hashlib.sha256})
