"""What an update says: pure, and by hand, because the library's types refuse updates that lack a required field.

Fields as on https://core.telegram.org/bots/api#update. A Message has as `external_id` "chat:message" (a press
"callback:id", the bot's own membership "membership:update"), as `thread_key` the chat, as sender the person. Its facts:

- username, language_code of the person; group: the group's title, only where it is one
- media, file_id, file_name, mime, file_size of what was sent; album: what several files that were sent at once share
- command (lower case, without slash), argument, command_to (the bot that was named): "/start@bot TOKEN"; start: TOKEN
- reply_to: the number of the message that is answered; edited: "1"
- callback, callback_id, message_id of a press
- membership: what the bot is in this chat now (member, administrator, restricted, left, kicked)
- moved_to, moved_from: the chat's new or old number
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors.base import Address, Ignored, Message, RawItem, Reading
from connectors.telegram.services import SERVICES
from connectors.telegram.text import clean
from connectors.telegram.values import Json, moment, said, thing

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
_GROUPS = ("group", "supergroup")
_FILES = ("document", "photo", "voice", "video", "audio", "video_note", "animation", "sticker")
_OTHER_CONTENT = ("location", "venue", "contact", "poll", "dice", "story", "checklist", "paid_media", "game")
_MOVES = {"migrate_to_chat_id": "moved_to", "migrate_from_chat_id": "moved_from"}
# https://core.telegram.org/bots/features#commands; what follows a name without a space is no argument.
_COMMAND = re.compile(r"/(\w{1,64})(?:@(\w+))?(?:\s+(.*))?", re.ASCII | re.DOTALL)


def read_item(raw: RawItem) -> Sequence[Reading]:
    """What a raw item (one update) says. Never raises."""
    return [read_update(parse(raw.body))]


def parse(body: bytes) -> Json:
    """The update as a mapping; empty when it is none."""
    try:
        return thing(json.loads(body))
    except (ValueError, RecursionError):
        return {}


def occurred_at(update: Json) -> datetime | None:
    """When Telegram took the message (UTC, whole seconds). A press has none: its message is older than the press."""
    if kind := next((kind for kind in ("message", "edited_message", "my_chat_member") if kind in update), ""):
        content = thing(update[kind])
        return moment(content.get("edit_date")) or moment(content.get("date"))
    return None


def lane(update: Json) -> str:
    """Whose updates keep their order: a chat's."""
    content = thing(next((update[kind] for kind in KINDS if kind in update), None))
    chat = thing(content.get("chat")) or thing(thing(content.get("message")).get("chat"))
    return said(chat.get("id")) or said(thing(content.get("from")).get("id"))


def read_update(update: Json) -> Reading:
    """One update as a Message, or Ignored with the reason. Never raises."""
    if "callback_query" in update:
        return _press(thing(update["callback_query"]))
    for kind in ("message", "edited_message"):
        if kind in update:
            return _message(thing(update[kind]), edited=kind == "edited_message")
    if "my_chat_member" in update:
        return _membership(thing(update["my_chat_member"]), said(update.get("update_id")))
    names = ", ".join(sorted(clean(str(name)) for name in update if name != "update_id"))
    return Ignored(f"an update of a kind that is not read: {names}"[:200] if names else "not a Telegram update")


def _press(query: Json) -> Reading:
    pressed = thing(query.get("message"))
    chat = thing(pressed.get("chat"))
    place, sender = said(chat.get("id")), _sender(thing(query.get("from")))
    if not sender.address or not query.get("id"):
        return Ignored("a button press without its sender or id")
    facts = _person_facts(thing(query.get("from"))) | _group_facts(chat) | {
        "callback": said(query.get("data")),
        "callback_id": said(query.get("id")),
        "message_id": said(pressed.get("message_id")),
    }  # fmt: skip
    return Message(
        external_id=f"callback:{facts['callback_id']}",
        sender=sender,
        text="",
        reply="",
        in_reply_to=f"{place}:{facts['message_id']}" if place else "",
        thread_key=place or sender.address,
        facts=facts,
    )


