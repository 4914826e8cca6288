"""A company whose WhatsApp number is the emulator's, without a network server of its own: calls are handed in."""

from typing import Any

from sqlalchemy import select

from connectors.base import WebhookRequest
from inbox import channels, deliveries, hooks, intake
from inbox.app import App
from inbox.models import Channel, Conversation, Message, User
from inbox.reader import Reader
from inbox.social import files
from tests.emulators import graph_bodies as bodies
from tests.emulators.graph import GraphEmulator
from tests.parts.desk import Desk

ANNA = "393331234567"


def settings(graph: GraphEmulator) -> dict[str, Any]:
    """What connects the emulator's number."""
    return {
        "phone_number_id": graph.number_id, "token": graph.token, "secret": graph.secret,
        "webhook_secret": graph.verify, "name": "Giunti Rossi", "number": "+39 0421 000000",
    }  # fmt: skip


def connect(app: App, graph: GraphEmulator) -> int:
    """Connect the emulator's number; the channel's."""
    app.settings.graph_api = graph.url
    with app.database.writing() as session:
        made = channels.create(session, app.vault, "whatsapp", "WhatsApp", settings(graph), address="+39 0421 000000")
        return made.id


def called(app: App, number: int, body: bytes, headers: dict[str, str]) -> int:
    """A call of the channel by the platform; what it is answered."""
    return hooks.take(app.hooks(), "whatsapp", number, WebhookRequest("POST", headers, {}, body)).status


class Phone(Desk):
    """A desk whose customers write by WhatsApp."""

    def __init__(self, app: App, reader: Reader, graph: GraphEmulator) -> None:
        super().__init__(app, reader)
        self.graph = graph
        self.number = connect(app, graph)

    def called(self, *events: dict[str, Any], secret: str = "") -> int:
        """A call that brings these events; what it is answered."""
        body = bodies.call(*events)
        return self.called_with(body, bodies.headers(body, secret or self.graph.secret))

    def called_with(self, body: bytes, headers: dict[str, str]) -> int:
        """A call of any bytes."""
        return called(self.app, self.number, body, headers)

    def work(self) -> None:
        """Take in, decide, fetch files and send, as far as it is due."""
        while jobs := self.claim("take_in"):
            intake.take_in(self.database, self.app.blobs, self.reader, jobs)
        self.route()
        while jobs := self.claim(files.KIND, 1):
            files.fetch(self.database, self.app.blobs, self.app.connector_for, jobs[0], 1_000_000)
        self.send()

    def send(self) -> None:
        """Carry out what goes by WhatsApp; the rest goes to the desk's wire."""
        while jobs := self.claim("deliver", 1):
            deliveries.deliver(self.database, self.app.blobs, self._wire, jobs[0], self.app.file_url)

    def _wire(self, channel_id: int) -> Any:
        return self.app.connector_for(channel_id) if channel_id == self.number else self.wire

    def writes(self, text: str, sender: str = ANNA, **how: Any) -> Conversation:
        """A customer writes; the conversation."""
        self.called(self.graph.customer_says(sender, text, **how))
        self.work()
        return self.talk()

    def talk(self) -> Conversation:
        """The newest conversation by WhatsApp."""
        found: Conversation = self.one(
            select(Conversation).where(Conversation.channel_id == self.number).order_by(Conversation.id.desc()).limit(1)
        )
        return found

    def messages(self) -> list[Message]:
        """What was said by WhatsApp, in order."""
        return list(self.all(Message, Message.channel_id == self.number))

    def row(self) -> Channel:
        """The channel."""
        with self.database.reading() as session:
            return session.get_one(Channel, self.number)

    def user(self) -> User:
        """The manager."""
        with self.database.reading() as session:
            return session.get_one(User, self.manager)
