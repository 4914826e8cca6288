"""docs/cli.md names every command, every flag and every field that --json prints."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from config.settings import Settings
from connectors.base import Batch, RawItem
from inbox import intake
from inbox.app import App
from inbox.cli.common import Context
from inbox.cli.main import cli
from inbox.db import Database
from inbox.migrations import migrate
from inbox.models import Channel, Intake
from inbox.models.intake import HELD

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "cli.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S))
MAIL = b"From: anna@cliente.test\nTo: info@firm.test\nSubject: Listino\nMessage-ID: <1@cliente.test>\n\nVorrei il listino.\n"


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group) and command.invoke_without_command:
            yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def fields(value: Any) -> Iterator[str]:
    """All names in a JSON value, also inside others; a reason's parts are the rules' business."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            if name != "reasons":
                yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=[name for name, _ in commands()])
def test_every_command_has_a_section_that_names_its_flags(name: str, command: click.Command) -> None:
    assert name in SECTIONS, f"docs/cli.md has no section ### `{name}`"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for flag in (*parameter.opts, *parameter.secondary_opts):
                assert re.search(rf"`{flag}\b", SECTIONS[name]) or f"`{name} {flag}" in SECTIONS[name], flag


def test_every_section_is_a_command() -> None:
    assert set(SECTIONS) - {name for name, _ in commands()} == {"test"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a channel, an account, one conversation and one held item, and files beside it; to be copied."""
    top = tmp_path_factory.mktemp("made")
    data = top / "var"
    (top / "one.eml").write_bytes(MAIL)
    (top / "secret").write_text("long enough to be a password")
    secret = ["--password-file", str(top / "secret")]
    run(data, "user", "add", "giulia@firm.test", "--role", "manager", *secret)
    box = ["--name", "info", "--address", "info@firm.test", "--imap-host", "127.0.0.1", "--no-check"]
    run(data, "channel", "add", "mail", *box, *secret)
    run(data, "import", "--channel", "info", str(top / "one.eml"))
    hold_one(data)
    return top


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "var"


def hold_one(data: Path) -> None:
    app = App(Settings(data=data))
    with app.database.reading() as session:
        channel = session.query(Channel).one()
    batch = Batch([RawItem("held", datetime.now(UTC), b"?")], "")
    intake.receive(app.database, app.blobs, channel.id, "inbox", batch)
    with app.database.writing() as session:
        intake.hold(session.query(Intake).filter_by(key="held").one(), "for the test")
        assert session.query(Intake).filter_by(state=HELD).count() == 1
    app.close()


def run(data: Path, *arguments: str, code: int = 0) -> list[Any]:
    done = CliRunner().invoke(cli, arguments, obj=Context(data=data, as_json=True))
    assert done.exit_code == code, done.output
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.parametrize(
    "line",
    [
        "migrate", "recompute", "queue", "report --from 2020-01-01 --to 2099-12-31", "report month --month 2026-10",
        "held list", "held retry", "user list",
        "user add marco@firm.test --team rd", "channel list", "route-test {mail}", "parse {mail}",
        "import --channel info {mail}", "backup {folder}/file",
        "channel add mail --name b --address b@firm.test --imap-host 127.0.0.1 --no-check --password-file {folder}/secret",
        "channel add webhook --name erp --url https://erp.firm.test/hook --no-check",
        "channel add webform --name sito --mailbox info --origin https://www.firm.test",
    ],
)  # fmt: skip
def test_every_field_is_named(line: str, folder: Path) -> None:
    line = line.format(mail=folder.parent / "one.eml", folder=folder.parent)
    rows = run(folder, *line.split())
    assert rows, "nothing was printed"
    name = max((name for name, _ in commands() if line.startswith(name)), key=len)
    assert sorted(one for one in set(fields(rows)) if f"`{one}`" not in SECTIONS[name]) == []


def test_every_field_of_a_check_is_named(folder: Path) -> None:
    rows = run(folder, "check", code=1)  # the channel's server is not there
    assert set(fields(rows)) == {"what", "ok", "says"}
    assert all(f"`{one}`" in SECTIONS["check"] for one in ("what", "ok", "says"))


@pytest.mark.parametrize(
    ("given", "code", "sentence"),
    [
        (["queue", "--sate", "open"], 2, "No such option"),
        (["web"], 1, "Error: web and worker need PostgreSQL"),
        (["-d", "/dev/null/var", "queue"], 1, "Not a directory"),
        (["import", "--channel", "nobody", "."], 1, "Error: there is no channel 'nobody' (none yet)"),
    ],
)
def test_mistakes_are_a_sentence_and_an_exit_code(given: list[str], code: int, sentence: str, tmp_path: Path) -> None:
    done = command(tmp_path, given)
    assert done.returncode == code
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    done = command(tmp_path, ["queue"], CENTRALINO_DATABASE_URL="postgresql://postgres@127.0.0.1:1/x")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: database: connection failed")


def test_data_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    database = Database(Settings(data=tmp_path).database)
    migrate(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    done = command(tmp_path, ["queue"])
    assert (done.returncode, done.stderr[:40]) == (1, "Error: the data is of version 9999, this")


def command(data: Path, given: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "inbox.cli", "-d", str(data), *given]
    known = {**os.environ, **environment}
    return subprocess.run(line, cwd=ROOT, env=known, capture_output=True, text=True, check=False)


def test_rules_and_backups_go_out_and_come_back(folder: Path, tmp_path: Path) -> None:
    run(folder, "rules", "export", str(tmp_path / "rules.toml"))
    (rules,) = run(folder, "rules", "import", str(tmp_path / "rules.toml"))
    run(folder, "backup", str(tmp_path / "file"))
    (restored,) = run(tmp_path / "new", "restore", str(tmp_path / "file"))
    assert all(f"`{one}`" in SECTIONS["rules import"] for one in rules)
    assert all(f"`{one}`" in SECTIONS["restore"] for one in restored)
    assert [row["subject"] for row in run(tmp_path / "new", "queue")] == ["Listino"]
