"""Words as rules compare them: accents folded, stems in Italian, English, German, French and Spanish.

A rule's word matches a text when some language's stemmer gives both the same stem, so that "preventivi" finds
"preventivo" whatever language the text was taken for. `tolleran*` matches whatever begins so.

Stemming is dear (0.15 ms for a word never seen before), comparing is cheap. So the stems of a
message are made once, when it is taken in, and kept: `pack({"subject": stemmed(subject), "text": stemmed(text)})` gives
bytes to store, fewer than the text has; `unpack` gives them back in 40 µs, to hand on as `Facts(values, stems)`.
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from operator import contains

import snowballstemmer

from inbox.folding import MAX_CHARS, fold

__all__ = ("MAX_CHARS", "fold")

LANGUAGES = {"it": "italian", "en": "english", "de": "german", "fr": "french", "es": "spanish"}
EVERY = range(len(LANGUAGES))
# Longer words are no words. Of a text with more different words than this, the later ones are taken as they are (only
# a star finds them), so that a hostile mail costs less than a second.
LONGEST, MAX_STEMMED = 40, 5_000
_WORD = re.compile(r"\w+")
_WISHED = re.compile(r"(\w+)(\*(?!\w))?")
# Stemmers know Latin letters; what comes after them here (Greek, Cyrillic, signs) stays as it is.
_LAST_LATIN = "\u024f"
# What parts the fields of packed stems. None of the three can be in a word.
_FACT, _FIELD, _TEXTS = "\x1d", "\x1e", "\n"
_PACKED = f"1 {' '.join(LANGUAGES)}"
# Masks are packed as visible letters: "A" is 1, "_" is 31.
_MASKS = bytes((code - 64) % 256 for code in range(256))
Check = tuple[int, str, int, str]
Lookup = tuple[str, int, tuple[Check, ...]]
# The stems of a word, one for each of LANGUAGES; and each different one with the languages that give it as bits.
Forms = tuple[tuple[str, ...], tuple[tuple[str, int], ...]]


def split(text: str) -> list[str]:
    """The folded words of a text, of its first MAX_CHARS characters."""
    return _WORD.findall(fold(text[:MAX_CHARS])[:MAX_CHARS])


def stems(word: str) -> tuple[str, ...]:
    """The stems of a folded word, one for each of LANGUAGES; numbers, codes and endless words are their own."""
    return _forms(word)[0]


def masks(word: str) -> tuple[tuple[str, int], ...]:
    """The different stems of a folded word, each with the languages that give it as bits (1 for the first …)."""
    return _forms(word)[1]


@dataclass(frozen=True)
class Phrase:
    """A rule's word or words in a row. `wild` tells which of them stand for any ending."""

    words: tuple[str, ...]
    wild: tuple[bool, ...]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The phrase in each of LANGUAGES as it would stand in a Stemmed's texts."""
        return tuple(f" {' '.join(one)} " for one in zip(*map(stems, self.words), strict=True))

    @cached_property
    def lookups(self) -> tuple["Lookup", ...]:
        """What to look a phrase without wild words up by in a Stemmed's `found`: the stems of its longest word, as the
        rarest. It is there if, for one of a stem's languages (bits), nothing is to be checked or one check agrees:
        (language as bit, a stem of another word that must be there too, language, the phrase's text in it)."""
        rarest, *others = sorted(self.words, key=len, reverse=True)
        other = stems(others[0]) if others else ()
        return tuple(
            (stem, mask, tuple((1 << n, other[n], n, self.texts[n]) for n in EVERY if mask >> n & 1 and others))
            for stem, mask in masks(rarest)
        )

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Where some of it is wild: what finds it in a Stemmed's pairs, for each of LANGUAGES."""
        rows = [[(word, wild, stem) for stem in stems(word)] for word, wild in zip(self.words, self.wild, strict=True)]
        return tuple(
            re.compile("".join(rf" {word}\w*/\w* " if wild else rf" \w+/{stem} " for word, wild, stem in row))
            for row in zip(*rows, strict=True)
        )


