"""PostgreSQL databases of a test's own, on the server that CENTRALINO_TEST_POSTGRES names."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from inbox.models import Base
from tests.parts import missing
from tests.parts.long import IN_CI

NAMED = os.environ.get("CENTRALINO_TEST_POSTGRES", "")
SERVER = NAMED or "postgresql://postgres@127.0.0.1:5432"


def skip_unless_wanted() -> None:
    """Skip a test, unless a server was named for it or this is the checks of a commit: databases are made and dropped
    there, which nobody may do on a server that somebody happens to run."""
    if not (NAMED or IN_CI):
        pytest.skip("on PostgreSQL with CI=true, or on the server that CENTRALINO_TEST_POSTGRES names")


@contextmanager
def fresh_database() -> Iterator[str]:
    """The address of a new, empty database; dropped at the end."""
    name = f"centralino_{uuid.uuid4().hex[:12]}"
    try:
        connection = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        missing("PostgreSQL on 127.0.0.1:5432")
    with connection:
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield f"{SERVER}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Kept:
    """A database for many tests, put back to how it is now before each: making one anew takes twenty times as long."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url, autocommit=True) as connection:
            found = {
                row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            }
            tables = [table.name for table in Base.metadata.sorted_tables] + ["alembic_version"]
            assert found == set(tables), found ^ set(tables)
            connection.execute(f'ALTER DATABASE "{connection.info.dbname}" SET synchronous_commit = off')
            connection.execute("CREATE SCHEMA kept")
            for name in tables:
                connection.execute(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"')
            counters = connection.execute(
                "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            ).fetchall()
        self._put_back = "; ".join(
            [f'DELETE FROM public."{name}"' for name in reversed(tables)]
            + [f'INSERT INTO public."{name}" SELECT * FROM kept."{name}"' for name in tables]
            + [f"SELECT setval('public.\"{name}\"', {last or 1}, {last is not None})" for name, last in counters]
        )

    def put_back(self) -> None:
        """As it was made; whoever still talks to it is cut off."""
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid) {others}")
            connection.execute(self._put_back)
