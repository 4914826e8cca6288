"""What the doors behind the links of our mails have in common: few threads, bodies within bounds, and headers that keep
a link secret."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from config.logging import get
from inbox.consents.page import POLICY
from inbox.doors import public
from inbox.doors.brakes import Brakes

# Threads of a door that look and write, and requests at once; more are told to come again.
THREADS, MOST_AT_ONCE = 2, 32
# The largest form, and what all of a door together hold, in bytes.
MAX_BODY, MOST_BYTES_AT_ONCE = 20_000, 400_000
AGAIN_SECONDS = 5
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    # The link is a secret: no page that is opened from here learns it.
    "Referrer-Policy": "no-referrer",
}
log = get("links")


class Gate:
    """What a door's requests go through. `name`: whose they are; `a_minute`: so many from one address, 0 for any."""

    def __init__(self, name: str, a_minute: int = 0) -> None:
        self._name, self._a_minute = name, a_minute
        self._threads = ThreadPoolExecutor(THREADS, name)
        self._brakes, self._bodies, self._under_way = Brakes(), public.Bodies(MOST_BYTES_AT_ONCE), 0

    async def through(self, request: Request, work: Callable[[bytes | None], Response]) -> Response:
        """What `work` makes of the body (None for a look) in a thread; else 408, 413, 429, or 503 with when to come
        again."""
        if self._a_minute and (wait := self._brakes.wait(public.sender_of(request), self._a_minute)):
            return PlainTextResponse("too often", 429, {"Retry-After": str(wait)})
        if self._under_way >= MOST_AT_ONCE:
            return _again()
        self._under_way += 1
        try:
            body = await self._bodies.read(request, MAX_BODY) if request.method == "POST" else None
            if isinstance(body, int):
                return PlainTextResponse("too large", body) if body == 413 else _again()
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, body)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("too slow", 408)
        except Exception:
            log.exception("link_failed", door=self._name)
            return _again()
        finally:
            self._bodies.release(request)
            self._under_way -= 1


def _again() -> Response:
    return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
