"""Text as it is compared: lower case, no accents."""

import re
import unicodedata
from functools import lru_cache

MAX_CHARS = 100_000
# So many different letters of a text are replaced one by one, which is quicker than going through it.
FEW_LETTERS = 32
_STRANGE = re.compile(r"[^\x00-\x7f]")


def fold(text: str) -> str:
    """Lower case without accents (NFKD; ß becomes ss), letter by letter.

    Not the text as a whole: sorting the accents of one letter takes the square of their number, and a mail of nothing
    but accents would take minutes.
    """
    if text.isascii():
        return text.lower()
    strange = set(_STRANGE.findall(text))
    if len(strange) > FEW_LETTERS:
        return "".join(map(_letter, text))
    for letter in strange:
        text = text.replace(letter, _letter(letter))
    return text.casefold()


@lru_cache(maxsize=20_000)
def _letter(char: str) -> str:
    # Both before and after: letters like 𝕊 have a lower case only once they are decomposed, others decompose anew.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one))
