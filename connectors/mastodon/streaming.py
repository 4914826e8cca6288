"""The stream of notifications, only as a hint that something may be there: what came is read from the pages
(https://docs.joinmastodon.org/methods/streaming/#notifications)."""

import threading
import time
from collections.abc import Callable
from typing import Any

from mastodon import StreamListener

# So long one does without it, after it broke.
AGAIN_SECONDS = 60.0
# The server sends a sign of life each 15 seconds.
SILENT_SECONDS = 60.0


class Closed(Exception):
    """Nobody listens any more."""


class _Listener(StreamListener):  # type: ignore[misc, unused-ignore]
    def __init__(self, ring: Callable[[], None], is_over: Callable[[], bool]) -> None:
        self._ring, self._is_over = ring, is_over

    def on_any_event(self, name: str, data: Any = None, for_stream: str | None = None) -> None:
        """Whatever it is, it is looked up."""
        self._look()
        self._ring()

    def on_unknown_event(self, name: str, unknown_event: Any = None) -> None:
        """The library's own would end the stream."""

    def handle_heartbeat(self) -> None:
        self._look()

    def _look(self) -> None:
        if self._is_over():
            raise Closed


class Hints:
    """Rings whenever the stream says anything; a thread of its own holds it, from the first `listen` on."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._again = 0.0

    def listen(self, client: Any) -> None:
        """Listen, unless it does already or was broken off a moment ago."""
        is_alive = self._thread is not None and self._thread.is_alive()
        if not is_alive and time.monotonic() >= self._again and not self._over.is_set():
            self._again = time.monotonic() + AGAIN_SECONDS
            self._thread = threading.Thread(target=self._hold, args=(client,), name="mastodon-stream", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Listen no more; the thread ends with the stream's next sign of life."""
        self._over.set()

    def _hold(self, client: Any) -> None:
        try:
            client.stream_user_notifications(_Listener(self._ring, self._over.is_set), timeout=SILENT_SECONDS)
        except Exception:
            # Only a hint: without it news are asked for in the usual rhythm.
            return
