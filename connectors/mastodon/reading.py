"""What a notification, or a post of our own, says: pure, and by hand, because servers differ and add fields
(https://docs.joinmastodon.org/entities/Notification/, https://docs.joinmastodon.org/entities/Status/).

A mention is a Message with the post's id; its sender is name@server in small letters. `thread_key` of what everybody
can read is the id of the talk's first post, ":" and the sender; of a direct post it is the sender. A post of our own
that answers somebody is an Echo.
`meta`: type ("notifications" or "posts"), domain, own (our name there), root (the first post of its talk), app (by
which name we post). Facts: public ("1"), visibility, item (mention), post, post_url, language, bot, warning ("1": it
stands behind one), edits; content, media_id (an address), description of a file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from connectors import formlabels
from connectors.base import Address, Echo, Ignored, Message, RawItem, Reading
from connectors.mastodon import words
from connectors.values import Json, instant, text, thing, things

NOTIFICATIONS, POSTS = "notifications", "posts"
MENTION, UPDATE = "mention", "update"
BETWEEN = ":"
PUBLIC = frozenset(("public", "unlisted"))
LONGEST_SUBJECT, LONGEST_ADDRESS = 70, 4000
# What files are (https://docs.joinmastodon.org/entities/MediaAttachment/#type).
_FILES = {"image": ("image", "📷"), "gifv": ("video", "🎬"), "video": ("video", "🎬"), "audio": ("audio", "🎵")}
_ADDRESSES = ("media_id", "post_url")


def read_item(raw: RawItem) -> Sequence[Reading]:
    """What a raw item says. Never raises, and never says nothing."""
    try:
        found = thing(json.loads(raw.body))
    except (ValueError, RecursionError):
        return [Ignored("not what Mastodon writes")]
    if raw.meta.get("type") == POSTS:
        return _own(found, raw.meta)
    kind, post = text(found.get("type")), thing(found.get("status"))
    if kind not in (MENTION, UPDATE) or not text(post.get("id")):
        return [Ignored(f"{kind or 'no type'}: nothing to answer"[:200])]
    if kind == UPDATE and not _is_to_us(post, raw.meta):
        return [Ignored("update: of a post that is not written to us")]
    return _mention(post, raw.meta, is_edit=kind == UPDATE)


def full(acct: str, domain: str) -> str:
    """An account as everybody calls it, in small letters: those at home on the server are named without it there."""
    return f"{acct}@{domain}".lower() if acct and "@" not in acct and domain else acct.lower()


def is_public(post: Json) -> bool:
    """Whether everybody can read a post; what is for followers alone is not."""
    return text(post.get("visibility")) in PUBLIC


def _mention(post: Json, meta: Mapping[str, str], *, is_edit: bool) -> list[Reading]:
    number, author = text(post.get("id")), thing(post.get("account"))
    who = full(text(author.get("acct")), meta.get("domain", ""))
    if not who:
        return [Ignored("a post of nobody")]
    told = _facts(post, author) | ({"edits": number, "content": "edit"} if is_edit else {})
    changed = BETWEEN.join((number, "edit", text(post.get("edited_at")))) if is_edit else number
    root = meta.get("root") or text(post.get("in_reply_to_id")) or number
    return [
        Message(
            external_id=f"{changed}{BETWEEN}{place}" if place else changed,
            sender=Address(who, text(author.get("display_name")) or text(author.get("acct"))),
            text=said,
            reply=said,
            subject=formlabels.shortened(said, LONGEST_SUBJECT),
            sent_at=instant(post.get("edited_at") if is_edit else post.get("created_at")),
            in_reply_to=number if is_edit else text(post.get("in_reply_to_id")),
            thread_key=f"{root}{BETWEEN}{who}" if is_public(post) else who,
            facts=_bounded(told | facts),
        )
        for place, (said, facts) in enumerate(_parts(post, meta))
    ]


def _own(post: Json, meta: Mapping[str, str]) -> list[Reading]:
    number, us = text(post.get("id")), text(thing(post.get("account")).get("id"))
    about, answered = text(post.get("in_reply_to_id")), text(post.get("in_reply_to_account_id"))
    mentioned = [one for one in things(post.get("mentions")) if text(one.get("id")) != us]
    if not number or thing(post.get("reblog")):
        return [Ignored("not a post of our own")]
    if not about and (is_public(post) or not mentioned):
        return [Ignored("a post of our own that answers nobody")]
    is_ours = text(thing(post.get("application")).get("name")) == meta.get("app", "") != ""
    if is_ours and answered == us:
        return [Ignored("a further part of what was sent from here")]
    to = sorted(mentioned, key=lambda one: text(one.get("id")) != answered)
    addresses = [Address(full(text(one.get("acct")), meta.get("domain", ""))) for one in to if text(one.get("acct"))]
    said = "\n".join(part for part, _ in _parts(post, meta))
    return [
        Echo(
            Message(
                external_id=number,
                sender=Address(full(meta.get("own", ""), meta.get("domain", ""))),
                text=said,
                reply=said,
                sent_at=instant(post.get("created_at")),
                to=addresses,
                in_reply_to=about,
                thread_key="" if is_public(post) or not addresses else addresses[0].address,
                facts=_bounded(_facts(post, thing(post.get("account")))),
            )
        )
    ]


def _is_to_us(post: Json, meta: Mapping[str, str]) -> bool:
    own = full(meta.get("own", ""), meta.get("domain", ""))
    return any(
        full(text(one.get("acct")), meta.get("domain", "")) == own for one in things(post.get("mentions")) if own
    )


def _parts(post: Json, meta: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Words and facts of a post: each file has a part of its own, the first with the words."""
    own = meta.get("own", "")
    names = (own, full(own, meta.get("domain", "")))
    choices = [f"▢ {text(one.get('title'))}" for one in things(thing(post.get("poll")).get("options"))]
    said = words.of_post(text(post.get("content")), text(post.get("spoiler_text")), names)
    said = "\n".join(filter(None, (said, *choices)))
    files = [_file(one) for one in things(post.get("media_attachments"))]
    if not files:
        yield said or "@", {}
        return
    (sign, facts), *others = files
    yield said or sign, facts
    yield from others


def _file(found: Json) -> tuple[str, dict[str, str]]:
    """A file at the address where our own server keeps or passes it on, never where it came from."""
    kind, sign = _FILES.get(text(found.get("type")), ("document", "📄"))
    description = text(found.get("description"))
    return f"{sign} {formlabels.shortened(description, formlabels.LONGEST_FACT)}".rstrip(), {
        "content": kind,
        "media_id": text(found.get("url")) or text(found.get("preview_url")),
        "description": description,
    }


def _facts(post: Json, author: Json) -> dict[str, str]:
    url = text(post.get("url")) or text(post.get("uri"))
    return {
        "public": "1" if is_public(post) else "",
        "visibility": text(post.get("visibility")),
        "item": MENTION,
        "post": text(post.get("id")),
        "post_url": url if url.startswith("https://") and url.isprintable() and " " not in url else "",
        "language": text(post.get("language")).lower()[:2],
        "bot": "1" if author.get("bot") is True else "",
        "warning": "1" if text(post.get("spoiler_text")) else "",
    }


def _bounded(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts that say something; an address is whole or nothing."""
    found = {name: one[: formlabels.LONGEST_FACT] for name, one in facts.items() if one and name not in _ADDRESSES}
    return found | {name: facts[name] for name in _ADDRESSES if 0 < len(facts.get(name, "")) <= LONGEST_ADDRESS}
