"""What a form's page hands to its visitor: a signed moment and a random number.

By them a repeat is known, and a program that posts without having seen the page, or faster than anybody types.
"""

import hashlib
import hmac
import re
import secrets

TOKEN = re.compile(r"(\d{1,12})\.([\w-]{16})\.([0-9a-f]{64})", re.ASCII)
FASTEST_SECONDS, OLDEST_SECONDS = 2, 24 * 3600
FORGED, FAST, OLD = "forged", "fast", "old"


def issue(signing: str, key: str, at: float) -> str:
    """A token for the form with this key, at a moment in seconds since 1970."""
    told = f"{int(at)}.{secrets.token_urlsafe(12)}"
    return f"{told}.{_sign(signing, key, told)}"


def check(signing: str, key: str, token: str, at: float) -> tuple[str, str]:
    """The token's random number and what is wrong with it: forged, fast, old, or "" where nothing is."""
    found = TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_sign(signing, key, f"{found[1]}.{found[2]}"), found[3]):
        return "", FORGED
    age = at - int(found[1])
    if age < FASTEST_SECONDS:
        return found[2], FAST
    return found[2], OLD if age > OLDEST_SECONDS else ""


def _sign(signing: str, key: str, told: str) -> str:
    return hmac.new(signing.encode(), f"{key}.{told}".encode(), hashlib.sha256).hexdigest()
