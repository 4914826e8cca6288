"""The door behind the links of a mail about a consent: looking changes nothing, only pressing the button does.

Programs that look for harmful links open every link of a mail; what they open must not count as a confirmation. Mail
programs with a button to unsubscribe post to the link by themselves (RFC 8058), and are answered like a person.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from config.logging import get
from inbox.consents import asking, links
from inbox.consents.links import LEAVE, Link
from inbox.consents.page import POLICY, page
from inbox.db import Database
from inbox.events import CUSTOMER
from inbox.models import Consent, now
from inbox.models.consent import ASKED, GIVEN
from inbox.secrets import Vault

# Threads that look and write, and requests at once; more are told to come again.
THREADS, MOST_AT_ONCE = 2, 32
AGAIN_SECONDS = 5
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    # The link is a secret: no page that is opened from here learns it.
    "Referrer-Policy": "no-referrer",
}
log = get("consents")


class ConsentDoor:
    """`language` is for links that tell none, because they are not ours. It sets no cookie and asks for none."""

    def __init__(self, database: Database, vault: Vault, language: str) -> None:
        self._database, self._vault, self._language = database, vault, language
        self._threads = ThreadPoolExecutor(THREADS, "consent")
        self._under_way = 0

    async def answer(self, request: Request) -> Response:
        """The page of a link (GET), and what its button does (POST; whatever its body says)."""
        if self._under_way >= MOST_AT_ONCE:
            return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            token, pressed = request.path_params["token"], request.method == "POST"
            return await loop.run_in_executor(self._threads, self._answer, token, pressed)
        except Exception:
            log.exception("consent_failed")
            return PlainTextResponse("try again", 503, {"Retry-After": str(AGAIN_SECONDS)})
        finally:
            self._under_way -= 1

    def _answer(self, token: str, pressed: bool) -> Response:
        link = links.read(self._vault, token)
        if pressed and link is not None:
            self._press(link)
        return self._shown(link)

    def _press(self, link: Link) -> None:
        moment = now()
        if link.is_over(moment):
            return
        with self._database.writing() as session:
            consent = session.get(Consent, link.consent_id)
            if consent is None:
                return
            if link.purpose == LEAVE:
                asking.withdraw(session, asking.of_address(session, consent.address), CUSTOMER, moment)
            else:
                asking.confirm(session, consent.id, moment)

    def _shown(self, link: Link | None) -> Response:
        """How it stands now."""
        with self._database.reading() as session:
            consent = session.get(Consent, link.consent_id) if link is not None else None
            if link is None or consent is None:
                return _page(404, page(self._language, "over_title", "unknown"))
            text, language, address = consent.text.text, consent.language, consent.address
            privacy, state = consent.text.privacy, consent.state
            stands = asking.state_of(session, address) in (ASKED, GIVEN)
        more = {"quoted": text, "address": address, "privacy": privacy}
        if link.purpose == LEAVE:
            if not stands:
                return _page(200, page(language, "left_title", "left", privacy=privacy))
            return _page(200, page(language, "leave_title", "leave", button="leave_button", **more))
        if state == GIVEN:
            return _page(200, page(language, "given_title", "given", **more))
        if state != ASKED or link.is_over(now()):
            return _page(410, page(language, "over_title", "over"))
        return _page(200, page(language, "confirm_title", "confirm", button="confirm_button", **more))


def _page(status: int, content: str) -> Response:
    return HTMLResponse(content, status, _HEADERS)
