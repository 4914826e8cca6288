"""A backup is one file of everything; what comes back is what went in, on either database, and sends nothing twice."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from inbox import backup, channels, outcomes
from inbox.app import App
from inbox.blobs import names_in_use
from inbox.models import Base, Channel, Conversation, Delivery, Event, FolderCursor, User
from inbox.reader import Reader
from tests.parts.company import mail
from tests.parts.desk import Desk, Wire
from tests.parts.starter import KINDS, Starters

Opening = Callable[..., App]


@pytest.fixture
def opening(starters: Starters) -> Iterator[Opening]:
    """Open the starter company in a folder, or the test's own database of this number."""
    with ExitStack() as stack:

        def opened(folder: Path, kind: str = "sqlite", number: int = 0) -> App:
            url = starters.lay(kind, folder, "en", number)
            app = App(Settings(data=folder, database_url=url, language="en"))
            stack.callback(app.close)
            app.prepare()
            return app

        yield opened


def full(app: App, reader: Reader) -> Desk:
    """A desk with mail, an attachment, an answer sent, one under way and one queued."""
    desk = Desk(app, reader)
    first = desk.ask("Qual è la tolleranza?", Message_ID="<1@cliente.test>")
    desk.answer(first)
    desk.deliver()
    second = desk.ask("Un'altra domanda", subject="Altro")
    desk.answer(second, "Prima risposta")
    desk.answer(second, "Seconda risposta")
    desk.receive(mail("Rotta", "x").replace(b"Content-Type", b"Content-Tipe", 1))
    desk.take_in()
    with app.database.writing() as session:
        channels.create(session, app.vault, "mail", "second", {"address": "b@firm.test", "password": "top secret"})
    return desk


def counts(app: App) -> dict[str, int]:
    with app.database.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name != "blobs"]
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_everything_comes_back(tmp_path: Path, opening: Opening, reader: Reader, source: str, target: str) -> None:
    before = opening(tmp_path / "before", source)
    full(before, reader)
    file = tmp_path / "all.zip"
    rows = backup.write(before, file, with_key=True)
    after = opening(tmp_path / "after", target, 1)
    assert backup.read(after, file) == rows
    had, has = counts(before), counts(after)
    unsettled = {"jobs", "events"}
    assert {name: has[name] for name in has.keys() - unsettled} == {name: had[name] for name in had.keys() - unsettled}
    desk = Desk.__new__(Desk)
    desk.app, desk.database = after, after.database
    states = [row.state for row in desk.all(Delivery, Delivery.purpose == "answer")]
    assert states == ["sent", "uncertain", "uncertain"]
    with after.database.reading() as session:
        names = set(names_in_use(session))
    assert after.blobs.get_all(names).keys() == names
    with after.database.reading() as session:
        settings = channels.all_settings(
            session.scalars(select(Channel).where(Channel.name == "second")).one(), after.vault
        )
    assert settings["password"] == "top secret"


@pytest.mark.parametrize("target", KINDS)
def test_it_goes_on_where_it_stopped(tmp_path: Path, opening: Opening, reader: Reader, target: str) -> None:
    """New rows get new numbers, threads are found again, an uncertain answer is sent when a person says so."""
    file = tmp_path / "all.zip"
    before = opening(tmp_path / "before")
    full(before, reader)
    backup.write(before, file)
    after = opening(tmp_path / "after", target, 1)
    backup.read(after, file)
    desk = Desk.__new__(Desk)
    desk.app, desk.database, desk.reader = after, after.database, reader
    desk.wire = Wire()
    with after.database.reading() as session:
        desk.channel = session.scalars(select(Channel.id).where(Channel.name == "info")).one()
        desk.manager = session.scalars(select(User.id)).first() or 0
    desk.deliver()
    assert desk.wire.sent == []
    found = desk.arrive(mail("Re: Giunto", "Grazie, e il peso?", In_Reply_To="<1@cliente.test>"))
    assert found.messages_count == 3
    uncertain = desk.all(Delivery, Delivery.state == "uncertain", Delivery.purpose == "answer")[0]
    with after.database.writing() as session:
        outcomes.send_again(session, session.get_one(Delivery, uncertain.id))
    desk.deliver()
    assert [sent.text for sent in desk.wire.sent][-1:] == ["Prima risposta"]
    assert len({row.id for row in desk.all(Event)}) == len(desk.all(Event))


