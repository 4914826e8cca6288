"""A real HTTP server on 127.0.0.1 for emulators of platforms: faults as scripted, whatever the platform."""

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


@dataclass
class Call:
    """One call: header names are lower case; `query` has each name's values."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    handler: BaseHTTPRequestHandler


@dataclass
class Answer:
    """What is answered: `body` is JSON unless it is bytes already."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    mime: str = "application/json"


@dataclass
class Fault:
    """What a call meets instead of its answer. `handled`: it is carried out first; `drop`: nothing comes back."""

    answer: Answer | None = None
    delay: float = 0
    handled: bool = False
    drop: bool = False


class Refused(Exception):
    """What the platform says no to."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status, body)
        self.answer = Answer(body, status)


class FaultyServer:
    """`calls` holds method and path of all that was asked. For those who build on it: `what` names a call, `carry_out`
    answers it."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="emulator", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(
        self, what: str, status: int, body: Any = None, *, times: int = 1, handled: bool = False, **headers: str
    ) -> None:
        """The next calls of a kind answer so; bytes are a gateway's page."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = Answer({"error": "scripted"} if body is None else body, status, told)
        self._faults[what].extend(Fault(answer, handled=handled) for _ in range(times))

    def drop(self, what: str, *, handled: bool) -> None:
        """The next call's connection breaks, before or after it was carried out."""
        self._faults[what].append(Fault(handled=handled, drop=True))

    def slow(self, what: str, seconds: float) -> None:
        """The next call is carried out at once and answered late."""
        self._faults[what].append(Fault(delay=seconds, handled=True))

    def what(self, call: Call) -> str:
        """What a call asks for."""
        raise NotImplementedError

    def carry_out(self, call: Call, what: str) -> Answer | None:
        """Answer a call; None where it was answered already. Raises Refused."""
        raise NotImplementedError

    def handle(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        """One call."""
        parts = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length") or 0))
        call = Call(method, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, body, handler)
        self.calls.append(f"{method} {parts.path}")
        what = self.what(call)
        fault = self._faults[what].popleft() if self._faults[what] else Fault(handled=True)
        answer = self._carried_out(call, what) if fault.handled else None
        self.closing.wait(fault.delay)
        if fault.drop:
            handler.close_connection = True
            return
        answer = fault.answer or answer
        if answer is not None:
            _write(handler, answer)

    def _carried_out(self, call: Call, what: str) -> Answer | None:
        try:
            return self.carry_out(call, what)
        except Refused as refused:
            return refused.answer


def until(found: Any, seconds: float = 5) -> Any:
    """What `found()` gives once it is something."""
    end = time.monotonic() + seconds
    while not (one := found()) and time.monotonic() < end:
        time.sleep(0.01)
    assert one
    return one


def _write(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
    handler.send_response_only(answer.status)
    for name, value in {"content-type": answer.mime, **answer.headers}.items():
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(content)))
    handler.end_headers()
    try:
        handler.wfile.write(content)
    except OSError:
        handler.close_connection = True


def _handler(emulator: FaultyServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            emulator.handle(self, "GET")

        def do_POST(self) -> None:
            emulator.handle(self, "POST")

        def do_PATCH(self) -> None:
            emulator.handle(self, "PATCH")

        def do_PUT(self) -> None:
            emulator.handle(self, "PUT")

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler
