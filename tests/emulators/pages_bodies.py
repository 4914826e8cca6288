"""What Meta's calls about a page or an account look like, after the examples of its own reference."""

import itertools
import json
import time
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
_numbers = itertools.count(1)
PAGE, INSTAGRAM = "page", "instagram"


def mid() -> str:
    """A new name for a direct message."""
    return f"m_{next(_numbers):08d}-KXGKDUpO6xbVdAmZFBVpzU1"


def number() -> str:
    """A new number for a comment or a file."""
    return f"{17_900_000_000_000 + next(_numbers)}"


def call(kind: str, account: str, *events: Json) -> bytes:
    """A call with one or several events: direct messages' or changes."""
    entry: Json = {"id": account, "time": int(time.time() * 1000)}
    for one in events:
        entry.setdefault("changes" if "field" in one else "messaging", []).append(one)
    return json.dumps({"object": kind, "entry": [entry]}).encode()


def direct(sender: str, account: str, at: float, content: Json) -> Json:
    """Something of a direct talk; `at` in Unix seconds, told in milliseconds."""
    return {"sender": {"id": sender}, "recipient": {"id": account}, "timestamp": int(at * 1000), **content}


def message(sender: str, account: str, at: float, content: Json, name: str = "") -> Json:
    """A customer's direct message."""
    return direct(sender, account, at, {"message": {"mid": name or mid(), **content}})


def echo(account: str, to: str, at: float, content: Json, name: str = "") -> Json:
    """What left by the page or account, from wherever."""
    return direct(account, to, at, {"message": {"is_echo": True, "mid": name or mid(), **content}})


def file(kind: str, url: str, **more: Any) -> Json:
    """A message's content: a file of a kind."""
    return {"attachments": [{"type": kind, "payload": {"url": url, **more}}]}


def delivered(person: str, account: str, mids: Sequence[str], watermark: float) -> Json:
    """Messages arrived."""
    told = {"mids": list(mids), "watermark": int(watermark * 1000)}
    return {"sender": {"id": person}, "recipient": {"id": account}, "delivery": told}


def comment(
    post: str,
    sender: tuple[str, str],
    words: str,
    at: int,
    *,
    name: str = "",
    parent: str = "",
    verb: str = "add",
    **more: Any,
) -> Json:
    """A comment on a page's post."""
    value = {
        "item": "comment", "verb": verb, "post_id": post, "parent_id": parent or post, "created_time": at,
        "comment_id": name or f"{post.partition('_')[2]}_{number()}", "message": words,
        "from": {"id": sender[0], "name": sender[1]},
        "post": {"id": post, "permalink_url": f"https://www.facebook.com/{post}", "status_type": "added_photos"},
    }  # fmt: skip
    return {"field": "feed", "value": value | more}


def posted(post: str, sender: tuple[str, str], words: str, at: int, *, item: str = "status", **more: Any) -> Json:
    """A post on a page."""
    value = {"item": item, "verb": "add", "post_id": post, "created_time": at, "message": words}
    return {"field": "feed", "value": value | {"from": {"id": sender[0], "name": sender[1]}} | more}


def remark(media: str, sender: tuple[str, str], words: str, *, name: str = "", parent: str = "", **more: Any) -> Json:
    """A comment on an account's picture."""
    value: Json = {
        "id": name or number(), "text": words, "from": {"id": sender[0], "username": sender[1]},
        "media": {"id": media, "media_product_type": "FEED"},
    }  # fmt: skip
    return {"field": "comments", "value": value | ({"parent_id": parent} if parent else {}) | more}


def kept(at: float, name: str, sender: str, content: Json, person: str, account: str) -> Json:
    """A message as the Conversations API tells it."""
    to = account if sender == person else person
    files = [
        {"mime_type": "image/jpeg", "image_data": {"url": one["payload"]["url"]}}
        for one in content.get("attachments", ())
    ]
    return {
        "id": name, "created_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(at)), "from": {"id": sender},
        "to": {"data": [{"id": to}]}, "message": content.get("text", ""),
        **({"attachments": {"data": files}} if files else {}),
    }  # fmt: skip
