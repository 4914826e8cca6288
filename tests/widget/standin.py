"""A server that speaks the site chat's protocol from memory, and a firm's site on another origin with a strict policy."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from inbox.sitechat import page
from inbox.sitechat.widgetwords import WIDGET

KEY = "k" * 22
SETTINGS: dict[str, Any] = {
    "name": "Officine Rossi", "title": "Chieda a noi", "greeting": "Buongiorno, come possiamo aiutarLa?", "bubble": "Scriva a noi",
    "colour": "#1f5fbf", "position": "right", "open": True, "away": "", "questions": [], "consent": "", "privacy": "",
    "write_to": "info@firm.test", "files": {"most": 2, "bytes": 1000, "accept": ".pdf,.png"},
}  # fmt: skip


@dataclass
class Asked:
    """A request: what, by whom, and with what in it."""

    method: str
    path: str
    token: str
    data: dict[str, Any]
    files: list[tuple[str, bytes]] = field(default_factory=list)


@dataclass
class Standin:
    """What the server keeps and how it behaves; `faults` happen to the next messages, one each, in turn."""

    settings: dict[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    state: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)
    replies: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    buffered: bool = False
    streams: int = 0
    version: int = 1
    changed: threading.Condition = field(default_factory=threading.Condition)
    url: str = ""

    def add(self, sender: str, text: str, files: Any = (), client: str = "", name: str = "") -> int:
        """Store a message and tell the streams; its id."""
        shown = [{"id": 100 + at, "name": file, "size": len(content)} for at, (file, content) in enumerate(files)]
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        number = len(self.messages) + 1
        one = {"id": number, "client": client, "from": sender, "name": name, "text": text, "at": at, "files": shown}
        self.messages.append(one)
        self.tell()
        return number

    def answer(self, text: str, name: str = "Luca", files: Any = ()) -> int:
        return self.add("us", text, files, name=name)

    def tell(self, **state: Any) -> None:
        """Something changed: the streams say so."""
        with self.changed:
            self.state.update(state)
            self.version += 1
            self.changed.notify_all()

    def texts(self) -> list[str]:
        return [one["text"] for one in self.messages]

    def of(self, end: str, method: str = "") -> list[Asked]:
        """The requests to a path's end."""
        return [one for one in self.asked if one.path.split("?")[0].endswith(end) and method in one.method]

    def take(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        """A visitor's message; a repeat is taken as the same."""
        self.tokens.add(asked.token)
        if all(one["client"] != asked.data["id"] for one in self.messages):
            self.add("visitor", asked.data.get("text", ""), asked.files, asked.data["id"])
        return 200, {"ok": True}

    def talk(self, after: int) -> dict[str, Any]:
        empty = {"holder": "", "typing": False, "seen": 0, "notice": "", "asks_email": False, "email": "",
                 "transcript": False, "again": None}  # fmt: skip
        return {
            "version": self.version,
            "messages": [one for one in self.messages if one["id"] > after],
            **empty,
            **self.state,
        }


class Handler(BaseHTTPRequestHandler):
    standin: Standin

    def do_OPTIONS(self) -> None:
        self.say(204)

    def do_GET(self) -> None:
        asked, path = self.asked(), self.path.split("?")[0]
        if path == "/chat.js":
            return self.say(200, page.script(), "text/javascript")
        if path == f"/chat/{KEY}":
            return self.say(
                200, page_of(f'<script async src="/chat.js" data-key="{KEY}" data-mode="page"></script>'), "text/html"
            )
        if path == "/preview":
            return self.say(
                200, page_of(f'<script async src="/chat.js" data-key="{KEY}" data-preview></script>'), "text/html"
            )
        if path == f"/chat/{KEY}/settings":
            language = self.path[-2:] if self.path[-2:] in WIDGET else "en"
            return self.json(200, {**self.standin.settings, "language": language, "words": WIDGET[language]})
        if asked.token not in self.standin.tokens:
            return self.json(401 if path.startswith(f"/chat/{KEY}/") else 404, {"code": "unknown"})
        if path.endswith("/talk"):
            return self.json(200, self.standin.talk(int(self.path.split("=")[1])))
        if path.endswith("/stream"):
            return self.stream()
        return self.say(200, b"%PDF-1.7 drawing", "application/octet-stream")

    def do_POST(self) -> None:
        asked, end = self.asked(), self.path.rsplit("/", 1)[1]
        if end != "messages":
            return self.json(*self.standin.replies.get(end, (204, {})))
        fault = self.standin.faults.pop(0) if self.standin.faults else None
        if fault == "cut":
            return self.cut()
        if fault == "cut after":
            self.standin.take(asked)
            return self.cut()
        return self.json(*(fault or self.standin.take(asked)))

    def asked(self) -> Asked:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        one = Asked(self.command, self.path, token, {})
        if (kind := self.headers.get("Content-Type", "")).startswith("multipart/"):
            for part in message_from_bytes(f"Content-Type: {kind}\n\n".encode() + content).get_payload():  # type: ignore[union-attr]
                value, name = part.get_payload(decode=True), part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
                if name == "file":
                    one.files.append((part.get_filename(), value))  # type: ignore[union-attr,arg-type]
                else:
                    one.data[str(name)] = json.loads(value) if name in ("answers", "visit") else value.decode()  # type: ignore[union-attr,arg-type]
        elif content:
            assert kind == "application/json"
            one.data = json.loads(content)
        self.standin.asked.append(one)
        return one

    def stream(self) -> None:
        self.say(200, None, "text/event-stream")
        self.standin.streams += 1
        told = 0
        try:
            while not self.standin.buffered:
                with self.standin.changed:
                    self.standin.changed.wait_for(lambda known=told: self.standin.version != known, 0.2)
                    fresh = self.standin.version != told
                    told = self.standin.version
                self.wfile.write(f"data: {told}\n\n".encode() if fresh else b": quiet\n\n")
            while self.standin.buffered and self.connection.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) != b"":
                time.sleep(0.1)
        except BlockingIOError:
            time.sleep(9)
        except OSError:
            pass
        finally:
            self.standin.streams -= 1

    def cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def json(self, status: int, said: dict[str, Any]) -> None:
        self.say(status, b"" if status == 204 else json.dumps(said).encode(), "application/json")

    def say(self, status: int, content: bytes | None = b"", kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
        self.send_header("Access-Control-Allow-Headers", "authorization, content-type")
        self.send_header("Access-Control-Expose-Headers", "retry-after")
        if content is not None:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: Any) -> None:
        pass


