"""Fixtures shared by all tests; the parts themselves are in tests/parts."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from config.settings import Settings
from inbox import db, users
from inbox.app import App
from inbox.reader import Reader
from tests.parts import dovecot as dovecot_part
from tests.parts import smtp as smtp_part
from tests.parts.desk import Desk
from tests.parts.dovecot import Dovecot
from tests.parts.long import examples
from tests.parts.postgres import fresh_database, skip_unless_wanted
from tests.parts.server import Server
from tests.parts.smtp import Peer
from tests.parts.starter import KINDS, Starters

# What takes long for each single test goes first, so that no worker is left alone with it at the end.
LONGEST = ("web/test_pages_in_chromium.py", "faults/", "e2e/", "cli/test_corpora.py", "fuzz/", "inbox/test_reader.py")
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 2_000_000_000
STATEMENTS = 3_000


def pytest_configure() -> None:
    # On a busy machine drawing an example may take long; that says nothing of the example.
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("here", deadline=None, suppress_health_check=slow, max_examples=examples(100))
    hypothesis.settings.load_profile("here")
    # Else each of the hundreds of processes that tests start compiles the program anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # Data folders of tests need not survive a power cut: in memory, where there is room, a sync costs nothing.
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests that start servers and kill them mostly wait."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda one: not one.path.relative_to(here).as_posix().startswith(LONGEST))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CENTRALINO_") and name != "CENTRALINO_TEST_POSTGRES":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Each test opens a database of its own; what SQLAlchemy compiled for one serves all others of its kind."""
    made: dict[str, tuple[Any, Any]] = {}

    def create(url: str, **options: Any) -> Any:
        engine = create_engine(url, query_cache_size=STATEMENTS, **options)
        name = engine.dialect.name
        if name not in made:
            # A dialect knows its server from the first connection on.
            with suppress(DBAPIError), engine.connect():
                made[name] = engine.dialect, engine._compiled_cache
        else:
            engine.dialect, engine._compiled_cache = made[name]
            engine.pool._dialect = engine.dialect
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "create_engine", create)
        yield


@pytest.fixture(scope="session", autouse=True)
def _plain_tracebacks() -> None:
    """With rich, which tools of ours bring along, an exception in the log costs as much as a test."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, plain])


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """What tests make and ask for in this process costs little; what a guess costs has a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(users, "hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A process makes one Flask application; here servers within tests make theirs, of the same templates."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": cache})
        yield


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both databases in turn, empty: "" is SQLite in the data folder."""
    if request.param == "sqlite":
        yield ""
    else:
        skip_unless_wanted()
        with fresh_database() as url:
            yield url


@pytest.fixture(scope="session")
def starters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starters]:
    """The starter company on both databases: making one takes ten times as long as beginning with it."""
    with ExitStack() as stack:
        yield Starters(tmp_path_factory.mktemp("starters"), stack)


@pytest.fixture(scope="session")
def starter_folder(starters: Starters) -> Path:
    """A data folder with the English starter company on SQLite, to be copied."""
    return starters.folder("en")


@pytest.fixture(params=KINDS)
def starter_url(request: pytest.FixtureRequest, tmp_path: Path, starters: Starters) -> str:
    """Both databases in turn, with the English starter company; "" is SQLite in `tmp_path / "var"`."""
    return starters.lay(request.param, tmp_path / "var", "en")


@pytest.fixture
def app(tmp_path: Path, starter_url: str) -> Iterator[App]:
    """An opened data folder with the starter company, on both databases."""
    yield from opened(tmp_path, starter_url)


def opened(folder: Path, database_url: str = "") -> Iterator[App]:
    """The starter company that lies there, opened."""
    one = App(Settings(data=folder / "var", database_url=database_url, language="en"))
    one.prepare()
    yield one
    one.close()


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """The real parse child, one for all tests of a process."""
    one = Reader()
    yield one
    one.close()


@pytest.fixture
def desk(tmp_path: Path, starters: Starters, reader: Reader) -> Iterator[Desk]:
    """One mailbox without a network, on SQLite, for what both databases do alike."""
    for one in opened(tmp_path, starters.lay("sqlite", tmp_path / "var", "en")):
        yield Desk(one, reader)


@pytest.fixture
def desk_on_both(app: App, reader: Reader) -> Desk:
    """The same on both databases."""
    return Desk(app, reader)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real IMAP server, in a folder that its own user may enter (pytest's folders are closed to others)."""
    with tempfile.TemporaryDirectory(prefix="dovecot-", ignore_cleanup_errors=True) as folder:
        with dovecot_part.running(Path(folder)) as running:
            yield running


@pytest.fixture
def smtp_peer() -> Iterator[Peer]:
    """A real SMTP peer."""
    with smtp_part.running() as peer:
        yield peer


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path, starters: Starters) -> Iterator[Server]:
    """The product as a process, not started yet, with the Italian starter company, on both databases."""
    one = Server(tmp_path / "var", starters.lay(request.param, tmp_path / "var", "it"), loaded=True)
    yield one
    one.close()


@pytest.fixture
def new_server(tmp_path: Path, database_url: str) -> Iterator[Server]:
    """The same as people start it, where nothing was ever started."""
    one = Server(tmp_path / "var", database_url)
    yield one
    one.close()
