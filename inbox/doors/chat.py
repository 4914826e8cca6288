"""The door for visitors who chat on the firm's site: who may write and read, how much and how often.

A visitor is known by a token that only that browser has; a site by its origin. No cookie is set or looked at.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from config.logging import get
from connectors import formbody
from inbox import floods, sites
from inbox.doors import chatanswers, public
from inbox.doors.brakes import Brakes
from inbox.doors.public import Site
from inbox.models import Visit, now
from inbox.sitechannels import Desk
from inbox.sitechat import by_mail, page, posting, reading
from inbox.sitechat.posting import Chat, Refused

# Threads that look and store; requests at once, and the bytes that all of these hold; more are told to come again.
THREADS, MOST_AT_ONCE, MOST_BYTES_AT_ONCE = 4, 128, 100_000_000
# The largest message, files included, in bytes.
MAX_BYTES = 11 * 1024 * 1024
LARGEST_SIGN = 2_000
# Within a minute: messages of one visit, and from one address; messages of all; new visits from one address; looks and
# signs of one visit.
FROM_ONE, FROM_ADDRESS, FROM_ALL, NEW_FROM_ADDRESS, LOOKS = 20, 60, 600, 10, 240
AGAIN_SECONDS = 5
log = get("chat")
T = TypeVar("T")
Handle = Callable[[Request, Chat, Site], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Listening:
    """A visitor who may listen: the visit and its version, and the headers of the answer."""

    visit_id: int
    version: int
    headers: Mapping[str, str]


class ChatDoor:
    """It has threads of its own, so that a flood of messages keeps no page waiting."""

    def __init__(self, desk: Desk, public_url: str, saw: Callable[[int], None]) -> None:
        """`saw` hears of each visit that has just been there."""
        self._desk, self._own, self._saw = desk, sites.origin_of(public_url), saw
        self._threads = ThreadPoolExecutor(THREADS, "chat")
        self._brakes, self._alike = Brakes(), floods.Alike()
        self._bodies, self._under_way = public.Bodies(MOST_BYTES_AT_ONCE), 0

    async def script(self, request: Request) -> Response:
        """The widget."""
        return public.script(request, page.script(), page.compressed())

    async def settings(self, request: Request) -> Response:
        """What the widget needs to draw itself."""

        async def answer(request: Request, chat: Chat, _site: Site) -> Response:
            told = await self._run(reading.shown, self._desk, chat, request.query_params.get("lang", ""), now())
            return JSONResponse(told, headers={"Cache-Control": "public, max-age=60"})

        return await self._within(request, "GET", answer)

    async def page(self, request: Request) -> Response:
        """The chat's own page, which also stands in a frame of the firm's site."""

        async def answer(_request: Request, chat: Chat, _site: Site) -> Response:
            headers = {"Content-Security-Policy": page.policy(chat)}
            return HTMLResponse(page.page(chat), headers=headers)

        return await self._within(request, "GET", answer)

    async def messages(self, request: Request) -> Response:
        """A visitor writes."""
        return await self._within(request, "POST", self._post)

    async def talk(self, request: Request) -> Response:
        """What there is to see."""

        async def answer(request: Request, chat: Chat, _site: Site) -> Response:
            after = request.query_params.get("after", "0")
            number = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
            told = await self._of_visit(request, chat, reading.talk, number)
            return told if isinstance(told, Response) else JSONResponse(told)

        return await self._within(request, "GET", answer)

    async def signs(self, request: Request) -> Response:
        """A visitor types, or has seen something."""

        async def answer(request: Request, chat: Chat, _site: Site) -> Response:
            told = await self._told(request, chat, reading.note)
            return told if isinstance(told, Response) else Response(None, 204)

        return await self._within(request, "POST", answer)

    async def email(self, request: Request) -> Response:
        """A visitor leaves an address."""

        async def answer(request: Request, chat: Chat, _site: Site) -> Response:
            kept = await self._told(request, chat, reading.keep_email)
            if isinstance(kept, Response):
                return kept
            return Response(None, 204) if kept else chatanswers.trouble(request, chat, Refused(422, "not_one"))

        return await self._within(request, "POST", answer)

    async def opinion(self, request: Request) -> Response:
        """A visitor says how an answer was."""

        async def answer(request: Request, chat: Chat, _site: Site) -> Response:
            kept = await self._told(request, chat, reading.keep_opinion)
            if isinstance(kept, Response):
                return kept
            return Response(None, 204) if kept else chatanswers.trouble(request, chat, Refused(422, "broken"))

        return await self._within(request, "POST", answer)

    async def transcript(self, request: Request) -> Response:
        """A visitor wants the talk by mail."""

        async def answer(request: Request, chat: Chat, _site: Site) -> Response:
            try:
                told = await self._of_visit(request, chat, reading.send_transcript)
            except by_mail.NoTranscript as error:
                return chatanswers.trouble(request, chat, Refused(409, str(error)))
            return told if isinstance(told, Response) else Response(None, 204)

        return await self._within(request, "POST", answer)

    async def file(self, request: Request) -> Response:
        """A file of the talk, always as a download, whatever it claims to be."""

        async def answer(request: Request, chat: Chat, _site: Site) -> Response:
            found = await self._of_visit(request, chat, reading.file, request.path_params["number"])
            if found is None:
                return PlainTextResponse("Nothing here", 404)
            if isinstance(found, Response):
                return found
            name, content = found
            headers = {
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
                "Content-Security-Policy": "sandbox; default-src 'none'",
            }
            return Response(content, headers=headers, media_type="application/octet-stream")

        return await self._within(request, "GET", answer)

    async def listen(self, request: Request, key: str) -> Response | Listening:
        """Whether a visitor may have a stream."""
        found: list[Listening] = []

        async def answer(request: Request, chat: Chat, site: Site) -> Response:
            visit = await self._visit(request, chat)
            if isinstance(visit, Response):
                return visit
            headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **chatanswers.for_site(site)}
            found.append(Listening(visit.id, visit.version, headers))
            return Response(None, 204)

        request.scope["path_params"] = {"key": key}
        response = await self._within(request, "GET", answer)
        return found[0] if found else response

    async def _within(self, request: Request, method: str, handle: Handle) -> Response:
        """Answer within the bounds, with the headers that every answer has."""
        if self._under_way >= MOST_AT_ONCE:
            return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
        self._under_way += 1
        try:
            chat = await self._run(posting.find, self._desk, request.path_params["key"])
            if chat is None:
                return PlainTextResponse("Nothing here", 404, {"Cache-Control": "no-store"})
            site = public.site_of(request, self._own, chat.origins)
            if site.origin is None:
                response: Response = chatanswers.trouble(request, chat, Refused(403, "refused"))
            elif request.method == "OPTIONS":
                response = chatanswers.may(method)
            else:
                response = await handle(request, chat, site)
        except Exception:
            log.exception("chat_failed")
            return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
        finally:
            self._under_way -= 1
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.update({"X-Content-Type-Options": "nosniff", **chatanswers.for_site(site)})
        return response

    async def _run(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    async def _visit(self, request: Request, chat: Chat) -> Visit | Response:
        """The visit of the request's token; else the response that says what is wrong."""
        token = chatanswers.token_of(request)
        if self._brakes.wait(f"looks {chat.key} {token}", LOOKS):
            return chatanswers.trouble(request, chat, Refused(429, "often"), AGAIN_SECONDS)
        visit = await self._run(reading.visit, self._desk, chat, token)
        if visit is None:
            return chatanswers.unknown()
        self._saw(visit.id)
        return visit

    async def _of_visit(self, request: Request, chat: Chat, function: Callable[..., Any], *more: object) -> Any:
        """What `function` finds for that visit, or that response."""
        visit = await self._visit(request, chat)
        return visit if isinstance(visit, Response) else await self._run(function, self._desk, chat, visit, *more)

    async def _told(self, request: Request, chat: Chat, function: Callable[..., Any]) -> Any:
        """The same with the object that the request tells."""
        try:
            body = await self._read(request, chat, LARGEST_SIGN)
            if isinstance(body, Response):
                return body
            told = json.loads(body)
        except (ValueError, RecursionError):
            told = None
        finally:
            self._bodies.release(request)
        if not isinstance(told, dict):
            return chatanswers.trouble(request, chat, Refused(400, "broken"))
        return await self._of_visit(request, chat, function, told)

    async def _read(self, request: Request, chat: Chat, most: int) -> bytes | Response:
        try:
            body = await self._bodies.read(request, most)
        except TimeoutError:
            return chatanswers.trouble(request, chat, Refused(408, "slow"))
        except ClientDisconnect:
            return PlainTextResponse("broken off", 400)
        if isinstance(body, int):
            return chatanswers.trouble(request, chat, Refused(body, "large" if body == 413 else "again"), AGAIN_SECONDS)
        return body

    async def _post(self, request: Request, chat: Chat, _site: Site) -> Response:
        token, sender = chatanswers.token_of(request), public.sender_of(request)
        limits = ((f"visit {chat.key} {token}", FROM_ONE), (f"from {chat.key} {sender}", FROM_ADDRESS))
        if wait := next((wait for name, most in limits if (wait := self._brakes.wait(name, most))), 0):
            return chatanswers.trouble(request, chat, Refused(429, "often"), wait)
        content_type = request.headers.get("content-type", "")
        most = MAX_BYTES if formbody.is_multipart(content_type) else formbody.LARGEST_TEXT
        try:
            body = await self._read(request, chat, most)
            if isinstance(body, Response):
                return body
            return await self._run(self._take, request, chat, token, sender, content_type, body)
        except Refused as refused:
            return chatanswers.unknown() if refused.status == 401 else chatanswers.trouble(request, chat, refused)
        finally:
            self._bodies.release(request)

    def _take(
        self, request: Request, chat: Chat, token: str, sender: str, content_type: str, body: bytes
    ) -> Response:  # fmt: skip
        """Look at a message, store it and answer; runs in a thread of the door. Raises Refused."""
        looked = posting.look(self._desk, chat, token, content_type, body)
        limits = [("all", FROM_ALL), (chat.key, chat.number("max_a_minute"))]
        if looked.visit is None:
            limits.append((f"new {chat.key} {sender}", NEW_FROM_ADDRESS))
        if wait := next((wait for name, most in limits if (wait := self._brakes.wait(name, most))), 0):
            return chatanswers.trouble(request, chat, Refused(429, "often"), wait)
        is_flood = looked.visit is None and self._alike.too_many(chat.key, posting.filled(looked))
        try:
            posting.store(self._desk, chat, token, looked, content_type, body, floods.FLOOD if is_flood else "")
        except Exception:
            log.exception("message_not_stored", channel=chat.channel_id)
            return chatanswers.trouble(request, chat, Refused(503, "again"), AGAIN_SECONDS)
        return JSONResponse({"ok": True})