def _membership(change: Json, number: str) -> Reading:
    chat = thing(change.get("chat"))
    place, state = said(chat.get("id")), said(thing(change.get("new_chat_member")).get("status"))
    kind = said(chat.get("type"))
    if not place or not state or kind not in (*_GROUPS, "private", ""):
        return Ignored(f"the bot's membership of a {kind or 'chat'}: {state}"[:200])
    sender = _sender(thing(change.get("from")))
    return Message(
        external_id=f"membership:{number or place}",
        sender=sender,
        text="",
        reply="",
        sent_at=moment(change.get("date")),
        thread_key=place,
        facts=_person_facts(thing(change.get("from"))) | _group_facts(chat) | {"membership": state},
    )


def _message(content: Json, *, edited: bool) -> Reading:
    chat = thing(content.get("chat"))
    place, number, kind = said(chat.get("id")), said(content.get("message_id")), said(chat.get("type"))
    if not place or not number:
        return Ignored("a message without chat or number")
    if kind not in (*_GROUPS, "private", ""):
        return Ignored(f"not a person's or group's chat but a {kind}"[:200])
    moves = {fact: said(content[field]) for field, fact in _MOVES.items() if field in content}
    if reason := "" if moves else _nobodys(content, kind):
        return Ignored(reason)
    person = thing(content.get("from")) or ({} if kind in _GROUPS else chat)
    sender = _sender(person)
    text = said(content.get("text")) or said(content.get("caption"))
    facts = _person_facts(person) | _group_facts(chat) | _content_facts(content, text) | moves
    replied = said(thing(content.get("reply_to_message")).get("message_id"))
    if replied:
        facts["reply_to"] = replied
    if edited:
        facts["edited"] = "1"
    return Message(
        external_id=f"{place}:{number}",
        sender=sender if kind in _GROUPS else Address(place, sender.name),
        text=text,
        reply=text,
        sent_at=moment(content.get("edit_date")) or moment(content.get("date")),
        in_reply_to=f"{place}:{replied}" if replied else "",
        thread_key=place,
        problems=() if text or moves or "media" in facts else ("Telegram sent a content that is not known here",),
        facts=facts,
    )


def _nobodys(content: Json, kind: str) -> str:
    """Why no person wrote this, or ""."""
    if service := next((name for name in content if name in SERVICES), ""):
        return f"a service message: {service}"
    if kind not in _GROUPS:
        return ""
    # Anonymous administrators all have the number of one and the same bot: nobody can be told by it.
    if "sender_chat" in content:
        return "written in the name of a chat"
    return "" if _sender(thing(content.get("from"))).address else "a group's message without its sender"


def _content_facts(content: Json, text: str) -> dict[str, str]:
    facts = {"album": said(content.get("media_group_id"))} if content.get("media_group_id") else {}
    if found := _COMMAND.fullmatch(text.rstrip()):
        command, bot, argument = found[1].lower(), found[2], (found[3] or "").strip()
        facts |= {"command": command, "argument": argument}
        facts |= ({"command_to": bot} if bot else {}) | ({"start": argument} if command == "start" else {})
    for kind in _FILES:
        if kind in content:
            return facts | _file_facts(kind, content[kind])
    if other := next((kind for kind in _OTHER_CONTENT if kind in content), ""):
        facts["media"] = other
    return facts


def _file_facts(kind: str, found: Any) -> dict[str, str]:
    # A photo comes in several sizes, the largest last.
    file = thing(found[-1] if isinstance(found, list) and found else found)
    facts = {
        "media": kind,
        "file_id": said(file.get("file_id")),
        "file_name": said(file.get("file_name")),
        "mime": said(file.get("mime_type")) or ("image/jpeg" if kind == "photo" else ""),
        "file_size": said(file.get("file_size")),
    }
    return {name: value for name, value in facts.items() if value}


def _group_facts(chat: Json) -> dict[str, str]:
    if said(chat.get("type")) not in _GROUPS:
        return {}
    return {"group": said(chat.get("title")) or said(chat.get("id"))}


def _person_facts(person: Json) -> dict[str, str]:
    facts = {name: said(person.get(name)) for name in ("username", "language_code")}
    return {name: value for name, value in facts.items() if value}


def _sender(person: Json) -> Address:
    name = " ".join(filter(None, (said(person.get("first_name")), said(person.get("last_name")))))
    return Address(said(person.get("id")), name or said(person.get("username")))
