"""The product as its own process, used as people use it: commands, a browser's requests, signals."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import select

from config.settings import Settings
from inbox import listing
from inbox.db import Database
from inbox.models import FolderCursor, Intake
from inbox.models.intake import HELD
from tests.parts.lives import Life

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
T = TypeVar("T")


class Server:
    """One data folder; started, killed and started again. `loaded`: begins in a moment (see `lives`), not as people do."""

    def __init__(self, folder: Path, database_url: str = "", *, loaded: bool = False, **settings: str) -> None:
        self.folder = folder
        self.loaded = loaded
        self.database_url = database_url
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("CENTRALINO_")},
            "CENTRALINO_POLL_SECONDS": "1",
            "CENTRALINO_LEASE_SECONDS": "2",
            "PYTHONUNBUFFERED": "1",
            **{f"CENTRALINO_{key.upper()}": value for key, value in settings.items()},
        }
        if database_url:
            self.environment["CENTRALINO_DATABASE_URL"] = database_url
        self._database: Database | None = None
        self.process: subprocess.Popen[bytes] | Life | None = None
        self.out = folder.parent / f"{folder.name}.out"
        self.log = folder.parent / f"{folder.name}.log"
        self.url = ""
        self.welcome = ""

    def run(self, *arguments: str, stdin: str = "", check: bool = True) -> Any:
        """Run a command with --json; its rows."""
        command = [sys.executable, "-m", "inbox.cli", "-d", str(self.folder), "--json", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def queue(self, state: str) -> list[dict[str, Any]]:
        """The triage list, read from beside: a command of its own would take a second each time."""
        from inbox.cli.views import as_row

        with self.database.reading() as session:
            return [as_row(one) for one in listing.conversations(session, None, listing.Filter(state=state))]

    def heard(self) -> bool:
        """Whether the inbox has been looked at for the first time, so that what comes now is new."""
        with self.database.reading() as session:
            return session.scalar(select(FolderCursor).where(FolderCursor.folder == "inbox")) is not None

    def held(self) -> list[str]:
        """Why items are held, of all that are."""
        with self.database.reading() as session:
            return list(session.scalars(select(Intake.reason).where(Intake.state == HELD)))

    @property
    def database(self) -> Database:
        """The server's database, looked at from beside."""
        if self._database is None:
            self._database = Database(Settings(data=self.folder, database_url=self.database_url).database)
        return self._database

    def start(self, fail_at: str = "", role: str = "serve", *arguments: str) -> None:
        """Start a role and wait until it is ready."""
        port = ["--port", "0"] if role in ("serve", "web") else []
        words = ["-d", str(self.folder), role, *port, *arguments]
        environment = {**self.environment, "FAIL_AT": fail_at}
        before = len(self._told())
        if self.loaded:
            self.process = Life(words, environment, self.out, self.log)
        else:
            with self.out.open("a") as out, self.log.open("a") as log:
                command = [sys.executable, "-m", "inbox.cli", *words]
                self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=log)
        process = self.process
        eventually(lambda: self._is_ready(before) or process.poll() is not None, 60)
        # Or it reached the fail-point before it was ready.
        assert fail_at or self._is_ready(before), f"the server did not start: {self.log.read_text()[-2000:]}"

    def _told(self) -> str:
        return self.out.read_text() if self.out.exists() else ""

    def _is_ready(self, before: int) -> bool:
        told = self._told()[before:]
        if found := re.search(r"/welcome/\S+\s", told):
            self.welcome = found[0].strip()
        if found := re.search(r"ready: (http://\S+)\s", told):
            self.url = found[1]
        return found is not None or "at work" in told

    def wait_for_death(self, seconds: float = 20) -> None:
        """Wait until a fail-point has ended the process."""
        assert self.process is not None
        self.process.wait(seconds)
        assert self.process.returncode == -signal.SIGKILL, f"ended with {self.process.returncode}"

    def kill(self) -> None:
        """End it as a power cut would."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()

    def close(self) -> None:
        """Stop it, and look no more."""
        try:
            self.stop()
        finally:
            if self._database is not None:
                self._database.close()

    def stop(self) -> float:
        """SIGTERM; how long it took to end (seconds)."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return 0.0
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return time.monotonic() - began

    def sign_in(self, email: str, password: str = PASSWORD) -> "Browser":
        """A signed-in browser."""
        browser = Browser(self.url)
        answer = browser.post("/login", email=email, password=password)
        assert answer.status_code == 302, answer.text
        return browser


class Browser:
    """A person's requests: cookies kept, forms sent with their token."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=10)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path)

    def post(self, path: str, form_page: str = "", files: Any = None, **data: Any) -> httpx.Response:
        """Send a form of `form_page` (default: the path itself)."""
        page = self.client.get(form_page or path).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, page[:500]
        return self.client.post(path, data={"csrf_token": token[1], **data}, files=files)


def eventually(look: Callable[[], T], seconds: float = 30) -> T:
    """Look again and again until it gives something true."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            assert found, "did not come about in time"
            return found
        time.sleep(0.05)
