"""Streams of the site chat: thousands of visitors who wait cost little.

A request that is let in leaves the server's HTTP protocol: its connection goes on with a small one of ours, which only
writes (server-sent events, WHATWG HTML section 9.2; the body ends with the connection, RFC 9112 section 6.3).
"""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from config.logging import get
from inbox.doors.chat import ChatDoor, Listening
from inbox.sitechat.hub import Hub

PREFIX, SUFFIX = "/chat/", "/stream"
# A visitor who reads nothing for so many bytes is let go.
MOST_UNREAD_BYTES = 65_536
log = get("chat")


class Streams:
    """Before the other doors: takes the requests for streams, hands on all others."""

    def __init__(self, app: ASGIApp, door: ChatDoor, hub: Hub) -> None:
        self._app, self._door, self._hub = app, door, hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_stream = scope["type"] == "http" and path.startswith(PREFIX) and path.endswith(SUFFIX)
        if not is_stream or scope["method"] not in ("GET", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        found = await self._door.listen(request, path[len(PREFIX) : -len(SUFFIX)])
        if isinstance(found, Listening):
            if self._begin(send, found):
                return
            found = PlainTextResponse("try again", 503, {"Retry-After": "5", **found.headers})
        await found(scope, receive, send)

    def _begin(self, send: Send, found: Listening) -> bool:
        """Take the connection over; False where that cannot be."""
        transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is None or transport.is_closing():
            return False
        stream = Stream(transport, found.visit_id, self._hub.drop)
        if not self._hub.add(stream, found.version):
            return False
        server = transport.get_protocol()
        transport.set_protocol(stream)
        # To the server it is as if the visitor had gone: it forgets the connection, which it must not close.
        server.connection_lost(ConnectionResetError("taken over"))
        head = {"Content-Type": "text/event-stream; charset=utf-8", "Connection": "close", "X-Accel-Buffering": "no"}
        lines = [f"{name}: {value}" for name, value in {**head, **found.headers}.items()]
        transport.write("\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode("latin-1"))
        stream.tell(found.version)
        return True


class Stream(asyncio.Protocol):
    """One visitor's connection, which only writes."""

    __slots__ = ("_gone", "_transport", "visit_id")

    def __init__(self, transport: asyncio.Transport, visit_id: int, gone: Callable[["Stream"], None]) -> None:
        self._transport, self.visit_id, self._gone = transport, visit_id, gone

    def tell(self, version: int) -> None:
        """See `Listener`."""
        self._write(f"data: {version}\n\n".encode())

    def ping(self) -> None:
        """See `Listener`."""
        self._write(b":\n\n")

    def close(self) -> None:
        """See `Listener`."""
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The visitor has gone."""
        self._gone(self)

    def _write(self, content: bytes) -> None:
        if self._transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            self._transport.abort()
        elif not self._transport.is_closing():
            self._transport.write(content)
