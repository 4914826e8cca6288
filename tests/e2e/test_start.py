"""Starting: the first time makes a data folder, the second time it is soon ready."""

import time
from pathlib import Path

import httpx

from tests.parts.server import Server

# A user is promised two seconds.
CEILING_SECONDS = 6.0


def test_a_second_start_is_soon_ready(tmp_path: Path) -> None:
    server = Server(tmp_path / "var")
    server.start()
    server.stop()
    began = time.monotonic()
    server.start()
    try:
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        took = time.monotonic() - began
    finally:
        server.stop()
    print(f"ready after {took:.2f} s")
    assert took < CEILING_SECONDS
