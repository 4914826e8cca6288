"""Open pages hear that something changed. The events table is the truth; what travels is only its last number.

That a visitor of the site's chat comes, leaves or types is no event: pages hear of it all the same.
"""

import asyncio
from collections.abc import AsyncIterator, Collection

from sqlalchemy import func, select

from config.logging import get
from inbox.db import Database
from inbox.models import Event, now
from inbox.sitechat import visits

LOOK_SECONDS = 1.0
PING_SECONDS = 20.0
log = get("live")


class Live:
    """Wakes all open pages of this process; other processes' changes are seen by looking every second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None
        self._waiting: set[asyncio.Queue[int | None]] = set()
        self._stopped = False

    async def run(self) -> None:
        """Watch for new events until `stop`."""
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()
        self._database.on_commit.append(self._ring)
        last = await asyncio.to_thread(self._last)
        while not self._stopped:
            try:
                await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)
            except TimeoutError:
                pass
            self._changed.clear()
            if not self._waiting:
                continue
            try:
                newest = await asyncio.to_thread(self._last)
            except Exception:
                # The database may be back at the next look.
                log.exception("look_failed")
                continue
            if newest != last:
                last = newest
                for one in self._waiting:
                    one.put_nowait(newest[0])

    def stop(self) -> None:
        """End all streams (call on the loop's thread)."""
        self._stopped = True
        if self._changed:
            self._changed.set()
        for one in self._waiting:
            one.put_nowait(None)

    async def stream(self) -> AsyncIterator[bytes]:
        """Server-sent events for one page: `data: <event id>` at each change, a comment now and then."""
        mine: asyncio.Queue[int | None] = asyncio.Queue()
        self._waiting.add(mine)
        try:
            yield b"retry: 2000\n\n"
            while not self._stopped:
                try:
                    number = await asyncio.wait_for(mine.get(), PING_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if number is None:
                    return
                yield f"data: {number}\n\n".encode()
        finally:
            self._waiting.discard(mine)

    def _ring(self, _kinds: frozenset[str]) -> None:
        loop, changed = self._loop, self._changed
        if loop is not None and changed is not None and not loop.is_closed():
            loop.call_soon_threadsafe(changed.set)

    def _last(self) -> tuple[int, Collection[tuple[object, ...]]]:
        """The last event's number, and what is to be seen of the visitors who are there."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(Event.id))) or 0, visits.signs(session, now())
