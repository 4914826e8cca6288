"""The session that vendors' libraries are given: careful whatever they do with it."""

import http.server
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from connectors import http as our_http
from connectors import sessions
from connectors.base import ConnectorError

TRICKLE = 30


class Odd(http.server.BaseHTTPRequestHandler):
    """A server that answers by its path."""

    protocol_version = "HTTP/1.1"
    asked: list[dict[str, str]] = []

    def do_GET(self) -> None:
        Odd.asked.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
        if self.path == "/moved":
            self._begin(302, 0, location="https://elsewhere.test/")
        elif self.path == "/large":
            self._begin(200, sessions.MOST_BYTES * 2)
            self._write(b"x" * (sessions.MOST_BYTES + 1))
        elif self.path == "/trickle":
            self._begin(200, TRICKLE)
            for _ in range(TRICKLE):
                self._write(b"x")
                time.sleep(0.1)
        elif self.path == "/short":
            self._begin(200, 100)
            self._write(b"x")
            self.close_connection = True
        else:
            self._begin(int(self.path[1:]), 2)
            self._write(b"ok")

    def _begin(self, status: int, size: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(size), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def _write(self, content: bytes) -> None:
        try:
            self.wfile.write(content)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def explain(answer: our_http.Answer) -> ConnectorError:
    return ConnectorError(f"status {answer.status} {answer.headers.get('location', '')} {answer.body.decode()}")


def session(**more: Any) -> sessions.Session:
    return sessions.Session(explain, **{"seconds": 1.0, **more})


def failure(url: str, **more: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        session(**more).get(url)
    return caught.value


def test_what_succeeds_is_given_whole(url: str) -> None:
    assert session().get(f"{url}/200").content == b"ok"


def test_what_is_no_success_is_explained_and_never_followed(url: str) -> None:
    assert failure(f"{url}/404").reason.startswith("status 404")
    assert "status 302 https://elsewhere.test/" in failure(f"{url}/moved").reason


def test_an_answer_has_a_size_and_a_time(url: str) -> None:
    assert "too large" in failure(f"{url}/large").reason
    began = time.monotonic()
    error = failure(f"{url}/trickle", seconds=0.5)
    assert (error.code, error.uncertain) == ("timeout", True)
    assert time.monotonic() - began < 2


def test_an_answer_that_breaks_off_leaves_a_doubt_and_one_that_never_came_none(url: str) -> None:
    assert failure(f"{url}/short").uncertain
    error = failure("http://127.0.0.1:9/secret?token=abc")
    assert (error.uncertain, error.code) == (False, "refused")
    assert "abc" not in error.reason


def test_settings_of_the_machine_are_none_of_its_business(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert session().get(f"{url}/200").status_code == 200


def test_it_leads_elsewhere_only_after_the_library_is_done(url: str) -> None:
    answer = session(aimed=("https://api.example.test", url)).get("https://api.example.test/200")
    assert answer.content == b"ok"
    assert Odd.asked[-1]["path"] == "/200"
    assert Odd.asked[-1]["accept-encoding"] == "identity"


def test_the_sessions_error_is_found_in_what_a_library_makes_of_it() -> None:
    wrapped, first = ValueError("wrapped"), ConnectorError("first")
    wrapped.__context__ = first
    assert sessions.cause(wrapped) is first
    assert sessions.cause(ValueError("alone")) is None
