"""The chat over a line that is cut at random: what a visitor writes, and what is answered, comes once and in order."""

import os
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from inbox import conversations
from inbox.db import new_id
from inbox.doors import chat as chatdoor
from inbox.models import Conversation, Message, now
from inbox.models.message import OUTBOUND
from inbox.sitechat import visits
from tests.inbox.sitechat.test_streams import Running
from tests.parts.cutting_proxy import CuttingProxy, cutting
from tests.parts.desk import Desk
from tests.parts.long import LONG
from tests.parts.sitechat import ChatDesk, Visitor
from tests.parts.sitechat import new_id as new_client_id

pytestmark = LONG
# All ten thousand take four minutes: FULL=1 writes them, the checks of a commit a fifth.
VISITORS, WRITTEN, ANSWERED = 5, 2_000 if os.environ.get("FULL") else 400, 2_000
# A connection is cut after at most so many bytes: some answers to messages; some looks at many of them.
SOME_ANSWERS, SOME_LOOKS = 3_600, 60_000


class Line:
    """A visitor's connection: each request on a new one where the last was cut."""

    def __init__(self, proxy: CuttingProxy, most: int) -> None:
        self._proxy, self._most, self._chance = proxy, most, random.Random(most)
        # One client for all: it connects anew by itself, and making one takes longer than many messages.
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{proxy.port}", timeout=20)
        self.cuts = 0
        self._until_the_next()

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        """As often as needed: the browser's own back-off is left out."""
        while True:
            try:
                answer = self._client.request(method, path, **how)
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
            except httpx.HTTPError:
                self.cuts += 1
                self._until_the_next()

    def _until_the_next(self) -> None:
        self._proxy.next_cut = self._chance.randrange(self._most)


@pytest.fixture
def chat(desk: Desk) -> ChatDesk:
    return ChatDesk(desk, max_a_minute=1000)


@pytest.fixture
def proxy(chat: ChatDesk, monkeypatch: pytest.MonkeyPatch) -> Iterator[CuttingProxy]:
    for brake in ("FROM_ONE", "FROM_ADDRESS", "FROM_ALL", "LOOKS"):
        monkeypatch.setattr(chatdoor, brake, 10**9)
    monkeypatch.setattr(chatdoor.Brakes, "wait", lambda *_: 0)
    running = Running(chat.desk.app)
    with cutting(running.server.port) as one:
        yield one
    running.stop()


@pytest.mark.timeout(1200)
def test_what_a_visitor_writes(chat: ChatDesk, proxy: CuttingProxy) -> None:
    lines = [Line(proxy, SOME_ANSWERS + number) for number in range(VISITORS)]
    visitors = [Visitor(line, chat.key) for line in lines]  # type: ignore[arg-type]
    done = threading.Event()

    def write(visitor: Visitor) -> list[int]:
        bodies = ({"id": f"{number:0>16}", "text": f"{number}"} for number in range(WRITTEN))
        return [visitor.ask("POST", "messages", json=body).status_code for body in bodies]

    def take_in() -> None:
        while not done.wait(0.2):
            chat.desk.take_in()

    with ThreadPoolExecutor(VISITORS + 1) as pool:
        taking = pool.submit(take_in)
        codes = list(pool.map(write, visitors))
        done.set()
        taking.result()
    assert codes == [[200] * WRITTEN] * VISITORS
    chat.desk.take_in()
    for visitor in visitors:
        query = select(Message.text).where(Message.conversation_id == chat.conversation(visitor).id)
        with chat.database.reading() as session:
            found = list(session.scalars(query.order_by(Message.at, Message.id)))
        assert found == [str(number) for number in range(WRITTEN)]
    cuts = sum(line.cuts for line in lines)
    assert cuts > VISITORS * WRITTEN / 50
    print(f"{VISITORS * WRITTEN} messages over a line that was cut {cuts} times")


@pytest.mark.timeout(1200)
def test_what_is_answered(chat: ChatDesk, proxy: CuttingProxy) -> None:
    """The visitor reads the stream where it holds, and the talk from the last known message on, as the widget does."""
    line = Line(proxy, SOME_LOOKS)
    anna = Visitor(line, chat.key)  # type: ignore[arg-type]
    chat.write(anna, id=new_client_id())
    conversation = chat.conversation(anna).id

    def answer_all() -> None:
        for number in range(ANSWERED):
            with chat.database.writing() as session:
                found = session.get_one(Conversation, conversation)
                text = f"risposta {number}"
                message = Message(
                    id=new_id(session, Message), channel_id=chat.channel.id, direction=OUTBOUND, text=text, reply=text,
                    at=now(),
                )  # fmt: skip
                conversations.add_message(session, found, message)
                visit = visits.of(session, found)
                assert visit is not None
                visits.change(session, visit)

    answering = threading.Thread(target=answer_all)
    answering.start()
    known: dict[int, str] = {}
    while len(known) < ANSWERED:
        for one in anna.talk(max(known, default=0))["messages"]:
            if one["from"] == "us":
                known[one["id"]] = one["text"]
    answering.join()
    assert [known[number] for number in sorted(known)] == [f"risposta {number}" for number in range(ANSWERED)]
    assert line.cuts > 0
    print(f"{ANSWERED} answers over a line that was cut {line.cuts} times")
