"""The door behind the links below an answer: looking changes nothing, only pressing the button does.

Programs that look for harmful links open every link of a mail; what they open must not count as a customer's opinion
(RFC 9110 section 9.2.1: GET is safe).
"""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config import i18n
from inbox.db import Database
from inbox.doors.links import HEADERS, Gate
from inbox.models import Opinion, now
from inbox.models.conversation import SPAM
from inbox.models.opinion import VALUES
from inbox.satisfaction import links, page, voting
from inbox.satisfaction.settings import load
from inbox.satisfaction.words import language_of
from inbox.secrets import Vault
from inbox.worktime import calendars

# Requests from one address within a minute.
FROM_ADDRESS = 60


class OpinionDoor:
    """`language` is for links that tell none, because they are not ours. It sets no cookie and asks for none."""

    def __init__(self, database: Database, vault: Vault, language: str) -> None:
        self._database, self._vault, self._language = database, vault, language
        self._gate = Gate("opinions", FROM_ADDRESS)

    async def answer(self, request: Request) -> Response:
        """The page of a link (GET), and what its button does (POST)."""
        token, marked = request.path_params["token"], request.path_params["value"]
        return await self._gate.through(request, lambda body: self._answer(token, marked, body))

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
    return HTMLResponse(content, status, HEADERS)
