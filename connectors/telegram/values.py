"""JSON of the Bot API, taken as it comes: what is not of the expected form counts as missing."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.telegram.text import clean

Json = Mapping[str, Any]


def thing(value: Any) -> Json:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def things(value: Any) -> Iterator[Json]:
    """The objects of a list."""
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def said(value: Any) -> str:
    """A text or a whole number as text, else ""."""
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def moment(value: Any) -> datetime | None:
    """A Unix time in seconds, None for anything else."""
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and value > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
