"""Other projects' mails by the commands, where they are at hand (CORPORA): each file gets its line and its place."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Settings
from inbox import channels
from inbox.app import App
from inbox.blobs import digest
from inbox.models import Intake
from tests.parts.long import IN_CI

CORPORA = Path(os.environ.get("CORPORA") or Path(__file__).parents[3] / "shared" / "corpora")
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="no CORPORA folder: other projects' mails are not shipped")


def files() -> list[Path]:
    """All with CI=true, else every third."""
    found = [path for folder in ("mail", "bounces") for path in sorted((CORPORA / folder).rglob("*")) if path.is_file()]
    return found[:: 1 if IN_CI else 10]


def command(*arguments: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "inbox.cli", "--json", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_file_gets_its_line() -> None:
    names = [str(path) for path in files()]
    rows = command("parse", *names)
    assert [row["file"] for row in rows] == names


def test_every_file_is_imported_and_kept_as_it_is(tmp_path: Path) -> None:
    app = App(Settings(data=tmp_path / "var"))
    app.prepare()
    with app.database.writing() as session:
        channels.create(session, app.vault, "mail", "info", {"address": "info@firm.test", "password": "secret"})
    app.close()
    mails = files()
    rows = command("-d", str(tmp_path / "var"), "import", "--channel", "info", *map(str, mails))
    assert [row["file"] for row in rows] == list(map(str, mails))
    wanted = {digest(raw): raw for raw in map(Path.read_bytes, mails)}
    app = App(Settings(data=tmp_path / "var"))
    app.prepare()
    with app.database.reading() as session:
        items = list(session.scalars(select(Intake)))
    assert wanted.keys() == {one.sha256 for one in items}
    assert all(app.blobs.get(name) == raw for name, raw in wanted.items())
    assert {one.outcome for one in items} <= {"message", "repeat", "status", "ignored", "echo"}
    app.close()
