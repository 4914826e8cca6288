"""What doors that strangers reach have in common: from where a request comes, and how much of it is read."""

import asyncio
import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from inbox import sites

BODY_SECONDS = 30.0
# What a site's script is told that it may do; for so many seconds it need not ask again.
ASK_AGAIN_SECONDS = 600
SCRIPT = "text/javascript"


@dataclass(frozen=True, slots=True)
class Site:
    """The site that a request says it comes from: its origin, "" where it names none (no browser), None where it is
    refused; whether it is our own page; and the page that it names as its own."""

    origin: str | None
    is_own: bool
    page: str


def site_of(request: Request, own: str, allowed: Collection[str]) -> Site:
    """From which site a request comes. `own`: the origin of our pages; `allowed`: none is any."""
    referer = request.headers.get("referer", "")
    given = request.headers.get("origin") or referer
    came_from = sites.origin_of(given)
    host = request.headers.get("host", "").lower()
    is_own = bool(came_from) and (came_from == own or urlsplit(came_from).netloc == host)
    is_allowed = is_own or (bool(came_from) and (not allowed or came_from in allowed))
    # Whoever names no site is no browser: another program, such as the site's own server.
    origin = came_from if is_allowed else None if given else ""
    return Site(origin, is_own, "" if is_own or not sites.origin_of(referer) else referer)


def sender_of(request: Request) -> str:
    """From where a request came; of an IPv6 address the network, which is one household's."""
    host = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else host


def script(request: Request, plain: bytes, compressed: bytes) -> Response:
    """A script of ours for pages of any site; `compressed` is the same by gzip.

    A browser that has had it may use it for a week while it asks for the newest (RFC 5861 section 3): so the page's
    visitors are told where to write while we cannot be reached.
    """
    headers = {
        "Cache-Control": "public, max-age=3600, stale-while-revalidate=604800", "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin",
    }  # fmt: skip
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(compressed, headers={**headers, "Content-Encoding": "gzip"}, media_type=SCRIPT)
    return Response(plain, headers=headers, media_type=SCRIPT)


class Bodies:
    """Bodies that are being read, within the bytes that all of them together may hold."""

    def __init__(self, most_at_once: int) -> None:
        self._most_at_once, self._held = most_at_once, 0

    async def read(self, request: Request, most: int) -> bytes | int:
        """The body, or the status to answer with: 413 where it is larger than `most` bytes, 503 where too much is under
        way. Raises TimeoutError after BODY_SECONDS, and starlette's ClientDisconnect. `release` gives it back."""
        request.state.held = 0
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > most:
            return 413
        pieces: list[bytes] = []
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                request.state.held += len(piece)
                self._held += len(piece)
                if request.state.held > most:
                    return 413
                if self._held > self._most_at_once:
                    return 503
                pieces.append(piece)
        return b"".join(pieces)

    def release(self, request: Request) -> None:
        """The body that was read for a request is needed no more."""
        self._held -= getattr(request.state, "held", 0)
        request.state.held = 0
