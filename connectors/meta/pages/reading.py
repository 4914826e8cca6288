"""What an event about a page or an account says: pure, and by hand, because new kinds and fields come without notice.

A direct Message has as `external_id` the platform's id (a part of one with several files, an edit or a sign one that is
made of it), as `thread_key` the person's id, by which the platform knows them on this page alone. An Echo of our own
sending has the id that we gave it, and the platform's as `alias`. What is public is read in `comments`.
Facts besides those of `contents`: standby (another app had the talk); app_id of an echo (by which app it left); of the
advertisement or link that led here: ref, source_url, source_id, source_type, headline, ad_post, product; story,
story_url; edits, revokes, reacts_to: the id of what was changed, taken back or reacted to.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from connectors import formlabels
from connectors.base import Address, Echo, Ignored, Machine, Message, RawItem, Reading, Status
from connectors.meta.items import FOREIGN
from connectors.meta.pages import comments, contents
from connectors.meta.pages.cutting import CHANGES, LEFT_OUT, STANDBY, Event, events, is_ours, person
from connectors.meta.pages.facts import LONGEST_SUBJECT, bounded
from connectors.meta.pages.platforms import FACEBOOK, INSTAGRAM, Platform
from connectors.values import instant, text, thing

# The name that we give to what we send comes back in its echo.
_OURS = re.compile(r"<[^<>\s]+@[^<>\s]+>")
# The longest name that is taken for one.
_LONGEST_NAME = 500


def read_facebook(raw: RawItem) -> Sequence[Reading]:
    """What a raw item of a page says. Never raises, and never says nothing."""
    return _read(raw, FACEBOOK)


def read_instagram(raw: RawItem) -> Sequence[Reading]:
    """What a raw item of an account says. Never raises, and never says nothing."""
    return _read(raw, INSTAGRAM)


def _read(raw: RawItem, platform: Platform) -> Sequence[Reading]:
    if FOREIGN in raw.meta:
        return [Ignored(f"for the account with the id {raw.meta[FOREIGN]}, which is not this channel's"[:200])]
    if LEFT_OUT in raw.meta:
        return [Ignored("comments are not taken in here")]
    found = [one for event in events(raw.body, platform.object) for one in _event(event)]
    return found or [Ignored(f"not an event of {platform.name}")]


def _event(event: Event) -> Iterator[Reading]:
    if event.where == CHANGES:
        yield from comments.change(event)
        return
    known = [name for name in _READERS if isinstance(event.content.get(name), dict)]
    if not known or not person(event):
        names = [name for name in event.content if name not in ("sender", "recipient", "timestamp")]
        yield Ignored(f"{', '.join(names) or 'an event'}: nothing to answer"[:200])
        return
    yield from _READERS[known[0]](event)


def _messages(event: Event) -> Iterator[Reading]:
    message = thing(event.content.get("message"))
    mid, about = text(message.get("mid")), text(thing(message.get("reply_to")).get("mid"))
    if message.get("is_deleted") is True:
        yield _sign(event, f"{mid}:deleted", "", {"content": "revoke", "revokes": mid}, "receipt")
        return
    told = contents.told(message)
    for number, (words, facts) in enumerate(contents.parts(message)):
        name = mid if not number or not mid else f"{mid}:{number + 1}"
        yield _direct(event, name, words, {**told, **facts}, about=about)


def _edit(event: Event) -> Iterator[Reading]:
    edit = thing(event.content.get("message_edit"))
    mid = text(edit.get("mid"))
    name = ":".join(filter(None, (mid, "edit", text(edit.get("num_edit")) or text(event.content.get("timestamp")))))
    facts = {"content": "edit", "edits": mid}
    yield _direct(event, name, text(edit.get("text")), facts, about=mid)


def _postback(event: Event) -> Iterator[Reading]:
    found = thing(event.content.get("postback"))
    words, facts = contents.postback(found)
    yield _direct(event, text(found.get("mid")), words, contents.told(found) | facts)


def _reaction(event: Event) -> Iterator[Reading]:
    found = thing(event.content.get("reaction"))
    mid, is_back = text(found.get("mid")), text(found.get("action")) == "unreact"
    words = "" if is_back else text(found.get("emoji")) or text(found.get("reaction"))
    name = ":".join(filter(None, (mid, "reaction", text(event.content.get("timestamp")))))
    yield _sign(event, name, words, {"content": "reaction", "reacts_to": mid}, "reaction")


def _delivery(event: Event) -> Iterator[Reading]:
    found = thing(event.content.get("delivery"))
    mids = found.get("mids")
    named = [one for one in map(text, mids) if one] if isinstance(mids, list) else []
    until, who = instant(found.get("watermark")), person(event)
    at = instant(event.content.get("timestamp")) or until
    for mid in named:
        yield Status(mid, "delivered", at=at, recipient=who, alias=mid)
    if not named:
        yield _until("delivered", event)


def _seen(event: Event) -> Iterator[Reading]:
    mid = text(thing(event.content.get("read")).get("mid"))
    yield Status(mid, "seen", at=event.at, recipient=person(event), alias=mid) if mid else _until("seen", event)


def _until(state: str, event: Event) -> Reading:
    """A receipt that names no message, but the moment up to which it counts."""
    until = instant(thing(event.content.get("delivery") or event.content.get("read")).get("watermark"))
    if until is None:
        return Ignored(f"{state}: of nothing that is named")
    at = instant(event.content.get("timestamp")) or until
    return Status("", state, at=at, recipient=person(event), until=until)  # type: ignore[arg-type]


def _sign(event: Event, name: str, words: str, facts: dict[str, str], machine: Machine) -> Reading:
    about = facts.get("revokes") or facts.get("reacts_to") or ""
    return _direct(event, name, words, facts, about=about, machine=machine)


def _direct(
    event: Event, name: str, words: str, facts: dict[str, str], *, about: str = "", machine: Machine | None = None
) -> Reading:
    who, ours = person(event), is_ours(event)
    given = text(thing(event.content.get("message")).get("metadata"))
    is_named = ours and len(given) <= _LONGEST_NAME and _OURS.fullmatch(given) is not None
    app = text(thing(event.content.get("message")).get("app_id")) if ours else ""
    facts = {**facts, "app_id": app, "standby": "1" if event.where == STANDBY else ""}
    message = Message(
        external_id=given if is_named else name,
        sender=Address(event.account if ours else who),
        text=words,
        reply=words,
        subject=formlabels.shortened(words, LONGEST_SUBJECT),
        sent_at=instant(event.content.get("timestamp")),
        to=[Address(who)] if ours else (),
        in_reply_to=about,
        thread_key=who,
        alias=name if is_named else "",
        machine=machine,
        facts=bounded(facts),
    )
    return Echo(message) if ours else message


_READERS: dict[str, Callable[[Event], Iterator[Reading]]] = {
    "message": _messages,
    "message_edit": _edit,
    "postback": _postback,
    "reaction": _reaction,
    "delivery": _delivery,
    "read": _seen,
}
