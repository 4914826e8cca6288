"""Everything that differs between Linux, macOS and Windows: locks, limits, signals, private files.

No other module may import fcntl, msvcrt, resource or pwd (a test holds this).
"""

import os
import signal
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO

WINDOWS = sys.platform == "win32"
# From so many files on, one sync of the whole file system is faster than one of each file.
MANY = 8
MOST_FILES = 65_536


class FolderInUse(RuntimeError):
    """Another process already holds the data folder."""


def lock_folder(folder: Path) -> IO[str]:
    """Hold `folder` for this process until the returned file is closed; raises FolderInUse."""
    handle = open(folder / "lock", "a+", encoding="ascii")  # noqa: SIM115 - kept open on purpose
    try:
        _lock(handle)
    except OSError:
        handle.close()
        raise FolderInUse(f"another Centralino is already using {folder}") from None
    return handle


def limit_child(cpu_seconds: int, memory_bytes: int) -> None:
    """Cap this process's further CPU time and its address space, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_seconds, hard))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def allow_connections() -> None:
    """As many connections as the system allows, up to MOST_FILES (usual are 1,024, for the sake of old programs)."""
    if sys.platform == "win32":
        return
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ValueError, OSError):
        # macOS has a lower limit than it says; then it stays as it is.
        pass


def on_stop(handler: Callable[[], object]) -> None:
    """Call `handler` on Ctrl-C, and on SIGTERM where the system has it (main thread only)."""
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, lambda _number, _frame: handler())


def write_private(path: Path, data: bytes) -> None:
    """Create `path` readable by its owner only; raises FileExistsError if it is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def sync_files(paths: Collection[Path], folder: Path) -> None:
    """Make what was written to these files below `folder` survive a power cut: one by one, or many at once."""
    if not _sync_all(paths, folder):
        for path in paths:
            # A file must be open for writing to be flushed on Windows.
            with path.open("rb+") as handle:
                os.fsync(handle.fileno())


def sync_folders(paths: Collection[Path], folder: Path) -> None:
    """Make new names in these folders below `folder` survive a power cut (a no-op where folders cannot be synced)."""
    if WINDOWS or _sync_all(paths, folder):
        return
    for path in paths:
        _fsync(path)


def sync_folder(folder: Path) -> None:
    """Make a file's new name in `folder` survive a power cut (a no-op where folders cannot be synced)."""
    if not WINDOWS:
        _fsync(folder)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_all(paths: Collection[Path], folder: Path) -> bool:
    """Linux: one syncfs(2) of the file system instead of many fsync(2); False where that is not to be had."""
    if len(paths) < MANY or sys.platform != "linux":
        return False
    import ctypes

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return bool(ctypes.CDLL(None).syncfs(descriptor) == 0)
    except AttributeError:
        return False
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: IO[str]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: IO[str]) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
