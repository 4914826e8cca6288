"""An emulator of Meta's Graph API for WhatsApp: a real HTTP server on 127.0.0.1, with customers and scripted faults.

    with GraphEmulator() as graph:
        channel = WhatsappChannel(phone_number_id=graph.number_id, token=graph.token, secret=graph.secret, api_base=graph.url)

It refuses what the Cloud API refuses, by its published reference (messages, media, error codes): see `refused`. What it
was asked to show lies in `sent`.
"""

import hashlib
import json
import re
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.emulators import graph_bodies as bodies

Json = dict[str, Any]
WINDOW = 24 * 3600
MEDIA = ("image", "audio", "video", "document", "sticker")


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

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"error": {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code}}


class GraphEmulator:
    """One number. `sent` holds all messages taken, `refused` the codes of those that were not, `calls` all paths asked.

    `heard`: when each customer last wrote (Unix time), so when the 24 hours began; `late_by_status` has what comes later
    taken and reported as failed, as the real service mostly does. `templates`: name and language → how many values.
    """

    number_id, token = "106540352242922", "EAAG-test-token"
    secret, verify = "a1b2c3d4e5f60718293a4b5c6d7e8f90", "verify-me-0123456789"

    def __init__(self, *, late_by_status: bool = False) -> None:
        self.sent: list[Json] = []
        self.refused: list[int] = []
        self.calls: list[str] = []
        self.heard: dict[str, float] = {}
        self.media: dict[str, tuple[str, bytes]] = {}
        self.templates: dict[tuple[str, str], int] = {}
        self.late_by_status = late_by_status
        self.callback = ""
        self.file_host = ""
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()

    def __enter__(self) -> "GraphEmulator":
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

    # Customers, and the firm's own app

    def customer_says(
        self, sender: str, text: str, *, name: str = "Anna Verdi", at: int = 0, user_id: str = "", **more: Any
    ) -> Json:
        """A customer writes; the event, called in where there is a callback."""
        return self.customer_sends(sender, bodies.words(text, **more), name=name, at=at, user_id=user_id)

    def customer_sends(
        self, sender: str, content: Json, *, name: str = "Anna Verdi", at: int = 0, user_id: str = ""
    ) -> Json:
        """A customer sends anything."""
        at = at or int(time.time())
        self.heard[sender or user_id] = at
        event = bodies.message(self.number_id, sender, name, at, content, user_id=user_id)
        self._tell(event)
        return event

    def keep(self, content: bytes, mime: str) -> str:
        """A file of a customer's; its id."""
        with self._lock:
            number = str(1_000_000 + len(self.media))
            self.media[number] = (mime, content)
        return number

    def app_says(self, to: str, text: str, at: int = 0) -> Json:
        """Somebody of the firm answers in WhatsApp's own app."""
        event = bodies.echo(self.number_id, to, at or int(time.time()), text)
        self._tell(event)
        return event

    def reports(self, message: Json, state: str, *, at: int = 0, error: Json | None = None) -> Json:
        """What became of a message in `sent`."""
        event = bodies.status(
            self.number_id, message["id"], state, message.get("to", ""), at or int(time.time()),
            message.get("biz_opaque_callback_data", ""), [error] if error else [],
        )  # fmt: skip
        self._tell(event)
        return event

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
        body = bodies.call(*events)
        return [
            httpx.post(self.callback, content=body, headers=bodies.headers(body, self.secret)).status_code
            for _ in range(times)
        ]

    def _tell(self, event: Json) -> None:
        if self.callback:
            assert self.call(event) == [200]

    # Faults

    def fail(
        self, what: str, status: int, code: int = 1, *, retry_after: int = 0, times: int = 1, page: bytes | None = None
    ) -> None:
        """The next calls of messages, media, number or file answer so; `page` is a gateway's, no JSON."""
        error = json.dumps({"error": {"message": "scripted", "type": "OAuthException", "code": code}}).encode()
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
        what = self._what(parts.path)
        fault = self._faults[what].popleft() if self._faults[what] else Fault(handled=True)
        status, answer = self._carried_out(handler, what, parts.path, body) if fault.handled else (0, b"")
        time.sleep(fault.delay)
        if fault.drop:
            handler.close_connection = True
            return
        if fault.status:
            status, answer = fault.status, fault.body
        handler.send_response(status)
        if fault.retry_after:
            handler.send_header("retry-after", str(fault.retry_after))
        handler.send_header("content-length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    def _what(self, path: str) -> str:
        if path.startswith("/files/"):
            return "file"
        last = path.rsplit("/", 1)[-1]
        return last if last in ("messages", "media") else "number" if last == self.number_id else "media_url"

    def _carried_out(self, handler: BaseHTTPRequestHandler, what: str, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            if handler.headers.get("authorization") != f"Bearer {self.token}":
                raise Refused(190, "Error validating access token: Session has expired", 401)
            if what == "file":
                _mime, content = self._file(path.rsplit("/", 1)[-1])
                return 200, content
            found = {
                "messages": lambda: self._message(path, json.loads(body)),
                "media": lambda: self._upload(path, handler, body),
                "number": self._number,
                "media_url": lambda: self._media_url(path, parse_qs(urlsplit(handler.path).query)),
            }[what]()
            return 200, json.dumps(found).encode()
        except Refused as refused:
            self.refused.append(refused.error["error"]["code"])
            return refused.status, json.dumps(refused.error).encode()

    def _number(self) -> Json:
        told = {"verified_name": "Giunti Rossi", "display_phone_number": "+39 0421 000000", "quality_rating": "GREEN"}
        return told | {"id": self.number_id}

    def _ours(self, path: str, last: str) -> None:
        if not re.fullmatch(rf"/v\d+\.\d+/{self.number_id}/{last}", path):
            raise Refused(100, "Unsupported post request. Object does not exist")

    def _message(self, path: str, asked: Json) -> Json:
        self._ours(path, "messages")
        if asked.get("messaging_product") != "whatsapp":
            raise Refused(100, "The parameter messaging_product is required.")
        to = asked.get("to") or asked.get("recipient")
        if not to or (
            "to" in asked and asked.get("recipient_type") != "group" and not re.fullmatch(r"\+?\d{5,20}", asked["to"])
        ):
            raise Refused(100, "The parameter to is required.")
        if len(asked.get("biz_opaque_callback_data", "")) > 512:
            raise Refused(100, "Param biz_opaque_callback_data must be at most 512 characters long.")
        kind = asked.get("type")
        self._judge(kind, asked.get(kind or "", {}))
        late = kind != "template" and time.time() - self.heard.get(to.lstrip("+"), 0) > WINDOW
        if late and not self.late_by_status:
            raise Refused(131047, "Re-engagement message")
        with self._lock:
            kept = {"id": bodies.wamid(), **asked}
            self.sent.append(kept)
        if late:
            threading.Thread(target=self.reports, args=(kept, "failed"), kwargs={"error": {
                "code": 131047, "title": "Re-engagement message",
                "error_data": {"details": "Message failed to send because more than 24 hours have passed since the customer last replied to this number."},
            }}).start()  # fmt: skip
        who = {"input": to, "wa_id": to.lstrip("+")} if "to" in asked else {"input": to, "user_id": to}
        return {"messaging_product": "whatsapp", "contacts": [who], "messages": [{"id": kept["id"]}]}

    def _judge(self, kind: Any, content: Json) -> None:
        if kind == "text":
            if not 0 < len(content.get("body", "")) <= 4096:
                raise Refused(100, "Param text['body'] must be at most 4096 characters long.")
        elif kind in MEDIA:
            if content.get("id") not in self.media:
                raise Refused(100, f"Param {kind}['id'] is not a valid media id")
        elif kind == "template":
            values = sum(len(one.get("parameters", ())) for one in content.get("components", ()))
            wanted = self.templates.get((content.get("name", ""), content.get("language", {}).get("code", "")))
            if wanted is None:
                raise Refused(132001, "Template name does not exist in the translation", 404)
            if wanted != values:
                raise Refused(132000, "Number of parameters does not match the expected number of params")
        else:
            raise Refused(100, f"Param type must be one of the known ones, got {kind}")

    def _upload(self, path: str, handler: BaseHTTPRequestHandler, body: bytes) -> Json:
        self._ours(path, "media")
        mark = handler.headers.get("content-type", "").partition("boundary=")[2].encode()
        fields = {}
        for part in body.split(b"--" + mark)[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            name = re.search(rb'name="(\w+)"', head)
            fields[name[1].decode() if name else ""] = (head, content[:-2])
        if fields.get("messaging_product", (b"", b""))[1] != b"whatsapp" or "file" not in fields or not mark:
            raise Refused(100, "The parameter messaging_product is required.")
        return {"id": self.keep(fields["file"][1], fields["type"][1].decode())}

    def _file(self, number: str) -> tuple[str, bytes]:
        if number not in self.media:
            raise Refused(100, "Object does not exist", 404)
        return self.media[number]

    def _media_url(self, path: str, query: dict[str, list[str]]) -> Json:
        number = path.rsplit("/", 1)[-1]
        if number not in self.media or query.get("phone_number_id", [self.number_id]) != [self.number_id]:
            raise Refused(100, f"Unsupported get request. Object with ID '{number}' does not exist")
        mime, content = self.media[number]
        told = {"messaging_product": "whatsapp", "mime_type": mime, "file_size": len(content), "id": number}
        host = self.file_host or self.url
        return told | {"url": f"{host}/files/{number}", "sha256": hashlib.sha256(content).hexdigest()}


def _handler(emulator: GraphEmulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            emulator.handle(self, "GET")

        def do_POST(self) -> None:
            emulator.handle(self, "POST")

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler
