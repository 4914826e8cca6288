"""Hop ①: one thread a pull channel that fetches, stores, and waits for news. Runs on the leader only.

A channel that calls us is not asked for news, only whether it still reaches us.
A failure is told on the channel and tried again with growing pauses; the other channels go on.
"""

import threading
from collections.abc import Callable

from sqlalchemy import select

from config.logging import get
from connectors.abilities import Called, Paced
from connectors.base import Connector, ConnectorError, Pull
from inbox import channels, intake
from inbox.blobs import Blobs
from inbox.db import Database
from inbox.models import Channel, FolderCursor

MAX_PAUSE_SECONDS = 300.0
log = get("fetching")


class Fetcher:
    """Fetches from one channel until stopped."""

    def __init__(
        self, database: Database, blobs: Blobs, channel_id: int, mark: str, connector: Pull, poll_seconds: float
    ) -> None:
        """`mark` is that of the settings which the connector was made of."""
        self._mark = mark
        self._database = database
        self._blobs = blobs
        self._channel_id = channel_id
        self._connector = connector
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"fetch-{channel_id}", daemon=True)

    def start(self) -> None:
        """Begin to fetch."""
        self._thread.start()

    def stop(self, seconds: float = 3.0) -> None:
        """Stop fetching; what is not stored yet is fetched again next time."""
        self._stopping.set()
        self._connector.wake()
        self._thread.join(seconds)

    def _run(self) -> None:
        pause, waited = 0.0, False
        while not self._stopping.is_set():
            try:
                fetch_all(self._database, self._blobs, self._channel_id, self._connector, self._stopping.is_set)
                # At first what could not be brought while we were away is still on its way.
                if waited and isinstance(self._connector, Called):
                    self._connector.check_calls()
                self._tell("")
                pause = 0.0
                self._connector.wait(self._poll_seconds)
                waited = True
            except Exception as error:
                reason = channels.sentence(error)
                log.warning("fetch_failed", channel=self._channel_id, reason=reason)
                self._tell(reason)
                asked = error.retry_after if isinstance(error, ConnectorError) else 0.0
                pause = max(asked, min(MAX_PAUSE_SECONDS, pause * 2 or 1.0))
                self._stopping.wait(pause)
        self._connector.close()

    def _tell(self, error: str) -> None:
        with self._database.reading() as session:
            channel = session.get(Channel, self._channel_id)
            # Settings have changed: what the old ones lead to is told of nobody any more.
            if channel is None or channel.error == error or channels.mark(channel) != self._mark:
                return
        with self._database.writing() as session:
            channels.set_health(session, self._channel_id, error)


def fetch_all(
    database: Database, blobs: Blobs, channel_id: int, connector: Pull, stopped: Callable[[], bool] = lambda: False
) -> int:
    """Fetch every folder until nothing more is there; returns how many items were new.

    A folder that fails (a Sent folder that was renamed) does not keep the others back; its error is raised at the end.
    """
    total = 0
    failure: ConnectorError | None = None
    for folder in connector.folders():
        try:
            total += _fetch_folder(database, blobs, channel_id, connector, folder, stopped)
        except ConnectorError as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return total


def _fetch_folder(
    database: Database, blobs: Blobs, channel_id: int, connector: Pull, folder: str, stopped: Callable[[], bool]
) -> int:
    total = 0
    while not stopped():
        with database.reading() as session:
            row = session.get(FolderCursor, (channel_id, folder))
            cursor = row.cursor if row else ""
        batch = connector.fetch(folder, cursor)
        if batch.items or batch.cursor != cursor:
            total += intake.receive(database, blobs, channel_id, folder, batch)
        if not batch.more:
            break
    return total


class Fetchers:
    """One Fetcher for each enabled pull channel, kept in step with what people configure."""

    def __init__(
        self, database: Database, blobs: Blobs, build: Callable[[int], Connector], poll_seconds: float
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._build = build
        self._poll_seconds = poll_seconds
        self._running: dict[int, tuple[str, Fetcher]] = {}
        self._lock = threading.Lock()

    def keep_in_step(self) -> None:
        """Start, restart and stop fetchers as the channels are now."""
        with self._database.reading() as session:
            rows = list(session.scalars(select(Channel).where(Channel.enabled)))
            wanted = {row.id: channels.mark(row) for row in rows}
        with self._lock:
            for channel_id in [one for one, (mark, _) in self._running.items() if wanted.get(one) != mark]:
                self._running.pop(channel_id)[1].stop()
            for channel_id, mark in wanted.items():
                if channel_id not in self._running:
                    self._start(channel_id, mark)

    def stop(self) -> None:
        """Stop all."""
        with self._lock:
            fetchers = [fetcher for _, fetcher in self._running.values()]
            self._running.clear()
        for fetcher in fetchers:
            fetcher.stop()

    def _start(self, channel_id: int, mark: str) -> None:
        try:
            connector = self._build(channel_id)
        except Exception as error:
            with self._database.writing() as session:
                channels.set_health(session, channel_id, channels.sentence(error))
            return
        if isinstance(connector, Pull):
            pause = connector.pause() if isinstance(connector, Paced) else 0.0
            seconds = max(self._poll_seconds, pause)
            fetcher = Fetcher(self._database, self._blobs, channel_id, mark, connector, seconds)
            self._running[channel_id] = (mark, fetcher)
            fetcher.start()
