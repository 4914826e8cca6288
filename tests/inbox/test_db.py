"""One way to read, one way to write."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, StatementError

from config.settings import Settings
from inbox.app import App
from inbox.db import Database
from inbox.models import Contact, Setting


def value(database: Database, key: str) -> str | None:
    with database.reading() as session:
        return session.scalar(select(Setting.value).where(Setting.key == key))


def test_reading_cannot_write(app: App) -> None:
    with app.database.reading() as session:
        session.add(Setting(key="x", value="y"))
        with pytest.raises(DBAPIError):
            session.flush()
    assert value(app.database, "x") is None


def test_writing_commits(app: App) -> None:
    with app.database.writing() as session:
        session.add(Setting(key="x", value="y"))
    assert value(app.database, "x") == "y"


def write_and_raise(app: App, error: BaseException) -> None:
    with app.database.writing() as session:
        session.add(Setting(key="x", value="y"))
        session.flush()
        raise error


def test_writing_rolls_back_on_any_exception(app: App) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_and_raise(app, KeyboardInterrupt())
    assert value(app.database, "x") is None
    with app.database.writing() as session:
        session.add(Setting(key="x", value="again"))


def test_what_was_read_stays_readable(app: App) -> None:
    with app.database.writing() as session:
        session.add(Setting(key="x", value="y"))
    with app.database.reading() as session:
        found = session.get_one(Setting, "x")
    assert found.value == "y"


def test_commits_ring_and_failures_do_not(app: App) -> None:
    rung: list[str] = []
    app.database.on_commit.append(lambda _kinds: rung.append("x"))
    with app.database.writing():
        pass
    with pytest.raises(ValueError, match="x"), app.database.writing():
        raise ValueError("x")
    assert rung == ["x"]


def test_moments_come_back_in_utc(app: App) -> None:
    moment = datetime(2026, 7, 1, 12, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with app.database.writing() as session:
        session.add(Contact(name="x", created_at=moment))
    with app.database.reading() as session:
        found = session.scalars(select(Contact.created_at)).one()
    assert (found, found.tzinfo) == (moment, UTC)


def test_a_moment_without_a_zone_is_refused(app: App) -> None:
    with pytest.raises(StatementError, match="without a time zone"), app.database.writing() as session:
        session.execute(insert(Contact).values(name="x", created_at=datetime(2026, 7, 1)))


def test_many_writers_on_sqlite_wait_for_each_other(tmp_path: Path) -> None:
    """Eight threads read, then write what they read; none is told "database is locked", nothing is lost."""
    app = App(Settings(data=tmp_path / "var"))
    app.prepare()
    with app.database.writing() as session:
        session.add(Setting(key="count", value="0"))
    errors: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(25):
                with app.database.writing() as session:
                    row = session.get_one(Setting, "count")
                    row.value = str(int(row.value) + 1)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert value(app.database, "count") == "200"
    app.close()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    app = App(Settings(data=tmp_path / "var"))
    app.prepare()
    with app.database.writing() as session:
        session.add(Setting(key="x", value="new"))
        session.flush()
        began = time.monotonic()
        assert value(app.database, "x") is None
        assert time.monotonic() - began < 1
    app.close()


def test_a_second_opening_finds_the_same_data(app: App) -> None:
    with app.database.writing() as session:
        session.add(Setting(key="x", value="y"))
    again = App(app.settings)
    again.prepare()
    assert value(again.database, "x") == "y"
    again.close()
