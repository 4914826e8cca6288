"""Blobs: durable before the row that names them, on both kinds of store."""

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from config import system
from inbox.app import App
from inbox.blobs import Blobs, FolderBlobs, digest, writing_with
from inbox.models import Setting, now
from tests.parts.company import mail
from tests.parts.desk import Desk

FILES = [f"content {number}".encode() for number in range(20)]


def test_what_is_put_comes_back_by_its_digest(app: App) -> None:
    names = app.blobs.put(FILES)
    assert names == [digest(content) for content in FILES]
    assert [app.blobs.get(name) for name in names] == FILES
    assert app.blobs.get_all(names[:3]) == dict(zip(names[:3], FILES[:3], strict=True))


def test_the_same_content_is_kept_once(app: App) -> None:
    assert app.blobs.put([b"x", b"x"]) == app.blobs.put([b"x"]) * 2
    assert app.blobs.get(digest(b"x")) == b"x"


def test_nothing_to_keep_is_fine(app: App) -> None:
    assert app.blobs.put([]) == []
    assert app.blobs.get_all([]) == {}


def test_a_blob_that_is_gone_says_so(app: App) -> None:
    missing, here = digest(b"never kept"), app.blobs.put([b"here"])[0]
    with pytest.raises(KeyError):
        app.blobs.get(missing)
    assert app.blobs.get_all([missing, here]) == {here: b"here"}


def test_blobs_are_there_when_the_transaction_begins(app: App) -> None:
    with writing_with(app.database, app.blobs, FILES) as session:
        session.add(Setting(key="names", value=digest(FILES[0])))
    assert app.blobs.get(digest(FILES[0])) == FILES[0]


def test_rows_of_a_transaction_that_failed_are_gone_with_it(app: App) -> None:
    with pytest.raises(ValueError, match="x"), writing_with(app.database, app.blobs, [b"lost"]):
        raise ValueError("x")
    if not app.database.sqlite:
        assert app.blobs.get_all([digest(b"lost")]) == {}


def test_many_at_once_put_the_same_files(app: App) -> None:
    failures: list[BaseException] = []

    def put(order: int) -> None:
        try:
            app.blobs.put(FILES[::order])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=put, args=(order,)) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(app.blobs.get_all(digest(content) for content in FILES)) == len(FILES)


def test_what_nobody_names_is_swept_after_a_day(desk_on_both: Desk) -> None:
    blobs = desk_on_both.app.blobs
    raw = mail("Giunto", "Buongiorno")
    desk_on_both.arrive(raw)
    old, again = blobs.put([b"nobody's", b"put again later"])
    with time_machine.travel(now() + timedelta(hours=20), tick=False):
        keep(blobs, again)
    assert blobs.sweep(now() - timedelta(hours=1)) == 0
    assert blobs.sweep(now() + timedelta(hours=10)) == 1
    assert blobs.get_all([old, again, digest(raw)]).keys() == {again, digest(raw)}


def keep(blobs: Blobs, name: str) -> None:
    """Put it again; the file system has its own clock."""
    blobs.put([b"put again later"])
    if isinstance(blobs, FolderBlobs):
        os.utime(blobs._path(name), (now().timestamp(),) * 2)


def test_what_a_crash_left_beside_the_files_is_swept(desk: Desk) -> None:
    folder = desk.app.settings.data / "blobs" / "ab"
    folder.mkdir()
    (folder / ".abcd.1.2").write_bytes(b"half")
    assert desk.app.blobs.sweep(now() + timedelta(seconds=5)) == 1
    assert list(folder.iterdir()) == []


def test_nothing_is_left_beside_the_files(desk: Desk, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "x", desk.database)
    names = blobs.put(FILES)
    assert sorted(path.name for path in (tmp_path / "x").glob("??/*")) == sorted(names)


def test_files_are_synced_before_they_get_their_names(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way the system syncs, one file or many: no name leads to bytes that a power cut could take."""
    for count in (1, 20):
        seen: list[list[str]] = []

        def watch(paths: list[Path], folder: Path, seen: list[list[str]] = seen) -> None:
            seen.append([path.name for path in folder.glob("??/*") if not path.name.startswith(".")])
            system.sync_files(paths, folder)

        monkeypatch.setattr("inbox.blobs.sync_files", watch)
        FolderBlobs(tmp_path / str(count), desk.database).put(FILES[:count])
        assert seen == [[]]
