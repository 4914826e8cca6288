"""Visitors of the firm's site who chat, as the widget's protocol has them."""

import asyncio
import base64
import json
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import select

from connectors.sitechat import SitechatChannel
from inbox import asgi, deliveries, sitechannels
from inbox.models import Channel, Conversation, Visit, now
from inbox.secrets import token_hash
from inbox.sitechat import arrivals, by_mail, settings, waiting
from inbox.sitechat.hub import Hub
from tests.parts.desk import Desk

URL, SITE = "https://centralino.firm.test", "https://www.firm.test"


def new_token() -> str:
    """A visit's token as browsers make it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def new_id() -> str:
    """A message's id as browsers make it."""
    return secrets.token_urlsafe(16)


class Visitor:
    """One browser. `client` reaches the server; `origin` is the site on which the chat stands."""

    def __init__(self, client: httpx.Client, key: str, origin: str = SITE, token: str = "") -> None:
        self.client, self.key, self.origin, self.token = client, key, origin, token or new_token()

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """A request with the visit's token."""
        headers = {"origin": self.origin, "authorization": f"Bearer {self.token}", **how.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value}
        return self.client.request(method, f"/chat/{self.key}/{path}", headers=headers, **how)

    def write(self, text: str, files: Any = None, **fields: Any) -> httpx.Response:
        """Send a message; `files` as httpx has them."""
        fields = {"id": new_id(), "text": text, "visit": {"page": f"{SITE}/giunti", "language": "it"}, **fields}
        if files is None:
            return self.ask("POST", "messages", json=fields)
        told = {name: one if isinstance(one, str) else json.dumps(one) for name, one in fields.items()}
        return self.ask("POST", "messages", data=told, files=files)

    def talk(self, after: int = 0) -> dict[str, Any]:
        """What there is to see."""
        answer = self.ask("GET", f"talk?after={after}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def texts(self) -> list[tuple[str, str]]:
        """The talk as (from, text)."""
        return [(one["from"], one["text"]) for one in self.talk()["messages"]]

    def stream(self) -> Iterator[int]:
        """The versions that the stream tells, until it ends."""
        headers = {"origin": self.origin, "authorization": f"Bearer {self.token}"}
        with self.client.stream("GET", f"/chat/{self.key}/stream", headers=headers, timeout=30) as answer:
            assert answer.status_code == 200, answer.read()
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    yield int(line.removeprefix("data: "))


class Door:
    """The public door without a network, asked as httpx's client is."""

    def __init__(self, app: Any, sender: str = "203.0.113.7") -> None:
        self._app, self.sender = app, sender

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        async def knock() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, client=(self.sender, 4711))
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, **how)

        return asyncio.run(knock())


class ChatDesk:
    """A desk with a chat ("sito") that goes on by its mailbox info@firm.test, and its public door."""

    def __init__(self, desk: Desk, name: str = "sito", **wanted: Any) -> None:
        self.desk, self.database = desk, desk.database
        desk.app.settings.public_url = URL
        with desk.database.writing() as session:
            self.channel: Channel = settings.make(
                session, desk.app.vault, name, desk.channel, **{"origins": [SITE], **wanted}
            )
        self.key = self.channel.address
        self.signing = str(desk.app.vault.open(self.channel.secrets)[sitechannels.SIGNING])
        self.door = Door(asgi.public_app(desk.app, Hub(desk.database)))

    def visitor(self, origin: str = SITE, token: str = "") -> Visitor:
        return Visitor(self.door, self.key, origin, token)  # type: ignore[arg-type]

    def take_in(self) -> None:
        """Take in and route what has been posted."""
        self.desk.take_in()
        self.desk.route()

    def write(self, visitor: Visitor, text: str = "Buongiorno, qual è la tolleranza?", **fields: Any) -> Conversation:
        """A message, taken in and routed; its conversation."""
        answer = visitor.write(text, **fields)
        assert answer.status_code == 200, answer.text
        self.take_in()
        return self.conversation(visitor)

    def conversation(self, visitor: Visitor) -> Conversation:
        query = select(Conversation).where(Conversation.thread_key == self.visit(visitor).address)
        found: Conversation = self.desk.one(query.order_by(Conversation.id.desc()).limit(1))
        return found

    def visit(self, visitor: Visitor) -> Visit:
        found: Visit = self.desk.one(select(Visit).where(Visit.token_hash == token_hash(visitor.token)))
        return found

    def answer(self, conversation: Conversation, text: str = "La tolleranza è H7.", at: datetime | None = None) -> int:
        """The manager answers, and it is published; the message's number."""
        number = self.desk.answer(conversation, text, at)
        self.deliver()
        return number

    def deliver(self) -> None:
        """Carry out all deliveries that are due, each by its channel."""
        while jobs := self.desk.claim("deliver", 1):
            deliveries.deliver(self.database, self.desk.app.blobs, self._connector, jobs[0])

    def by_mail(self) -> None:
        """See to what visitors have not seen."""
        while jobs := self.desk.claim(settings.BY_MAIL):
            by_mail.work(self.database, jobs)

    def wait(self) -> None:
        """See to visitors who have waited for long."""
        while jobs := self.desk.claim(arrivals.WAIT):
            waiting.work(self.database, jobs)

    def leave(self, visitor: Visitor, ago: timedelta = timedelta(minutes=2)) -> None:
        """The visitor has left so long ago."""
        with self.database.writing() as session:
            session.get_one(Visit, self.visit(visitor).id).seen_at = now() - ago

    def _connector(self, channel_id: int) -> Any:
        return SitechatChannel() if channel_id == self.channel.id else self.desk.wire
