"""What an event about something public says: comments, what visitors post on a page, mentions
(https://developers.facebook.com/docs/graph-api/webhooks/reference/page,
https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram).

A comment is a Message with its own id; its `thread_key` is the post's id, ":" and the commenter's: one talk for each
commenter and post. What the page or the account itself wrote is an Echo without a `thread_key`, for the platform tells
what it answers and not whom.
Facts: public ("1"); item (comment, post, mention); post, post_url; edits, revokes; content, media_id of a file; live of
a comment on a broadcast; headline, source_id, source_type of an advertisement.
"""

from collections.abc import Iterator

from connectors import formlabels
from connectors.base import Address, Echo, Ignored, Machine, Message, Reading
from connectors.meta.pages import contents
from connectors.meta.pages.cutting import Event
from connectors.meta.pages.facts import LONGEST_SUBJECT, bounded
from connectors.values import Json, text, thing

COMMENT, POST, MENTION = "comment", "post", "mention"
# Between a post and a commenter, and what is made of an id.
BETWEEN = ":"
# Before a comment's id, in place of a commenter's that is not told; of one whose place is not the account's own.
NOBODY, MENTIONED = "unknown.", "mention."
_ADDED, _EDITED, _REMOVED = frozenset(("", "add")), frozenset(("edit", "edited")), frozenset(("remove", "delete"))
_POSTS = frozenset(("post", "status", "photo", "video", "share", "link", "album", "note"))
_INSTAGRAM = frozenset(("comments", "live_comments", "mentions"))


def change(event: Event) -> Iterator[Reading]:
    """What one change says: a post with several pictures is a Message for each."""
    field = text(event.content.get("field"))
    if field in ("feed", "mention"):
        yield from _page(event, field)
    elif field in _INSTAGRAM:
        yield _account(event, field)
    else:
        yield Ignored(f"{field or 'no field'}: no message"[:200])


def is_talk(thread_key: str) -> bool:
    """Whether a talk is one of comments."""
    return BETWEEN in thread_key


def _page(event: Event, field: str) -> Iterator[Reading]:
    value = event.value
    item, verb, post = text(value.get("item")), text(value.get("verb")), text(value.get("post_id"))
    is_comment = bool(text(value.get("comment_id"))) and item in (COMMENT, "")
    number = text(value.get("comment_id")) if is_comment else post
    is_known = verb in _ADDED | _EDITED | _REMOVED and (is_comment or item in _POSTS or field == MENTION)
    if not number or not is_known:
        yield Ignored(f"{field}: {item} {verb}".strip()[:200])
        return
    told = thing(value.get("from"))
    who = text(told.get("id")) or text(value.get("sender_id"))
    if who == event.account and not is_comment:
        yield Ignored(f"{field}: {item} of the page itself"[:200])
        return
    beside = {
        "item": MENTION if field == MENTION else COMMENT if is_comment else POST,
        "post": post,
        "post_url": text(thing(value.get("post")).get("permalink_url")) or text(value.get("permalink_url")),
    }
    sender = Address(who or NOBODY + number, text(told.get("name")) or text(value.get("sender_name")))
    answered = text(value.get("parent_id")) if is_comment else ""
    for place, (words, facts) in enumerate(_held(value)):
        yield _public(event, number, sender, words, facts | beside, answered=answered, place=place)


def _account(event: Event, field: str) -> Reading:
    value, told = event.value, thing(event.value.get("from"))
    number = text(value.get("id")) or text(value.get("comment_id"))
    media = thing(value.get("media"))
    post = text(media.get("id")) or text(value.get("media_id"))
    if not (number or (post and field == "mentions")):
        return Ignored(f"{field}: no comment"[:200])
    number = number or post
    is_ours = bool(text(told.get("self_ig_scoped_id")))
    nobody = MENTIONED if field == "mentions" else NOBODY
    who = event.account if is_ours else text(told.get("id")) or nobody + number
    words, facts = text(value.get("text")), {"item": MENTION if field == "mentions" else COMMENT, "post": post}
    if not words:
        words, facts = ("@", facts) if field == "mentions" else (contents.unknown(COMMENT)[0], facts)
    facts["live"] = "1" if field == "live_comments" else ""
    if text(media.get("ad_id")):
        facts |= {"source_id": text(media.get("ad_id")), "source_type": "ad", "headline": text(media.get("ad_title"))}
    sender = Address(who, text(told.get("username")))
    return _public(event, number, sender, words, facts, answered=text(value.get("parent_id")) or post)


def _held(value: Json) -> list[contents.Held]:
    """Text and facts of a comment or post on a page: the first file has its words."""
    said, link, item = text(value.get("message")), text(value.get("link")), text(value.get("item"))
    photos = value.get("photos")
    named = [("image", text(value.get("photo"))), ("video", text(value.get("video")))]
    named += [("image", text(one)) for one in photos] if isinstance(photos, list) else []
    if item in ("photo", "video") and not any(url for _, url in named):
        named, link = [("image" if item == "photo" else "video", link)], ""
    found = [contents.media(kind, url) for kind, url in named if url]
    (words, facts), *others = found or [("", {})]
    lines = [said or words, f"🔗 {link}" if link and link not in said else ""]
    words = "\n".join(filter(None, lines))
    if words or text(value.get("verb")) in _REMOVED:
        return [(words, facts), *others]
    return [contents.unknown(item or COMMENT)]


def _public(
    event: Event, number: str, sender: Address, words: str, facts: dict[str, str], *, answered: str, place: int = 0
) -> Reading:
    verb, ours = text(event.value.get("verb")), sender.address == event.account
    machine: Machine | None = None
    name, about = number, answered
    if verb in _EDITED | _REMOVED:
        when = (text(event.value.get("created_time")), text(event.about.get("time")))
        name = BETWEEN.join(filter(None, (number, verb, *when)))
        about = number
        facts = facts | ({"edits": number} if verb in _EDITED else {"revokes": number, "content": "revoke"})
        machine = "receipt" if verb in _REMOVED else None
    if place:
        name = f"{name}{BETWEEN}{place + 1}"
    message = Message(
        external_id=name,
        sender=sender,
        text=words,
        reply=words,
        subject=formlabels.shortened(words, LONGEST_SUBJECT),
        sent_at=event.at,
        in_reply_to=about,
        thread_key="" if ours else f"{facts.get('post') or number}{BETWEEN}{sender.address}",
        machine=machine,
        facts=bounded({"public": "1", **facts}),
    )
    return Echo(message) if ours else message
