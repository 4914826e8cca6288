"""What a Mastodon server's entities look like, after its own (https://docs.joinmastodon.org/entities/)."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
DOMAIN = "firm.test"


def moment() -> str:
    """Now, as servers write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(base: str, number: str, acct: str, name: str, *, bot: bool = False) -> Json:
    """An account; those at home have no server in their name."""
    user = acct.partition("@")[0]
    return {
        "id": number, "username": user, "acct": acct, "display_name": name, "locked": False, "bot": bot,
        "indexable": False, "group": False, "created_at": "2026-01-01T00:00:00.000Z", "note": "",
        "url": f"https://{acct.partition('@')[2] or DOMAIN}/@{user}", "uri": f"{base}/ap/users/{number}",
        "avatar": f"{base}/avatars/missing.png", "avatar_static": f"{base}/avatars/missing.png",
        "header": f"{base}/headers/missing.png", "header_static": f"{base}/headers/missing.png",
        "avatar_description": "", "header_description": "", "hide_collections": None, "show_media": True,
        "show_media_replies": True, "show_featured": True, "discoverable": None,
        "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "followers_count": 0, "following_count": 0, "statuses_count": 0, "last_status_at": None, "emojis": [], "fields": [],
    }  # fmt: skip


def own(base: str, number: str, acct: str, name: str) -> Json:
    """The account whose token asks."""
    source = {
        "privacy": "public", "sensitive": False, "language": None, "note": "", "fields": [], "follow_requests_count": 0,
        "hide_collections": None, "discoverable": None, "indexable": False, "attribution_domains": [], "quote_policy": "public",
    }  # fmt: skip
    role = {"id": "-99", "name": "", "permissions": "65536", "color": "", "highlighted": False, "collection_limit": 10}
    return {**account(base, number, acct, name), "source": source, "role": role, "roles": []}


def post(base: str, number: str, author: Json, words: str, mentioned: Sequence[Json] = (), **more: Any) -> Json:
    """A post: each mention stands in front of the words, as clients write it."""
    names = "".join(
        f'<span class="h-card" translate="no"><a href="{one["url"]}" class="u-url mention">@<span>{one["username"]}</span></a></span> '
        for one in mentioned
    )
    return {
        "id": number, "created_at": moment(), "in_reply_to_id": None, "in_reply_to_account_id": None, "sensitive": False,
        "spoiler_text": "", "visibility": "public", "language": "it", "uri": f"{base}/ap/{number}",
        "url": f"https://{DOMAIN}/@{author['acct']}/{number}", "replies_count": 0, "reblogs_count": 0, "favourites_count": 0,
        "quotes_count": 0, "edited_at": None, "content": f"<p>{names}{html.escape(words)}</p>", "reblog": None,
        "account": author, "media_attachments": [], "tags": [], "emojis": [], "card": None, "poll": None, "quote": None,
        "mentions": [{name: one[name] for name in ("id", "username", "url", "acct")} for one in mentioned], **more,
    }  # fmt: skip


def notification(number: str, kind: str, author: Json, status: Json | None = None) -> Json:
    """What the account is told."""
    found = {"id": number, "type": kind, "created_at": moment(), "group_key": f"ungrouped-{number}", "account": author}
    return found | ({"status": status} if status else {})


def media(base: str, number: str, mime: str, description: str = "", *, ready: bool = True) -> Json:
    """A file of a post, or one that was left to be posted."""
    kind = mime.partition("/")[0]
    return {
        "id": number, "type": kind if kind in ("image", "video", "audio") else "unknown", "blurhash": None,
        "description": description or None, "meta": None, "preview_url": f"{base}/media/{number}" if ready else None,
        "remote_url": "https://elsewhere.test/file.png", "url": f"{base}/media/{number}" if ready else None,
    }  # fmt: skip


def instance(base: str, longest: int) -> Json:
    """What the server says of itself."""
    kinds = ["image/jpeg", "image/png", "image/gif", "video/mp4", "audio/mpeg"]
    configuration = {
        "urls": {"streaming": base.replace("http", "ws", 1), "status": None, "about": f"{base}/about",
                 "privacy_policy": None, "terms_of_service": None},
        "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
        "statuses": {"max_characters": longest, "max_media_attachments": 4, "characters_reserved_per_url": 23},
        "media_attachments": {"description_limit": 1500, "supported_mime_types": kinds, "image_size_limit": 16_777_216,
                              "image_matrix_limit": 1, "video_size_limit": 103_809_024, "video_frame_rate_limit": 60,
                              "video_matrix_limit": 1},
        "polls": {"max_options": 4, "max_characters_per_option": 50, "min_expiration": 300, "max_expiration": 2_629_746},
        "translation": {"enabled": False},
        "timelines_access": {name: {"local": "public", "remote": "public"} for name in
                             ("live_feeds", "hashtag_feeds", "trending_link_feeds")},
        "limited_federation": False,
    }  # fmt: skip
    return {
        "domain": DOMAIN, "title": "Prova", "version": "4.6.4", "source_url": "https://github.com/mastodon/mastodon",
        "description": "", "usage": {"users": {"active_month": 1}}, "icon": [], "languages": ["it"], "rules": [],
        "thumbnail": {"url": "https://files.firm.test/preview.png"}, "configuration": configuration,
        "registrations": {"enabled": False, "approval_required": False, "reason_required": False, "message": None,
                          "min_age": None, "url": None},
        "api_versions": {"mastodon": 11}, "contact": {"email": "", "account": None}, "wrapstodon": None,
    }  # fmt: skip
