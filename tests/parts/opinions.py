"""Customers who are asked how an answer was, and what they say."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import httpx
import pytest

from inbox.asgi import public_app
from inbox.events import SYSTEM
from inbox.models import Conversation, Event, Opinion
from inbox.satisfaction import settings
from inbox.satisfaction.settings import Settings
from inbox.sitechat.hub import Hub
from tests.parts.desk import URL, Desk


def switch(desk: Desk, *, mail: bool = False, chat: bool = False, **more: Any) -> None:
    """What the manager sets."""
    with desk.database.writing() as session:
        settings.save(session, Settings(mail, chat, **more), SYSTEM)


class OpinionDesk:
    """A desk that asks below its mails, and its public door."""

    def __init__(self, desk: Desk, **more: Any) -> None:
        self.desk = desk
        desk.app.settings.public_url = URL
        switch(desk, mail=True, **more)
        self.door = public_app(desk.app, Hub(desk.database))

    def answered(self, conversation: Conversation | None = None, at: datetime | None = None) -> str:
        """An answer (to a new question, if None) goes out; its text as the customer gets it."""
        self.desk.answer(conversation or self.desk.ask(), at=at)
        self.desk.deliver()
        return self.desk.wire.sent[-1].text

    def links(self, text: str = "") -> Mapping[str, str]:
        """The paths of the links of a mail, by what they stand for."""
        found = re.findall(rf"{URL}(/opinion/\S+/(\w+))", text or self.answered())
        return {value: path for path, value in found}

    def ask(self, method: str, path: str, sender: str = "203.0.113.7", **how: Any) -> httpx.Response:
        async def knock() -> httpx.Response:
            transport = httpx.ASGITransport(self.door, client=(sender, 4711))
            async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, **how)

        return asyncio.run(knock())

    def say(self, path: str, value: str, comment: str = "") -> httpx.Response:
        return self.ask("POST", path, data={"value": value, "comment": comment})

    def said(self) -> list[tuple[str, str]]:
        return [(one.value, one.comment) for one in self.desk.all(Opinion)]

    def events(self) -> Sequence[Event]:
        return self.desk.all(Event, Event.action == "opinion_given")


@pytest.fixture
def asked(desk_on_both: Desk) -> OpinionDesk:
    """A desk at which a customer was asked, on both databases."""
    return OpinionDesk(desk_on_both)


@pytest.fixture
def one_asked(desk: Desk) -> OpinionDesk:
    """The same on SQLite alone."""
    return OpinionDesk(desk)
