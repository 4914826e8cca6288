"""Texts as Telegram counts them: in UTF-16 code units."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

LIMIT = 4096
_JOINERS = "\u200d\ufe0e\ufe0f"
Styles = Sequence[tuple[str, int, int]]


class Span(NamedTuple):
    """A styled part of a text, in UTF-16 units (https://core.telegram.org/bots/api#messageentity)."""

    style: str
    offset: int
    length: int


class Part(NamedTuple):
    """One message's text with its styled parts."""

    text: str
    spans: Sequence[Span]


def clean(text: str) -> str:
    """The text without what no database and no UTF-8 stream takes: NUL, and halves of surrogate pairs."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def units(text: str) -> int:
    """Length in UTF-16 code units: an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int = LIMIT) -> list[str]:
    """The text in pieces of at most `limit` units, cut between paragraphs, lines or words where it can be."""
    return [part.text for part in styled(text, (), limit)]


def first(text: str, limit: int) -> str:
    """The text's beginning, at most `limit` units long."""
    return next(iter(cut(text, limit)), "")


def styled(text: str, styles: Styles, limit: int = LIMIT) -> list[Part]:
    """The pieces of `cut`, each with its share of `styles`: (style, first character, after the last) of `text`."""
    whole = clean(text)
    # A character that `clean` takes out moves all that stand behind it.
    marks = [(style, len(clean(text[:begin])), len(clean(text[:end]))) for style, begin, end in styles if begin >= 0]
    parts = []
    for begin, end in _places(whole, limit):
        shares = ((style, max(begin, first), min(end, last)) for style, first, last in marks)
        spans = [_span(whole, begin, style, first, last) for style, first, last in shares if first < last]
        parts.append(Part(whole[begin:end], [span for span in spans if span.length]))
    return parts


def _span(text: str, begin: int, style: str, first: int, last: int) -> Span:
    """White space at a span's edges is left out of it, as Telegram would do."""
    bare = text[first:last].strip()
    first += len(text[first:last]) - len(text[first:last].lstrip())
    return Span(style, units(text[begin:first]), units(bare))


def _places(text: str, limit: int) -> list[tuple[int, int]]:
    """Where the pieces begin and end."""
    places = []
    at, end = len(text) - len(text.lstrip()), len(text.rstrip())
    while at < end:
        stop = end
        if units(text[at:end]) > limit:
            stop = at + _place(text[at:end], limit)
        places.append((at, at + len(text[at:stop].rstrip())))
        at = stop + len(text[stop:end]) - len(text[stop:end].lstrip())
    return places


def _place(text: str, limit: int) -> int:
    """Where to cut: after the last break of the second half, else between two whole signs."""
    most = len(text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore"))
    for mark in ("\n\n", "\n", " "):
        found = text.rfind(mark, most // 2, most + 1)
        if found > 0:
            return found
    at = most
    while at > most - 32 and _belongs_together(text[at - 1], text[at]):
        at -= 1
    return at


def _belongs_together(before: str, after: str) -> bool:
    return bool(unicodedata.combining(after)) or after in _JOINERS or before == "\u200d"
