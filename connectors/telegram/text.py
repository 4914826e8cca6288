"""Texts as Telegram counts them: in UTF-16 code units."""

import unicodedata

LIMIT = 4096
_JOINERS = "\u200d\ufe0e\ufe0f"


def clean(text: str) -> str:
    """The text without what no database and no UTF-8 stream takes: NUL, and halves of surrogate pairs."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")


def units(text: str) -> int:
    """Length in UTF-16 code units: an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int = LIMIT) -> list[str]:
    """The text in pieces of at most `limit` units, cut between paragraphs, lines or words where it can be."""
    pieces = []
    rest = clean(text).strip()
    while units(rest) > limit:
        at = _place(rest, limit)
        pieces.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*pieces, rest] if rest else pieces


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
