"""A company whose Facebook page or Instagram account is the emulator's, without a network server of its own."""

from typing import Any

from sqlalchemy import select

from connectors.base import WebhookRequest
from inbox import channels, deliveries, hooks, intake
from inbox.app import App
from inbox.models import Conversation, Message
from inbox.reader import Reader
from inbox.social import names
from tests.emulators import pages_bodies as bodies
from tests.emulators.graph_bodies import headers
from tests.emulators.graph_pages import PagesEmulator
from tests.parts.desk import Desk

ANNA, BRUNO = "1423587017700273", ("7002", "Bruno Neri")


def settings(graph: PagesEmulator, **more: Any) -> dict[str, Any]:
    """What connects the emulator's page or account."""
    account = {"page_id": graph.page} | ({"account_id": graph.account} if graph.kind == bodies.INSTAGRAM else {})
    return {**account, "token": graph.token, "secret": graph.secret, "webhook_secret": graph.verify, **more}


def kind(graph: PagesEmulator) -> str:
    """The kind of channel."""
    return "facebook" if graph.kind == bodies.PAGE else "instagram"


class Page(Desk):
    """A desk whose customers write to a page or an account."""

    def __init__(self, app: App, reader: Reader, graph: PagesEmulator, **more: Any) -> None:
        super().__init__(app, reader)
        self.graph = graph
        app.settings.graph_api = graph.url
        with app.database.writing() as session:
            self.number = channels.create(session, app.vault, kind(graph), "Pagina", settings(graph, **more)).id

    def called(self, *events: Any) -> int:
        """A call that brings these events; what it is answered."""
        body = self.graph.body(*events)
        told = WebhookRequest("POST", headers(body, self.graph.secret), {}, body)
        return hooks.take(self.app.hooks(), kind(self.graph), self.number, told).status

    def work(self) -> None:
        """Take in, decide, ask for names and send, as far as it is due."""
        while jobs := self.claim("take_in"):
            intake.take_in(self.database, self.app.blobs, self.reader, jobs)
        self.route()
        while jobs := self.claim(names.KIND, 1):
            names.work(self.database, self.app.connector_for, jobs[0])
        while jobs := self.claim("deliver", 1):
            deliveries.deliver(self.database, self.app.blobs, self._wire, jobs[0], self.app.file_url)

    def _wire(self, channel_id: int) -> Any:
        return self.app.connector_for(channel_id) if channel_id == self.number else self.wire

    def brings(self, *events: Any) -> Conversation:
        """Events come, and all that follows; the newest conversation."""
        assert self.called(*events) == 200
        self.work()
        return self.talk()

    def talk(self) -> Conversation:
        """The newest conversation of the channel."""
        found: Conversation = self.one(
            select(Conversation).where(Conversation.channel_id == self.number).order_by(Conversation.id.desc()).limit(1)
        )
        return found

    def messages(self) -> list[Message]:
        """What was said, in order."""
        return list(self.all(Message, Message.channel_id == self.number))
