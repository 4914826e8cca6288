"""The database, with one way to read and one way to write.

SQLite: readers are query_only; writers take a process lock, then BEGIN IMMEDIATE, so that no deferred writer ever
fails half-way. PostgreSQL: plain transactions. Nothing slow (network, child process, a user) may happen in `writing`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

# An ALTER of a big table or a long check may need it; an ordinary write waits only for the process lock.
BUSY_TIMEOUT_MS = 10_000


class Database:
    """One database and its two doors; `on_commit` callbacks run after every committed write of this process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.on_commit: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        if self.sqlite:
            self._reader = _sqlite_engine(url, "BEGIN", read_only=True)
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", read_only=False)
        else:
            self._reader = self._writer = create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True)
        self._read_session = sessionmaker(self._reader, expire_on_commit=False, autoflush=False)
        self._write_session = sessionmaker(self._writer, expire_on_commit=False)

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations."""
        return self._writer

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that cannot change anything; rolled back at the end."""
        session = self._read_session()
        try:
            if not self.sqlite:
                session.execute(text("SET TRANSACTION READ ONLY"))
            yield session
        finally:
            # close, not rollback: what was read stays readable afterwards.
            session.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction: committed at the end, rolled back on any exception."""
        if self.sqlite:
            with self._lock, self._transaction() as session:
                yield session
        else:
            with self._transaction() as session:
                yield session
        for callback in self.on_commit:
            callback()

    def close(self) -> None:
        """Give all connections back."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        session = self._write_session()
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()


def _sqlite_engine(url: str, begin: str, *, read_only: bool) -> Engine:
    engine = create_engine(url, pool_size=8 if read_only else 1, max_overflow=16 if read_only else 0)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN would be a deferred one.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -16000",
            f"query_only = {'ON' if read_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
