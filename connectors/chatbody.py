"""What a visitor's browser posts to the chat: JSON, or multipart/form-data with files. Pure; it never raises."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors import formbody
from connectors.base import Attachment

# Names and texts of an object within, and the longest of them in characters.
MOST_ENTRIES, LONGEST_ENTRY = 20, 1_000


@dataclass(frozen=True, slots=True)
class Said:
    """A visitor's message. `id` is the browser's own for it; `answers` to the questions before the first message;
    `consent` the words that were ticked; `visit` tells page, referrer, seconds and language; `identity` is whom the
    site says this is, word for word as it was signed."""

    id: str = ""
    text: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    consent: str = ""
    visit: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""
    signature: str = ""
    files: tuple[Attachment, ...] = ()
    problems: tuple[str, ...] = ()


def parse(content_type: str, body: bytes) -> Said:
    """What the body says; `problems` holds "broken" where it says nothing that can be read."""
    files: tuple[Attachment, ...] = ()
    problems: tuple[str, ...] = ()
    if formbody.is_multipart(content_type):
        posted = formbody.parse(content_type, body)
        told: dict[str, Any] = {one.name: one.value for one in reversed(posted.fields)}
        told |= {name: _object(told[name]) for name in ("answers", "visit") if name in told}
        files, problems = tuple(posted.files), tuple(posted.problems)
    else:
        told = _object(body)
        problems = () if told else ("broken",)
    return Said(
        **{name: _text(told.get(name)) for name in ("id", "text", "consent", "identity", "signature")},
        answers=_texts(told.get("answers")), visit=_texts(told.get("visit")), files=files, problems=problems,
    )  # fmt: skip


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _texts(value: object) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {str(name)[:100]: _text(one)[:LONGEST_ENTRY] for name, one in list(pairs)[:MOST_ENTRIES]}


def _text(value: object) -> str:
    """A text as every database keeps it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()
