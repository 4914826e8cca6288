"""A call of WhatsApp, cut into bodies with one event each, as if each had come alone.

One call may bring many entries, changes, messages and statuses, and brings any of them again: an event's key is the
same each time, so that it is stored once. What is not known here stays whole.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from connectors.base import RawItem
from connectors.meta.items import FOREIGN, QUIET, bounded, digest, loaded
from connectors.values import Json, moment, text, thing, things

OBJECT = "whatsapp_business_account"
MESSAGES, ECHOES, STATUSES, HISTORY = "messages", "message_echoes", "statuses", "history"
_EVENTS = (MESSAGES, ECHOES, STATUSES, "calls", "user_preferences", "groups")


def cut(body: bytes, number_id: str, now: datetime) -> list[RawItem]:
    """The call's events as raw items; one that holds a single event keeps its bytes."""
    call = loaded(body)
    events = list(_changes(call)) if call.get("object") == OBJECT else []
    if not events:
        return [RawItem(digest(body), now, body)]
    whole = body if len(events) == 1 and HISTORY not in thing(events[0][1].get("value")) else None
    return [_item(entry, change, whole, number_id, now) for entry, change in events]


def changes(body: bytes) -> Iterator[tuple[Json, str, Json]]:
    """Each change of a body that `cut` gave: its entry, its field and its value."""
    call = loaded(body)
    if call.get("object") == OBJECT:
        for entry, change in _changes(call):
            yield entry, text(change.get("field")), thing(change.get("value"))


def _changes(call: Json) -> Iterator[tuple[Json, Json]]:
    """Every event with its entry, each as a change of its own."""
    for entry in things(call.get("entry")):
        about = {name: value for name, value in entry.items() if name != "changes"}
        for change in things(entry.get("changes")):
            for value in _values(thing(change.get("value"))):
                yield about, {**change, "value": value}


def _values(value: Json) -> Iterator[Json]:
    common = {name: one for name, one in value.items() if name not in (*_EVENTS, HISTORY)}
    found = [(name, one) for name in _EVENTS for one in things(value.get(name))]
    for name, one in found:
        yield {**common, name: [one]}
    threads = [(part, thread) for part in things(value.get(HISTORY)) for thread in things(part.get("threads"))]
    for _part, thread in threads:
        for one in things(thread.get("messages")):
            yield {**common, HISTORY: [{"threads": [{**thread, "messages": [one]}]}]}
    if not found and not threads:
        yield value


def _item(entry: Json, change: Json, whole: bytes | None, number_id: str, now: datetime) -> RawItem:
    value = thing(change.get("value"))
    body = whole or json.dumps({"object": OBJECT, "entry": [{**entry, "changes": [change]}]}).encode()
    name, event = _event(value)
    key = _key(name, event) or digest(json.dumps([entry, change], sort_keys=True).encode())
    at = moment(event.get("timestamp")) or moment(entry.get("time")) or now
    meta = {"lane": _lane(name, event, value)} if event else {}
    meta |= {QUIET: "1"} if name == HISTORY else {}
    other = text(thing(value.get("metadata")).get("phone_number_id"))
    meta |= {FOREIGN: other} if other and other != number_id else {}
    return RawItem(key, at, body, meta)


def _event(value: Json) -> tuple[str, Json]:
    for name in _EVENTS:
        for one in things(value.get(name)):
            return name, one
    for thread in _threads(value):
        for one in things(thread.get("messages")):
            return HISTORY, one
    return "", {}


def _threads(value: Json) -> Iterator[Json]:
    return (thread for part in things(value.get(HISTORY)) for thread in things(part.get("threads")))


def _key(name: str, event: Json) -> str:
    """The platform's own name for an event, "" where it has none."""
    number = text(event.get("id"))
    if name == STATUSES and number:
        parts = ("status", "timestamp", "recipient_participant_id", "recipient_participant_user_id")
        number = ":".join(filter(None, (number, *(text(event.get(part)) for part in parts))))
    elif name not in (MESSAGES, ECHOES, HISTORY):
        return ""
    return bounded(number)


def _lane(name: str, event: Json, value: Json) -> str:
    """Whose events keep their order. An echo waits for what it answers, and a status for what it is about: they hold
    up no message."""
    if name == STATUSES:
        return f"status:{text(event.get('id'))}"
    if name == HISTORY:
        return next((text(thread.get("id")) for thread in _threads(value)), "")
    if name == ECHOES:
        return f"echo:{text(event.get('to')) or text(event.get('to_user_id'))}"
    return text(event.get("group_id")) or text(event.get("from")) or text(event.get("from_user_id"))
