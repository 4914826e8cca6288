"""A form that asks for consent, the mail that asks to confirm it, and the public door behind the links of that mail."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import httpx

from inbox.asgi import public_app
from inbox.consents import asking
from inbox.consents import mail as consentmail
from inbox.models import Consent, Delivery
from inbox.models.delivery import CONSENT
from inbox.sitechat.hub import Hub
from tests.parts.desk import URL, Desk
from tests.parts.forms import FormDesk

ANNA = "anna@cliente.test"
TEXT = "Desidero ricevere novità via e-mail"
PRIVACY = "https://www.firm.test/privacy"


class ConsentDesk(FormDesk):
    """A form whose box says TEXT, and the door."""

    def __init__(self, desk: Desk, **settings: Any) -> None:
        super().__init__(desk, **{"marketing": TEXT, "privacy": PRIVACY, **settings})
        desk.app.settings.public_url = URL
        self.door = public_app(desk.app, Hub(desk.database))

    def tick(self, **fields: str) -> None:
        """A visitor posts with the box ticked; all that follows is done."""
        self.arrive(**{"marketing": "yes", **fields})
        self.write()

    def write(self) -> None:
        """Ask for the confirmations that are due."""
        while jobs := self.desk.claim("consent"):
            consentmail.work(self.desk.database, self.desk.app.vault, URL, jobs)

    def mails(self) -> Sequence[Delivery]:
        return self.desk.all(Delivery, Delivery.purpose == CONSENT)

    def links(self, mail: int = -1) -> tuple[str, str]:
        """The paths of a mail's links: to confirm, and to take it back."""
        confirm, leave = re.findall(rf"{URL}(/consent/\S+)", self.mails()[mail].envelope["text"])
        return confirm, leave

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        async def knock() -> httpx.Response:
            transport = httpx.ASGITransport(self.door)
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, **how)

        return asyncio.run(knock())

    def state(self, address: str = ANNA) -> str:
        with self.desk.database.reading() as session:
            return asking.state_of(session, address)

    def rows(self) -> Sequence[Consent]:
        return self.desk.all(Consent)
