"""A message's facts as JSON, to be kept with it: without its texts, which the message itself holds."""

from collections.abc import Mapping
from typing import Any

from routing.facts import TEXTS, Facts, Value


def as_data(facts: Facts) -> dict[str, Any]:
    """The small facts; what is "", () or False is left out as if it were not known, 0 stays."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in facts.values.items()
        if name not in TEXTS and value is not False and value not in ("", ())
    }


def from_data(data: Mapping[str, Any], texts: Mapping[str, str] | None = None) -> Facts:
    """Facts from `as_data`'s form; `texts`: subject, text and whole_text of the message, where they are at hand."""
    values: dict[str, Value] = {
        name: tuple(map(str, value)) if isinstance(value, list) else value for name, value in data.items()
    }
    return Facts({**values, **(texts or {})})
