"""Streams of the chat in the real server: they tell of changes at once, cost no connection of the server's own, and end
with it; also where another process has answered."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from inbox import asgi
from inbox.app import App
from inbox.doors import chat as chatdoor
from inbox.models import Conversation, User, Visit, now
from inbox.sitechat import hub as hubs
from inbox.sitechat import visits
from inbox.sitechat.hub import Hub
from tests.parts.desk import Desk
from tests.parts.server import eventually
from tests.parts.sitechat import SITE, ChatDesk, Visitor


class Running:
    """The public door on the loopback, in a thread of this process."""

    def __init__(self, app: App) -> None:
        self.hub = Hub(app.database)
        self.server = asgi._Server(asgi.public_app(app, self.hub), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        eventually(lambda: self.server.started)

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        watching = asyncio.create_task(self.hub.run())
        await self.server.serve([self.server.socket])
        self.hub.stop()
        await watching

    def stop(self) -> float:
        """End it as asgi does; how long that took (seconds)."""
        began = time.monotonic()

        def stop() -> None:
            self.hub.stop()
            self.server.should_exit = True

        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(stop)
            self._thread.join(15)
            assert not self._thread.is_alive()
        return time.monotonic() - began


@pytest.fixture
def chat(desk_on_both: Desk) -> ChatDesk:
    return ChatDesk(desk_on_both)


@pytest.fixture
def running(chat: ChatDesk) -> Iterator[Running]:
    one = Running(chat.desk.app)
    yield one
    one.stop()


@pytest.fixture
def anna(chat: ChatDesk, running: Running) -> Iterator[Visitor]:
    """A visitor who has written."""
    with httpx.Client(base_url=running.url, timeout=10) as client:
        visitor = Visitor(client, chat.key)
        chat.write(visitor)
        yield visitor


def change(app: App, visit: Visit) -> None:
    with app.database.writing() as session:
        visits.change(session, session.get_one(Visit, visit.id))


def test_a_change_is_told_at_once_and_again_after_a_broken_stream(
    chat: ChatDesk, running: Running, anna: Visitor
) -> None:
    visit = chat.visit(anna)
    stream = anna.stream()
    first = next(stream)
    assert first == chat.visit(anna).version
    began = time.monotonic()
    change(chat.desk.app, visit)
    assert next(stream) == first + 1
    # Promised are 500 ms each way; the rest of the way is in tests/e2e/test_chat.py.
    assert time.monotonic() - began < 1.5
    # To the server it is no connection: it has nothing to wait for.
    assert len(running.server.server_state.connections) <= 1
    assert len(running.hub) == 1
    stream.close()
    eventually(lambda: len(running.hub) == 0)
    change(chat.desk.app, visit)
    assert next(anna.stream()) == first + 2


def test_what_another_process_answers_is_told_within_a_second(chat: ChatDesk, running: Running, anna: Visitor) -> None:
    other = App(chat.desk.app.settings)
    visit = chat.visit(anna)
    stream = anna.stream()
    first = next(stream)
    conversation = chat.conversation(anna)
    began = time.monotonic()
    with other.database.writing() as session:
        found, user = session.get_one(Conversation, conversation.id), session.get_one(User, chat.desk.manager)
        from inbox import replies

        replies.reply(session, found, user, "Da un altro processo")
    assert next(stream) > first
    assert time.monotonic() - began < 3 * hubs.LOOK_SECONDS
    assert anna.texts()[-1] == ("us", "Da un altro processo")
    assert chat.visit(anna).id == visit.id
    other.close()


def test_streams_end_with_the_server_and_stop_it_for_nobody(chat: ChatDesk, running: Running, anna: Visitor) -> None:
    streams = [anna.stream() for _ in range(3)]
    assert len({next(one) for one in streams}) == 1
    assert running.stop() < 5
    for one in streams:
        with contextlib.suppress(httpx.HTTPError):
            assert list(one) == []


def test_who_is_there_is_written_down(chat: ChatDesk, running: Running, anna: Visitor, monkeypatch: Any) -> None:
    chat.leave(anna)
    monkeypatch.setattr(hubs, "HEARD_SECONDS", 1.0)
    stream = anna.stream()
    next(stream)
    eventually(lambda: visits.is_here(chat.visit(anna), now()), 10)


def test_a_look_that_fails_ends_nothing(chat: ChatDesk, running: Running, anna: Visitor, monkeypatch: Any) -> None:
    look, failed = running.hub._look, threading.Event()

    def once() -> dict[int, int]:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("the database is away")
        return look()

    stream = anna.stream()
    first = next(stream)
    monkeypatch.setattr(running.hub, "_look", once)
    assert failed.wait(5)
    change(chat.desk.app, chat.visit(anna))
    assert next(stream) == first + 1


def test_one_visitor_has_only_so_many_streams(chat: ChatDesk, running: Running, anna: Visitor) -> None:
    streams = [anna.stream() for _ in range(hubs.MOST_OF_ONE)]
    for one in streams:
        next(one)
    headers = {"origin": SITE, "authorization": f"Bearer {anna.token}"}
    answer = anna.client.get(f"/chat/{chat.key}/stream", headers=headers)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (503, SITE)
    streams[0].close()
    eventually(lambda: len(running.hub) < hubs.MOST_OF_ONE)
    assert next(anna.stream())


def test_who_reads_nothing_is_let_go_and_what_comes_in_is_ignored(
    chat: ChatDesk, running: Running, anna: Visitor
) -> None:
    raw = socket.create_connection(("127.0.0.1", running.server.port))
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.sendall(
        f"GET /chat/{chat.key}/stream HTTP/1.1\r\nHost: x\r\nOrigin: {SITE}\r\n"
        f"Authorization: Bearer {anna.token}\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    )  # fmt: skip
    eventually(lambda: len(running.hub) == 1)
    raw.sendall(b"x" * 10_000)
    visit = chat.visit(anna).id

    def flood() -> None:
        for one in list(running.hub._listeners.get(visit, ())):
            # As many pings as would fill the system's own buffers.
            one._write(b":" * 60_000)  # type: ignore[attr-defined]

    for _ in range(500):
        running.loop.call_soon_threadsafe(flood)
        if not len(running.hub):
            break
        time.sleep(0.01)
    eventually(lambda: len(running.hub) == 0)
    raw.close()


def test_looks_have_a_brake(chat: ChatDesk, running: Running, anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatdoor, "LOOKS", 20)
    codes = [anna.ask("GET", "talk").status_code for _ in range(chatdoor.LOOKS + 2)]
    assert codes.count(429) >= 2
