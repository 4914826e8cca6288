"""An answer as posts or direct messages (https://docs.x.com/x-api/posts/create-post,
https://docs.x.com/x-api/direct-messages/manage/introduction)."""

import re

from connectors.base import ConnectorError, Outbound
from connectors.telegram.text import cut

# How signs of a post are counted (https://docs.x.com/fundamentals/counting-characters).
LONGEST_POST, LONGEST_DIRECT, LINK = 280, 10_000, 23
_SINGLE = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", re.IGNORECASE)


def weight(words: str) -> int:
    """How X counts a text: a link is 23 signs, those of many scripts two each."""
    signs = _LINK.sub("", words)
    links = sum(max(LINK, _signs(found[0])) for found in _LINK.finditer(words))
    return links + _signs(signs)


def posts(words: str) -> list[str]:
    """The text in pieces that X takes as posts."""
    return [part for piece in cut(words, LONGEST_POST) for part in _within(piece)]


def directs(words: str) -> list[str]:
    """The text in pieces that X takes as direct messages."""
    return cut(words, LONGEST_DIRECT)


def number(name: str) -> str:
    """One of X's own numbers. Raises ConnectorError for what is none."""
    if not re.fullmatch(r"\d{1,20}", name, re.ASCII):
        raise ConnectorError("What is to be answered is not named", permanent=True)
    return name


def check(message: Outbound, pieces: list[str]) -> None:
    """Raises ConnectorError for what cannot be sent to X from here."""
    if message.attachments:
        raise ConnectorError("No files can be sent to X from here: please leave them out", permanent=True)
    if not pieces:
        raise ConnectorError("X sends no empty message", permanent=True)


def _signs(words: str) -> int:
    return sum(1 if any(low <= ord(one) <= high for low, high in _SINGLE) else 2 for one in words)


def _within(words: str) -> list[str]:
    size = weight(words)
    if size <= LONGEST_POST or len(words) < 2:
        return [words]
    limit = min(LONGEST_POST * len(words) // size, len(words) - 1)
    return [part for piece in cut(words, max(limit, 2)) for part in _within(piece)]
