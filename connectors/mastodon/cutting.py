"""Pages of notifications and posts as raw items, with what their bytes do not say."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.base import ConnectorError, RawItem
from connectors.mastodon.reading import NOTIFICATIONS, POSTS, full, is_public
from connectors.values import instant, text, thing, things

if TYPE_CHECKING:
    from connectors.mastodon.api import Api, Us


def item(body: bytes, folder: str, us: "Us", api: "Api") -> RawItem:
    """A notification or post of ours. Raises ConnectorError for what has no id, or where the talk is not told."""
    found = thing(json.loads(body))
    number = text(found.get("id"))
    if not number:
        raise ConnectorError("Mastodon sent something without its id")
    meta = {"type": folder, "domain": us.domain, "own": us.name, "app": us.app}
    post = thing(found.get("status")) if folder == NOTIFICATIONS else {}
    about = text(post.get("in_reply_to_id"))
    if about and is_public(post):
        meta["root"] = _root(api, text(post.get("id"))) or about
    # What one person wrote keeps its order, and so do our own posts.
    meta["lane"] = POSTS if folder == POSTS else full(text(thing(found.get("account")).get("acct")), us.domain)
    return RawItem(number, instant(found.get("created_at")) or datetime.now(UTC), body, meta)


def _root(api: "Api", number: str) -> str:
    """The first post of a talk, "" where it is not told (https://docs.joinmastodon.org/methods/statuses/#context)."""
    try:
        context = thing(api.ask(lambda client: client.status_context(number)))
    except ConnectorError as error:
        if error.permanent and error.code == "gone":
            return ""
        raise
    return next((text(one.get("id")) for one in things(context.get("ancestors"))), "")
