"""How fast a mailbox is taken in, beside the bare yardstick on the same mailbox: prints, never judges.

    python -m tests.benchmarks.ingest [--runs 5] [--mails 2000] [--postgres] [--shared ../shared/tools]

A throw-away Dovecot holds the mailbox. The product is `serve`, as people start it, with the channel's cursor set to
"UIDVALIDITY:0", so that it takes every mail as a new one (live, not back-fill): stored, threaded, routed, its clock
started. Nobody has an account, so nobody is told. The clock runs from the connection to the mailbox to the commit
after which no job is left. Memory is the highest sum of PSS over the process and its children.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from config.settings import Settings
from inbox import channels
from inbox.app import App
from inbox.db import Database
from inbox.models import Conversation, Decision, FolderCursor, Intake, Job, Message
from tests.parts import dovecot as dovecot_part
from tests.parts import postgres as postgres_part
from tests.parts.dovecot import Dovecot

ROOT = Path(__file__).parents[2]
USER, ADDRESS = "bench", "inbox@desk.test"
LOOK_SECONDS = 0.05
GIVE_UP_SECONDS = 600


@dataclass
class Run:
    """One measured run."""

    messages: int
    seconds: float
    peak_mb: float
    counts: dict[str, int]

    @property
    def rate(self) -> float:
        return self.messages / self.seconds


class Tree:
    """The memory of a process and all its descendants."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak = 0

    def look(self) -> None:
        self.peak = max(self.peak, sum(pss(pid) for pid in self.members()))

    def members(self) -> Iterator[int]:
        waiting = [self.pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    waiting += [int(one) for one in task.read_text().split()]
                except OSError:
                    continue


def pss(pid: int) -> int:
    """Proportional set size in kB, 0 once the process is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


@contextmanager
def mailbox(folder: Path, shared: Path, mails: int) -> Iterator[Dovecot]:
    """A Dovecot with the mails, its indexes made."""
    with dovecot_part.running(folder) as dovecot:
        maildir = folder / "mail" / USER / "Maildir"
        command = [sys.executable, str(shared / "make_mailbox.py"), str(maildir), "-n", str(mails), "--to", ADDRESS]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip(), flush=True)
        subprocess.run(["chown", "-R", "mail:mail", str(folder / "mail")], check=True)
        with dovecot.client(USER) as client:
            client.select_folder("INBOX", readonly=True)
            client.fetch(client.search(["ALL"]), ["RFC822.SIZE"])
        yield dovecot


def yardstick(dovecot: Dovecot, shared: Path, folder: Path) -> Run:
    """One run of the yardstick."""
    command = [
        sys.executable,
        str(shared / "yardstick_ingest.py"),
        USER,
        "--port",
        str(dovecot.port),
        "--dir",
        str(folder),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    tree = Tree(process.pid)
    while process.poll() is None:
        tree.look()
        time.sleep(LOOK_SECONDS)
    assert process.stdout is not None
    told = json.loads(process.stdout.read())
    return Run(told["messages"], told["seconds"], tree.peak / 1024, {})


def product(dovecot: Dovecot, folder: Path, database_url: str, mails: int) -> Run:
    """One run of the product."""
    prepare(dovecot, folder, database_url)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CENTRALINO_")}
    environment |= {"CENTRALINO_DATABASE_URL": database_url} if database_url else {}
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "inbox.cli", "-d", str(folder), "serve", "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    database = Database(Settings(data=folder, database_url=database_url).database)
    try:
        while not connected(dovecot.port):
            time.sleep(0.002)
            assert process.poll() is None, (folder / "log").read_text()
        began, tree = time.perf_counter(), Tree(process.pid)
        while not done(database, mails):
            assert time.perf_counter() - began < GIVE_UP_SECONDS, counts(database)
            tree.look()
            time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - began
        return Run(mails, seconds, tree.peak / 1024, counts(database))
    finally:
        database.close()
        process.terminate()
        process.wait(20)


def prepare(dovecot: Dovecot, folder: Path, database_url: str) -> None:
    """A data folder whose one channel has everything in the mailbox still before it."""
    app = App(Settings(data=folder, database_url=database_url))
    app.prepare()
    with dovecot.client(USER) as client:
        validity = client.select_folder("INBOX", readonly=True)[b"UIDVALIDITY"]
    settings = {
        "address": ADDRESS, "imap_host": "127.0.0.1", "imap_port": dovecot.port, "imap_security": "none", "user": USER,
        "password": "secret", "smtp_security": "none", "smtp_port": 1,
    }  # fmt: skip
    with app.database.writing() as session:
        channel = channels.create(session, app.vault, "mail", "desk", settings)
        session.add(FolderCursor(channel_id=channel.id, folder="inbox", cursor=f"{validity}:0"))
    app.close()


def connected(port: int) -> bool:
    """Whether somebody has a connection to this port of this machine."""
    wanted = f"0100007F:{port:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[2] == wanted and line.split()[3] == "01" for line in lines)


def done(database: Database, mails: int) -> bool:
    """Whether everything is stored, threaded and routed: no job is left."""
    with database.reading() as session:
        if session.scalar(select(Job.id).limit(1)) is not None:
            return False
        return session.scalar(select(func.count()).select_from(Intake)) == mails


def counts(database: Database) -> dict[str, int]:
    """What became of the mails."""
    with database.reading() as session:
        tables = (Intake, Message, Conversation, Decision)
        found = {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        outcomes = session.execute(select(Intake.outcome, func.count()).group_by(Intake.outcome))
        return found | {outcome or "open": count for outcome, count in outcomes}


def machine() -> str:
    """Cores, processor, system, versions."""
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "?",
    )
    return (
        f"{os.cpu_count()} cores, {cpu}, Python {platform.python_version()}, {platform.system()} {platform.release()}"
    )


def show(name: str, runs: list[Run]) -> None:
    rates, peaks = [one.rate for one in runs], [one.peak_mb for one in runs]
    spread = f"{min(rates):.0f}-{max(rates):.0f}"
    print(
        f"{name:<10} {statistics.median(rates):7.1f} messages/s ({spread}), {max(peaks):.0f} MB at most, {len(runs)} runs"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--mails", type=int, default=2000)
    options.add_argument("--postgres", action="store_true", help="PostgreSQL instead of SQLite")
    options.add_argument("--keep", action="store_true", help="leave the data of the last run where it is")
    options.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("CENTRALINO_SHARED", ROOT / "../shared/tools"))
    )
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ingest-"))
    folder.chmod(0o755)
    try:
        measure(chosen, folder)
    finally:
        if chosen.keep:
            print(f"kept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def measure(chosen: argparse.Namespace, folder: Path) -> None:
    """Product and yardstick in turn."""
    print(machine(), flush=True)
    bare: list[Run] = []
    ours: list[Run] = []
    with mailbox(folder / "dovecot", chosen.shared, chosen.mails) as dovecot:
        for number in range(chosen.runs):
            (folder / f"yardstick-{number}").mkdir()
            bare.append(yardstick(dovecot, chosen.shared, folder / f"yardstick-{number}"))
            with ExitStack() as stack:
                url = stack.enter_context(postgres_part.fresh_database()) if chosen.postgres else ""
                ours.append(product(dovecot, folder / f"product-{number}", url, chosen.mails))
            print(
                f"{number + 1}: yardstick {bare[-1].rate:.1f}/s, product {ours[-1].rate:.1f}/s, {ours[-1].counts}",
                flush=True,
            )
    show("yardstick", bare)
    show("product", ours)
    print(f"ratio {statistics.median(one.rate for one in ours) / statistics.median(one.rate for one in bare):.3f}")


if __name__ == "__main__":
    main()
