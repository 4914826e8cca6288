"""Signed links below an answer by mail: which question they belong to, and until when they count.

The answer that a link stands for is in its address, readable: whoever has the link may choose any of the three.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer

from inbox.models import Opinion
from inbox.secrets import Vault

LIFETIME = timedelta(days=30)
PATH = "opinion"


@dataclass(frozen=True, slots=True)
class Link:
    """`until` is in seconds since 1970."""

    opinion_id: int
    until: int

    def is_over(self, at: datetime) -> bool:
        """Whether it no longer counts at a moment (UTC)."""
        return at.timestamp() > self.until


def url(vault: Vault, public_url: str, opinion: Opinion, value: str) -> str:
    """The address of a link for one of the answers; the same each time it is asked for."""
    token = _signer(vault).dumps([opinion.id, int((opinion.asked_at + LIFETIME).timestamp())])
    return f"{public_url.rstrip('/')}/{PATH}/{token}/{value}"


def read(vault: Vault, token: str) -> Link | None:
    """What a link says, None for one that we did not sign for this."""
    try:
        opinion_id, until = _signer(vault).loads(token)
    except BadData:
        return None
    return Link(opinion_id, until)


def _signer(vault: Vault) -> URLSafeSerializer:
    return URLSafeSerializer(vault.key_for("opinion-links"), signer_kwargs={"digest_method": hashlib.sha256})
