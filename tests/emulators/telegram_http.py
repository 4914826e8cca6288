"""The emulator's HTTP side: bodies as clients send them, answers as the Bot API gives them, broken connections."""

import contextlib
import json
import socket
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from tests.emulators.telegram import TelegramEmulator


class Upload(NamedTuple):
    """A file of a multipart body."""

    name: str
    content: bytes
    mime: str


class Answer(NamedTuple):
    """What goes back: a status and a body; `drop` closes the connection instead, `length` is told in place of the
    body's own, and the connection then closed."""

    status: int
    body: bytes
    content_type: str = "application/json"
    drop: bool = False
    length: int | None = None

    @classmethod
    def ok(cls, result: Any) -> "Answer":
        """The Bot API's word for success."""
        return cls(200, json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode())

    @classmethod
    def error(cls, status: int, description: str, **parameters: int) -> "Answer":
        """The Bot API's word for failure."""
        found = {"ok": False, "error_code": status, "description": description}
        return cls(status, json.dumps(found | ({"parameters": parameters} if parameters else {})).encode())


class BadBody(Exception):
    """A body that no client of ours may send."""


def parse_body(content_type: str, body: bytes) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Parameters and files of a JSON, form or multipart body."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body and kind != "multipart/form-data":
        return {}, {}
    try:
        if kind == "application/json":
            found = json.loads(body)
            if isinstance(found, dict):
                return found, {}
        elif kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)), {}
        elif kind == "multipart/form-data":
            return _multipart(content_type, body)
    except ValueError as error:
        raise BadBody(f"unreadable {kind} body: {error}") from error
    raise BadBody(f"a body of type {content_type!r}")


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], dict[str, Upload]]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    params: dict[str, Any] = {}
    files: dict[str, Upload] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", "", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if (filename := part.get_filename()) is not None:
            files[name] = Upload(filename, content, part.get_content_type())
        else:
            params[name] = content.decode()
    return params, files


class Server(ThreadingHTTPServer):
    """One thread a connection, on 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, emulator: "TelegramEmulator") -> None:
        self.emulator = emulator
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up (a broken-off long poll) is no error of ours."""


class Handler(BaseHTTPRequestHandler):
    """GET and POST /bot<token>/<method>, GET /file/bot<token>/<path>."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Parameters in the query, or a file."""
        self._serve()

    def do_POST(self) -> None:
        """Parameters in the body."""
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            # Whoever called died in the middle: no server takes half a call.
            self.close_connection = True
            return None
        url = urlsplit(self.path)
        emulator = self.server.emulator
        if url.path.startswith("/file/"):
            return self._reply(emulator.download(unquote(url.path.removeprefix("/file/"))))
        try:
            params, files = parse_body(self.headers.get("Content-Type", ""), body)
        except BadBody as error:
            return self._reply(emulator.refuse(str(error)))
        params = dict(parse_qsl(url.query, keep_blank_values=True)) | params
        return self._reply(emulator.handle(unquote(url.path), params, files))

    def _reply(self, answer: Answer) -> None:
        if answer.drop:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = self.close_connection or answer.length is not None

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: a test that fails shows `calls`."""
