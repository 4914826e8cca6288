"""A database that is full of rows comes through every change of the tables with all of them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, LargeBinary, MetaData, func, insert, select

from inbox.db import Database
from inbox.migrations import HEAD, current, migrate

VALUES: tuple[tuple[type[Any], Any], ...] = (
    (Boolean, True), (Integer, 1), (DateTime, datetime(2026, 1, 2, tzinfo=UTC)), (Date, date(2026, 1, 2)),
    (JSON, []), (LargeBinary, b"x"),
)  # fmt: skip


def value(column: Column[Any]) -> Any:
    return next((given for kind, given in VALUES if isinstance(column.type, kind)), "x")


def fill(database: Database) -> dict[str, int]:
    """One row in each table, which names row 1 of every other that it may name; how many rows each has."""
    tables = MetaData()
    tables.reflect(database.engine)
    counts = {}
    with database.engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(insert(table).values({one.name: value(one) for one in table.columns}))
                counts[table.name] = connection.scalar(select(func.count()).select_from(table)) or 0
    return counts


@pytest.mark.parametrize("version", ["0001", "0007", "0009", "0012"])
def test_no_row_is_lost(tmp_path: Path, database_url: str, version: str) -> None:
    database = Database(database_url or f"sqlite:///{tmp_path / 'old.db'}")
    migrate(database, version)
    assert current(database) == version
    before = fill(database)
    assert set(before.values()) == {1}
    migrate(database)
    assert current(database) == HEAD
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.begin() as connection:
        after = {name: connection.scalar(select(func.count()).select_from(tables.tables[name])) for name in before}
        if database.sqlite:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert after == before
    database.close()
