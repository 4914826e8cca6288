"""JSON of the Bot API, taken as it comes: what is not of the expected form counts as missing."""

from typing import Any

from connectors.telegram.text import clean
from connectors.values import Json, moment, thing, things

__all__ = ["Json", "moment", "said", "thing", "things"]


def said(value: Any) -> str:
    """A text or a whole number as text, else ""."""
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
