"""The database's versions. At start only the version's name is compared; alembic is loaded when it differs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from inbox.db import Database

HEAD = "0022"


class NewerDatabase(RuntimeError):
    """The data was written by a later Centralino."""


def current(database: Database) -> str:
    """The database's version, "" for an empty one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def migrate(database: Database, revision: str = "head") -> bool:
    """Bring the database up to a version; True if there was something to do. Raises NewerDatabase."""
    version = current(database)
    if version == HEAD:
        return False
    if version > HEAD:
        raise NewerDatabase(f"the data is of version {version}, this Centralino knows {HEAD}: please update it")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with _open(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return True


@contextmanager
def _open(database: Database) -> Iterator[Connection]:
    """A transaction for changing tables. SQLite changes a table by copying it: dropping the old one must not take
    along what refers to it (https://sqlite.org/lang_altertable.html, "other kinds of table schema changes")."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        if database.sqlite:
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
                if database.sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise RuntimeError(f"the change would leave rows without what they refer to: {tuple(lost)}")
        finally:
            if database.sqlite:
                driver.execute("PRAGMA foreign_keys = ON")
