"""Whom a site says its visitor is: believed only where the site has signed it with the chat's secret.

The site's server signs the JSON text word for word: HMAC with SHA-256 (RFC 2104), in hexadecimal. It holds "id", and
may hold "email", "name" and "exp", the end of its validity in seconds since 1970.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass

LONGEST = 2_000


class Forged(ValueError):
    """The identity is not signed, or not by the site, or is over."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the site vouches for; `id` is the site's own name for that user."""

    id: str
    email: str = ""
    name: str = ""


def signature(signing: str, text: str) -> str:
    """How the site's server signs an identity."""
    return hmac.new(signing.encode(), text.encode(), hashlib.sha256).hexdigest()


def check(signing: str, text: str, signed: str, at: float) -> Identity:
    """Whom the site vouches for at a moment (seconds since 1970). Raises Forged."""
    if not signing or len(text) > LONGEST or not hmac.compare_digest(signature(signing, text), signed.lower()):
        raise Forged("not signed by the site")
    try:
        told = json.loads(text)
        until = told.get("exp")
        identity = Identity(*(str(told.get(name, ""))[:200].strip() for name in ("id", "email", "name")))
        is_over = until is not None and float(until) < at
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Forged("not readable") from None
    if not identity.id or is_over:
        raise Forged("without an id, or over")
    return identity
