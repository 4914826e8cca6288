"""The composition root: the only place that knows concrete parts and ties them together."""

import threading
from collections.abc import Callable, Sequence

from config.settings import Settings
from connectors import registry
from connectors.base import Connector, Message
from inbox import (
    calendars,
    channels,
    chatcards,
    colleague_chat,
    colleague_mail,
    company,
    connecting,
    consentmail,
    consents,
    copies,
    deliveries,
    filelinks,
    grants,
    hooks,
    intake,
    mailboxes,
    mediafiles,
    numbers,
    queue,
    sitechannels,
    snoozing,
)
from inbox.blobs import Blobs, FolderBlobs, TableBlobs
from inbox.customers import importing
from inbox.db import Database
from inbox.fetching import Fetchers
from inbox.migrations import migrate
from inbox.models import Channel, now
from inbox.models.channel import TEMPLATES, WHATSAPP
from inbox.reader import Reader
from inbox.scheduler import Scheduler
from inbox.secrets import Vault
from inbox.sitechat import arrivals, visits, waiting
from inbox.sitechat import by_mail as by_mail_chat
from inbox.sitechat import settings as chat_settings
from inbox.worker import Handler, Worker
from routing import (
    approving,
    by_mail,
    keeping,
    mail_instead,
    nearest,
    passing,
    preview,
    proposing,
    releasing,
    reminding,
    returning,
    ringing,
    rules,
    starter,
    suggest,
    sweep,
)
from routing import handler as routing_handler
from routing.chat import announcing, drafting, refresh
from routing.chat import handler as chat_handler
from routing.matcher import compile_rules

DELIVERY_THREADS = 4
# Settings of a mailbox that mean something to the product alone.
NOT_THE_CONNECTORS = ("auth", "grant", "aliases")


