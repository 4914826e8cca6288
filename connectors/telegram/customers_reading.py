"""What an update says where a bot is for customers: pure, on top of `reading`.

In private every message counts; in a group only what names our bot, commands it or answers it, and each person there
has a talk of their own (`thread_key` "group:person"). Facts besides those of `contents`: username, language_code of the
person; group: the group's title; album: what several files that were sent at once share; forwarded; start and
utm_campaign: what stood in the link by which the person came (https://core.telegram.org/bots/features#deep-linking).

- A change has the id of what was changed as `external_id` and as fact `edits`, and the content "edit".
- Who blocks the bot, or lets it in again, sends a sign with the content "blocked" or "unblocked".
- A group with another number: `chat_moved_to`.
"""

import dataclasses
from collections.abc import Sequence

from connectors import formlabels
from connectors.base import Address, Ignored, Message, RawItem, Reading
from connectors.telegram import contents, reading
from connectors.telegram.entities import Bot, names, without_name
from connectors.telegram.values import Json, thing

# What `meta` says of our bot: its @name, its number.
NAME, NUMBER = "bot", "bot_id"
LONGEST_SUBJECT = 70
_KEPT = ("username", "language_code", "group", "album")
_OUTSIDE = ("left", "kicked")
_SIGNS = {"blocked": "🚫", "unblocked": "✅"}


def read_item(raw: RawItem) -> Sequence[Reading]:
    """What a raw item (one update) says. Never raises."""
    bot = Bot(raw.meta.get(NAME, ""), raw.meta.get(NUMBER, ""))
    return [read_update(reading.parse(raw.body), bot)]


def read_update(update: Json, bot: Bot) -> Reading:
    """One update as a Message, or Ignored with the reason. Never raises."""
    if "callback_query" in update:
        return Ignored("a button was pressed: customers are sent none")
    read = reading.read_update(update)
    if isinstance(read, Ignored) or not isinstance(read, Message):
        return read
    if "membership" in read.facts:
        return _membership(read)
    if "moved_to" in read.facts or "moved_from" in read.facts:
        return _moved(read)
    return _said(read, thing(update.get("message") or update.get("edited_message")), bot)


def _membership(read: Message) -> Reading:
    state = read.facts["membership"]
    if "group" in read.facts:
        return Ignored(f"the bot is now {state} in the group {read.facts['group']}"[:200])
    content = "blocked" if state in _OUTSIDE else "unblocked"
    text = _SIGNS[content]
    return dataclasses.replace(
        read, text=text, reply=text, machine="receipt", facts={**_kept(read), "content": content}
    )


def _moved(read: Message) -> Reading:
    if "moved_to" not in read.facts:
        return Ignored("a group's new number: its old one has told it")
    # Whoever turned the group into a larger one says nothing: their own talk is not what moves.
    return dataclasses.replace(
        read, text="", reply="", machine="receipt", problems=(),
        facts={"group": read.facts.get("group", ""), "chat_moved_to": read.facts["moved_to"]},
    )  # fmt: skip


def _said(read: Message, content: Json, bot: Bot) -> Reading:
    if thing(content.get("from")).get("is_bot") is True:
        return Ignored("written by another program")
    in_group = "group" in read.facts
    if in_group and not names(content, bot):
        return Ignored("a group's talk that does not name the bot")
    is_edit = "edited" in read.facts
    if is_edit and "location" in content:
        return Ignored("somebody's place on the way, who shares it for a while")
    if read.facts.get("command") == "start" and not read.facts.get("argument"):
        return Ignored("the chat was opened: nothing is asked yet")
    words, facts = contents.held(content)
    facts = {**_kept(read), **_start(read), **_forwarded(content), **facts}
    if is_edit:
        facts |= {"content": "edit", "edits": read.external_id}
    return Message(
        external_id=read.external_id,
        sender=Address(read.sender.address, read.sender.name),
        text=words,
        reply=words,
        subject=formlabels.shortened(without_name(words, bot), LONGEST_SUBJECT),
        sent_at=read.sent_at,
        in_reply_to=read.external_id if is_edit else read.in_reply_to,
        thread_key=f"{read.thread_key}:{read.sender.address}" if in_group else read.thread_key,
        facts={name: one[: formlabels.LONGEST_FACT] for name, one in facts.items() if one},
    )


def _kept(read: Message) -> dict[str, str]:
    return {name: read.facts[name] for name in _KEPT if name in read.facts}


def _start(read: Message) -> dict[str, str]:
    payload = read.facts.get("start", "")
    return {"start": payload, "utm_campaign": payload} if payload else {}


def _forwarded(content: Json) -> dict[str, str]:
    passed_on = any(name in content for name in ("forward_origin", "forward_date"))
    return {"forwarded": "1"} if passed_on else {}
