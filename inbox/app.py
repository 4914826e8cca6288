"""The composition root: the only place that knows concrete parts and ties them together."""

import threading
from collections.abc import Sequence

from config.settings import Settings
from connectors import registry
from connectors.base import Connector, ConnectorError
from inbox import channels, company, deliveries, intake, queue
from inbox.blobs import Blobs, FolderBlobs, TableBlobs
from inbox.db import Database
from inbox.fetching import Fetchers
from inbox.migrations import migrate
from inbox.models import Channel
from inbox.reader import Reader
from inbox.scheduler import Scheduler
from inbox.secrets import Vault
from inbox.worker import Handler, Worker
from routing import handler as routing_handler
from routing import starter

DELIVERY_THREADS = 4
# A server that is only guessed gets less time to answer.
TRY_SECONDS = 8.0


class App:
    """One opened data folder: database, blobs, secrets and the connectors built from its channels."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.data.mkdir(parents=True, exist_ok=True)
        self.database = Database(settings.database)
        self.blobs: Blobs = TableBlobs(self.database)
        if self.database.sqlite:
            self.blobs = FolderBlobs(settings.data / "blobs", self.database)
        self.vault = Vault(settings.key_path)
        self.demo: company.Demo | None = None
        self._connectors: dict[int, tuple[str, Connector]] = {}
        self._lock = threading.Lock()

    @property
    def public_url(self) -> str:
        """How links to the pages begin."""
        return self.settings.public_url or f"http://{self.settings.host}:{self.settings.port}"

    def prepare(self) -> None:
        """Bring the database up to date and fill an empty one with the starter company."""
        if migrate(self.database):
            with self.database.writing() as session:
                starter.set_up(session, self.settings.language, self.settings.timezone)
        with self.database.reading() as session:
            self.demo = company.demo(session)

    def build_connector(self, channel_id: int) -> Connector:
        """A connector of its own for one channel. Raises ValueError or LookupError saying what is wrong."""
        with self.database.reading() as session:
            channel = session.get_one(Channel, channel_id)
            return self.connector_from(channel.kind, channels.all_settings(channel, self.vault))

    def connector_from(self, kind: str, settings: dict[str, object]) -> Connector:
        """A connector from settings that need not be stored yet (a connection test); the demo's reach no network."""
        if self.demo is not None:
            sender = {key: value for key, value in settings.items() if key in ("address", "name")}
            return registry.build("console", {"folder": str(self.settings.data / "outbox"), **sender})
        more: dict[str, object] = {}
        if kind == "mail":
            more = {"max_message_bytes": self.settings.max_message_bytes}
        elif kind == "telegram":
            more = {"api_base": self.settings.telegram_api}
        return registry.build(kind, {**more, **settings})

    def mail_settings(self, given: dict[str, object]) -> tuple[dict[str, object], Sequence[str]]:
        """Servers for a mailbox that names none, found by trying, and what works. Raises ConnectorError, ValueError.

        A server that knows the mailbox and refuses its password ends the search: the right one was found.
        """
        reason = "no server is known"
        for settings, hint in registry.suggestions(str(given["address"])):
            whole: dict[str, object] = {**settings, **given}
            try:
                return whole, self.connector_from("mail", {**whole, "timeout": TRY_SECONDS}).check()
            except ConnectorError as error:
                reason = f"{error.reason} ({hint})" if hint else error.reason
                if "refused user name or password" in error.reason:
                    raise ConnectorError(reason, permanent=True) from None
        told = f"no mail server was found for {given['address']} ({reason}): please name it"
        raise ConnectorError(told, permanent=True)

    def connector_for(self, channel_id: int) -> Connector:
        """The sending connector of a channel, kept until its settings change."""
        with self.database.reading() as session:
            channel = session.get_one(Channel, channel_id)
            mark = f"{channel.settings}{channel.secrets!r}"
        with self._lock:
            kept = self._connectors.get(channel_id)
            if kept is None or kept[0] != mark:
                kept = (mark, self.build_connector(channel_id))
                self._connectors[channel_id] = kept
            return kept[1]

    def worker(self) -> Worker:
        """The worker with all its handlers; fetching and the clockwork follow the leader's lease."""
        fetchers = Fetchers(self.database, self.blobs, self.build_connector, self.settings.poll_seconds)
        scheduler = Scheduler(self.database, self.blobs, self.build_connector, self.settings.timezone)

        def lead(leading: bool) -> None:
            if leading:
                scheduler.start()
                fetchers.keep_in_step()
            else:
                scheduler.stop()
                fetchers.stop()

        return Worker(self.database, self.handlers(), lead, self.settings.lease_seconds)

    def handlers(self) -> Sequence[Handler]:
        """The explicit table: job kinds and what carries them out."""
        reader = Reader()
        return (
            Handler(
                ("take_in",), intake.CLAIMED, 1, lambda jobs: intake.take_in(self.database, self.blobs, reader, jobs)
            ),
            Handler(
                ("route",), intake.BATCH, 1, lambda jobs: routing_handler.route(self.database, jobs, self.public_url)
            ),
            Handler(("deliver",), 1, DELIVERY_THREADS, self._deliver),
        )

    def close(self) -> None:
        """Give everything back."""
        for _, connector in self._connectors.values():
            close = getattr(connector, "close", None)
            if close is not None:
                close()
        self.database.close()

    def _deliver(self, jobs: Sequence[queue.Claim]) -> None:
        for job in jobs:
            deliveries.deliver(self.database, self.blobs, self.connector_for, job)
