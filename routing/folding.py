"""Text as it is compared: lower case, no accents."""

import re
import unicodedata

MAX_CHARS = 100_000
# So many different accents of a text are taken out one by one, which is faster than going through it.
FEW_MARKS = 16
# Where no Latin letter stands for long, there may be accents without end.
_LONG_RUN = re.compile(r"[^\x00-\u02ff]{64}")
_OF_MARKS = "\u0344\u0f73\u0f75\u0f81"


def fold(text: str) -> str:
    """Lower case without accents (NFKD; ß becomes ss)."""
    if text.isascii():
        return text.lower()
    if _LONG_RUN.search(text):
        # Sorting the accents of one letter takes the square of their number: a mail of nothing else would take minutes.
        text = "".join([char for char in text if not _is_mark(char)])
    # Both before and after: letters like 𝕊 have a lower case only once they are decomposed, others decompose anew.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    marks = [char for char in set(decomposed) if char >= "\x80" and unicodedata.combining(char)]
    if len(marks) > FEW_MARKS:
        return "".join([char for char in decomposed if char < "\x80" or not unicodedata.combining(char)])
    for mark in marks:
        decomposed = decomposed.replace(mark, "")
    return decomposed


def _is_mark(char: str) -> bool:
    """Whether it is an accent; not the one that has a lower case of its own (a letter), but those made of others."""
    return char >= "\u0300" and ((bool(unicodedata.combining(char)) and char != "\u0345") or char in _OF_MARKS)
