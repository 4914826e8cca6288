"""A company with an account elsewhere that is asked for news, without a network server of its own."""

from typing import Any

from sqlalchemy import select

from connectors.base import Pull
from inbox import channels, deliveries, fetching, intake, replies
from inbox.app import App
from inbox.models import Conversation, Message, User
from inbox.reader import Reader
from inbox.social import files, names
from tests.parts.desk import Desk


class Account(Desk):
    """A desk whose customers write to an account that is asked for news: `kind` and `settings` connect it."""

    def __init__(self, app: App, reader: Reader, kind: str, settings: dict[str, Any]) -> None:
        super().__init__(app, reader)
        with app.database.writing() as session:
            self.number = channels.create(session, app.vault, kind, "Account", settings).id
        self.fetch()

    def fetch(self) -> int:
        """Fetch all there is; how many items were new."""
        connector = self.app.connector_for(self.number)
        assert isinstance(connector, Pull)
        return fetching.fetch_all(self.database, self.app.blobs, self.number, connector)

    def work(self) -> None:
        """Take in, decide, fetch files and names, and send, as far as it is due."""
        while jobs := self.claim("take_in"):
            intake.take_in(self.database, self.app.blobs, self.reader, jobs)
        self.route()
        while jobs := self.claim(files.KIND, 1):
            files.fetch(self.database, self.app.blobs, self.app.connector_for, jobs[0], 10_000_000)
        while jobs := self.claim(names.KIND, 1):
            names.work(self.database, self.app.connector_for, jobs[0])
        while jobs := self.claim("deliver", 1):
            deliveries.deliver(self.database, self.app.blobs, self._wire, jobs[0], self.app.file_url)

    def comes(self) -> Conversation:
        """Fetch, and all that follows; the newest conversation."""
        self.fetch()
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

    def reply(self, text: str = "La tolleranza è H7.", **how: Any) -> int:
        """The manager answers the newest conversation, and it is sent; the message's id."""
        with self.database.writing() as session:
            found, user = session.get_one(Conversation, self.talk().id), session.get_one(User, self.manager)
            number = replies.reply(session, found, user, text, **how).id
        self.work()
        return number

    def _wire(self, channel_id: int) -> Any:
        return self.app.connector_for(channel_id) if channel_id == self.number else self.wire
