"""The doors: Starlette routes for machines and live streams, Flask (through a2wsgi) for people, on one port.

A second, public listener serves only what the outside may reach.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import uvicorn
from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from config.system import on_stop
from inbox import sessions
from inbox.app import App
from inbox.live import Live
from inbox.web import create_app

FLASK_THREADS = 4
GRACE_SECONDS = 3


def people_app(app: App, live: Live) -> Starlette:
    """Everything for people who sign in."""

    async def live_events(request: Request) -> Response:
        token = request.cookies.get(sessions.COOKIE, "")
        if not await run_in_threadpool(_signed_in, app, token):
            return PlainTextResponse("sign in first", 401)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(live.stream(), media_type="text/event-stream", headers=headers)

    flask: Any = WSGIMiddleware(cast(Any, create_app(app)), workers=FLASK_THREADS)
    return Starlette(routes=[Route("/healthz", _health(app)), Route("/live", live_events), Mount("/", flask)])


def public_app(app: App) -> Starlette:
    """Everything that strangers may reach."""
    return Starlette(routes=[Route("/healthz", _health(app))])


def serve(app: App, on_ready: Callable[[int], None], *, pages: bool = True) -> None:
    """Serve until a stop signal. Raises OSError when a port is taken."""
    asyncio.run(_serve(app, on_ready, pages))


async def _serve(app: App, on_ready: Callable[[int], None], pages: bool) -> None:
    live = Live(app.database)
    settings = app.settings
    main = people_app(app, live) if pages else public_app(app)
    servers = [_Server(main, settings.host, settings.port)]
    if settings.public_port is not None:
        servers.append(_Server(public_app(app), settings.host, settings.public_port))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        live.stop()
        for server in servers:
            server.should_exit = True

    on_stop(partial(loop.call_soon_threadsafe, stop))
    watching = asyncio.create_task(live.run())
    running = [asyncio.create_task(server.serve([server.socket])) for server in servers]
    while not all(server.started for server in servers) and not any(task.done() for task in running):
        await asyncio.sleep(0.01)
    on_ready(servers[0].port)
    await asyncio.gather(*running)
    live.stop()
    await watching


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


def _database_answers(app: App) -> None:
    with app.database.reading() as session:
        sessions.user_of(session, "nobody")


def _signed_in(app: App, token: str) -> bool:
    with app.database.reading() as session:
        return sessions.user_of(session, token) is not None
