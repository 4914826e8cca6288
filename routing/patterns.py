"""Regular expressions that people write: only on RE2, whose time grows with the text and never explodes."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import re2

from config.logging import get
from inbox.folding import MAX_CHARS as MAX_READ
from inbox.folding import fold
from routing.gaps import reads

MAX_CHARS = 500
MAX_STEPS = 5_000
# RE2 keeps within these: bytes for one pattern, and for all of a fact's together (taken only as they are needed). With
# little memory it soon sees that remembering does not pay, which for patterns with wide gaps is five times as fast.
ONE_MEMORY, GAPPED_MEMORY, ALL_MEMORY = 1 << 20, 256 << 10, 64 << 20
log = get("routing")


def check(pattern: str) -> None:
    """Raise ValueError, with RE2's reason, where a person's pattern cannot be used."""
    if len(pattern) > MAX_CHARS:
        raise ValueError(f"is longer than {MAX_CHARS} characters")
    try:
        steps = _one(pattern).programsize
    except (re2.error, UnicodeEncodeError) as error:
        # The reason as RE2 gives it, about the pattern as it was written.
        raise ValueError(f"is no regular expression: {_reason(pattern, error)}") from None
    if steps > MAX_STEPS:
        raise ValueError(f"is too large ({steps} steps, {MAX_STEPS} are allowed): its repetitions {{m,n}} are too many")


def found(pattern: str, text: str) -> bool:
    """Whether a person's (valid) pattern is found in a folded text, or in as much of it as such a pattern reads."""
    return _one(pattern).search(encoded(text[: reads(pattern)])) is not None


def places(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Where it is found there: (start, end), one after the other."""
    read = encoded(text[: reads(pattern)])
    for match in _one(pattern).finditer(read):
        start, end = match.span()
        if end > start:
            before = len(read[:start].decode("utf-8", "ignore"))
            yield before, before + len(read[start:end].decode("utf-8", "ignore"))


@lru_cache(maxsize=5_000)
def personal(pattern: str) -> str:
    """A person's pattern as it is put to folded text: in any case, its letters without accents like the text's."""
    return "(?i)" + "".join(char if char.isascii() else _plain(char) for char in pattern)


def exactly(text: str) -> str:
    """The pattern of a plain text."""
    return str(re2.escape(text))


def encoded(text: str) -> bytes:
    """A text as RE2 reads it."""
    return text.encode("utf-8", "replace")


class Together:
    """Many patterns that are looked for at once."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)
        self._set = _set(self._patterns)

    def hits(self, text: bytes) -> list[int]:
        """The places (in the order given) of the patterns that are found in a text."""
        if self._set is not None:
            found: list[int] = self._set.Match(text) or []
            # The set's last pattern is an empty one, which is found in any text: where it is missing, RE2 ran out of
            # memory, and "nothing found" is no answer.
            if len(self._patterns) in found:
                found.remove(len(self._patterns))
                return found
            log.warning("patterns_out_of_memory", patterns=len(self._patterns), characters=len(text))
        return [place for place, one in enumerate(self._patterns) if _compiled(one, ONE_MEMORY).search(text)]


def _set(patterns: Sequence[str]) -> Any:
    made = re2.Set.SearchSet(_options(ALL_MEMORY))
    try:
        for pattern in patterns:
            made.Add(encoded(pattern))
        made.Add(b"")
        made.Compile()
    except re2.error:
        log.warning("patterns_too_large", patterns=len(patterns))
        return None
    return made


def _one(pattern: str) -> Any:
    return _compiled(personal(pattern), ONE_MEMORY if reads(pattern) == MAX_READ else GAPPED_MEMORY)


@lru_cache(maxsize=5_000)
def _compiled(pattern: str, memory: int) -> Any:
    return re2.compile(pattern.encode(), _options(memory))


def _options(memory: int) -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors, options.never_capture = memory, False, True
    return options


def _plain(char: str) -> str:
    """A letter without its accent; a sign that becomes one of the pattern's own signs so is meant as itself."""
    return "".join(f"\\{one}" if one.isascii() and not one.isalnum() else one for one in fold(char))


def _reason(pattern: str, error: Exception) -> str:
    try:
        re2.compile(pattern, _options(ONE_MEMORY))
    except re2.error as first:
        error = first
    except UnicodeEncodeError:
        return "it holds half a character"
    said = error.args[0] if error.args else error
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
