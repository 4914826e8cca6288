"""What the raw items of Meta's channels have in common: bodies, keys of a bounded length, marks."""

import hashlib
import json

from connectors.values import Json, thing

LONGEST_KEY = 300
# What `meta` says of a raw item: of an account that is not this channel's; of a time when we were not connected.
FOREIGN, QUIET = "foreign", "quiet"


def loaded(body: bytes) -> Json:
    """A call's content, empty where it is none."""
    try:
        return thing(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def digest(content: bytes) -> str:
    """The key of an event for which the platform has no name."""
    return f"event:{hashlib.sha256(content).hexdigest()}"


def bounded(key: str) -> str:
    """The key, or its digest where it is too long."""
    return key if len(key) <= LONGEST_KEY else digest(key.encode())
