"""The doors: Starlette routes for machines and live streams, Flask (through a2wsgi) for people, on one port.

A second, public listener serves only what the outside may reach.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from typing import Any, cast
from urllib.parse import quote

import uvicorn
from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from config.system import allow_connections, on_stop
from inbox import filelinks, sessions
from inbox.app import App
from inbox.doors.chat import ChatDoor
from inbox.doors.chatstreams import Streams
from inbox.doors.consents import ConsentDoor
from inbox.doors.forms import FormDoor
from inbox.doors.hooks import HookDoor
from inbox.doors.month import MonthDoor
from inbox.doors.opinions import OpinionDoor
from inbox.doors.quotes import QuoteDoor
from inbox.live import Live
from inbox.models import now
from inbox.sitechat.hub import Hub
from inbox.web import create_app

FLASK_THREADS = 4
GRACE_SECONDS = 3


def people_app(app: App, live: Live, hub: Hub) -> ASGIApp:
    """Everything for people who sign in, and what strangers may reach."""

    async def live_events(request: Request) -> Response:
        token = request.cookies.get(sessions.COOKIE, "")
        if not await run_in_threadpool(_signed_in, app, token):
            return PlainTextResponse("sign in first", 401)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_while_signed_in(app, live, token), media_type="text/event-stream", headers=headers)

    flask: Any = WSGIMiddleware(cast(Any, create_app(app)), workers=FLASK_THREADS)
    return _with_streams(app, hub, [Route("/live", live_events), Mount("/", flask)])


def public_app(app: App, hub: Hub) -> ASGIApp:
    """Everything that strangers may reach."""
    return _with_streams(app, hub, [])


def _with_streams(app: App, hub: Hub, more: Sequence[BaseRoute]) -> ASGIApp:
    door = ChatDoor(app.site(), app.public_url, hub.saw)
    return Streams(Starlette(routes=[*_public_routes(app), *_chat_routes(door), *more]), door, hub)


def _chat_routes(door: ChatDoor) -> list[Route]:
    """The site chat's; its streams go before all routes."""
    reads, writes = ["GET", "OPTIONS"], ["POST", "OPTIONS"]
    return [
        Route("/chat.js", door.script),
        Route("/chat/{key}", door.page),
        Route("/chat/{key}/settings", door.settings, methods=reads),
        Route("/chat/{key}/messages", door.messages, methods=writes),
        Route("/chat/{key}/talk", door.talk, methods=reads),
        Route("/chat/{key}/signs", door.signs, methods=writes),
        Route("/chat/{key}/email", door.email, methods=writes),
        Route("/chat/{key}/opinion", door.opinion, methods=writes),
        Route("/chat/{key}/transcript", door.transcript, methods=writes),
        Route("/chat/{key}/files/{number:int}", door.file, methods=reads),
    ]


def _public_routes(app: App) -> list[Route]:
    hook = HookDoor(app.hooks())
    door = FormDoor(app.site(), app.public_url)
    consents = ConsentDoor(app.database, app.vault, app.settings.language)
    quotes = QuoteDoor(app.database, app.vault, app.settings.language)
    opinions = OpinionDoor(app.database, app.vault, app.settings.language)
    months = MonthDoor(app.database, app.settings.language, app.settings.timezone)
    return [
        Route("/healthz", _health(app)),
        Route("/f/{token}", _file(app)),
        Route("/hooks/{kind}/{channel_id:int}", hook.call, methods=["POST"]),
        Route("/hooks/{kind}/{channel_id:int}", hook.asked, methods=["GET"]),
        Route("/forms.js", door.script),
        Route("/forms/{key}", door.form, methods=["GET", "POST", "OPTIONS"]),
        Route("/forms/{key}/token", door.token, methods=["GET", "OPTIONS"]),
        Route("/forms/{key}/thanks", door.thanks),
        Route("/consent/{token}", consents.answer, methods=["GET", "POST"]),
        Route("/quote/{token}", quotes.answer, methods=["GET", "POST"]),
        Route("/opinion/{token}/{value}", opinions.answer, methods=["GET", "POST"]),
        Route("/month/{token}", months.show),
    ]


def serve(app: App, on_ready: Callable[[int], None], *, pages: bool = True) -> None:
    """Serve until a stop signal. Raises OSError when a port is taken."""
    allow_connections()
    asyncio.run(_serve(app, on_ready, pages))


async def _serve(app: App, on_ready: Callable[[int], None], pages: bool) -> None:
    live, hub = Live(app.database), Hub(app.database)
    settings = app.settings
    main = people_app(app, live, hub) if pages else public_app(app, hub)
    servers = [_Server(main, settings.host, settings.port)]
    if settings.public_port is not None:
        servers.append(_Server(public_app(app, hub), settings.host, settings.public_port))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        live.stop()
        hub.stop()
        for server in servers:
            server.should_exit = True

    on_stop(partial(loop.call_soon_threadsafe, stop))
    watching = [asyncio.create_task(one.run()) for one in (live, hub)]
    running = [asyncio.create_task(server.serve([server.socket])) for server in servers]
    while not all(server.started for server in servers) and not any(task.done() for task in running):
        await asyncio.sleep(0.01)
    on_ready(servers[0].port)
    await asyncio.gather(*running)
    live.stop()
    hub.stop()
    await asyncio.gather(*watching)


class _Server(uvicorn.Server):
    """uvicorn with our own signal handling: its own raises the signal again after stopping."""

    def __init__(self, asgi: Any, host: str, port: int) -> None:
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        super().__init__(
            uvicorn.Config(
                asgi,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.port: int = self.socket.getsockname()[1]

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _health(app: App) -> Callable[[Request], Any]:
    async def health(_request: Request) -> Response:
        try:
            await run_in_threadpool(_database_answers, app)
        except Exception:
            return JSONResponse({"status": "database does not answer"}, 503)
        return JSONResponse({"status": "ok"})

    return health


def _file(app: App) -> Callable[[Request], Any]:
    """A file by its signed link, always as a download, whatever it claims to be; else 404, which tells nothing."""

    async def file(request: Request) -> Response:
        token = request.path_params["token"]
        found = await run_in_threadpool(filelinks.open, app.database, app.blobs, app.vault, token, now())
        if found is None:
            return PlainTextResponse("Nothing here", 404, {"Cache-Control": "no-store"})
        headers = {
            # RFC 6266 section 4.1: a name of any letters.
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        return Response(found.content, headers=headers, media_type="application/octet-stream")

    return file


async def _while_signed_in(app: App, live: Live, token: str) -> AsyncIterator[bytes]:
    """The stream of changes, until its reader is signed out: switching somebody off is a change too."""
    async for piece in live.stream():
        if not await run_in_threadpool(_signed_in, app, token):
            return
        yield piece


def _database_answers(app: App) -> None:
    with app.database.reading() as session:
        sessions.user_of(session, "nobody")


def _signed_in(app: App, token: str) -> bool:
    with app.database.reading() as session:
        return sessions.user_of(session, token) is not None
