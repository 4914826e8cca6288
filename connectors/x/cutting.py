"""Pages of X's API, and calls of its Account Activity API, as raw items: both have the same keys
(https://docs.x.com/x-api/account-activity/introduction). An item has the part of the page or call that is about it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from connectors.base import RawItem
from connectors.meta.items import FOREIGN
from connectors.values import Json, instant, text, thing, things

POST, DIRECT, OTHER = "post", "direct", "other"
# What an event of a call is kept in.
POSTS, DIRECTS = "tweet_create_events", "direct_message_events"


def of_page(page: Json, kind: str, own: str) -> list[RawItem]:
    """The items of a page, as they stand there."""
    media = {text(one.get("media_key")): one for one in things(thing(page.get("includes")).get("media"))}
    found = []
    for one in things(page.get("data")):
        keys = thing(one.get("attachments")).get("media_keys")
        held = [media[key] for key in map(text, keys if isinstance(keys, list) else ()) if key in media]
        body = {"data": one} | ({"includes": {"media": held}} if held else {})
        who = text(one.get("author_id")) or text(one.get("sender_id"))
        found.append(_item(kind, text(one.get("id")), body, instant(one.get("created_at")), own, who))
    return [one for one in found if one.key.partition(":")[2]]


def of_call(body: bytes, own: str) -> list[RawItem]:
    """The events of a call. Raises ValueError for what is no JSON."""
    call = thing(json.loads(body))
    return list(_events(call, own))


def _events(call: Json, own: str) -> Iterator[RawItem]:
    account, users = text(call.get("for_user_id")), thing(call.get("users"))
    for name, events in call.items():
        # Some events are alone in their call, not in a list.
        listed = events if isinstance(events, list) else [events] if name.endswith(("_event", "_events")) else []
        for one in things(listed):
            number = text(one.get("id_str")) or text(one.get("id"))
            said = thing(one.get("message_create"))
            who = text(said.get("sender_id")) or text(thing(one.get("user")).get("id_str"))
            told = {"for_user_id": account, name: [one]}
            people = {
                key: users[key] for key in (who, text(thing(said.get("target")).get("recipient_id"))) if key in users
            }
            kind = {POSTS: POST, DIRECTS: DIRECT}.get(name, OTHER) if number else OTHER
            if kind == OTHER:
                number = hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest()[:40]
            at = instant(one.get("created_timestamp") or one.get("timestamp_ms"))
            item = _item(kind, number, told | ({"users": people} if people else {}), at, own, who)
            foreign = {} if account == own else {FOREIGN: account}
            yield RawItem(item.key, item.received_at, item.body, {**item.meta, **foreign})


def _item(kind: str, number: str, body: Json, at: datetime | None, own: str, who: str) -> RawItem:
    meta = {"own": own, "lane": who}
    return RawItem(f"{kind}:{number}", at or datetime.now(UTC), json.dumps(body, ensure_ascii=False).encode(), meta)
