"""Where in a text the words stand that a decision's reason names, so that a page can mark them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from routing import facts, patterns
from routing.words import EVERY, MAX_CHARS, Phrase, fold, phrase, stems

_WORD = re.compile(r"\w+")
MAX_PLACES = 200
Place = tuple[int, int]


def places(text: str, reason: Mapping[str, Any]) -> list[Place]:
    """The places (start, end) in a text of what was found, from the first on; touching ones are one.

    reason: {fact, operator, found} of a decision or a trace; `text` is the fact's value. No more than MAX_PLACES for
    each thing found, within the first MAX_CHARS characters.
    """
    folded, origins = _folded(text[:MAX_CHARS])
    found = sorted(place for one in reason["found"] for place in _of(folded, reason["operator"], one))
    merged: list[Place] = []
    # Up to where the next letter begins, so that an accent that stands after its letter goes with it.
    origins.append(min(len(text), MAX_CHARS))
    for start, end in ((origins[start], max(origins[end - 1] + 1, origins[end])) for start, end in found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _of(folded: str, operator: str, found: str) -> list[Place]:
    if operator in (facts.HAS_ANY, facts.HAS_ALL):
        words = [(match.start(), match.end(), match[0]) for match in _WORD.finditer(folded)]
        return _first(_phrases(words, phrase(found)))
    if operator == facts.MATCHES:
        return _first(patterns.places(found, folded))
    if operator not in facts.PLAIN:
        return []
    piece = facts.folded(found)
    spans = _first((match.start(), match.end()) for match in re.finditer(re.escape(piece), folded) if piece)
    if operator == facts.STARTS_WITH:
        return spans[:1]
    last = folded.rfind(piece)
    return [(last, last + len(piece))] if operator == facts.ENDS_WITH and last >= 0 else spans


def _phrases(words: Sequence[tuple[int, int, str]], wanted: Phrase) -> Iterator[Place]:
    """Where all of a phrase's words stand in a row, in the stems of one language."""
    by_language = [[stems(word)[language] for word in wanted.words] for language in EVERY]
    for place in range(len(words) - len(wanted.words) + 1):
        row = words[place : place + len(wanted.words)]
        if any(_fits([word for _, _, word in row], wanted, by_language[n], n) for n in EVERY):
            yield row[0][0], row[-1][1]


def _fits(row: Sequence[str], wanted: Phrase, in_language: Sequence[str], language: int) -> bool:
    return all(
        word.startswith(beginning) if wild else stems(word)[language] == stem
        for word, beginning, wild, stem in zip(row, wanted.words, wanted.wild, in_language, strict=True)
    )


def _first(found: Iterator[Place]) -> list[Place]:
    return [place for place, _ in zip(found, range(MAX_PLACES), strict=False)]


def _folded(text: str) -> tuple[str, list[int]]:
    """The folded text, and of each of its characters the place in the text that it came from."""
    pieces = [fold(char) for char in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]
