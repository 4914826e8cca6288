"""Work that a browser does before it may post, for a form that programs flood: hashcash's idea (Adam Back, 1997).

A number is looked for, by trying, such that SHA-256 of the form's token and the number begins with so many zero bits.
Finding it takes two to the power of these bits tries on the average, checking it one.
"""

import hashlib
import re
import threading

from inbox.forms.tokens import OLDEST_SECONDS

OFF, LIGHT, HEAVY = 0, 14, 16
LEAST, MOST = 12, 22
# What is wrong, as codes: the work was not done, or has served for another post.
WANTING, SPENT = "work", "spent"
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_MOST_KEPT = 50_000


def checked(bits: object) -> int:
    """The setting as it is kept: 0 for none. Raises ValueError."""
    if type(bits) is not int or (bits != OFF and not LEAST <= bits <= MOST):
        raise ValueError(f"must be 0 or a number from {LEAST} to {MOST} (got {bits!r})")
    return bits


def is_done(token: str, number: str, bits: int) -> bool:
    """Whether this number is the work for this token."""
    if not _NUMBER.fullmatch(number):
        return False
    digest = hashlib.sha256(f"{token}.{number}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


class Spent:
    """For which post each piece of work has served, so that one does not serve thousands; in memory, and bounded.

    Kept as long as its token counts. Where there are more, the oldest are forgotten: whoever wants that has to work
    for as many.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._seen: dict[str, tuple[float, str]] = {}
        self._most, self._lock = most, threading.Lock()

    def serves(self, nonce: str, post: str, at: float) -> bool:
        """Whether the work of a token with this random number serves for this post: it does for the first, and for that
        one again. `at`: seconds since 1970."""
        with self._lock:
            self._forget(at)
            return self._seen.setdefault(nonce, (at, post))[1] == post

    def _forget(self, at: float) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if len(self._seen) < self._most and at - self._seen[oldest][0] <= OLDEST_SECONDS:
                return
            del self._seen[oldest]
