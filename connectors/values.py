"""JSON from outside, taken as it comes: what is not of the expected form counts as missing."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


def thing(value: Any) -> Json:
    """An object, or an empty one."""
    return value if isinstance(value, dict) else {}


def things(value: Any) -> Iterator[Json]:
    """The objects of a list."""
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def text(value: Any) -> str:
    """A text or a number as text, else ""."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def instant(value: Any) -> datetime | None:
    """A Unix time in seconds or milliseconds, or an ISO 8601 text, None for anything else."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            found = datetime.fromisoformat(value)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        number = 0 if value is None or isinstance(value, bool) else int(value)
    except (ValueError, OverflowError, TypeError):
        return None
    # Nobody counts seconds beyond the year 5138.
    return moment(number // 1000 if number > 100_000_000_000 else number)


def moment(value: Any) -> datetime | None:
    """A Unix time in seconds, as a number or in digits, None for anything else."""
    try:
        seconds = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else 0
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
