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
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.emulators import graph_bodies as bodies
from tests.emulators.graph_server import WINDOW, GraphServer, Json, Refused, form

MEDIA = ("image", "audio", "video", "document", "sticker")


class GraphEmulator(GraphServer):
    """One number. `sent` holds all messages taken, `refused` the codes of those that were not, `calls` all paths asked.

    `heard`: when each customer last wrote (Unix time), so when the 24 hours began; `late_by_status` has what comes later
    taken and reported as failed, as the real service mostly does. `templates`: name and language → how many values.
    """

    number_id = "106540352242922"

    def __init__(self, *, late_by_status: bool = False) -> None:
        super().__init__()
        self.sent: list[Json] = []
        self.heard: dict[str, float] = {}
        self.media: dict[str, tuple[str, bytes]] = {}
        self.templates: dict[tuple[str, str], int] = {}
        self.late_by_status = late_by_status
        self.file_host = ""

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

    # The server's side

    def body(self, *events: Json) -> bytes:
        """A call's body that brings these events."""
        return bodies.call(*events)

    def what(self, path: str) -> str:
        """messages, media, number, media_url or file."""
        if path.startswith("/files/"):
            return "file"
        last = path.rsplit("/", 1)[-1]
        return last if last in ("messages", "media") else "number" if last == self.number_id else "media_url"

    def answer(self, handler: BaseHTTPRequestHandler, what: str, path: str, body: bytes) -> tuple[str, bytes] | Json:
        """Carry a call out. Raises Refused."""
        match what:
            case "file":
                return self._file(path.rsplit("/", 1)[-1])
            case "messages":
                return self._message(path, json.loads(body))
            case "media":
                return self._upload(path, handler, body)
            case "number":
                return self._number()
            case _:
                return self._media_url(path, parse_qs(urlsplit(handler.path).query))

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
        fields = form(handler, body)
        if fields.get("messaging_product", (b"", b""))[1] != b"whatsapp" or "file" not in fields:
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
