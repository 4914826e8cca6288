"""What a post or a direct message on X says: pure, and by hand, from a page as well as from a call.

A post that mentions the account is a Message with the post's id; a direct message one with its own, "dm." before it.
The sender is X's number of the account. `thread_key` is "public:" and that number for posts, which everybody reads,
the number for direct messages, "group." and the talk's for those of several people.
Facts: public ("1"), item (mention), post, post_url, language, username, group; content, media_id (an address), of a
file; app_id, by which program something of ours left.
"""

import html
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime

from connectors import formlabels
from connectors.base import Address, Echo, Ignored, Message, RawItem, Reading
from connectors.meta.items import FOREIGN
from connectors.values import Json, instant, text, thing, things
from connectors.x.cutting import DIRECTS, POSTS

PUBLIC, GROUP, OURS = "public:", "group.", "dm."
LONGEST_SUBJECT = 70
_SIGNS = {"photo": ("image", "📷"), "video": ("video", "🎬"), "animated_gif": ("video", "🎬"), "audio": ("audio", "🎵")}


def read_item(raw: RawItem) -> Sequence[Reading]:
    """What a raw item says. Never raises, and never says nothing."""
    if FOREIGN in raw.meta:
        return [Ignored(f"for the account {raw.meta[FOREIGN]}, which is not this channel's"[:200])]
    try:
        found = thing(json.loads(raw.body))
    except (ValueError, RecursionError):
        return [Ignored("not what X writes")]
    own, data = raw.meta.get("own", ""), thing(found.get("data"))
    if text(data.get("event_type")) or text(data.get("dm_conversation_id")):
        return [_direct_of_page(data, own)]
    if text(data.get("id")):
        return [_post_of_page(data, thing(found.get("includes")), own)]
    for name, read in ((POSTS, _post_of_call), (DIRECTS, _direct_of_call)):
        if (one := next(things(found.get(name)), None)) is not None:
            return [read(one, found, own)]
    names = [name for name in found if name.endswith(("_event", "_events"))]
    return [Ignored(f"{', '.join(names) or 'an event'}: nothing to answer"[:200])]


def _post_of_page(post: Json, includes: Json, own: str) -> Reading:
    long = thing(post.get("note_tweet"))
    said = text(long.get("text")) or text(post.get("text"))
    about = [text(one.get("id")) for one in things(post.get("referenced_tweets")) if one.get("type") == "replied_to"]
    if any(one.get("type") == "retweeted" for one in things(post.get("referenced_tweets"))):
        return Ignored("a post passed on")
    entities = thing(long.get("entities")) or thing(post.get("entities"))
    return _post(
        text(post.get("id")), text(post.get("author_id")), said, entities, own, instant(post.get("created_at")),
        about=next(iter(about), ""), media=list(things(includes.get("media"))), language=text(post.get("lang")),
        answered=text(post.get("in_reply_to_user_id")),
    )  # fmt: skip


def _post_of_call(post: Json, call: Json, own: str) -> Reading:
    if thing(post.get("retweeted_status")):
        return Ignored("a post passed on")
    long, user = thing(post.get("extended_tweet")), thing(post.get("user"))
    entities = thing(long.get("entities")) or thing(post.get("entities"))
    said = text(long.get("full_text")) or text(post.get("full_text")) or text(post.get("text"))
    who, answered = text(user.get("id_str")) or text(user.get("id")), text(post.get("in_reply_to_user_id_str"))
    mentioned = {text(one.get("id_str")) for one in things(entities.get("user_mentions"))} | {answered}
    if who != own and own not in mentioned:
        return Ignored("a post that does not mention the account")
    held = thing(long.get("extended_entities")) or thing(post.get("extended_entities")) or entities
    return _post(
        text(post.get("id_str")) or text(post.get("id")), who, said, entities, own, _moment(post.get("created_at")),
        about=text(post.get("in_reply_to_status_id_str")), media=list(things(held.get("media"))),
        language=text(post.get("lang")), answered=answered, name=text(user.get("name")),
        username=text(user.get("screen_name")),
    )  # fmt: skip


def _post(
    number: str, who: str, said: str, entities: Json, own: str, at: datetime | None, *, about: str,
    media: Sequence[Json], language: str, answered: str, name: str = "", username: str = "",
) -> Reading:  # fmt: skip
    if not number or not who:
        return Ignored("a post of nobody")
    words = _words(said, entities, media)
    facts = {
        "public": "1", "item": "mention", "post": number, "post_url": f"https://x.com/i/status/{number}",
        "language": "" if language in ("und", "zxx") else language.lower()[:2], "username": username,
    }  # fmt: skip
    facts |= _file(media)
    message = Message(
        external_id=number,
        sender=Address(who, name),
        text=words or "@",
        reply=words or "@",
        subject=formlabels.shortened(words, LONGEST_SUBJECT),
        sent_at=at,
        to=[Address(answered)] if who == own and answered else (),
        in_reply_to=about,
        thread_key=f"{PUBLIC}{answered if who == own else who}",
        facts=_bounded(facts),
    )
    if who != own:
        return message
    is_answer = bool(about and answered and answered != own)
    return Echo(message) if is_answer else Ignored("a post of our own that answers nobody")


