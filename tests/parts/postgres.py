"""A fresh PostgreSQL database for one test, on the server that CENTRALINO_TEST_POSTGRES names."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.parts import missing

SERVER = os.environ.get("CENTRALINO_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")


@contextmanager
def fresh_database(like: str = "template0") -> Iterator[str]:
    """The address of a new database, empty or a copy of one that nobody is using; dropped at the end."""
    name = f"centralino_{uuid.uuid4().hex[:12]}"
    try:
        connection = psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        missing("PostgreSQL on 127.0.0.1:5432")
    with connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}" ENCODING \'UTF8\'')
        try:
            yield f"{SERVER}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
