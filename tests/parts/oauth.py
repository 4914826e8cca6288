"""An OAuth 2 service on the loopback (npm's oauth2-mock-server, with rotation and revocation of ours)."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.parts import missing
from tests.parts.dovecot import free_port

LIBRARY = Path.home() / ".cache/centralino-tests/node_modules/oauth2-mock-server/dist/index.mjs"


@dataclass(frozen=True)
class Service:
    """Where it listens."""

    url: str
    control: str

    @property
    def values(self) -> dict[str, str]:
        """A registration with it."""
        return {"client_id": "centralino", "client_secret": "s3cret", "tenant": "tenant"}

    def tell(self, path: str = "/", **values: Any) -> dict[str, Any]:
        """Expire, revoke, or set user, status, life, secret; what was counted so far."""
        told: dict[str, Any] = httpx.get(self.control + path, params=values).json()
        return told

    def permit(self, url: str) -> dict[str, str]:
        """What a person's browser brings back after permitting: code and state."""
        answer = httpx.get(url)
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


@contextmanager
def running() -> Iterator[Service]:
    """Start it on free ports."""
    if shutil.which("node") is None or not LIBRARY.exists():
        missing("Node with oauth2-mock-server")
    port, control = free_port(), free_port()
    command = ["node", str(Path(__file__).with_name("oauth_peer.mjs")), LIBRARY.as_uri(), str(port), str(control)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield Service(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{control}")
    finally:
        process.terminate()
        process.wait(10)
