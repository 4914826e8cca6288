"""The composition root: the only place that knows concrete parts and ties them together."""

import threading
from collections.abc import Sequence
from typing import Any

from config.settings import Settings
from connectors import registry
from connectors.base import Connector, Message
from connectors.crm.base import Crm
from inbox import channels, chatcards, company, connecting, filelinks, grants, hooks, jobs, sitechannels
from inbox.blobs import Blobs, FolderBlobs, TableBlobs
from inbox.crm import queueing as crm_queueing
from inbox.crm import settings as crm_settings
from inbox.db import Database
from inbox.fetching import Fetchers
from inbox.leads import handoff
from inbox.migrations import migrate
from inbox.models import Channel, Opinion, now
from inbox.reader import Reader
from inbox.satisfaction import links
from inbox.scheduler import Scheduler
from inbox.secrets import Vault
from inbox.sitechat import visits
from inbox.social.kinds import KINDS, TEMPLATES
from inbox.worker import Worker
from inbox.worktime import calendars
from routing import (
    keeping,
    nearest,
    preview,
    rules,
    starter,
)
from routing.chat import announcing
from routing.matcher import compile_rules

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
        self.database.before_commit += [
            # Before the other, which forgets which leads were changed.
            crm_queueing.announce_changed,
            lambda session: handoff.announce_changed(session, self.public_url),
            chatcards.refresh_touched,
            visits.change_touched,
        ]
        self.vault = Vault(settings.key_path)
        self.grants = grants.Grants(self.database, self.vault, self._permission())
        # One for each thread that reads, with a process each.
        self.reader, self._look_reader = Reader(), Reader()
        self.demo: company.Demo | None = None
        self._connectors: dict[int, tuple[str, Connector]] = {}
        self._lock = threading.Lock()
        self.memory = nearest.Memory()

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
        elif kind in KINDS:
            more = {"api_base": getattr(self.settings, KINDS[kind].base)} if KINDS[kind].base else {}
            settings = {key: value for key, value in settings.items() if key != TEMPLATES}
        return registry.build(kind, {**more, **settings})

    def crm(self) -> Crm:
        """A client of the company's CRM. Raises ValueError, WrongKey."""
        if self.demo is not None:
            raise ValueError("the demo hands nothing over")
        with self.database.reading() as session:
            kind, given = crm_settings.for_client(session, self.vault)
        if kind not in registry.CRMS:
            raise ValueError("no CRM is set")
        more = {"url": self.settings.hubspot_api} if kind == crm_settings.HUBSPOT else {}
        return registry.crm(kind, {**given, **more})

    def services(self) -> Sequence[Any]:
        """The services known whose notification mails count as messages: code, name, what they tell of, relays."""
        return registry.services()

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

    def opinion_url(self, opinion: Opinion, value: str) -> str:
        """The address at which a customer says how an answer was."""
        return links.url(self.vault, self.public_url, opinion, value)

    def hooks(self) -> hooks.Desk:
        """What calls of platforms are taken in with."""
        return hooks.Desk(self.database, self.blobs, self.vault, self.connector_for, self.connector_from)

    def site(self) -> sitechannels.Desk:
        """What visitors of the site post is taken in with."""
        return sitechannels.Desk(self.database, self.blobs, self.vault)

    def worker(self) -> Worker:
        """The worker with all its handlers; fetching and the clockwork follow the leader's lease."""
        self.reader.start()
        fetchers = Fetchers(self.database, self.blobs, self.build_connector, self.settings.poll_seconds)
        scheduler = Scheduler(
            self.database, self.blobs, self.build_connector, self.settings.timezone,
            every_minute=jobs.every_minute(self),
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

        return Worker(self.database, jobs.handlers(self), lead, self.settings.lease_seconds)

    def tools(self) -> connecting.Tools:
        """What mailboxes are connected with."""
        return connecting.Tools(
            self.database, self.blobs, self.vault, self._look_reader,
            lambda settings: self.connector_from("mail", settings), registry.suggestions, self._teams_of,
            self.grants.redeem,
        )  # fmt: skip

    def close(self) -> None:
        """Give everything back."""
        for reader in (self.reader, self._look_reader):
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

    def _teams_of(self, channel: str, messages: Sequence[Message]) -> Sequence[str]:
        with self.database.reading() as session:
            rule_set = compile_rules(rules.load(session))
            today = calendars.company(session).local_day(now())
        return [preview.team_of(one, channel, rule_set, today) for one in messages]
