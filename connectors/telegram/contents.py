"""What a customer's message holds, as text and facts (https://core.telegram.org/bots/api#message).

The words are the customer's own; what they are (`content`) is said by the product, in the reader's language.
"""

from collections.abc import Callable, Iterator
from typing import Any

from connectors.telegram.entities import words
from connectors.telegram.values import Json, said, thing, things

# Telegram's field, what it is here, its sign. Older fields that stand beside newer ones come after them.
_FILES = (
    ("animation", "video", "🎬"), ("photo", "image", "📷"), ("video", "video", "🎬"), ("video_note", "video", "🎬"),
    ("voice", "voice", "🎤"), ("audio", "audio", "🎵"), ("sticker", "sticker", "🖼"), ("document", "document", "📄"),
)  # fmt: skip
# What Telegram names and bots cannot have.
_KEPT_BACK = ("paid_media", "story", "game", "giveaway", "giveaway_winners", "invoice")
UNSUPPORTED, UNKNOWN = "unsupported", "unknown"
_DEEPEST = 24
Held = tuple[str, dict[str, str]]


def held(message: Json) -> Held:
    """Text and facts of a message.

    Facts: content (the kind, none for a text), and of a file: media_id, media_key (the same for the same file), mime,
    file_name, file_size in bytes; kind_sent of what is not known here or not passed on.
    """
    for field, kind, sign in _FILES:
        if message.get(field):
            return _file(field, kind, sign, message)
    for field, reader in _KINDS.items():
        if found := thing(message.get(field)):
            return reader(found), {"content": "contacts" if field == "contact" else field}
    if text := words(message):
        return text, {}
    if rich := _rich(message.get("rich_message")).strip():
        return rich, {}
    return _unknown(message)


def _file(field: str, kind: str, sign: str, message: Json) -> Held:
    found = message[field]
    # A photo comes in several sizes, the largest last.
    file = thing(found[-1] if isinstance(found, list) else found)
    facts = {
        "content": kind,
        "media_id": said(file.get("file_id")),
        "media_key": said(file.get("file_unique_id")),
        "mime": said(file.get("mime_type")) or _mime(field, file),
        "file_name": said(file.get("file_name")),
        "file_size": said(file.get("file_size")),
    }
    named = f"{said(file.get('emoji')) or sign} {facts['file_name']}".rstrip()
    return words(message) or named, {name: value for name, value in facts.items() if value}


def _mime(field: str, file: Json) -> str:
    if field == "sticker":
        moving = "application/x-tgsticker" if file.get("is_animated") is True else "image/webp"
        return "video/webm" if file.get("is_video") is True else moving
    return {"photo": "image/jpeg", "video_note": "video/mp4", "voice": "audio/ogg"}.get(field, "")


def _place(found: Json) -> str:
    # Degrees are no whole numbers, and Telegram gives them with up to six digits.
    degrees = [found.get(name) for name in ("latitude", "longitude")]
    return ", ".join(f"{one:.6f}".rstrip("0").rstrip(".") for one in degrees if _is_number(one))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _location(found: Json) -> str:
    return f"📍 {_place(found)}"


def _venue(found: Json) -> str:
    lines = [said(found.get("title")), said(found.get("address")), _place(thing(found.get("location")))]
    return "📍 " + "\n".join(filter(None, lines))


def _contact(found: Json) -> str:
    name = " ".join(filter(None, (said(found.get("first_name")), said(found.get("last_name")))))
    return "\n".join(filter(None, (f"👤 {name}", said(found.get("phone_number")))))


def _poll(found: Json) -> str:
    return "\n".join([f"📊 {said(found.get('question'))}", *_points(found.get("options"))])


def _checklist(found: Json) -> str:
    return "\n".join([f"☑ {said(found.get('title'))}", *_points(found.get("tasks"))])


def _points(value: Any) -> Iterator[str]:
    return (f"– {said(one.get('text'))}" for one in things(value))


def _dice(found: Json) -> str:
    return f"{said(found.get('emoji')) or '🎲'} {said(found.get('value'))}".rstrip()


def _rich(value: Any, depth: int = 0) -> str:
    """The words of a message in blocks (https://core.telegram.org/bots/api#richmessage), a line for each block."""
    if depth > _DEEPEST:
        return ""
    if isinstance(value, str):
        return said(value)
    if isinstance(value, list):
        return "".join(_rich(one, depth + 1) for one in value)
    if not isinstance(value, dict):
        return ""
    inside = [_rich(value[name], depth + 1) for name in ("text", "summary", "caption", "credit") if name in value]
    blocks = [_rich(one, depth + 1) for name in ("blocks", "items", "cells") for one in _listed(value.get(name))]
    return "\n".join(filter(None, ("".join(inside), *blocks)))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _unknown(message: Json) -> Held:
    known = next((name for name in _KEPT_BACK if name in message), "")
    # What every message has says nothing about this one's content.
    left = sorted(name for name in message if name not in ("message_id", "date", "chat", "from", "edit_date"))
    kind = known or said(", ".join(left))[:60]
    facts = {"content": UNSUPPORTED if known else UNKNOWN, "kind_sent": kind}
    return f"⚠ {kind or '?'}", {name: value for name, value in facts.items() if value}


_KINDS: dict[str, Callable[[Json], str]] = {
    # A venue has a location beside it.
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "checklist": _checklist,
    "dice": _dice,
}
