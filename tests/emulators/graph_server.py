"""What the emulators of Meta's Graph API have in common: a real HTTP server on 127.0.0.1, calls of the webhook, faults."""

import json
import re
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from connectors.meta.signature import HEADER, sign

Json = dict[str, Any]
WINDOW = 24 * 3600


@dataclass
class Fault:
    """What a call meets instead of its answer. `handled`: it is carried out first; `drop`: nothing comes back."""

    status: int = 0
    body: bytes = b""
    retry_after: int = 0
    delay: float = 0
    handled: bool = False
    drop: bool = False


class Refused(Exception):
    """What the API says no to: a status and an error of its own."""

    def __init__(self, code: int, message: str, status: int = 400, *, subcode: int = 0) -> None:
        super().__init__(message)
        self.status = status
        told = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}
        self.error: Json = {"error": told | ({"error_subcode": subcode} if subcode else {})}


class GraphServer:
    """`calls` holds all paths asked, `refused` the codes of those that were refused. What it answers is for those who
    build on it: `what` names a call by its path, `answer` carries it out."""

    token = "EAAG-test-token"
    secret, verify = "a1b2c3d4e5f60718293a4b5c6d7e8f90", "verify-me-0123456789"
    # How it refuses another token.
    no_token = (190, "Error validating access token: Session has expired", 401)

    def __init__(self) -> None:
        self.refused: list[int] = []
        self.calls: list[str] = []
        self.callback = ""
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="graph", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # The webhook

    def subscribe(self, url: str) -> bool:
        """Be told where to call: the challenge has to come back."""
        asked = {"hub.mode": "subscribe", "hub.verify_token": self.verify, "hub.challenge": "1158201444"}
        answer = httpx.get(url, params=asked)
        if answer.status_code == 200 and answer.text == asked["hub.challenge"]:
            self.callback = url
        return bool(self.callback)

    def call(self, *events: Json, times: int = 1) -> list[int]:
        """Call with some events at once; what was answered each time."""
        body = self.body(*events)
        return [
            httpx.post(self.callback, content=body, headers=signed(body, self.secret)).status_code for _ in range(times)
        ]

    def body(self, *events: Json) -> bytes:
        """A call's body that brings these events."""
        raise NotImplementedError

    def _tell(self, event: Json) -> None:
        if self.callback:
            assert self.call(event) == [200]

    # Faults

    def fail(
        self,
        what: str,
        status: int,
        code: int = 1,
        *,
        subcode: int = 0,
        retry_after: int = 0,
        times: int = 1,
        page: bytes | None = None,
    ) -> None:
        """The next calls of a kind (see `what`) answer so; `page` is a gateway's, no JSON."""
        error = json.dumps(
            {"error": {"message": "scripted", "type": "OAuthException", "code": code, "error_subcode": subcode}}
        ).encode()
        self._faults[what].extend(Fault(status, error if page is None else page, retry_after) for _ in range(times))

    def drop(self, what: str, *, handled: bool) -> None:
        """The next call's connection breaks, before or after it was carried out."""
        self._faults[what].append(Fault(handled=handled, drop=True))

    def slow(self, what: str, seconds: float) -> None:
        """The next call is carried out at once and answered late."""
        self._faults[what].append(Fault(delay=seconds, handled=True))

    # The server's side

    def handle(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        """One call."""
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        self.calls.append(f"{method} {parts.path}")
        what = self.what(parts.path)
        fault = self._faults[what].popleft() if self._faults[what] else Fault(handled=True)
        status, answer, mime = self._carried_out(handler, what, parts.path, body) if fault.handled else (0, b"", "")
        time.sleep(fault.delay)
        if fault.drop:
            handler.close_connection = True
            return
        if fault.status:
            status, answer = fault.status, fault.body
        handler.send_response(status)
        if fault.retry_after:
            handler.send_header("retry-after", str(fault.retry_after))
        if mime:
            handler.send_header("content-type", mime)
        handler.send_header("content-length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def what(self, path: str) -> str:
        """What a path asks for."""
        raise NotImplementedError

    def answer(self, handler: BaseHTTPRequestHandler, what: str, path: str, body: bytes) -> tuple[str, bytes] | Json:
        """Carry a call out: a file with its type, or an object. Raises Refused."""
        raise NotImplementedError

    def is_open(self, what: str) -> bool:
        """Whether it is given without a token."""
        return False

    def _carried_out(
        self, handler: BaseHTTPRequestHandler, what: str, path: str, body: bytes
    ) -> tuple[int, bytes, str]:
        try:
            if not self.is_open(what) and handler.headers.get("authorization") != f"Bearer {self.token}":
                raise Refused(*self.no_token)
            found = self.answer(handler, what, path, body)
            mime, content = found if isinstance(found, tuple) else ("application/json", json.dumps(found).encode())
            return 200, content, mime
        except Refused as refused:
            self.refused.append(refused.error["error"]["code"])
            return refused.status, json.dumps(refused.error).encode(), "application/json"


def signed(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a signed call."""
    return {HEADER: sign(body, secret), "content-type": "application/json"}


def form(handler: BaseHTTPRequestHandler, body: bytes) -> dict[str, tuple[bytes, bytes]]:
    """The fields of a multipart form: each one's head and content."""
    mark = handler.headers.get("content-type", "").partition("boundary=")[2].encode()
    fields = {}
    for part in body.split(b"--" + mark)[1:-1] if mark else ():
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="(\w+)"', head)
        fields[name[1].decode() if name else ""] = (head, content[:-2])
    return fields


def _handler(emulator: GraphServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            emulator.handle(self, "GET")

        def do_POST(self) -> None:
            emulator.handle(self, "POST")

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler
