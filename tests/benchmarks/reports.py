"""How long a report over 24 months takes from what is kept of days and months, beside counting the exchanges.

    python -m tests.benchmarks.reports [--cases 1000000] [--runs 5] [--postgres]

The exchanges are drawn (fixed seed), written in bulk, a conversation and message each; an eighth is still unanswered. What
is kept is counted by the product's own job, whose time is printed. The clock runs over the report's statements alone, by
the bare driver, and over all that the report needs, names, decompression and adding up included. The direct query is
the least that any program must do: fetch the two times of each exchange of the period, sort, take the percentiles.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, select

from config.settings import Settings
from inbox.app import App
from inbox.models import Assignment, Channel, Contact, Conversation, Decision, Exchange, Hop, Message, Team
from inbox.models.base import Base
from inbox.reporting import counting, period
from inbox.reporting.cases import FIRST, TEAM
from inbox.reporting.days import Period
from inbox.reporting.tallies import percentile
from tests.parts.postgres import fresh_database

DAYS = Period(date(2024, 11, 1), date(2026, 10, 31))
ZONE, CHUNK = "Europe/Rome", 10_000
RULES = [f"rule-{n}" for n in range(40)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = stack.enter_context(fresh_database()) if given.postgres else ""
        app = App(Settings(data=Path(folder), database_url=url))
        app.prepare()
        print(f"{'PostgreSQL' if given.postgres else 'SQLite'}, {given.cases:,} cases in {len(DAYS)} days")
        timed("filling", lambda: fill(app, given.cases))
        timed("keeping all days", lambda: keep(app))
        compare(app, given.runs)
        app.close()


def compare(app: App, runs: int) -> None:
    spent: list[tuple[str, Any]] = []
    direct_times, kept_times, database_times = [], [], []
    listen(app, spent)
    for _ in range(runs):
        true, seconds = measured(lambda: direct(app))
        direct_times.append(seconds)
        spent.clear()
        told, seconds = measured(lambda: kept(app))
        kept_times.append(seconds)
        database_times.append(replayed(app, list(spent)))
        for one, other in zip(told, true, strict=True):
            assert abs(one - other) <= 0.025 * other, (told, true)
    median = statistics.median(direct_times)
    for name, times in (("direct query", direct_times), ("kept, all", kept_times), ("kept, database", database_times)):
        low, middle, high = (1000 * one for one in (min(times), statistics.median(times), max(times)))
        print(f"{name:<16} {middle:8.1f} ms ({low:.1f}-{high:.1f}), {middle / 1000 / median:.4f} of the direct query")
    print(f"percentiles told {told}, true {true}")


def direct(app: App) -> list[float]:
    start, end = DAYS.moments(ZONE)
    query = select(Exchange.wall_seconds, Exchange.working_seconds).where(
        Exchange.opened_at >= start, Exchange.opened_at < end, Exchange.outcome == "answered", Exchange.first.is_(True)
    )
    with app.database.reading() as session:
        rows = session.execute(query).all()
    walls, workings = sorted(row[0] for row in rows), sorted(row[1] for row in rows)
    return [float(percentile(some, share) or 0) for some in (walls, workings) for share in (50, 90)]


def kept(app: App) -> list[float]:
    with app.database.reading() as session:
        report = period.quickest(session, DAYS, ZONE, {TEAM})
    assert report.rough
    line, _teams = report.line(FIRST), report.lines(TEAM, FIRST)
    return [float(one or 0) for one in (line.median_wall, line.p90_wall, line.median_working, line.p90_working)]


def listen(app: App, spent: list[tuple[str, Any]]) -> None:
    """Keep the statements that reports need."""

    @event.listens_for(app.database._reader, "after_cursor_execute")
    def after(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        spent.append((statement, parameters))


def replayed(app: App, statements: list[tuple[str, Any]]) -> float:
    """The seconds that the statements take by the bare driver, their rows fetched."""
    connection = app.database._reader.raw_connection()
    cursor = connection.cursor()
    began = time.perf_counter()
    for statement, parameters in statements:
        cursor.execute(statement, parameters)
        cursor.fetchall()
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


def keep(app: App) -> None:
    while counting.refresh(app.database, ZONE):
        pass


def fill(app: App, count: int) -> None:
    drawn = random.Random(1)
    with app.database.writing() as session:
        channels = [Channel(kind="mail", name=f"box{n}", address=f"box{n}@firm.test") for n in range(5)]
        session.add_all([*channels, Contact(name="A"), *(Team(slug=f"t{n}", name=f"T{n}") for n in range(6))])
        session.flush()
        teams = list(session.scalars(select(Team.id)))
        numbers = [one.id for one in channels]
    for begins in range(1, count + 1, CHUNK):
        rows = list(chunk(drawn, begins, min(CHUNK, count + 1 - begins), count, teams, numbers))
        with app.database.writing() as session:
            for table, kind in (
                (Conversation, 0),
                (Message, 1),
                (Exchange, 2),
                (Decision, 3),
                (Assignment, 4),
                (Hop, 5),
            ):
                session.execute(insert(table), [complete(table, one[kind]) for one in rows])


def complete(table: type[Base], values: dict[str, Any]) -> dict[str, Any]:
    """A row with its defaults."""
    row = table(**values)
    return {one.key: getattr(row, one.key) for one in table.__mapper__.column_attrs if one.key != "id" or row.id}  # type: ignore[attr-defined]


def chunk(
    drawn: random.Random, begins: int, many: int, count: int, teams: list[int], channels: list[int]
) -> Iterator[tuple[dict[str, Any], ...]]:
    first = datetime(2024, 11, 1, tzinfo=UTC)
    for number in range(begins, begins + many):
        at = first + timedelta(seconds=number * 86_400 * (len(DAYS) - 1) / count + drawn.random() * 3600)
        team, channel, rule = drawn.choice(teams), drawn.choice(channels), drawn.choice(RULES)
        working = int(drawn.lognormvariate(8.6, 1.2))
        wall, answered = working * drawn.randint(1, 5), drawn.random() < 0.875
        ended = at + timedelta(seconds=wall) if answered else None
        took = {"wall_seconds": wall if answered else None, "working_seconds": working if answered else None}
        yield (
            {"id": number, "channel_id": channel, "contact_id": 1, "team_id": team, "last_at": at, "created_at": at,
             "language": drawn.choice(("it", "en", "de"))},
            {"id": number, "conversation_id": number, "channel_id": channel, "direction": "inbound", "at": at},
            {"id": number, "conversation_id": number, "opened_by": number, "opened_at": at, "fetched_at": at,
             "first": drawn.random() < 0.7, "channel_id": channel, "team_id": team, "closed_at": ended,
             "outcome": "answered" if answered else "", **took},
            {"id": number, "conversation_id": number, "message_id": number, "rule_slug": rule, "rule_name": rule,
             "outcome": {}, "reasons": [], "considered": [], "at": at},
            {"id": number, "conversation_id": number, "team_id": team, "at": at},
            {"id": number, "exchange_id": number, "holder": "team", "team_id": team, "began_at": at, "ended_at": ended,
             **took},
        )  # fmt: skip


def measured(work: Callable[[], list[float]]) -> tuple[list[float], float]:
    began = time.perf_counter()
    found = work()
    return found, time.perf_counter() - began


def timed(name: str, work: Callable[[], Any]) -> None:
    began = time.perf_counter()
    work()
    print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
