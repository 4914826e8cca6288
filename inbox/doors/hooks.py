"""The door for platforms that call us: reads a call within bounds and has it taken in."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from connectors.base import WebhookRequest
from inbox import hooks

# Threads that store, and calls at once, those that wait for one included; more are told to come again.
THREADS, MOST_AT_ONCE = 4, 64
BODY_SECONDS = 10.0
_WORDS = {hooks.TAKEN: "taken", hooks.FALSE: "refused", hooks.UNKNOWN: "Nothing here", hooks.AGAIN: "try again"}


class HookDoor:
    """Calls have threads of their own, so that a flood of them keeps no page waiting."""

    def __init__(self, desk: hooks.Desk) -> None:
        self._desk = desk
        self._threads = ThreadPoolExecutor(THREADS, "hook")
        self._under_way = 0

    async def call(self, request: Request) -> Response:
        """200 once it is stored, 403 for a false one, 404, 413, 408, 422 and what is wrong in it, 503 where it is to
        be repeated."""
        if self._under_way >= MOST_AT_ONCE:
            return _answer(hooks.AGAIN)
        self._under_way += 1
        try:
            return await self._take(request)
        finally:
            self._under_way -= 1

    async def asked(self, request: Request) -> Response:
        """200 with what a platform wants to hear of its challenge, 403 for anybody else."""
        told = WebhookRequest(request.method, dict(request.headers), dict(request.query_params), b"")
        kind, number = request.path_params["kind"], request.path_params["channel_id"]
        loop = asyncio.get_running_loop()
        said = await loop.run_in_executor(self._threads, hooks.challenge, self._desk, kind, number, told)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
        if said is None:
            return _answer(hooks.FALSE)
        # Some platforms want to hear a word, others JSON.
        return Response(said, headers=headers, media_type="application/json" if said[:1] == "{" else "text/plain")

    async def _take(self, request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse("too slow", 408)
        except ClientDisconnect:
            return PlainTextResponse("broken off", 400)
        if body is None:
            return PlainTextResponse("too large", 413)
        told = WebhookRequest(request.method, dict(request.headers), dict(request.query_params), body)
        kind, number = request.path_params["kind"], request.path_params["channel_id"]
        loop = asyncio.get_running_loop()
        heard = await loop.run_in_executor(self._threads, hooks.take, self._desk, kind, number, told)
        return _answer(heard.status, heard.words)


async def _body(request: Request) -> bytes | None:
    """The body, None where it is too large."""
    if int(request.headers.get("content-length", "0")) > hooks.MAX_BYTES:
        return None
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > hooks.MAX_BYTES:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _answer(status: int, words: str = "") -> Response:
    headers = {"Retry-After": "5"} if status == hooks.AGAIN else {}
    return PlainTextResponse(words or _WORDS[status], status, headers)
