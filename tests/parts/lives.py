"""A serving process that begins in a moment, for tests that end it many times: all that it needs is loaded beforehand.

Each life is a process of its own, which another process that has loaded everything splits off from itself.
"""

import multiprocessing
import os
from multiprocessing.process import BaseProcess

from tests.parts.server import Server, eventually

LOADED = [
    "inbox.cli.main",
    "inbox.asgi",
    "telegram",
    "telegram.request",
    "apscheduler.schedulers.background",
    "alembic",
]


class Lives:
    """The lives of one server, one after the other."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(LOADED)
        self._process: BaseProcess | None = None

    def begin(self) -> None:
        """Serve, on any port, until `end`; gives back once it is ready."""
        server, before = self._server, self._readied()
        arguments = (str(server.folder), server.environment, str(server.log))
        self._process = self._context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        eventually(lambda: self._readied() > before)

    def end(self) -> None:
        """End it as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join()

    def _readied(self) -> int:
        return self._server.log.read_text().count("is ready:") if self._server.log.exists() else 0


def _serve(folder: str, environment: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    from inbox.cli.main import main

    main(["-d", folder, "serve", "--port", "0"])
