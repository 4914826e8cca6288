"""What an update says: pure, and by hand, because the library's types refuse updates that lack a required field.

Fields as on https://core.telegram.org/bots/api#update
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.base import Address, Ignored, Message, RawItem, Reading
from connectors.telegram.text import clean

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
_FILES = ("document", "photo", "voice", "video", "audio", "video_note", "animation", "sticker")
_OTHER_CONTENT = ("location", "venue", "contact", "poll", "dice", "story", "checklist", "paid_media", "game")
_SERVICE = ("pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set")

Json = Mapping[str, Any]


def read_item(raw: RawItem) -> Sequence[Reading]:
    """What a raw item (one update) says. Never raises."""
    return [read_update(parse(raw.body))]


def parse(body: bytes) -> Json:
    """The update as a mapping; empty when it is none."""
    try:
        return _object(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def occurred_at(update: Json) -> datetime | None:
    """When Telegram took the message (UTC, whole seconds). A press has none: its message is older than the press."""
    if kind := next((kind for kind in ("message", "edited_message") if kind in update), ""):
        content = _object(update[kind])
        return _when(content.get("edit_date")) or _when(content.get("date"))
    return None


def read_update(update: Json) -> Reading:
    """One update as a Message, or Ignored with the reason. Never raises."""
    if "callback_query" in update:
        return _press(_object(update["callback_query"]))
    for kind in ("message", "edited_message"):
        if kind in update:
            return _message(_object(update[kind]), edited=kind == "edited_message")
    if "my_chat_member" in update:
        state = _text(_object(_object(update["my_chat_member"]).get("new_chat_member")).get("status"))
        return Ignored("the person blocked the bot" if state == "kicked" else f"the bot's membership is now: {state}")
    names = ", ".join(sorted(clean(str(name)) for name in update if name != "update_id"))
    return Ignored(f"an update of a kind that is not read: {names}"[:200] if names else "not a Telegram update")


def _press(query: Json) -> Reading:
    pressed = _object(query.get("message"))
    chat = _text(_object(pressed.get("chat")).get("id"))
    sender = _sender(_object(query.get("from")))
    if not sender.address or not query.get("id"):
        return Ignored("a button press without its sender or id")
    facts = _person_facts(_object(query.get("from"))) | {
        "callback": _text(query.get("data")),
        "callback_id": _text(query.get("id")),
        "message_id": _text(pressed.get("message_id")),
    }
    return Message(
        external_id=f"callback:{facts['callback_id']}",
        sender=sender,
        text="",
        reply="",
        in_reply_to=f"{chat}:{facts['message_id']}" if chat else "",
        thread_key=chat or sender.address,
        facts=facts,
    )


def _message(content: Json, *, edited: bool) -> Reading:
    chat = _object(content.get("chat"))
    person = _object(content.get("from")) or chat
    place, number = _text(chat.get("id")), _text(content.get("message_id"))
    if not place or not number:
        return Ignored("a message without chat or number")
    if _text(chat.get("type")) not in ("private", ""):
        return Ignored(f"not a private chat but a {_text(chat.get('type'))}")
    if service := next((name for name in _SERVICE if name in content), ""):
        return Ignored(f"a service message: {service}")
    text = _text(content.get("text")) or _text(content.get("caption"))
    facts = _person_facts(person) | _content_facts(content, text)
    replied = _text(_object(content.get("reply_to_message")).get("message_id"))
    if replied:
        facts["reply_to"] = replied
    if edited:
        facts["edited"] = "1"
    return Message(
        external_id=f"{place}:{number}",
        sender=Address(place, _sender(person).name),
        text=text,
        reply=text,
        sent_at=_when(content.get("edit_date")) or _when(content.get("date")),
        in_reply_to=f"{place}:{replied}" if replied else "",
        thread_key=place,
        problems=() if text or "media" in facts else ("Telegram sent a content that is not known here",),
        facts=facts,
    )


def _content_facts(content: Json, text: str) -> dict[str, str]:
    facts = {}
    command, _, payload = text.partition(" ")
    if command.partition("@")[0] == "/start":
        facts["start"] = payload.strip()
    for kind in _FILES:
        if kind in content:
            return facts | _file_facts(kind, content[kind])
    if other := next((kind for kind in _OTHER_CONTENT if kind in content), ""):
        facts["media"] = other
    return facts


def _file_facts(kind: str, found: Any) -> dict[str, str]:
    # A photo comes in several sizes, the largest last.
    file = _object(found[-1] if isinstance(found, list) and found else found)
    facts = {
        "media": kind,
        "file_id": _text(file.get("file_id")),
        "file_name": _text(file.get("file_name")),
        "mime": _text(file.get("mime_type")) or ("image/jpeg" if kind == "photo" else ""),
    }
    return {name: value for name, value in facts.items() if value}


def _person_facts(person: Json) -> dict[str, str]:
    facts = {name: _text(person.get(name)) for name in ("username", "language_code")}
    return {name: value for name, value in facts.items() if value}


def _sender(person: Json) -> Address:
    name = " ".join(filter(None, (_text(person.get("first_name")), _text(person.get("last_name")))))
    return Address(_text(person.get("id")), name or _text(person.get("username")))


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return clean(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _when(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and value > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
