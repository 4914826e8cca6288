"""A bot without a network: what colleagues say and press goes in as updates, what they see can be looked at."""

import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

from connectors import base
from inbox import channels, deliveries
from inbox.models import Channel, Delivery, UserLink, now
from routing.chat import drafting, handler, refresh
from tests.parts.desk import URL, Desk

_ids = itertools.count(1)


class Bot:
    """A channel as Telegram's that keeps what it shows, by message."""

    kind = "telegram"

    def __init__(self) -> None:
        self.shown: dict[str, base.Outbound] = {}
        self.edits = 0
        self.answers: list[tuple[str, str, bool]] = []
        self.files: dict[str, bytes] = {}
        self.trouble: dict[str, base.ConnectorError] = {}

    def send(self, message: base.Outbound, committing: Callable[[], None]) -> base.Sent:
        committing()
        if message.to[0].address in self.trouble:
            raise self.trouble[message.to[0].address]
        number = f"{message.to[0].address}:{next(_ids)}"
        self.shown[number] = message
        return base.Sent(number)

    def edit(self, provider_id: str, message: base.Outbound) -> None:
        before = self.shown[provider_id]
        self.edits += 1
        self.shown[provider_id] = base.Outbound(
            before.to, message.text, in_reply_to=before.in_reply_to, buttons=message.buttons, styles=message.styles
        )

    def answer_press(self, press_id: str, text: str = "", *, alert: bool = False) -> None:
        self.answers.append((press_id, text, alert))

    def download(self, file_id: str) -> bytes:
        return self.files[file_id]

    def read(self, raw: base.RawItem) -> Sequence[base.Reading]:
        raise NotImplementedError

    def check(self) -> Sequence[str]:
        raise NotImplementedError


class ChatDesk:
    """A desk with a bot; `people` are chats by colleague."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.bot = desk, Bot()
        with desk.database.writing() as session:
            settings = {"token": "1:abc", "address": "@bot"}
            self.channel = channels.create(session, desk.app.vault, "telegram", "bot", settings).id

    def link(self, user_id: int, chat: int) -> int:
        with self.desk.database.writing() as session:
            link = UserLink(user_id=user_id, channel_id=self.channel, address=str(chat), confirmed_at=now())
            session.add(link)
        return chat

    def says(self, chat: int, text: str = "", answers: str = "", person: int | None = None, **content: Any) -> None:
        """A person writes; `answers`: a message of ours."""
        message: dict[str, Any] = {"message_id": next(_ids), "date": 1772442000, "chat": _chat(chat, person),
                                   "from": _person(person or chat), **content}  # fmt: skip
        message |= {"text": text} if text else {}
        if answers:
            message["reply_to_message"] = {"message_id": int(answers.rpartition(":")[2]), "chat": _chat(chat, person)}
        self.update({"message": message})

    def presses(self, chat: int, label: str, on: str = "", person: int | None = None) -> tuple[str, bool]:
        """A person presses a button (by its words) on a message (else the newest that has it); what was said."""
        for number, shown in reversed(self.bot.shown.items()):
            data = {words: value for row in shown.buttons for words, value in row}
            if label in data and number.startswith(f"{chat}:") and on in ("", number):
                return self.presses_data(chat, data[label], number, person)
        raise AssertionError(f"no button {label!r} in {self.labels(chat)}")

    def presses_data(self, chat: int, data: str, on: str = "0:0", person: int | None = None) -> tuple[str, bool]:
        """A press by its data."""
        press = self.put(chat, data, on, person)
        self.run()
        return next(((text, alert) for one, text, alert in self.bot.answers if one == press), ("", False))

    def put(self, chat: int, data: str, on: str = "0:0", person: int | None = None) -> str:
        """A press arrives and waits; its id."""
        press = f"press{next(_ids)}"
        message = {"message_id": int(on.rpartition(":")[2]), "chat": _chat(chat, person), "date": 1772442000}
        self._receive({"callback_query": {"id": press, "from": _person(person or chat), "message": message,
                                          "chat_instance": "1", "data": data}})  # fmt: skip
        return press

    def update(self, update: dict[str, Any]) -> None:
        """An update arrives, and all that follows is done."""
        self._receive(update)
        self.run()

    def _receive(self, update: dict[str, Any]) -> None:
        number = next(_ids)
        body = json.dumps({"update_id": number, **update}).encode()
        self.desk.receive(body, key=str(number), channel=self.channel, folder="updates")

    def run(self) -> None:
        """All that is due, until nothing is."""
        desk = self.desk
        while True:
            desk.take_in()
            desk.route()
            some = [self._deliver(), self._by_chat(), self._refresh(), self._leave()]
            if not any(some):
                return

    def card(self, chat: int) -> str:
        """The newest card's message."""
        cards = [row for row in self.desk.all(Delivery) if row.envelope.get("role") == "card"]
        return [row.provider_id for row in cards if row.recipient == str(chat)][-1]

    def texts(self, chat: int) -> list[str]:
        return [one.text for number, one in self.bot.shown.items() if number.startswith(f"{chat}:")]

    def labels(self, chat: int) -> list[list[str]]:
        """The buttons of each message in a chat."""
        some = [one for number, one in self.bot.shown.items() if number.startswith(f"{chat}:")]
        return [[label for row in one.buttons for label, _ in row] for one in some]

    def newest(self, chat: int) -> tuple[str, base.Outbound]:
        return [(number, one) for number, one in self.bot.shown.items() if number.startswith(f"{chat}:")][-1]

    def connector(self, channel_id: int) -> Any:
        return self.bot if channel_id == self.channel else self.desk.wire

    def _deliver(self) -> int:
        done = 0
        while jobs := self.desk.claim("deliver", 1):
            deliveries.deliver(self.desk.database, self.desk.app.blobs, self.connector, jobs[0], self.desk.app.file_url)
            done += 1
        return done

    def _by_chat(self) -> int:
        done = 0
        while jobs := self.desk.claim("by_chat", 1):
            handler.act(self.desk.database, self.desk.app.blobs, self.connector, jobs, URL)
            done += 1
        return done

    def _refresh(self) -> int:
        done = 0
        for kind in refresh.KINDS:
            while jobs := self.desk.claim(kind):
                refresh.work(self.desk.database, self.connector, jobs, URL)
                done += 1
        return done

    def _leave(self) -> int:
        done = 0
        while jobs := self.desk.claim(drafting.KIND):
            drafting.leave(self.desk.database, jobs, URL)
            done += 1
        return done

    def channel_row(self) -> Channel:
        with self.desk.database.reading() as session:
            return session.get_one(Channel, self.channel)


def _person(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": "Anna", "language_code": "it"}


def _chat(number: int, person: int | None) -> dict[str, Any]:
    if number < 0:
        return {"id": number, "type": "supergroup", "title": "Ufficio tecnico"}
    return {"id": number, "type": "private", "first_name": "Anna"}
