"""The door behind the links below an answer: looking changes nothing, only pressing the button does.

Programs that look for harmful links open every link of a mail; what they open must not count as a customer's opinion
(RFC 9110 section 9.2.1: GET is safe).
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from config import i18n
from config.logging import get
from inbox.consents.page import POLICY
from inbox.db import Database
from inbox.doors import public
from inbox.doors.brakes import Brakes
from inbox.models import Opinion, now
from inbox.models.conversation import SPAM
from inbox.models.opinion import VALUES
from inbox.satisfaction import links, page, voting
from inbox.satisfaction.settings import load
from inbox.satisfaction.words import language_of
from inbox.secrets import Vault
from inbox.worktime import calendars

# Threads that look and write, and requests at once; more are told to come again.
THREADS, MOST_AT_ONCE = 2, 32
# The largest form and what all together hold, in bytes; requests from one address within a minute.
MAX_BODY, MOST_BYTES_AT_ONCE, FROM_ADDRESS = 20_000, 400_000, 60
AGAIN_SECONDS = 5
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    # The link is a secret: no page that is opened from here learns it.
    "Referrer-Policy": "no-referrer",
}
log = get("opinions")


class OpinionDoor:
    """`language` is for links that tell none, because they are not ours. It sets no cookie and asks for none."""

    def __init__(self, database: Database, vault: Vault, language: str) -> None:
        self._database, self._vault, self._language = database, vault, language
        self._threads = ThreadPoolExecutor(THREADS, "opinion")
        self._brakes, self._bodies, self._under_way = Brakes(), public.Bodies(MOST_BYTES_AT_ONCE), 0

    async def answer(self, request: Request) -> Response:
        """The page of a link (GET), and what its button does (POST)."""
        if wait := self._brakes.wait(public.sender_of(request), FROM_ADDRESS):
            return PlainTextResponse("too often", 429, {"Retry-After": str(wait)})
        if self._under_way >= MOST_AT_ONCE:
            return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
        self._under_way += 1
        try:
            body = await self._bodies.read(request, MAX_BODY) if request.method == "POST" else None
            if isinstance(body, int):
                return PlainTextResponse("too large" if body == 413 else "try again", body)
            token, marked = request.path_params["token"], request.path_params["value"]
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._answer, token, marked, body)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("too slow", 408)
        except Exception:
            log.exception("opinion_failed")
            return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
        finally:
            self._bodies.release(request)
            self._under_way -= 1

    def _answer(self, token: str, marked: str, body: bytes | None) -> Response:
        link = links.read(self._vault, token)
        if link is None or marked not in VALUES:
            return _page(404, page.over(language_of(self._language), "unknown"))
        if body is None:
            with self._database.reading() as session:
                found = _open(session, link)
                if found is not None:
                    return _page(200, page.ask(_language(found), _question(session, found), marked))
                return _page(410, page.over(language_of(self._language), "over"))
        return self._pressed(link, dict(parse_qsl(body.decode("utf-8", "replace"))))

    def _pressed(self, link: links.Link, told: dict[str, str]) -> Response:
        value, comment = told.get("value", ""), voting.tidy(told.get("comment", ""))
        with self._database.writing() as session:
            found = _open(session, link, locked=True)
            if found is None:
                return _page(410, page.over(language_of(self._language), "over"))
            language = _language(found)
            if value not in VALUES:
                asked = _question(session, found)
                return _page(422, page.ask(language, asked, "", comment=comment, wrong=True))
            voting.cast(session, found, value, comment, now())
            zone = calendars.company(session).zone_name
        day = i18n.formatted(datetime.fromtimestamp(link.until, UTC), "d MMMM", language, zone)
        return _page(200, page.thanks(language, value, comment, day))


def _open(session: Session, link: links.Link, *, locked: bool = False) -> Opinion | None:
    """The question of a link, as long as it counts."""
    if link.is_over(now()):
        return None
    found = session.get(Opinion, link.opinion_id, with_for_update=locked or None)
    return found if found is not None and found.message.conversation.status != SPAM else None


def _language(opinion: Opinion) -> str:
    return language_of(opinion.message.language)


def _question(session: Session, opinion: Opinion) -> str:
    return load(session).question(_language(opinion))


def _page(status: int, content: str) -> Response:
    return HTMLResponse(content, status, _HEADERS)