class App:
    """One opened data folder: database, blobs, secrets and the connectors built from its channels."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        settings.data.mkdir(parents=True, exist_ok=True)
        self.database = Database(settings.database)
        self.blobs: Blobs = TableBlobs(self.database)
        if self.database.sqlite:
            self.blobs = FolderBlobs(settings.data / "blobs", self.database)
        self.database.before_commit += [chatcards.refresh_touched, visits.change_touched]
        self.vault = Vault(settings.key_path)
        self.grants = grants.Grants(self.database, self.vault, self._permission())
        # One for each thread that reads, with a process each.
        self._reader, self._look_reader = Reader(), Reader()
        self.demo: company.Demo | None = None
        self._connectors: dict[int, tuple[str, Connector]] = {}
        self._lock = threading.Lock()
        self._memory = nearest.Memory()

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
            grant = settings.get("grant")
            settings = {key: value for key, value in settings.items() if key not in NOT_THE_CONNECTORS}
            if grant:
                more["token"] = lambda refused: self.grants.token(str(grant), refused)
        elif kind == "telegram":
            more = {"api_base": self.settings.telegram_api}
        elif kind == WHATSAPP:
            more = {"api_base": self.settings.graph_api}
            settings = {key: value for key, value in settings.items() if key != TEMPLATES}
        return registry.build(kind, {**more, **settings})

    def mail_settings(self, given: dict[str, object]) -> tuple[dict[str, object], Sequence[str]]:
        """Servers for a mailbox that names none, found by trying, and what works. Raises ConnectorError, ValueError."""
        offers = registry.suggestions(str(given["address"]))
        found = connecting.examine(given, offers, lambda settings: self.connector_from("mail", settings))
        return found.settings, connecting.both_work(found, str(given["address"]))

    def connector_for(self, channel_id: int) -> Connector:
        """The sending connector of a channel, kept until its settings change."""
        with self.database.reading() as session:
            channel = session.get_one(Channel, channel_id)
            mark = channels.mark(channel)
        with self._lock:
            kept = self._connectors.get(channel_id)
            if kept is None or kept[0] != mark:
                kept = (mark, self.build_connector(channel_id))
                self._connectors[channel_id] = kept
            return kept[1]

    def file_url(self, attachment_id: int, user_id: int) -> str:
        """The address at which a colleague opens a file, for seven days from now."""
        return filelinks.url(self.vault, self.public_url, attachment_id, user_id, now())

    def hooks(self) -> hooks.Desk:
        """What calls of platforms are taken in with."""
        return hooks.Desk(self.database, self.blobs, self.vault, self.connector_for, self.connector_from)

    def site(self) -> sitechannels.Desk:
        """What visitors of the site post is taken in with."""
        return sitechannels.Desk(self.database, self.blobs, self.vault)

    def worker(self) -> Worker:
        """The worker with all its handlers; fetching and the clockwork follow the leader's lease."""
        self._reader.start()
        fetchers = Fetchers(self.database, self.blobs, self.build_connector, self.settings.poll_seconds)
        scheduler = Scheduler(
            self.database, self.blobs, self.build_connector, self.settings.timezone,
            every_minute=self._every_minute(),
            at_start=[
                lambda: keeping.fill_all(self.database),
                lambda: announcing.announce(self.database, self.connector_for),
            ],
        )  # fmt: skip

        def lead(leading: bool) -> None:
            if leading:
                scheduler.start()
                fetchers.keep_in_step()
            else:
                scheduler.stop()
                fetchers.stop()

        return Worker(self.database, self.handlers(), lead, self.settings.lease_seconds)

    def _every_minute(self) -> Sequence[Callable[[], object]]:
        """What the leader looks for, each by itself: one that fails holds up no other."""
        return (
            lambda: sweep.sweep(self.database),
            lambda: passing.sweep(self.database, self.public_url),
            lambda: reminding.sweep(self.database, self.public_url),
            lambda: returning.sweep(self.database, self.public_url),
            lambda: releasing.sweep(self.database, self.public_url),
            lambda: mail_instead.sweep(self.database, self.public_url, self.settings.chat_patience_minutes),
            lambda: approving.sweep(self.database, self.public_url),
            lambda: proposing.every_week(self.database),
        )

    def handlers(self) -> Sequence[Handler]:
        """The explicit table: job kinds and what carries them out."""
        tools = connecting.Tools(
            self.database, self.blobs, self.vault, self._look_reader,
            lambda settings: self.connector_from("mail", settings), registry.suggestions, self._teams_of,
            self.grants.redeem,
        )  # fmt: skip
        return (
            Handler(
                ("take_in",),
                intake.CLAIMED,
                1,
                lambda jobs: intake.take_in(self.database, self.blobs, self._reader, jobs),
            ),
            Handler(
                ("route",), intake.BATCH, 1, lambda jobs: routing_handler.route(self.database, jobs, self.public_url)
            ),
            Handler(("deliver",), 1, DELIVERY_THREADS, self._deliver),
            Handler((snoozing.KIND,), 50, 1, lambda jobs: snoozing.wake_due(self.database, jobs)),
            Handler((colleague_chat.KIND,), 1, 2, self._by_chat),
            Handler((drafting.KIND,), 20, 1, lambda jobs: drafting.leave(self.database, jobs, self.public_url)),
            Handler(
                refresh.KINDS,
                20,
                2,
                lambda jobs: refresh.work(self.database, self.connector_for, jobs, self.public_url),
            ),
            Handler((colleague_mail.KIND,), 20, 1, lambda jobs: by_mail.act(self.database, jobs, self.public_url)),
            Handler((proposing.KIND,), 1, 1, lambda jobs: proposing.propose(self.database, jobs, self.public_url)),
            Handler((consents.KIND,), 20, 1, self._ask_for_consent),
            Handler((chat_settings.BY_MAIL,), 20, 1, lambda jobs: by_mail_chat.work(self.database, jobs)),
            Handler((arrivals.WAIT,), 20, 1, lambda jobs: waiting.work(self.database, jobs)),
            Handler((copies.KIND,), 1, 1, self._keep_copy),
            Handler((mediafiles.KIND,), 1, 2, self._fetch_files),
            Handler((numbers.KIND,), 1, 1, lambda jobs: numbers.work(self.database, self.connector_for, jobs)),
            Handler((mailboxes.KIND,), 1, 1, lambda jobs: self._connect(tools, jobs)),
            Handler((importing.KIND,), 1, 1, self._import_customers),
            Handler((arrivals.RING,), 20, 1, lambda jobs: ringing.ring(self.database, jobs, self.public_url)),
            Handler((suggest.KIND,), suggest.LIMIT, 1, lambda jobs: suggest.work(self.database, self._memory, jobs)),
        )

    def close(self) -> None:
        """Give everything back."""
        for reader in (self._reader, self._look_reader):
            reader.close()
        for _, connector in self._connectors.values():
            close = getattr(connector, "close", None)
            if close is not None:
                close()
        self.database.close()

    def consent_url(self, values: dict[str, str], redirect_uri: str, state: str, verifier: str, address: str) -> str:
        """Where a person permits us to use a mailbox."""
        return str(registry.consent("consent_url")(self._registered(values), redirect_uri, state, verifier, address))

    def consent_servers(self, provider: str) -> dict[str, object]:
        """The servers of a service that gives permissions."""
        return dict(registry.consent("PROVIDERS")[provider].servers)

    def _permission(self) -> grants.Service:
        return grants.Service(
            lambda values, *rest: registry.consent("redeem")(self._registered(values), *rest),
            lambda values, token: registry.consent("refresh")(self._registered(values), token),
        )

    def _registered(self, values: dict[str, str]) -> object:
        return registry.consent("Registration")(**values, login=self.settings.microsoft_login)

    def _ask_for_consent(self, jobs: Sequence[queue.Claim]) -> None:
        consentmail.work(self.database, self.vault, self.public_url, jobs)

    def _keep_copy(self, jobs: Sequence[queue.Claim]) -> None:
        for job in jobs:
            copies.keep(self.database, self.blobs, self.build_connector, job)

    def _fetch_files(self, jobs: Sequence[queue.Claim]) -> None:
        for job in jobs:
            mediafiles.fetch(self.database, self.blobs, self.connector_for, job, self.settings.max_message_bytes)

    def _import_customers(self, jobs: Sequence[queue.Claim]) -> None:
        for job in jobs:
            importing.work(self.database, self.blobs, job)

    def _connect(self, tools: connecting.Tools, jobs: Sequence[queue.Claim]) -> None:
        for job in jobs:
            connecting.work(tools, job)

    def _teams_of(self, channel: str, messages: Sequence[Message]) -> Sequence[str]:
        with self.database.reading() as session:
            rule_set = compile_rules(rules.load(session))
            today = calendars.company(session).local_day(now())
        return [preview.team_of(one, channel, rule_set, today) for one in messages]

    def _by_chat(self, jobs: Sequence[queue.Claim]) -> None:
        chat_handler.act(self.database, self.blobs, self.connector_for, jobs, self.public_url)

    def _deliver(self, jobs: Sequence[queue.Claim]) -> None:
        for job in jobs:
            deliveries.deliver(self.database, self.blobs, self.connector_for, job, self.file_url)