def test_a_folder_in_use_is_left_alone(tmp_path: Path, opening: Opening, reader: Reader) -> None:
    app = opening(tmp_path / "var")
    full(app, reader)
    file = tmp_path / "all.zip"
    backup.write(app, file)
    had = counts(app)
    with pytest.raises(backup.BackupError, match="the data folder is not empty"):
        backup.read(app, file)
    assert counts(app) == had


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half"])
def test_what_is_no_backup_is_told(tmp_path: Path, opening: Opening, content: bytes) -> None:
    app = opening(tmp_path / "var")
    had = counts(app)
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(backup.BackupError, match="is not a backup of Centralino"):
        backup.read(app, tmp_path / "x")
    assert counts(app) == had


def test_a_backup_of_an_older_version_is_restored(tmp_path: Path, opening: Opening) -> None:
    """Columns and tables that it does not know begin with their defaults."""
    file = tmp_path / "old.zip"
    source, target = (opening(tmp_path / name) for name in ("source", "target"))
    with source.database.writing() as session:
        channel = Channel(kind="mail", name="info", address="info@firm.test")
        session.add(channel)
        session.flush()
        session.add(
            FolderCursor(channel_id=channel.id, folder="inbox", cursor="7:9:2026-01-01", begun="7:1:2026-01-01")
        )
    backup.write(source, file)
    older = tmp_path / "older.zip"
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(older, "w") as changed:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "version":
                content = b"0003"
            elif name == "tables/folder_cursors.jsonl":
                rows = [json.loads(line) for line in content.splitlines()]
                known = ("channel_id", "folder", "cursor", "updated_at")
                content = b"".join(json.dumps({key: row[key] for key in known}).encode() + b"\n" for row in rows)
            elif name == "tables/tags.jsonl":
                continue
            changed.writestr(name, content)
    backup.read(target, older)
    with target.database.reading() as session:
        (cursor,) = session.scalars(select(FolderCursor))
        assert (cursor.cursor, cursor.begun, cursor.missing) == ("7:9:2026-01-01", "7:9:2026-01-01", 0)


def test_another_archive_and_another_version_are_told(tmp_path: Path, opening: Opening) -> None:
    app = opening(tmp_path / "var")
    for name, said in (("readme", "is not a backup of Centralino"), ("version", "the backup is of version 9999")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(name, "9999")
        with pytest.raises(backup.BackupError, match=said):
            backup.read(app, tmp_path / name)


def test_a_damaged_backup_changes_nothing(tmp_path: Path, opening: Opening, reader: Reader) -> None:
    source = opening(tmp_path / "before")
    full(source, reader)
    file, damaged = tmp_path / "all.zip", tmp_path / "damaged.zip"
    backup.write(source, file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[: len(content) // 2] if name == "tables/messages.jsonl" else content)
    app = opening(tmp_path / "after")
    had = counts(app)
    with pytest.raises(backup.BackupError):
        backup.read(app, damaged)
    assert counts(app) == had


def test_raw_bytes_that_are_gone_stop_no_backup(tmp_path: Path, opening: Opening, reader: Reader) -> None:
    app = opening(tmp_path / "var")
    full(app, reader)
    for path in (tmp_path / "var" / "blobs").glob("??/*"):
        path.unlink()
    backup.write(app, tmp_path / "all.zip")
    other = opening(tmp_path / "after")
    backup.read(other, tmp_path / "all.zip")
    with other.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 3
