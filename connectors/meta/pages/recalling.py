"""Direct messages that the platform keeps, as its calls would have brought them: for what came while nobody took calls
(https://developers.facebook.com/docs/messenger-platform/conversations,
https://developers.facebook.com/docs/instagram-platform/conversations-api). Of each talk it tells the newest twenty.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from connectors.base import RawItem
from connectors.meta.graph import Graph
from connectors.meta.pages import cutting
from connectors.meta.pages.platforms import Platform
from connectors.values import Json, instant, text, thing, things

_TALKS, _MESSAGES = 50, 20
# So many pages of talks are asked for; an outage that long is told anyway.
_MOST_PAGES = 20
_ASKED = (
    f"updated_time,messages.limit({_MESSAGES})"
    "{id,created_time,from,to,message,attachments{mime_type,name,file_url,image_data,video_data}}"
)


def recalled(graph: Graph, node: str, account: str, platform: Platform, since: datetime) -> Sequence[RawItem]:
    """The direct messages from a moment (UTC) on, the oldest first, with the keys that calls give them. Raises
    ConnectorError."""
    events = sorted(_events(graph, node, account, platform, since), key=lambda one: int(one["timestamp"]))
    if not events:
        return []
    body = json.dumps({"object": platform.object, "entry": [{"id": account, "messaging": events}]}).encode()
    return cutting.cut(body, platform.object, account, datetime.now(UTC))


def _events(graph: Graph, node: str, account: str, platform: Platform, since: datetime) -> Iterator[Json]:
    for talk in _talks(graph, node, platform, since):
        for one in things(thing(talk.get("messages")).get("data")):
            at = instant(one.get("created_time"))
            if at is not None and at >= since and text(one.get("id")):
                yield _event(one, account, at)


def _talks(graph: Graph, node: str, platform: Platform, since: datetime) -> Iterator[Json]:
    """Talks in which something was said since then; the platform gives the newest first."""
    after = ""
    for _ in range(_MOST_PAGES):
        where = {"after": after} if after else {}
        name = "messenger" if platform.object == "page" else platform.object
        page = graph.get(f"{node}/conversations", platform=name, fields=_ASKED, limit=str(_TALKS), **where)
        for talk in things(page.get("data")):
            updated = instant(talk.get("updated_time"))
            if updated is not None and updated < since:
                return
            yield talk
        after = text(thing(thing(page.get("paging")).get("cursors")).get("after"))
        if not after or not thing(page.get("paging")).get("next"):
            return


def _event(one: Json, account: str, at: datetime) -> Json:
    sender = text(thing(one.get("from")).get("id"))
    people = [text(person.get("id")) for person in things(thing(one.get("to")).get("data"))]
    files = [found for found in map(_file, things(thing(one.get("attachments")).get("data"))) if found]
    message: dict[str, object] = {"mid": text(one.get("id"))}
    message |= {"text": text(one.get("message"))} if text(one.get("message")) else {}
    message |= {"attachments": files} if files else {}
    message |= {"is_echo": True} if sender == account else {}
    return {
        "sender": {"id": sender}, "recipient": {"id": next(iter(people), account)},
        "timestamp": int(at.timestamp() * 1000), "message": message,
    }  # fmt: skip


def _file(one: Json) -> Json:
    for kind, field in (("image", "image_data"), ("video", "video_data")):
        if url := text(thing(one.get(field)).get("url")):
            return {"type": kind, "payload": {"url": url}}
    url = text(one.get("file_url"))
    kind = "audio" if text(one.get("mime_type")).startswith("audio/") else "file"
    return {"type": kind, "payload": {"url": url}} if url else {}
