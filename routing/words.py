"""Words as rules compare them: accents folded, stems in Italian, English and German.

A rule's word matches a text when some language's stemmer gives both the same stem, so that "preventivi" finds
"preventivo" whatever language the text was taken for.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import contains

import snowballstemmer

LANGUAGES = {"it": "italian", "en": "english", "de": "german"}
MAX_CHARS = 100_000
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Lower case without accents (NFKD; ß becomes ss)."""
    if text.isascii():
        return text.lower()
    # Both before and after: letters like 𝕊 have a lower case only once they are decomposed, others decompose anew.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join([char for char in decomposed if char < "\x80" or not unicodedata.combining(char)])


@lru_cache(maxsize=50_000)
def stems(word: str) -> tuple[str, ...]:
    """The stems of a folded word, one for each of LANGUAGES."""
    return tuple(fold(str(_stemmer(language).stemWord(word))) for language in LANGUAGES)


def split(text: str) -> list[str]:
    """The folded words of a text, of its first MAX_CHARS characters."""
    return _WORD.findall(fold(text[:MAX_CHARS]))


@dataclass(frozen=True, slots=True)
class Stemmed:
    """A text as one string of stems for each of LANGUAGES, spaces around each stem: a phrase is a substring."""

    texts: tuple[str, ...]

    def has(self, phrase: "Stemmed") -> bool:
        """Whether all of the phrase's words stand in a row here."""
        return any(map(contains, self.texts, phrase.texts))


def stemmed(text: str) -> Stemmed:
    """The stems of a text in every language."""
    by_word = [stems(word) for word in split(text)]
    return Stemmed(tuple(f" {' '.join(one)} " for one in zip(*by_word, strict=True)) or ("  ",) * len(LANGUAGES))


@cache
def phrase(text: str) -> Stemmed:
    """The stems of a rule's word or phrase, kept."""
    return stemmed(text)


@cache
def _stemmer(language: str):  # type: ignore[no-untyped-def]
    return snowballstemmer.stemmer(LANGUAGES[language])
