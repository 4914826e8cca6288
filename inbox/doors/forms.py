"""The door for forms of the firm's site: who may post, how much and how often, and what visitors are answered.

It makes no request of its own and sets no cookie.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from config.logging import get
from connectors import formbody
from inbox import floods, sites
from inbox.doors import public
from inbox.doors.brakes import Brakes
from inbox.forms import page as formpage
from inbox.forms import posts, tokens, work
from inbox.forms import script as formscript
from inbox.forms.posts import Form, Looked
from inbox.forms.words import sentence, words
from inbox.sitechannels import Desk

# Threads that look and store; posts at once, and the bytes that all of these hold; more are told to come again.
THREADS, MOST_AT_ONCE, MOST_BYTES_AT_ONCE = 4, 32, 150_000_000
# The largest post, files included, in bytes.
MAX_BYTES = 26 * 1024 * 1024
# Within a minute: posts from one address, and of all forms together; how many of one form is its own setting.
A_MINUTE_FROM_ONE, A_MINUTE_OF_ALL = 10, 600
AGAIN_SECONDS = 5
log = get("forms")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as it concerns a form: from which site (""; refused is None), in what it is answered, from where."""

    origin: str | None
    as_json: bool
    sender: str
    page: str


class FormDoor:
    """Posts have threads of their own, so that a flood of them keeps no page waiting."""

    def __init__(self, desk: Desk, public_url: str) -> None:
        self._desk, self._own = desk, sites.origin_of(public_url)
        self._threads = ThreadPoolExecutor(THREADS, "form")
        self._brakes, self._alike, self._spent = Brakes(), floods.Alike(), work.Spent()
        self._bodies, self._under_way = public.Bodies(MOST_BYTES_AT_ONCE), 0

    async def form(self, request: Request) -> Response:
        """The form's page (GET), a visitor's post (POST), and the question of a script whether it may (OPTIONS)."""
        handle = {"POST": self._post, "OPTIONS": self._may}.get(request.method, self._page)
        return await self._within(request, handle)

    async def token(self, request: Request) -> Response:
        """A token for a script that posts."""
        return await self._within(request, self._may if request.method == "OPTIONS" else self._token)

    async def script(self, request: Request) -> Response:
        """What works before a form is posted."""
        return public.script(request, formscript.script(), formscript.compressed())

    async def thanks(self, request: Request) -> Response:
        """Our own page of thanks."""

        async def answer(_request: Request, form: Form, _visit: Visit) -> Response:
            return HTMLResponse(formpage.said(form, "thanks_title", "thanks"))

        return await self._within(request, answer)

    async def _within(
        self, request: Request, handle: Callable[[Request, Form, Visit], Awaitable[Response]]
    ) -> Response:
        """Answer within the bounds, with the headers that every answer has."""
        if self._under_way >= MOST_AT_ONCE:
            return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
        self._under_way += 1
        try:
            form = await self._run(posts.find, self._desk, request.path_params["key"])
            if form is None:
                return PlainTextResponse("Nothing here", 404, {"Cache-Control": "no-store"})
            visit = self._visit(request, form)
            response = await handle(request, form, visit)
        except Exception:
            log.exception("form_failed")
            return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
        finally:
            self._under_way -= 1
        response.headers.update(
            {
                "Content-Security-Policy": formpage.policy(form),
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
                # With no-referrer a browser would post our own form with the origin "null".
                "Referrer-Policy": "strict-origin-when-cross-origin",
                "Vary": "Origin",
            }
        )
        if visit.origin:
            response.headers["Access-Control-Allow-Origin"] = visit.origin
        return response

    async def _run(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    def _visit(self, request: Request, form: Form) -> Visit:
        accept = request.headers.get("accept", "")
        site = public.site_of(request, self._own, form.origins)
        is_json = formbody.is_json(request.headers.get("content-type", ""))
        as_json = is_json or "application/json" in accept or "text/html" not in accept
        return Visit(site.origin, as_json, public.sender_of(request), site.page)

    async def _page(self, request: Request, form: Form, visit: Visit) -> Response:
        token = tokens.issue(form.signing, form.key, time.time())
        return HTMLResponse(formpage.form(form, f"/forms/{form.key}", token, visit.page))

    async def _token(self, request: Request, form: Form, visit: Visit) -> Response:
        if visit.origin is None:
            return _trouble(form, visit, 403, "refused")
        return JSONResponse({"token": tokens.issue(form.signing, form.key, time.time()), "work": form.work})

    async def _may(self, request: Request, form: Form, visit: Visit) -> Response:
        if visit.origin is None:
            return PlainTextResponse("refused", 403)
        headers = {
            "Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": str(public.ASK_AGAIN_SECONDS),
        }  # fmt: skip
        return Response(None, 204, headers)

    async def _post(self, request: Request, form: Form, visit: Visit) -> Response:
        if visit.origin is None:
            return _trouble(form, visit, 403, "refused")
        wait = self._brakes.wait(f"{form.key} {visit.sender}", A_MINUTE_FROM_ONE)
        if wait:
            return _trouble(form, visit, 429, "often", wait)
        content_type = request.headers.get("content-type", "")
        most = MAX_BYTES if formbody.is_multipart(content_type) else formbody.LARGEST_TEXT
        try:
            body = await self._bodies.read(request, most)
            if isinstance(body, int):
                return _trouble(form, visit, body, "large" if body == 413 else "again")
            return await self._run(self._take, form, visit, content_type, body)
        except TimeoutError:
            return _trouble(form, visit, 408, "slow")
        except ClientDisconnect:
            return PlainTextResponse("broken off", 400)
        finally:
            self._bodies.release(request)

    def _take(self, form: Form, visit: Visit, content_type: str, body: bytes) -> Response:
        """Look at a post, store it and answer; runs in a thread of the door."""
        looked = posts.look(form, content_type, body, visit.page)
        item, trapped = looked.item, looked.trapped
        if item is None:
            return self._to_mend(form, visit, looked)
        if form.work and not trapped:
            nonce, _sign, said = item.key.rpartition("-")
            if not self._spent.serves(nonce, said, time.time()):
                return self._to_mend(form, visit, replace(looked, errors={"": work.SPENT}, item=None))
        if not trapped and self._alike.too_many(form.key, looked.filled):
            item, trapped = replace(item, meta={**item.meta, "trap": floods.FLOOD}), True
        # What programs post does not use up what the form may take of people.
        kind = " trap" if trapped else ""
        limits = ((f"{form.key}{kind}", form.number("max_a_minute")), (f"all{kind}", A_MINUTE_OF_ALL))
        if wait := next((wait for name, most in limits if (wait := self._brakes.wait(name, most))), 0):
            return _trouble(form, visit, 429, "often", wait)
        try:
            posts.store(self._desk, form, item)
        except Exception:
            log.exception("post_not_stored", channel=form.channel_id)
            return _trouble(form, visit, 503, "again")
        if visit.as_json:
            return JSONResponse({"ok": True})
        return RedirectResponse(_thanks(form), 303)

    def _to_mend(self, form: Form, visit: Visit, looked: Looked) -> Response:
        if visit.as_json:
            told = {name: sentence(form.text("language"), code, name) for name, code in looked.errors.items()}
            is_wanting = work.WANTING in looked.errors.values()
            return JSONResponse({"errors": told, **({"write_to": form.write_to} if is_wanting else {})}, 422)
        token = looked.posted.value(posts.TOKEN)
        if not token or looked.errors.get("") in (tokens.FORGED, tokens.OLD, work.SPENT):
            token = tokens.issue(form.signing, form.key, time.time())
        page = looked.posted.value("_page") or visit.page
        return HTMLResponse(formpage.form(form, f"/forms/{form.key}", token, page, looked), 422)


def _thanks(form: Form) -> str:
    """Where a visitor goes on: the owner's page, where it is on a site of the form, else ours."""
    wanted = form.text("thanks")
    if wanted and (not form.origins or sites.origin_of(wanted) in form.origins):
        return wanted
    return f"/forms/{form.key}/thanks"


def _trouble(form: Form, visit: Visit, status: int, code: str, wait: int = AGAIN_SECONDS) -> Response:
    """What went wrong, and to which address the visitor can write instead."""
    headers = {"Retry-After": str(wait)} if status in (429, 503) else {}
    if visit.as_json:
        told = {"error": words(form.text("language"))[code], "write_to": form.write_to}
        return JSONResponse(told, status, headers)
    return HTMLResponse(formpage.said(form, "sorry", code, write=True), status, headers)