def _direct_of_page(event: Json, own: str) -> Reading:
    if text(event.get("event_type")) not in ("MessageCreate", ""):
        return Ignored(f"{text(event.get('event_type'))}: nothing to answer"[:200])
    talk = text(event.get("dm_conversation_id"))
    others = [one for one in talk.split("-") if one != own] if "-" in talk else []
    group = talk if talk and "-" not in talk else ""
    keys = thing(event.get("attachments")).get("media_keys")
    media = [{"type": "photo"}] if isinstance(keys, list) and keys else []
    return _direct(
        text(event.get("id")), text(event.get("sender_id")), next(iter(others), ""), text(event.get("text")),
        thing(event.get("entities")), own, instant(event.get("created_at")), media=media, group=group,
    )  # fmt: skip


def _direct_of_call(event: Json, call: Json, own: str) -> Reading:
    said = thing(event.get("message_create"))
    data, who = thing(said.get("message_data")), text(said.get("sender_id"))
    to, user = text(thing(said.get("target")).get("recipient_id")), thing(thing(call.get("users")).get(who))
    media = list(things([thing(data.get("attachment")).get("media")]))
    return _direct(
        text(event.get("id")), who, to if who == own else who, text(data.get("text")), thing(data.get("entities")), own,
        instant(event.get("created_timestamp")), media=media, name=text(user.get("name")),
        username=text(user.get("screen_name")), app=text(said.get("source_app_id")),
    )  # fmt: skip


def _direct(
    number: str, who: str, other: str, said: str, entities: Json, own: str, at: datetime | None, *,
    media: Sequence[Json], group: str = "", name: str = "", username: str = "", app: str = "",
) -> Reading:  # fmt: skip
    other = other or who
    if not number or not who:
        return Ignored("a direct message of nobody")
    words = _words(said, entities, media)
    kind, sign = _SIGNS.get(text(media[0].get("type")), ("document", "📄")) if media else ("", "")
    message = Message(
        external_id=f"{OURS}{number}",
        sender=Address(who, name),
        text=words or sign or "…",
        reply=words or sign or "…",
        subject=formlabels.shortened(words, LONGEST_SUBJECT),
        sent_at=at,
        to=[Address(other)] if who == own else (),
        thread_key=f"{GROUP}{group}" if group else other,
        facts=_bounded({"group": group, "username": username, "content": kind, "app_id": app if who == own else ""}),
    )
    return Echo(message) if who == own else message


def _words(said: str, entities: Json, media: Sequence[Json]) -> str:
    """The text with whole addresses in place of short ones, without that of a picture."""
    held = {text(one.get("url")) for one in media} | {text(one.get("media_key")) for one in media}
    for one in (*things(entities.get("urls")), *things(entities.get("media"))):
        short = text(one.get("url"))
        if short:
            is_file = short in held or text(one.get("media_key")) in held - {""} or "media_url" in one
            whole = "" if is_file else text(one.get("unwound_url")) or text(one.get("expanded_url")) or short
            said = said.replace(short, whole)
    for short in held - {""}:
        said = said.replace(short, "") if short.startswith("https://t.co/") else said
    # X writes three signs as HTML does.
    return html.unescape(said).strip()


def _file(media: Sequence[Json]) -> dict[str, str]:
    """The first file of a post, at the address where X keeps it."""
    if not media:
        return {}
    kind, _sign = _SIGNS.get(text(media[0].get("type")), ("document", ""))
    url = text(media[0].get("media_url_https")) or text(media[0].get("preview_image_url"))
    if not url and not text(media[0].get("url")).startswith("https://t.co/"):
        url = text(media[0].get("url"))
    return {"content": kind, "media_id": url}


def _bounded(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: one[: formlabels.LONGEST_FACT] for name, one in facts.items() if one}


def _moment(value: object) -> datetime | None:
    """A moment as calls write it: Mon Dec 23 13:03:29 +0000 2019."""
    parts = text(value).split()
    try:
        return parsedate_to_datetime("{0}, {2} {1} {5} {3} {4}".format(*parts)) if len(parts) == 6 else None
    except ValueError:
        return None
