"""Everything that differs between Linux, macOS and Windows: locks, limits, signals, private files.

No other module may import fcntl, msvcrt, resource or pwd (a test holds this).
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

WINDOWS = sys.platform == "win32"


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


def sync_folder(folder: Path) -> None:
    """Make a file's new name in `folder` survive a power cut (a no-op where folders cannot be synced)."""
    if WINDOWS:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
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
