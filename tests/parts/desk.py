"""A mailbox without a network: raw mails go in, conversations come out, answers go to a connector that obeys."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from connectors import base
from inbox import channels, conversations, deliveries, intake, queue, replies, users
from inbox.app import App
from inbox.db import Database
from inbox.models import Channel, Conversation, Delivery, Exchange, Intake, Message, User, now
from inbox.reader import Reader
from routing import handler as routing
from tests.parts.company import mail

T = TypeVar("T")
URL = "https://desk.firm.test"
_keys = itertools.count(1)


class Desk:
    """The product's own functions on one opened App, with one mailbox (info@firm.test) and one manager."""

    def __init__(self, app: App, reader: Reader) -> None:
        self.app, self.reader = app, reader
        self.database: Database = app.database
        self.wire = Wire()
        self.channel = self.add_channel("info")
        self.manager = self.add_user("giulia@firm.test", "manager")

    def add_channel(self, name: str, kind: str = "mail") -> int:
        settings = {"address": f"{name}@firm.test", "password": "secret"}
        with self.database.writing() as session:
            return channels.create(session, self.app.vault, kind, name, settings).id

    def add_user(self, email: str, role: str = "colleague", *teams: str, **values: Any) -> int:
        """An account; without quiet hours, so that a test goes the same at every hour of the day."""
        with self.database.writing() as session:
            made = users.create(session, email, email.partition("@")[0], role, "en", teams)
            for name, value in {"password_hash": "x", "quiet": False, **values}.items():
                setattr(made, name, value)
            return made.id

    def receive(self, *raws: bytes, at: datetime | None = None, key: str = "", channel: int = 0, folder: str = "inbox",
                lane: str = "", quiet: bool = False, **meta: str) -> int:  # fmt: skip
        """Store raw mails as a fetch would; returns how many were new."""
        items = [
            base.RawItem(key or f"k{next(_keys)}", at or now(), raw, {"folder": folder, "lane": lane, **meta})
            for raw in raws
        ]
        batch = base.Batch(items, f"c{next(_keys)}")
        return intake.receive(self.app.database, self.app.blobs, channel or self.channel, folder, batch, quiet=quiet)

    def arrive(self, *raws: bytes, **how: Any) -> Conversation:
        """Receive, take in and route; the conversation of the last message."""
        self.receive(*raws, **how)
        self.take_in()
        self.route()
        return self.one(select(Conversation).join(Message).order_by(Message.id.desc()).limit(1))

    def ask(self, text: str = "Buongiorno, qual è la tolleranza?", **how: Any) -> Conversation:
        """A customer's question arrives."""
        headers = {name: how.pop(name) for name in list(how) if name[0].isupper() or name in ("sender", "name")}
        return self.arrive(mail(how.pop("subject", "Giunto"), text, **headers), **how)

    def claim(self, kind: str, limit: int = 50, lease_seconds: float = 10.0) -> list[queue.Claim]:
        with self.database.writing() as session:
            return queue.claim(session, [kind], limit, lease_seconds)

    def take_in(self) -> None:
        while jobs := self.claim("take_in"):
            intake.take_in(self.database, self.app.blobs, self.reader, jobs)

    def route(self, at: datetime | None = None) -> None:
        while jobs := self.claim("route"):
            routing.route(self.database, jobs, URL, at)

    def answer(self, conversation: Conversation, text: str = "La tolleranza è H7.", at: datetime | None = None) -> int:
        """The manager answers on the page; the message's id. Nothing is sent yet."""
        with self.database.writing() as session:
            found, user = session.get_one(Conversation, conversation.id), session.get_one(User, self.manager)
            return replies.reply(session, found, user, text, at=at).id

    def deliver(self) -> None:
        """Carry out all deliveries that are due."""
        while jobs := self.claim("deliver", 1):
            urls = self.app.file_url, self.app.opinion_url
            deliveries.deliver(self.database, self.app.blobs, lambda _id: self.wire, jobs[0], *urls)

    def do(self, verb: Callable[..., T], conversation: Conversation, *arguments: Any, **more: Any) -> T:
        """One of inbox.conversations' verbs in a transaction of its own."""
        with self.database.writing() as session:
            users_at = {conversations.answered_by_phone, conversations.no_answer_needed, conversations.add_note}
            who = [session.get_one(User, self.manager)] if verb in users_at else []
            return verb(session, session.get_one(Conversation, conversation.id), *who, *arguments, **more)

    def one(self, query: Any) -> Any:
        with self.database.reading() as session:
            return session.scalars(query).unique().one()

    def all(self, model: type[T], *where: Any) -> Sequence[T]:
        with self.database.reading() as session:
            return session.scalars(select(model).where(*where).order_by(*model.__table__.primary_key)).unique().all()  # type: ignore[attr-defined]

    def fresh(self, row: T) -> T:
        with self.database.reading() as session:
            return session.get_one(type(row), row.id)  # type: ignore[attr-defined]

    def exchanges(self, conversation: Conversation) -> Sequence[Exchange]:
        return self.all(Exchange, Exchange.conversation_id == conversation.id)

    def answers(self) -> Sequence[Delivery]:
        return self.all(Delivery, Delivery.purpose == "answer")

    def notices(self) -> Sequence[Delivery]:
        return self.all(Delivery, Delivery.purpose == "notification")

    def outcomes(self) -> list[str]:
        return [row.outcome or row.state for row in self.all(Intake)]

    def channel_row(self) -> Channel:
        with self.database.reading() as session:
            return session.get_one(Channel, self.channel)


class Wire:
    """A sending connector that does what its next instruction says: an exception before or after committing."""

    kind = "mail"

    def __init__(self) -> None:
        self.sent: list[base.Outbound] = []
        self.before: list[BaseException] = []
        self.after: list[BaseException] = []
        self.refused: dict[str, str] = {}

    def send(self, message: base.Outbound, committing: Callable[[], None]) -> base.Sent:
        if self.before:
            raise self.before.pop(0)
        committing()
        if self.after:
            raise self.after.pop(0)
        self.sent.append(message)
        return base.Sent(f"provider-{len(self.sent)}", self.refused)

    def read(self, raw: base.RawItem) -> Sequence[base.Reading]:
        raise NotImplementedError

    def check(self) -> Sequence[str]:
        raise NotImplementedError
