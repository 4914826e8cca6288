"""The door behind the links of a mail about a consent: looking changes nothing, only pressing the button does.

Programs that look for harmful links open every link of a mail; what they open must not count as a confirmation. Mail
programs with a button to unsubscribe post to the link by themselves (RFC 8058), and are answered like a person.
"""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from inbox.consents import asking, links
from inbox.consents.links import LEAVE, Link
from inbox.consents.page import page
from inbox.db import Database
from inbox.doors.links import HEADERS, Gate
from inbox.events import CUSTOMER
from inbox.models import Consent, now
from inbox.models.consent import ASKED, GIVEN
from inbox.secrets import Vault


class ConsentDoor:
    """`language` is for links that tell none, because they are not ours. It sets no cookie and asks for none."""

    def __init__(self, database: Database, vault: Vault, language: str) -> None:
        self._database, self._vault, self._language = database, vault, language
        self._gate = Gate("consents")

    async def answer(self, request: Request) -> Response:
        """The page of a link (GET), and what its button does (POST; whatever its body says)."""
        token = request.path_params["token"]
        return await self._gate.through(request, lambda body: self._answer(token, body is not None))

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
    return HTMLResponse(content, status, HEADERS)