def page_of(script: str, style: str = "", lang: str = "it") -> bytes:
    """A page of the firm's site."""
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Giunti</title>{style}<main><h1>Giunti a cardano</h1><p>Per macchine agricole.</p></main>{script}"
    ).encode()


class Site:
    """The firm's own site: its page is what is set here."""

    def __init__(self, standin: Standin) -> None:
        self.standin, self.url, self.style, self.lang, self.data, self.policy = standin, "", "", "it", "", ""

    def page(self) -> bytes:
        script = f'<script async src="{self.standin.url}/chat.js" data-key="{KEY}" {self.data}></script>'
        return page_of(script, '<link rel="stylesheet" href="/style.css">' if self.style else "", self.lang)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def running() -> Iterator[Site]:
    """The stand-in and a site beside it, on a port each."""
    standin = Standin()
    site = Site(standin)

    class SitePages(Handler):
        def do_GET(self) -> None:
            if self.path == "/style.css":
                return self.say(200, site.style.encode(), "text/css")
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            named = f"script-src {standin.url}; connect-src {standin.url}; style-src 'self'"
            self.send_header("Content-Security-Policy", f"default-src 'none'; {named}")
            self.end_headers()
            self.wfile.write(site.page())

    with serving(type("Mine", (Handler,), {"standin": standin})) as standin.url, serving(SitePages) as site.url:
        yield site
