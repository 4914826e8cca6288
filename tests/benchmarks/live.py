"""What visitors who wait in the site chat cost: prints, never judges.

    python -m tests.benchmarks.live [--streams 1000 5000 10000] [--seconds 20] [--pages 200]

`serve`, as people start it, on SQLite, with one chat. For each number of idle streams: memory of the process for each
(its resident set beside that without streams), the processor's share that they take while nothing happens, the time
from the commit of a change that concerns all of them (made in another process, which the server sees by looking once a
second) to the first and to the last that hears of it, and how long a page of the queue takes beside them (median and
95th percentile) against the same without.
"""

import argparse
import asyncio
import os
import secrets
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import insert, select, update

from config.settings import Settings
from config.system import allow_connections
from inbox import channels, users
from inbox.app import App
from inbox.db import Database
from inbox.models import Channel, Visit, now
from inbox.secrets import token_hash
from inbox.sitechat import settings
from tests.benchmarks.ingest import machine
from tests.parts.server import PASSWORD, Server

AT_ONCE = 100
MANAGER = "giulia@firm.test"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Crowd:
    """Visitors who listen; when each last heard something (seconds of the monotonic clock)."""

    port: int
    key: str
    tokens: list[str]

    def __post_init__(self) -> None:
        self.heard: dict[int, float] = {}
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def come(self) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._begin(number, token, gate) for number, token in enumerate(self.tokens)))

    async def leave(self) -> None:
        for one in self._tasks:
            one.cancel()
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(1)

    async def _begin(self, number: int, token: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=4096)
            request = f"GET /chat/{self.key}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
            writer.write(request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 200 " in head.splitlines()[0], head
            await reader.readuntil(b"\n\n")
        self._writers.append(writer)
        self._tasks.append(asyncio.create_task(self._listen(number, reader)))

    async def _listen(self, number: int, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            if line.startswith(b"data"):
                self.heard[number] = time.monotonic()


@dataclass(frozen=True)
class Measured:
    kilobytes: float
    cpu_percent: float
    first_ms: float
    last_ms: float
    page_ms: float
    page_95_ms: float


def set_up(server: Server) -> str:
    """A company with one chat and one manager; the chat's key."""
    app = App(Settings(data=server.folder))
    app.prepare()
    with app.database.writing() as session:
        box = channels.create(session, app.vault, "mail", "info", {"address": "info@firm.test", "password": "x"})
        box.enabled = False
        users.create(session, MANAGER, "Giulia", "manager", "it", [], PASSWORD)
        key = settings.make(session, app.vault, "sito", box.id).address
    app.close()
    return key


def visitors(database: Database, count: int) -> list[str]:
    """So many visits; their tokens."""
    tokens = [secrets.token_urlsafe(32) for _ in range(count)]
    with database.writing() as session:
        chat = session.scalars(select(Channel.id).where(Channel.kind == settings.KIND)).one()
        rows = [
            {"channel_id": chat, "token_hash": token_hash(token), "address": f"visit.{secrets.token_hex(10)}"}
            for token in tokens
        ]
        session.execute(insert(Visit), rows)
    return tokens


def resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def processor(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def pages(client: httpx.Client, count: int) -> tuple[float, float]:
    """Median and 95th percentile of the queue's page, in milliseconds."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        assert client.get("/").status_code == 200
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=20)[18]


async def measure(server: Server, key: str, count: int, seconds: float, looks: int, client: httpx.Client) -> Measured:
    assert server.process is not None
    pid, port = server.process.pid, int(server.url.rpartition(":")[2])
    tokens = visitors(server.database, count)
    before = resident(pid)
    crowd = Crowd(port, key, tokens)
    await crowd.come()
    await asyncio.sleep(3)
    memory = (resident(pid) - before) / count / 1024
    used = processor(pid)
    await asyncio.sleep(seconds)
    idle = (processor(pid) - used) / seconds * 100
    crowd.heard.clear()
    firsts, lasts = [], []
    for _ in range(5):
        crowd.heard.clear()
        with server.database.writing() as session:
            session.execute(update(Visit).values(version=Visit.version + 1, changed_at=now()))
        began = time.monotonic()
        while len(crowd.heard) < count:
            await asyncio.sleep(0.005)
        firsts.append((min(crowd.heard.values()) - began) * 1000)
        lasts.append((max(crowd.heard.values()) - began) * 1000)
        await asyncio.sleep(2)
    page = await asyncio.to_thread(pages, client, looks)
    await crowd.leave()
    return Measured(memory, idle, statistics.median(firsts), statistics.median(lasts), *page)


def main() -> None:
    parser = argparse.ArgumentParser(description="What idle visitors of the site chat cost.")
    parser.add_argument("--streams", type=int, nargs="+", default=[1000, 5000, 10_000])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pages", type=int, default=200)
    options = parser.parse_args()
    allow_connections()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "var", poll_seconds="3600")
        key = set_up(server)
        server.start()
        try:
            client = server.sign_in(MANAGER).client
            pages(client, 50)
            median, late = pages(client, options.pages)
            assert server.process is not None
            used = processor(server.process.pid)
            time.sleep(options.seconds)
            idle = (processor(server.process.pid) - used) / options.seconds * 100
            print(f"without streams: processor {idle:.1f} %, page {median:.1f} ms, 95 % within {late:.1f} ms")
            for count in options.streams:
                one = asyncio.run(measure(server, key, count, options.seconds, options.pages, client))
                print(
                    f"{count:6} streams: {one.kilobytes:.1f} kB each, processor {one.cpu_percent:.1f} %, "
                    f"a change reaches the first after {one.first_ms:.0f} ms, the last after {one.last_ms:.0f} ms; "
                    f"page {one.page_ms:.1f} ms, 95 % within {one.page_95_ms:.1f} ms ({one.page_95_ms / late:.2f} of "
                    f"that without)"
                )
        finally:
            server.close()


if __name__ == "__main__":
    main()
