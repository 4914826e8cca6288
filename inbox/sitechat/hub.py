"""Which visitors listen in this process: each hears the number of its visit's version whenever that grows, also when
another process let it grow. The database is the truth; what travels is only the number."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Protocol

from config.logging import get
from inbox.db import Database
from inbox.models import now
from inbox.sitechat import visits

# Other processes' changes are seen by looking this often; between two looks at least so much passes.
LOOK_SECONDS, PAUSE_SECONDS = 1.0, 0.02
# A transaction may take so long between its stamp and its end.
LOOKS_BACK = timedelta(seconds=15)
# How often it is written down who is there, and how often a stream is shown to be alive.
HEARD_SECONDS, PING_SECONDS = 15.0, 20.0
MOST_OF_ONE, MOST_AT_ONCE = 6, 1_000
log = get("chat")


class Listener(Protocol):
    """A visitor's open stream."""

    visit_id: int

    def tell(self, version: int) -> None:
        """The visit has this version."""
        ...

    def ping(self) -> None:
        """Show that the stream is alive."""
        ...

    def close(self) -> None:
        """End it."""
        ...


class Hub:
    """All of it happens on the loop's thread, but for the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: dict[int, list[Listener]] = {}
        self._versions: dict[int, int] = {}
        self._heard: set[int] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None
        self._stopped = False

    def __len__(self) -> int:
        return sum(map(len, self._listeners.values()))

    async def run(self) -> None:
        """Look for changes until `stop`."""
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()
        self._database.on_commit.append(self._ring)
        beating = asyncio.create_task(self._beat())
        try:
            while not self._stopped:
                try:
                    await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)
                except TimeoutError:
                    pass
                self._changed.clear()
                if self._listeners:
                    try:
                        self._tell(await asyncio.to_thread(self._look))
                    except Exception:
                        # The database may be back at the next look.
                        log.exception("look_failed")
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            beating.cancel()

    def stop(self) -> None:
        """End all streams."""
        self._stopped = True
        for one in [one for some in self._listeners.values() for one in some]:
            one.close()
        self._listeners.clear()
        if self._changed is not None:
            self._changed.set()

    def add(self, listener: Listener, version: int) -> bool:
        """Begin to tell a listener, who knows this version; False where its visitor has too many already."""
        some = self._listeners.setdefault(listener.visit_id, [])
        if self._stopped or len(some) >= MOST_OF_ONE:
            return False
        some.append(listener)
        self._versions[listener.visit_id] = max(version, self._versions.get(listener.visit_id, 0))
        self.saw(listener.visit_id)
        if self._changed is not None:
            # What changed between reading the version and this moment.
            self._changed.set()
        return True

    def drop(self, listener: Listener) -> None:
        """It is gone."""
        some = self._listeners.get(listener.visit_id, [])
        if listener in some:
            some.remove(listener)
        if not some:
            self._listeners.pop(listener.visit_id, None)
            self._versions.pop(listener.visit_id, None)

    def saw(self, visit_id: int) -> None:
        """A visitor has just been there."""
        self._heard.add(visit_id)

    def _tell(self, changed: dict[int, int]) -> None:
        for visit_id, version in changed.items():
            if version > self._versions.get(visit_id, version):
                self._versions[visit_id] = version
                for one in list(self._listeners.get(visit_id, ())):
                    one.tell(version)

    async def _beat(self) -> None:
        """Write down who is there, and keep the streams alive: a few each second, not all at once."""
        turn = 0
        while True:
            await asyncio.sleep(1.0)
            turn += 1
            for number, some in list(self._listeners.items()):
                if number % PING_SECONDS == turn % PING_SECONDS:
                    for one in list(some):
                        one.ping()
            if turn % HEARD_SECONDS == 0 and (self._listeners or self._heard):
                there = self._heard | set(self._listeners)
                self._heard = set()
                try:
                    await asyncio.to_thread(self._write, there)
                except Exception:
                    log.exception("presence_not_written")

    def _look(self) -> dict[int, int]:
        with self._database.reading() as session:
            return dict(visits.changed(session, now() - LOOKS_BACK))

    def _write(self, there: set[int]) -> None:
        for some in _parts(sorted(there)):
            with self._database.writing() as session:
                visits.heard(session, some, now())

    def _ring(self, _kinds: frozenset[str]) -> None:
        loop, changed = self._loop, self._changed
        if self._listeners and loop is not None and changed is not None and not loop.is_closed():
            loop.call_soon_threadsafe(changed.set)


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """The numbers, so many at a time as a statement takes without keeping other writers waiting."""
    for begin in range(0, len(numbers), MOST_AT_ONCE):
        yield numbers[begin : begin + MOST_AT_ONCE]
