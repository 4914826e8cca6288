"""A site with our plugin, under php-cli and a stand-in of WordPress; and the door it sends to, on the loopback."""

import io
import json
import shutil
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from tests.parts import missing

STAND_IN = Path(__file__).with_name("wordpress.php")


def php() -> str:
    """The program, with SQLite."""
    found = shutil.which("php")
    if found is None or "pdo_sqlite" not in subprocess.run([found, "-m"], capture_output=True, text=True).stdout:
        missing("php with pdo_sqlite")
    return str(found)


class WordPress:
    """A site in a folder, with the plugin of a zip."""

    def __init__(self, folder: Path, archive: bytes) -> None:
        self.folder = folder
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            packed.extractall(folder)
        self.plugin = folder / "centralino-forms" / "centralino-forms.php"
        self.do("activate")

    def run(self, *steps: dict[str, Any]) -> list[Any]:
        """One request to the site; what each step gave."""
        told = "\n".join(map(json.dumps, steps))
        command = [php(), "-d", "display_errors=stderr", str(STAND_IN), str(self.plugin), str(self.folder)]
        done = subprocess.run(command, input=told, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def do(self, what: str, **more: Any) -> Any:
        return self.run({"do": what, **more})[0]

    def rows(self) -> list[dict[str, Any]]:
        """What has not arrived."""
        return list(self.do("rows"))


@contextmanager
def served(door: Any, port: int) -> Iterator[None]:
    """An ASGI application on a port of the loopback."""
    server = uvicorn.Server(uvicorn.Config(door, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
