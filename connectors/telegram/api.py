"""The vendor's Bot on one private event-loop thread, with a synchronous face.

Not its Updater: that confirms updates before anybody has stored them.
"""

import asyncio
import functools
import json
import logging
import re
import ssl
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from httpx import create_ssl_context
from telegram import Bot
from telegram.request import HTTPXRequest

from connectors.base import ConnectorError
from connectors.telegram.errors import explain

T = TypeVar("T")
# How long connections may take to be given back.
SHUT_SECONDS = 10.0
_TOKEN = re.compile(r"bot\d+:[\w-]+")
_RESULT = re.compile(r'"result"\s*:\s*\[')


class HideToken(logging.Filter):
    """Takes bot tokens out of log lines: the Bot API has them in every address, and httpx logs addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line; never drops one."""
        record.msg, record.args = _TOKEN.sub("bot-token-hidden", record.getMessage()), None
        return True


_HIDE = HideToken()


def exact_updates(payload: str) -> list[bytes]:
    """Each update of a getUpdates answer in the bytes in which it came; an odd answer is written anew."""
    updates: list[Any] = json.loads(payload)["result"]
    slices: list[bytes] = []
    begin = _RESULT.search(payload)
    at = begin.end() if begin else len(payload)
    decoder = json.JSONDecoder()
    try:
        for update in updates:
            while payload[at : at + 1] in (" ", "\t", "\r", "\n", ","):
                at += 1
            found, end = decoder.raw_decode(payload, at)
            if found != update:
                raise ValueError
            slices.append(payload[at:end].encode())
            at = end
    except ValueError:
        return [json.dumps(update).encode() for update in updates]
    return slices


class _UpdatesRequest(HTTPXRequest):
    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = HTTPXRequest.parse_json_payload(payload)
        return {"result": exact_updates(payload.decode(errors="replace"))} if answer.get("ok") else answer


@functools.cache
def _certificates() -> ssl.SSLContext:
    # Reading them takes 25 ms of a processor, which each bot would pay twice.
    return create_ssl_context()


def _request(kind: type[HTTPXRequest], connect_timeout: float, read_timeout: float) -> HTTPXRequest:
    return kind(
        8,
        httpx_kwargs={"verify": _certificates()},
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        write_timeout=read_timeout,
        pool_timeout=read_timeout,
    )


class _Bot(Bot):
    async def updates(self, offset: int | None, **settings: Any) -> list[bytes]:
        """The library's own getUpdates builds its types of all, and one update that it refuses loses the rest."""
        read_timeout = settings.pop("read_timeout")
        data = {"offset": offset, **settings}
        result: Any = await self._post("getUpdates", data, read_timeout=read_timeout)
        return list(result)


class Api:
    """The thread, its loop and the Bot. Every method may be called from any thread."""

    def __init__(self, token: str, api_base: str, connect_timeout: float, read_timeout: float) -> None:
        for name in ("httpx", "telegram.Bot"):
            logging.getLogger(name).addFilter(_HIDE)
        self._requests = (
            _request(HTTPXRequest, connect_timeout, read_timeout),
            _request(_UpdatesRequest, connect_timeout, read_timeout),
        )
        self._read_timeout = read_timeout
        self._bot = _Bot(
            token,
            base_url=f"{api_base}/bot",
            base_file_url=f"{api_base}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        self._lock = threading.Lock()
        self._is_closed = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
        self._thread.start()

    def call(self, work: Callable[[Bot], Coroutine[Any, Any, T]], *, sending: bool = False) -> T:
        """Run `work(bot)` to its end. Raises ConnectorError."""
        return outcome(self._start(work(self._bot)), sending=sending)

    def poll(self, offset: int | None, *, limit: int, timeout: int, kinds: Sequence[str]) -> "Future[list[bytes]]":
        """Begin a getUpdates; it may be cancelled. `timeout`: seconds the server may hold it."""
        read_timeout = timeout + self._read_timeout
        settings = {"limit": limit, "timeout": timeout, "allowed_updates": list(kinds), "read_timeout": read_timeout}
        return self._start(self._bot.updates(offset, **settings))

    def close(self) -> None:
        """Break off what runs, give the connections back and end the thread."""
        with self._lock:
            self._is_closed = True
            shutting = asyncio.run_coroutine_threadsafe(self._shut(), self._loop)
        try:
            shutting.result(SHUT_SECONDS)
        finally:
            # Also where giving a connection back fails.
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _start(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        # What is begun before `_shut` is broken off by it; what came after it would be waited for for ever.
        with self._lock:
            if not self._is_closed:
                return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        coroutine.close()
        raise ConnectorError("The Telegram channel is closed")

    async def _shut(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for request in self._requests:
            await request.shutdown()


def outcome(future: "Future[T]", *, sending: bool = False, timeout: float | None = None) -> T:
    """The result, or a ConnectorError; CancelledError and TimeoutError (of `timeout`, seconds) only with a timeout."""
    try:
        return future.result(timeout)
    except (CancelledError, TimeoutError):
        if timeout is not None:
            raise
        raise ConnectorError("The Telegram channel was closed meanwhile", uncertain=sending) from None
    except ConnectorError:
        raise
    except Exception as error:
        # Not chained: the library's errors hold the request, and with it the token.
        raise explain(error, sending=sending) from None
