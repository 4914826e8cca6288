"""Raw items and attachments by their SHA-256: files in a folder, or rows of a PostgreSQL table.

A blob is durable before the row that names it is committed. Blobs that no row has named for a day are swept.
"""

import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import delete, select, union
from sqlalchemy.orm import Session

from config.system import sync_files, sync_folders
from inbox.db import Database
from inbox.models import Attachment, Blob, DraftFile, Intake, ReportSending, now

# A blob put again is younger than this for the sweep, whose blobs are a day old at least.
KEPT_ANEW_AFTER = timedelta(hours=1)
_NAMES = union(
    select(Intake.sha256), select(Attachment.sha256), select(DraftFile.sha256),
    select(ReportSending.sha256).where(ReportSending.sha256 != ""),
)  # fmt: skip


def digest(content: bytes) -> str:
    """The name of a blob: SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Blobs(Protocol):
    """Where blobs lie."""

    def put(self, contents: Iterable[bytes]) -> list[str]:
        """Keep several blobs durably and return their names, in order."""
        ...

    def get(self, sha256: str) -> bytes:
        """The bytes of a blob; raises KeyError when it is gone."""
        ...

    def get_all(self, names: Iterable[str]) -> dict[str, bytes]:
        """The bytes of several blobs by name, without those that are gone."""
        ...

    def sweep(self, before: datetime) -> int:
        """Forget blobs that no row names and that were last put before this moment; returns how many."""
        ...


class FolderBlobs:
    """Blobs as files ab/abcdef…, written aside, synced and renamed."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder, self._database = folder, database
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, contents: Iterable[bytes]) -> list[str]:
        names: list[str] = []
        aside: dict[Path, Path] = {}
        for content in contents:
            name = digest(content)
            names.append(name)
            path = self._path(name)
            if path in aside or self._still_here(path):
                continue
            path.parent.mkdir(exist_ok=True)
            aside[path] = path.with_name(f".{name}.{os.getpid()}.{threading.get_ident()}")
            aside[path].write_bytes(content)
        sync_files(list(aside.values()), self._folder)
        for path, written in aside.items():
            os.replace(written, path)
        sync_folders({path.parent for path in aside} | ({self._folder} if aside else set()), self._folder)
        return names

    def get(self, sha256: str) -> bytes:
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise KeyError(sha256) from None

    def get_all(self, names: Iterable[str]) -> dict[str, bytes]:
        found = {}
        for name in names:
            try:
                found[name] = self._path(name).read_bytes()
            except OSError:
                continue
        return found

    def sweep(self, before: datetime) -> int:
        stale = [path for path in self._folder.glob("??/*") if path.stat().st_mtime < before.timestamp()]
        with self._database.reading() as session:
            named = set(names_in_use(session)) if stale else set()
        swept = 0
        for path in stale:
            with self._lock:
                # Put once more meanwhile: a transaction may be about to name it.
                if path.name not in named and path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    swept += 1
        return swept

    def _still_here(self, path: Path) -> bool:
        with self._lock:
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
            return True

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


class TableBlobs:
    """Blobs as rows, for several machines that share only PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, contents: Iterable[bytes]) -> list[str]:
        contents = list(contents)
        with self._database.writing() as session:
            _insert(session, contents)
        return [digest(content) for content in contents]

    def get(self, sha256: str) -> bytes:
        return self.get_all([sha256])[sha256]

    def get_all(self, names: Iterable[str]) -> dict[str, bytes]:
        wanted = set(names)
        with self._database.reading() as session:
            rows = session.execute(select(Blob.sha256, Blob.content).where(Blob.sha256.in_(wanted)))
            return {row.sha256: row.content for row in rows}

    def sweep(self, before: datetime) -> int:
        unnamed = ~Blob.sha256.in_(_NAMES)
        with self._database.writing() as session:
            swept = delete(Blob).where(Blob.kept_at < before, unnamed).returning(Blob.sha256)
            return len(session.scalars(swept.execution_options(synchronize_session=False)).all())


def names_in_use(session: Session) -> Iterable[str]:
    """The names of all blobs that raw items, attachments, drafts and mailed reports need."""
    return session.scalars(_NAMES.order_by("sha256"))


@contextmanager
def writing_with(database: Database, blobs: Blobs, contents: Sequence[bytes]) -> Iterator[Session]:
    """A transaction whose rows may name these blobs: rows are part of it, files are durable before it begins."""
    if isinstance(blobs, TableBlobs):
        with database.writing() as session:
            _insert(session, contents)
            yield session
    else:
        blobs.put(contents)
        with database.writing() as session:
            yield session


def _insert(session: Session, contents: Sequence[bytes]) -> None:
    from sqlalchemy.dialects.postgresql import insert

    # Sorted: two writers that share blobs then take their locks in the same order.
    rows = dict(sorted((digest(content), content) for content in contents))
    if rows:
        moment = now()
        statement = insert(Blob).on_conflict_do_update(
            index_elements=["sha256"], set_={"kept_at": moment}, where=Blob.kept_at < moment - KEPT_ANEW_AFTER
        )
        kept = [{"sha256": name, "content": content, "kept_at": moment} for name, content in rows.items()]
        session.execute(statement, kept)
