"""Marked parts of a customer's text (https://core.telegram.org/bots/api#messageentity): our name, hidden addresses."""

from collections.abc import Iterator
from typing import NamedTuple

from connectors.telegram.text import clean
from connectors.telegram.values import Json, said, thing, things


class Bot(NamedTuple):
    """Ours: its @name and its number, both as text; "" where it is not known."""

    name: str = ""
    number: str = ""


class Entity(NamedTuple):
    """A part of a text with what Telegram says of it; `end` is where it ends, in UTF-16 units."""

    text: str
    end: int
    about: Json


def words(content: Json) -> str:
    """The text or caption; an address that hides behind words stands after them in brackets."""
    whole = _text(content).encode("utf-16-le", "surrogatepass")
    hidden = [one for one in _entities(content) if said(one.about.get("type")) == "text_link"]
    for one in sorted(hidden, key=lambda one: one.end, reverse=True):
        url = said(one.about.get("url"))
        if url and url.rstrip("/") != one.text.strip().rstrip("/"):
            whole = whole[: 2 * one.end] + f" ({url})".encode("utf-16-le") + whole[2 * one.end :]
    return clean(whole.decode("utf-16-le", "surrogatepass"))


def names(content: Json, bot: Bot) -> bool:
    """Whether a group's message is for the bot: it names it, commands it, or answers a message of its."""
    answered = thing(content.get("reply_to_message"))
    # In a topic of a group every message answers the one that opened the topic.
    if "forum_topic_created" not in answered and _is(bot, thing(answered.get("from"))):
        return True
    return any(_names(one, bot) for one in _entities(content))


def without_name(text: str, bot: Bot) -> str:
    """The text without the bot's name at its beginning."""
    begins = bool(bot.name) and text.lower().startswith(bot.name.lower())
    return text[len(bot.name) :].lstrip(" ,:\n") if begins else text


def _names(one: Entity, bot: Bot) -> bool:
    match said(one.about.get("type")):
        case "mention":
            return bool(bot.name) and one.text.lower() == bot.name.lower()
        case "text_mention":
            return _is(bot, thing(one.about.get("user")))
        case "bot_command":
            return bool(bot.name) and one.text.lower().endswith(bot.name.lower())
    return False


def _is(bot: Bot, person: Json) -> bool:
    return bool(bot.number) and said(person.get("id")) == bot.number


def _text(content: Json) -> str:
    found = content.get("text") or content.get("caption")
    return found if isinstance(found, str) else ""


def _entities(content: Json) -> Iterator[Entity]:
    whole = _text(content).encode("utf-16-le", "surrogatepass")
    marks = content.get("entities") if content.get("text") else content.get("caption_entities")
    for one in things(marks):
        begin, length = one.get("offset"), one.get("length")
        if isinstance(begin, int) and isinstance(length, int) and begin >= 0 and 0 < length <= len(whole) // 2 - begin:
            part = whole[2 * begin : 2 * (begin + length)].decode("utf-16-le", "replace")
            yield Entity(part, begin + length, one)
