"""Words as rules compare them: accents folded, stems in Italian, English and German.

A rule's word matches a text when some language's stemmer gives both the same stem, so that "preventivi" finds
"preventivo" whatever language the text was taken for.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import snowballstemmer

LANGUAGES = {"it": "italian", "en": "english", "de": "german"}
MAX_CHARS = 100_000
_WORD = re.compile(r"\w+")


def fold(text: str) -> str:
    """Lower case without accents (NFKD; ß becomes ss)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=50_000)
def stem(language: str, word: str) -> str:
    """The stem of a folded word."""
    return fold(str(_stemmer(language).stemWord(word)))


def split(text: str) -> list[str]:
    """The folded words of a text, of its first MAX_CHARS characters."""
    return _WORD.findall(fold(text[:MAX_CHARS]))


@dataclass(frozen=True, slots=True)
class Stemmed:
    """A text as one string of stems a language, spaces around each, so that a phrase is a substring."""

    by_language: dict[str, str]

    def has(self, phrase: "Stemmed") -> bool:
        """Whether all of the phrase's words stand in a row here."""
        return any(phrase.by_language[language] in text for language, text in self.by_language.items())


def stemmed(text: str) -> Stemmed:
    """The stems of a text in every language."""
    words = split(text)
    return Stemmed({code: f" {' '.join(stem(code, word) for word in words)} " for code in LANGUAGES})


@cache
def phrase(text: str) -> Stemmed:
    """The stems of a rule's word or phrase, kept."""
    return stemmed(text)


@cache
def _stemmer(language: str):  # type: ignore[no-untyped-def]
    return snowballstemmer.stemmer(LANGUAGES[language])
