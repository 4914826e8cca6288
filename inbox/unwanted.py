"""Senders and words that a company does not want from its forms: what a list may hold, and whether a post meets it.

An entry is an address (anna@spam.example), a domain with all below it (@spam.example), or words that stand in a row
(SEO offer), compared as whole words, in any case and without accents.
"""

import re
from collections.abc import Iterable, Sequence

from inbox.folding import fold

MOST, SHORTEST, LONGEST = 200, 3, 100
_DOMAIN = re.compile(r"@(?:[\w-]+\.)+[\w-]{2,}")
_ADDRESS = re.compile(r"[^@\s]+@(?:[\w-]+\.)+[\w-]{2,}")
_WORD = re.compile(r"\w+")
# Letters that are not seen, which programs put between those that are: soft hyphens, joiners, marks of direction.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def checked(entries: Iterable[str]) -> list[str]:
    """The entries as they are kept, each once. Raises ValueError with what is wrong."""
    found = list(dict.fromkeys(" ".join(str(one).split()) for one in entries if str(one).strip()))
    if len(found) > MOST:
        raise ValueError(f"at most {MOST} lines")
    for one in found:
        if "@" in one and not (_DOMAIN.fullmatch(one) or _ADDRESS.fullmatch(one)):
            raise ValueError(f"must be like name@spam.example or @spam.example (got {one!r})")
        if not len(words(one).strip()) >= SHORTEST or len(one) > LONGEST:
            raise ValueError(f"{SHORTEST} to {LONGEST} letters each (got {one!r})")
    return found


def met(entries: Sequence[str], address: str, texts: Iterable[str]) -> str:
    """The first entry that the sender or the texts meet, "" if they meet none."""
    if not entries:
        return ""
    sender = fold(_UNSEEN.sub("", address.strip()))
    domain = f".{sender.rpartition('@')[2]}"
    text = " | ".join(map(words, texts))
    for one in entries:
        wanted = fold(one)
        if wanted.startswith("@"):
            is_met = domain.endswith(f".{wanted[1:]}")
        elif "@" in wanted:
            is_met = sender == wanted
        else:
            is_met = words(one) in text
        if is_met:
            return one
    return ""


def words(text: str) -> str:
    """The words of a text with a blank around each, as they are compared."""
    found = _WORD.findall(fold(_UNSEEN.sub("", text)))
    return f" {' '.join(found)} "
