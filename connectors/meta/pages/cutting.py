"""A call about a page or an account, cut into bodies with one event each, as if each had come alone.

One call may bring a thousand events of several accounts, and brings any of them again: an event's key is the same each
time, so that it is stored once. What is not known here stays whole
(https://developers.facebook.com/docs/graph-api/webhooks/getting-started).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from connectors.base import RawItem
from connectors.meta.items import FOREIGN, bounded, digest, loaded
from connectors.values import Json, instant, text, thing, things

MESSAGING, STANDBY, CHANGES = "messaging", "standby", "changes"
# What `meta` says of a raw item: a comment that this channel does not take in.
LEFT_OUT = "left_out"
# A direct message's event, whatever else it holds.
_DIRECT = ("sender", "recipient")
# What happens to a comment only once; it may be changed several times within a second.
_ONCE = ("", "add", "remove")


class Event(NamedTuple):
    """What happened (`about` is the entry without its events, `where` the list in which it stood)."""

    about: Json
    where: str
    content: Json

    @property
    def account(self) -> str:
        """Whose event it is: a page's id, an account's."""
        return text(self.about.get("id"))

    @property
    def value(self) -> Json:
        """What a change brings."""
        return thing(self.content.get("value"))

    @property
    def at(self) -> datetime | None:
        """When, by the platform's clock."""
        # What was changed or removed later still tells when it was created.
        is_new = text(self.value.get("verb")) in ("", "add")
        created = self.value.get("created_time") if is_new else None
        told = (self.content.get("timestamp"), created, self.about.get("time"))
        return next(filter(None, map(instant, told)), None)


def cut(body: bytes, kind: str, account: str, now: datetime, *, comments: bool = True) -> list[RawItem]:
    """The call's events as raw items; one that holds a single event keeps its bytes. `kind`: of Meta's objects."""
    found = list(events(body, kind))
    if not found:
        return [RawItem(digest(body), now, body)]
    whole = body if len(found) == 1 else None
    return [_item(one, kind, whole, account, now, comments) for one in found]


def events(body: bytes, kind: str) -> Iterator[Event]:
    """Each event of a body, of one that `cut` gave the only one."""
    call = loaded(body)
    if call.get("object") == kind:
        for entry in _several(call.get("entry")):
            yield from _events(entry)


def person(event: Event) -> str:
    """With whom a direct message's event is: the one of both that is not the account."""
    sender, recipient = _sender(event), text(thing(event.content.get("recipient")).get("id"))
    is_echo = thing(event.content.get("message")).get("is_echo") is True
    first, second = (recipient, sender) if is_echo else (sender, recipient)
    return second if first == event.account else first or second


def is_ours(event: Event) -> bool:
    """Whether the account itself wrote it."""
    return thing(event.content.get("message")).get("is_echo") is True or _sender(event) == event.account


def _sender(event: Event) -> str:
    sender = thing(event.content.get("sender"))
    return text(sender.get("id")) or text(sender.get("user_ref"))


def _several(value: object) -> Iterator[Json]:
    """The objects of a list, or the one that stands in a list's place."""
    return things([value] if isinstance(value, dict) else value)


def _events(entry: Json) -> Iterator[Event]:
    about = {name: one for name, one in entry.items() if name not in (MESSAGING, STANDBY, CHANGES, "field", "value")}
    for where in (MESSAGING, STANDBY):
        for one in _several(entry.get(where)):
            yield from (Event(about, where, part) for part in _receipts(one))
    # An account that is connected without a page has its change in the entry itself.
    single = [{"field": entry["field"], "value": entry["value"]}] if "field" in entry and "value" in entry else []
    for one in (*_several(entry.get(CHANGES)), *single):
        value = thing(one.get("value"))
        # So messages come from the test button, and to accounts without a page.
        is_direct = any(isinstance(value.get(name), dict) for name in _DIRECT)
        yield Event(about, MESSAGING, value) if is_direct else Event(about, CHANGES, one)


def _receipts(event: Json) -> Iterator[Json]:
    """A receipt for several messages as one for each."""
    delivery = thing(event.get("delivery"))
    mids = delivery.get("mids")
    if not isinstance(mids, list) or len(mids) < 2:
        yield event
        return
    yield from ({**event, "delivery": {**delivery, "mids": [one]}} for one in mids)


def _item(event: Event, kind: str, whole: bytes | None, account: str, now: datetime, comments: bool) -> RawItem:
    body = whole or json.dumps({"object": kind, "entry": [{**event.about, event.where: [event.content]}]}).encode()
    meta = {"lane": lane} if (lane := _lane(event)) else {}
    if event.account and event.account != account:
        meta[FOREIGN] = event.account
    elif not comments and event.where == CHANGES:
        meta[LEFT_OUT] = "1"
    return RawItem(bounded(_key(event)), event.at or now, body, meta)


def _key(event: Event) -> str:
    """The platform's own name for what happened, else what it says."""
    known = json.dumps([event.account, event.where, event.content], sort_keys=True).encode()
    name = _change(event, known) if event.where == CHANGES else _message(event.content)
    return name or digest(known)


def _message(content: Json) -> str:
    message, edit, postback = (thing(content.get(one)) for one in ("message", "message_edit", "postback"))
    if mid := text(message.get("mid")):
        if message.get("is_deleted") is True:
            return f"{mid}:deleted"
        return f"echo:{mid}" if message.get("is_echo") is True else mid
    if (mid := text(edit.get("mid"))) and (number := text(edit.get("num_edit"))):
        return f"{mid}:edit:{number}"
    return f"postback:{mid}" if (mid := text(postback.get("mid"))) else ""


def _change(event: Event, known: bytes) -> str:
    value = event.value
    item, verb = text(value.get("item")), text(value.get("verb"))
    comment = text(value.get("comment_id")) or text(value.get("id"))
    if not comment or item not in ("comment", ""):
        return ""
    what = "mention" if text(event.content.get("field")).startswith("mention") else "comment"
    name = ":".join(filter(None, (what, comment, verb, text(value.get("created_time")))))
    return name if verb in _ONCE else f"{name}:{digest(known)[-16:]}"


def _lane(event: Event) -> str:
    """Whose events keep their order. An echo waits for what it answers, and a receipt for what it is about: they hold
    up no message."""
    if event.where == CHANGES:
        who = text(thing(event.value.get("from")).get("id")) or text(event.value.get("sender_id"))
        return f"echo:{text(event.value.get('parent_id'))}" if who == event.account else who
    prefix = "status:" if "delivery" in event.content or "read" in event.content else "echo:" if is_ours(event) else ""
    return f"{prefix}{who}" if (who := person(event)) else ""
