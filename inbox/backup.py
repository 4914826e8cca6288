"""One file with everything: each table as JSON lines, and the blobs; readable on either database.

A restored installation must not send old answers twice: whatever was on its way comes back as uncertain.
"""

import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from config.system import write_private
from inbox.blobs import names_in_use
from inbox.migrations import HEAD
from inbox.models import Base, Conversation, Delivery, FolderCursor, Job
from inbox.models.delivery import CLAIMED, QUEUED, RETRY, SENDING, UNCERTAIN
from inbox.models.job import CLAIMED as CLAIMED_JOB
from inbox.models.job import READY

if TYPE_CHECKING:
    from inbox.app import App

# Blobs travel as files; leases and sessions belong to the old installation.
LEFT_OUT = {"blobs", "leases", "user_sessions", "tickets"}
CHUNK = 500


class BackupError(ValueError):
    """Why nothing was written or restored."""


def write(app: "App", file: Path, *, with_key: bool = False) -> int:
    """Write the archive; returns the number of rows. Raises BackupError if the file is there already."""
    if file.exists():
        raise BackupError(f"{file} is already there")
    rows = 0
    aside = file.with_name(file.name + ".part")
    with (
        app.database.reading() as session,
        zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        # One snapshot: all reads are of the same moment.
        if not app.database.sqlite:
            session.rollback()
            session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        archive.writestr("version", HEAD)
        for table in _tables():
            with archive.open(f"tables/{table.name}.jsonl", "w") as target:
                for row in session.execute(select(table)).mappings():
                    target.write(json.dumps(dict(row), default=_plain).encode() + b"\n")
                    rows += 1
        for name in list(names_in_use(session)):
            for content in app.blobs.get_all([name]).values():
                archive.writestr(f"blobs/{name}", content)
        if with_key and app.settings.key_path.exists():
            archive.write(app.settings.key_path, "key")
    aside.replace(file)
    return rows


def read(app: "App", file: Path) -> int:
    """Fill an installation without conversations; returns the number of rows. Raises BackupError."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _restore(app, archive)
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise BackupError(f"{file} is not a backup of Centralino: {error}") from None


def _restore(app: "App", archive: zipfile.ZipFile) -> int:
    # What an older version did not know begins with its default.
    if (version := archive.read("version").decode()) > HEAD:
        raise BackupError(f"the backup is of version {version}, this Centralino of {HEAD}")
    with app.database.reading() as session:
        if session.scalar(select(func.count()).select_from(Conversation)):
            raise BackupError("the data folder is not empty: restore into a new one")
    names = [name.removeprefix("blobs/") for name in archive.namelist() if name.startswith("blobs/")]
    for start in range(0, len(names), 50):
        app.blobs.put([archive.read(f"blobs/{name}") for name in names[start : start + 50]])
    rows = 0
    with app.database.writing() as session:
        if app.database.sqlite:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        tables = _tables()
        for table in reversed(tables):
            session.execute(delete(table))
        for table in tables:
            if version == HEAD or f"tables/{table.name}.jsonl" in archive.namelist():
                rows += _fill(session, archive, table)
        _put_right(session, sqlite=app.database.sqlite)
    if "key" in archive.namelist() and not app.settings.key_path.exists():
        write_private(app.settings.key_path, archive.read("key"))
    return rows


def _fill(session: Session, archive: zipfile.ZipFile, table: Table) -> int:
    count = 0
    later: list[dict[str, Any]] = []
    with archive.open(f"tables/{table.name}.jsonl") as source:
        for chunk in _chunks(source, table, later):
            session.execute(insert(table), chunk)
            count += len(chunk)
    for row in later:
        key = row.pop("id")
        session.execute(update(table).where(table.c.id == key).values(**row))
    return count


def _chunks(source: Any, table: Table, later: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows to insert; a reference to a row of the same table (or a later one) is filled in afterwards."""
    own = [column.name for column in table.c if any(key.column.table is table for key in column.foreign_keys)]
    chunk: list[dict[str, Any]] = []
    for line in source:
        row = {name: _typed(table, name, value) for name, value in json.loads(line).items()}
        if any(row[name] is not None for name in own):
            later.append({"id": row["id"], **{name: row[name] for name in own}})
            row |= dict.fromkeys(own)
        chunk.append(row)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _put_right(session: Session, *, sqlite: bool) -> None:
    """Unsent deliveries become uncertain, their jobs go; number sequences go on after the restored rows."""
    unsent = (QUEUED, CLAIMED, SENDING, RETRY)
    session.execute(
        update(Delivery)
        .where(Delivery.state.in_(unsent))
        .values(state=UNCERTAIN, error="restored from a backup before it was sent", token="")
    )
    session.execute(delete(Job).where(Job.kind == "deliver"))
    session.execute(update(FolderCursor).where(FolderCursor.begun == "").values(begun=FolderCursor.cursor))
    session.execute(update(Job).where(Job.state == CLAIMED_JOB).values(state=READY, token="", lease_until=None))
    if sqlite:
        return
    for table in _tables():
        if "id" in table.c:
            following = (session.scalar(select(func.max(table.c.id))) or 0) + 1
            sequence = func.pg_get_serial_sequence(table.name, "id")
            session.execute(select(func.setval(sequence, following, False)))


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def _plain(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    raise TypeError(type(value).__name__)


def _typed(table: Table, name: str, value: Any) -> Any:
    """A JSON value as the column wants it."""
    kind = table.c[name].type.python_type if table.c[name].type.__class__.__name__ != "UtcDateTime" else datetime
    if isinstance(value, dict) and set(value) == {"hex"} and kind is bytes:
        return bytes.fromhex(value["hex"])
    if isinstance(value, str) and kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(value, str) and kind is date:
        return date.fromisoformat(value)
    return value
