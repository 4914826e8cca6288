"""The database, with one way to read and one way to write.

SQLite: readers are query_only; writers take a process lock, then BEGIN IMMEDIATE, so that no deferred writer ever
fails half-way. PostgreSQL: plain transactions. Nothing slow (network, child process, a user) may happen in `writing`.

Rows that are only ever added (events, jobs …) are gathered by `append` and written many at a time; `new` gives a row
its number before it is written, so that others can name it without a round trip.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Table, create_engine, event, func, insert, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, sessionmaker

# An ALTER of a big table or a long check may need it; an ordinary write waits only for the process lock.
BUSY_TIMEOUT_MS = 10_000
# PostgreSQL hands out numbers in blocks that grow up to this while a transaction asks for more.
MAX_BLOCK = 64
Row = TypeVar("Row")


class Database:
    """One database and its two doors.

    `before_commit` runs at the end of every writing transaction, inside it; `on_commit` after every committed one of
    this process, with the kinds of jobs that it announced.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self.before_commit: list[Callable[[Session], None]] = []
        self.on_commit: list[Callable[[frozenset[str]], None]] = []
        self._lock = threading.Lock()
        if self.sqlite:
            self._reader = _sqlite_engine(url, "BEGIN", read_only=True)
            self._writer = _sqlite_engine(url, "BEGIN IMMEDIATE", read_only=False)
        else:
            self._writer = create_engine(url, pool_size=16, max_overflow=16, pool_pre_ping=True)
            self._reader = self._writer.execution_options(postgresql_readonly=True)
        self._read_session = sessionmaker(self._reader, expire_on_commit=False, autoflush=False)
        self._write_session = sessionmaker(self._writer, expire_on_commit=False)
        if self.sqlite:
            event.listen(self._write_session, "before_flush", _number)

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations."""
        return self._writer

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that cannot change anything; rolled back at the end."""
        session = self._read_session()
        try:
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
        announced = frozenset(session.info.get("announced", ()))
        for callback in self.on_commit:
            callback(announced)

    def close(self) -> None:
        """Give all connections back."""
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        session = self._write_session()
        try:
            yield session
            for callback in self.before_commit:
                callback(session)
            write_out(session)
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()


def announce(session: Session, what: str) -> None:
    """Tell the `on_commit` callbacks, once the transaction is committed, that there is work of this kind."""
    session.info.setdefault("announced", set()).add(what)


def append(session: Session, table: Any, **values: Any) -> None:
    """Add a row of a mapped class that this transaction will neither read nor change: written with others like it."""
    session.info.setdefault("appended", {}).setdefault(table.__table__, []).append(values)


def new(session: Session, row: Row) -> Row:
    """Add a row and give it its number now."""
    row.id = new_id(session, type(row))  # type: ignore[attr-defined]
    session.add(row)
    return row


def write_out(session: Session) -> None:
    """Write everything that waits in the session."""
    session.flush()
    appended: dict[Table, list[dict[str, Any]]] = session.info.pop("appended", {})
    for table, rows in appended.items():
        # Rows of one statement must have the same columns.
        for columns in dict.fromkeys(frozenset(row) for row in rows):
            session.execute(insert(table), [row for row in rows if row.keys() == columns])
        session.info.get("numbers", {}).pop(table, None)


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Keep all that is done inside, or, on an exception, nothing of it."""
    write_out(session)
    with session.begin_nested():
        try:
            yield
            write_out(session)
        except BaseException:
            session.info.pop("appended", None)
            raise


def new_id(session: Session, kind: Any) -> int:
    """The number of a mapped class's next row. On SQLite nobody else writes before this transaction ends."""
    table: Table = kind.__table__
    numbers: dict[Table, tuple[Iterator[int], int]] = session.info.setdefault("numbers", {})
    ahead, block = numbers.get(table, (iter(()), 0))
    following = next(ahead, None)
    if following is None:
        block = min(MAX_BLOCK, 2 * block or 1)
        ahead = _numbers_ahead(session, table, block)
        following = next(ahead)
        numbers[table] = (ahead, block)
    return following


def _numbers_ahead(session: Session, table: Table, block: int) -> Iterator[int]:
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return itertools.count((connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1)
    asked = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :block)")
    return iter(connection.execute(asked, {"name": table.name, "block": block}).scalars().all())


def _number(session: Session, _context: Any, _instances: Any) -> None:
    """SQLite: with their numbers known, new rows go in many at a time instead of one by one."""
    for row in session.new:
        if getattr(row, "id", 0) is None:
            row.id = new_id(session, type(row))


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