class Stemmed:
    """The words of a text, or of several (a list's elements, which no phrase spans), in every language.

    words: the folded words in order, each between spaces, a line for each text: " die masse \\n foro "
    texts: the same in the stems of each of LANGUAGES
    """

    def __init__(self, words: str, texts: tuple[str, ...], kept: tuple[str, str] = ("", "")) -> None:
        self.words, self.texts, self._kept = words, texts, kept

    @cached_property
    def found(self) -> dict[str, int]:
        """Every stem, with the languages (as bits) in which it is one of some word here."""
        stems, letters = self._kept
        return dict(zip(stems.split(" "), letters.encode().translate(_MASKS), strict=True)) if stems else {}

    @cached_property
    def pairs(self) -> tuple[str, ...]:
        """For each of LANGUAGES " word/stem  word/stem ": words and stems side by side, for phrases with wild words."""
        lines = [line.split() for line in self.words.split(_TEXTS)]
        return tuple(
            _TEXTS.join(
                "".join([f" {word}/{stem} " for word, stem in zip(words, line.split(), strict=True)])
                for words, line in zip(lines, text.split(_TEXTS), strict=True)
            )
            for text in self.texts
        )

    def has(self, phrase: "Phrase | Stemmed") -> bool:
        """Whether all of the phrase's words stand in a row here."""
        if isinstance(phrase, Phrase) and any(phrase.wild):
            return any(pattern.search(pairs) for pattern, pairs in zip(phrase.patterns, self.pairs, strict=True))
        return any(map(contains, self.texts, phrase.texts))


def stemmed(*texts: str) -> Stemmed:
    """The stems of a text in every language, or of several as one."""
    lines = [split(text) for text in texts]
    distinct = dict.fromkeys(word for line in lines for word in line)
    forms = {word: _forms(word) if place < MAX_STEMMED else _as_is(word) for place, word in enumerate(distinct)}
    columns = [tuple(zip(*[forms[word][0] for word in line], strict=True)) or ((),) * len(LANGUAGES) for line in lines]
    made = Stemmed(_lines(lines), tuple(_lines([column[n] for column in columns]) for n in EVERY))
    found: dict[str, int] = {}
    for _, languages in forms.values():
        for stem, mask in languages:
            found[stem] = found.get(stem, 0) | mask
    made.found = found
    return made


def joined(parts: Iterable[Stemmed]) -> Stemmed:
    """Several as one; phrases do not span them."""
    parts = list(parts)
    made = Stemmed(
        _TEXTS.join(part.words for part in parts), tuple(_TEXTS.join(part.texts[n] for part in parts) for n in EVERY)
    )
    made.found = {}
    for part in parts:
        for stem, mask in part.found.items():
            made.found[stem] = made.found.get(stem, 0) | mask
    return made


@lru_cache(maxsize=50_000)
def phrase(text: str) -> Phrase:
    """A rule's word or phrase, kept. Without a word in it, its `words` are empty."""
    found = _WISHED.findall(fold(text[:MAX_CHARS]))
    return Phrase(tuple(word for word, _ in found), tuple(bool(star) for _, star in found))


def pack(stems_by_fact: Mapping[str, Stemmed]) -> bytes:
    """The stems of a message's facts as bytes to store."""
    rows = []
    for name, one in stems_by_fact.items():
        found = one.found
        keys = (" ".join(found), bytes(mask + 64 for mask in found.values()).decode())
        rows.append(_FIELD.join((name, one.words, *one.texts, *keys)))
    return zlib.compress(_FACT.join([_PACKED, *rows]).encode("utf-8", "replace"), 1)


def unpack(packed: bytes) -> dict[str, Stemmed]:
    """What `pack` made; empty if that was done by other stemmers, or the bytes are none of it: then make them anew."""
    try:
        head, *rows = zlib.decompress(packed).decode().split(_FACT)
        fields = [row.split(_FIELD) for row in rows] if head == _PACKED else []
        return {name: Stemmed(words, tuple(rest[:-2]), (rest[-2], rest[-1])) for name, words, *rest in fields}
    except (zlib.error, UnicodeDecodeError, ValueError):
        return {}


@lru_cache(maxsize=50_000)
def _forms(word: str) -> Forms:
    if not word.isalpha() or len(word) > LONGEST or max(word) > _LAST_LATIN:
        return _as_is(word)
    found = tuple(fold(str(_stemmer(language).stemWord(word))) for language in LANGUAGES)
    bits: dict[str, int] = {}
    for place, stem in enumerate(found):
        bits[stem] = bits.get(stem, 0) | 1 << place
    return found, tuple(bits.items())


def _as_is(word: str) -> Forms:
    return (word,) * len(LANGUAGES), ((word, (1 << len(LANGUAGES)) - 1),)


def _lines(lines: Iterable[Iterable[str]]) -> str:
    return _TEXTS.join(f" {' '.join(line)} " for line in lines)


@cache
def _stemmer(language: str):  # type: ignore[no-untyped-def]
    return snowballstemmer.stemmer(LANGUAGES[language])
