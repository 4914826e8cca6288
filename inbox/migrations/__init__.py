"""The database's versions. At start only the version's name is compared; alembic is loaded when it differs."""

from pathlib import Path

from sqlalchemy import inspect, text

from inbox.db import Database

HEAD = "0009"


class NewerDatabase(RuntimeError):
    """The data was written by a later Centralino."""


def current(database: Database) -> str:
    """The database's version, "" for an empty one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def migrate(database: Database) -> bool:
    """Bring the database to HEAD; True if there was something to do. Raises NewerDatabase."""
    version = current(database)
    if version == HEAD:
        return False
    if version > HEAD:
        raise NewerDatabase(f"the data is of version {version}, this Centralino knows {HEAD}: please update it")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True
