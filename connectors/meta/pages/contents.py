"""What a direct message holds, as text and facts
(https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages,
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks).

The words are the customer's own; what they are (`content`) is said by the product, in the reader's language.
"""

from urllib.parse import unquote, urlsplit

from connectors.meta.pages.files import is_metas
from connectors.values import Json, text, thing, things

FILES = {"image": "📷", "video": "🎬", "audio": "🎵", "document": "📄", "sticker": "🖼"}
UNSUPPORTED, UNKNOWN = "unsupported", "unknown"
_SHAPES = {"image": "image", "video": "video", "audio": "audio", "file": "document", "sticker": "sticker"}
# Somebody's post, story or page, passed on; its file is fetched where Meta keeps one.
_SHARED = frozenset(
    ("share", "fallback", "post", "ig_post", "reel", "ig_reel", "ig_story", "story_mention", "story_share", "link")
)
_REFERRAL = {"ref": "ref", "referer_uri": "source_url", "ad_id": "source_id", "ctwa_clid": "ctwa_clid"}
_ADVERT = {"ad_title": "headline", "post_id": "ad_post", "product_id": "product"}
Held = tuple[str, dict[str, str]]


def parts(message: Json) -> list[Held]:
    """Text and facts of a message, which may hold several files: then the first has its words, and each a part.

    Facts: content (the kind), and of a file: media_id (its address), file_name; button: what stood behind a choice.
    """
    said = text(message.get("text"))
    if message.get("is_unsupported") is True:
        return [unknown(UNSUPPORTED, said)]
    found = [_attachment(one) for one in things(message.get("attachments"))]
    sticker = text(message.get("sticker_id"))
    choice = text(thing(message.get("quick_reply")).get("payload"))
    if not found:
        facts = {"content": "button", "button": choice} if choice else {}
        return [(said or choice, facts)] if said or choice else [unknown(sticker and "sticker")]
    (words, facts), *others = found
    if sticker and facts["content"] == "image":
        words, facts = FILES["sticker"], {**facts, "content": "sticker"}
    if said:
        lines = [] if facts["content"] in FILES else [one for one in words.split("\n") if one not in said]
        words = "\n".join([said, *lines])
    return [(words, facts | ({"button": choice} if choice else {})), *others]


def unknown(kind: str, words: str = "") -> Held:
    """What cannot be shown, by the platform's name for it; `words` that came with it."""
    facts = {"content": UNSUPPORTED if kind else UNKNOWN, "kind_sent": kind}
    return "\n".join(filter(None, (words, f"⚠ {kind or '?'}"))), facts


def postback(found: Json) -> Held:
    """A pressed button."""
    payload = text(found.get("payload"))
    return text(found.get("title")) or payload or "▶", {"content": "button", "button": payload}


def told(message: Json) -> dict[str, str]:
    """What stands beside the words: where the customer comes from, which story or product it is about."""
    referral, answered = thing(message.get("referral")), thing(message.get("reply_to"))
    advert, story = thing(referral.get("ads_context_data")), thing(answered.get("story"))
    facts = {fact: text(referral.get(field)) for field, fact in _REFERRAL.items()}
    facts |= {fact: text(advert.get(field)) for field, fact in _ADVERT.items()}
    source = text(referral.get("source")).lower()
    facts["source_type"] = "ad" if source == "ads" else source
    facts["product"] = text(thing(referral.get("product")).get("id")) or facts["product"]
    facts |= {"story": text(story.get("id")), "story_url": text(story.get("url"))}
    for one in things(message.get("tags")):
        facts["source_type"] = facts["source_type"] or text(one.get("source"))
    return {name: one for name, one in facts.items() if one}


def media(kind: str, url: str, name: str = "") -> Held:
    """A file that lies at an address."""
    facts = {"content": kind, "media_id": url, "file_name": name}
    return f"{FILES[kind]} {name}".rstrip(), {key: one for key, one in facts.items() if one}


def _attachment(found: Json) -> Held:
    kind, payload = text(found.get("type")), thing(found.get("payload"))
    if kind in _SHAPES:
        url = text(payload.get("url"))
        shape = "sticker" if text(payload.get("sticker_id")) else _SHAPES[kind]
        return media(shape, url, _name(url) if shape == "document" else "")
    if kind == "location":
        return _location(found, payload)
    if kind == "template":
        return _template(found, payload)
    if kind in _SHARED:
        return _shared(kind, found, payload)
    return unknown(kind, _lines(found.get("title"), payload.get("title"), found.get("url")))


def _location(found: Json, payload: Json) -> Held:
    place = thing(payload.get("coordinates"))
    where = ", ".join(filter(None, (text(place.get("lat")), text(place.get("long")))))
    return "📍 " + _lines(found.get("title"), where, found.get("url")), {"content": "location"}


def _template(found: Json, payload: Json) -> Held:
    lines = [found.get("title"), payload.get("text"), thing(payload.get("product")).get("title")]
    for one in things(payload.get("elements")):
        lines += [one.get("title"), one.get("subtitle"), one.get("url")]
    return _lines(*lines) or "▤", {"content": "template"}


def _shared(kind: str, found: Json, payload: Json) -> Held:
    url = text(payload.get("url")) or text(found.get("url"))
    facts = {"content": kind if kind == "story_mention" else "share", "kind_sent": kind}
    if is_metas(url):
        return f"🔗 {_lines(payload.get('title'), found.get('title'))}".rstrip(), {**facts, "media_id": url}
    return f"🔗 {_lines(payload.get('title') or found.get('title'), url)}".rstrip(), facts


def _lines(*values: object) -> str:
    return "\n".join(dict.fromkeys(filter(None, map(text, values))))


def _name(url: str) -> str:
    """What a file is called, by its address."""
    try:
        last = unquote(urlsplit(url).path).rpartition("/")[2]
    except ValueError:
        return ""
    return "".join(one for one in last if one.isprintable())[:100] if "." in last else ""
