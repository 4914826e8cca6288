"""Brakes for doors that strangers reach: how often something happened lately, and how much is under way."""

import threading
import time
from collections import deque

_A_MINUTE = 60.0
_MOST_NAMES = 5_000


class Brakes:
    """How often something happened within the last minute, by a name; in memory, and bounded."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait(self, name: str, most: int) -> int:
        """Count one more; 0 if that is allowed, else the seconds until it is, and it is not counted."""
        with self._lock:
            return self._wait(name, most)

    def _wait(self, name: str, most: int) -> int:
        at = time.monotonic()
        if len(self._seen) > _MOST_NAMES:
            self._seen = {one: times for one, times in self._seen.items() if times and at - times[-1] < _A_MINUTE}
        times = self._seen.setdefault(name, deque())
        while times and at - times[0] >= _A_MINUTE:
            times.popleft()
        if len(times) >= most:
            return int(_A_MINUTE - (at - times[0])) + 1
        times.append(at)
        return 0
