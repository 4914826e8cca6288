"""Processes that begin in a moment: all that the program needs is loaded beforehand, in a process that splits them off.

Loading takes most of a second of a processor, which tests that start the program often would pay each time.
"""

import multiprocessing
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from config import failpoints

LOADED = [
    "inbox.cli.main",
    "inbox.asgi",
    "telegram",
    "telegram.request",
    "apscheduler.schedulers.background",
    "alembic",
]


class Life:
    """One run of the program; asked and ended as a `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], out: Path, log: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LOADED)
        self._process = context.Process(target=_live, args=(arguments, environment, str(out), str(log)), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a life", seconds or 0)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        self._process.kill()


def _live(arguments: Sequence[str], environment: dict[str, str], *files: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(files, start=1):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    # It was read when the module was loaded.
    failpoints.ARMED = environment["FAIL_AT"]
    from inbox.cli.main import main

    main(list(arguments))
