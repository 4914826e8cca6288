"""A company whose customers write to a bot of the emulator's; what the bot is told is fetched, or handed in as a call."""

from typing import Any

from sqlalchemy import select

from connectors.telegram.customers import TelegramCustomersChannel
from inbox import channels, deliveries, fetching, intake
from inbox.app import App
from inbox.models import Conversation, Message
from inbox.reader import Reader
from inbox.social import files
from tests.emulators.telegram import TelegramEmulator
from tests.parts.desk import Desk

KIND = "telegram_customers"
ANNA, BRUNO, GROUP = 42, 43, -500


def connect(app: App, bot_api: TelegramEmulator) -> int:
    """Connect the emulator's bot; the channel's number."""
    app.settings.telegram_api = bot_api.url
    with app.database.writing() as session:
        settings = {"token": bot_api.token}
        return channels.create(session, app.vault, KIND, "Bot", settings, address="@centralino_test_bot").id


class Counter(Desk):
    """A desk whose customers write by Telegram."""

    def __init__(self, app: App, reader: Reader, bot_api: TelegramEmulator) -> None:
        super().__init__(app, reader)
        self.bot_api = bot_api
        self.number = connect(app, bot_api)

    @property
    def bot(self) -> TelegramCustomersChannel:
        """The channel's connector."""
        found = self.app.connector_for(self.number)
        assert isinstance(found, TelegramCustomersChannel)
        return found

    def work(self, largest: int = 1_000_000) -> None:
        """Fetch, take in, decide, fetch files and send, as far as it is due."""
        fetching.fetch_all(self.database, self.app.blobs, self.number, self.bot)
        self.take_in()
        self.route()
        while jobs := self.claim(files.KIND, 1):
            files.fetch(self.database, self.app.blobs, self.app.connector_for, jobs[0], largest)
        self.send()

    def take_in(self) -> None:
        while jobs := self.claim("take_in"):
            intake.take_in(self.database, self.app.blobs, self.reader, jobs)

    def send(self) -> None:
        """Carry out what goes by Telegram; the rest goes to the desk's wire."""
        while jobs := self.claim("deliver", 1):
            deliveries.deliver(self.database, self.app.blobs, self._wire, jobs[0], self.app.file_url)

    def _wire(self, channel_id: int) -> Any:
        return self.bot if channel_id == self.number else self.wire

    def writes(self, text: str, chat: int = ANNA, **how: Any) -> Conversation:
        """A customer writes; the conversation."""
        self.bot_api.user_says(chat, text, **how)
        self.work()
        return self.talk()

    def talk(self) -> Conversation:
        """The newest conversation by Telegram."""
        newest = select(Conversation).where(Conversation.channel_id == self.number).order_by(Conversation.id.desc())
        found: Conversation = self.one(newest.limit(1))
        return found

    def messages(self) -> list[Message]:
        """What was said by Telegram, in order."""
        return list(self.all(Message, Message.channel_id == self.number))
