"""What a flood of form posts does to ordinary mail: prints, never judges.

    python -m tests.benchmarks.forms [--runs 5] [--rate 1000] [--seconds 30] [--mails 15]

`serve`, as people start it, on SQLite, with a throw-away Dovecot and a form. In turn without and with a flood: mails are
delivered one after another, evenly over the same time, and each is clocked from the end of its delivery (IMAP APPEND) to the
commit of its conversation, as seen from beside every 10 ms. The flood is so many posts a minute (`--rate`) from one
sender, evenly spread, by four connections at once. A figure is the median of the medians of the runs.
"""

import argparse
import statistics
import tempfile
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import select

from config.settings import Settings
from inbox.app import App
from inbox.forms import settings
from inbox.models import Channel, Conversation
from tests.benchmarks.ingest import machine
from tests.parts import dovecot as dovecot_part
from tests.parts.company import mail, set_up
from tests.parts.dovecot import Dovecot
from tests.parts.server import Server, eventually
from tests.parts.smtp import Peer
from tests.parts.smtp import running as smtp_running

CONNECTIONS = 4
LOOK_SECONDS = 0.01
GIVE_UP_SECONDS = 60


@dataclass
class Firm:
    """A running server with a mailbox and a form."""

    server: Server
    dovecot: Dovecot
    user: str
    key: str


@dataclass
class Flood:
    """So many posts, evenly over a time in seconds; how they were answered."""

    url: str
    posts: int
    seconds: float
    answers: Counter[int] = field(default_factory=Counter)

    def pour(self) -> None:
        """Send them all."""
        threads = [threading.Thread(target=self._send, args=(number,)) for number in range(CONNECTIONS)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    def _send(self, first: int) -> None:
        began = time.monotonic()
        with httpx.Client(timeout=30) as client:
            for number in range(first, self.posts, CONNECTIONS):
                time.sleep(max(0.0, began + self.seconds * number / self.posts - time.monotonic()))
                data = {"email": "bot@flood.test", "name": "Bot", "message": f"Offerta numero {number}, solo per oggi"}
                self.answers[client.post(self.url, data=data).status_code] += 1


def prepare(server: Server, dovecot: Dovecot, peer: Peer) -> Firm:
    """The firm, its server started and the mailbox looked at."""
    user = set_up(server, dovecot, peer)
    app = App(Settings(data=server.folder, database_url=server.database_url))
    with app.database.writing() as session:
        box = session.scalars(select(Channel.id).where(Channel.kind == "mail")).one()
        key = settings.make(session, app.vault, "sito", box).address
    app.close()
    server.start()
    eventually(server.heard)
    return Firm(server, dovecot, user, key)


def latency(firm: Firm) -> float:
    """Seconds from the delivery of one mail to its conversation."""
    subject = f"Giunto {uuid.uuid4().hex}"
    firm.dovecot.append(firm.user, mail(subject, "Buongiorno, qual è la tolleranza?"))
    began = time.monotonic()
    query = select(Conversation.id).where(Conversation.subject == subject)
    while time.monotonic() - began < GIVE_UP_SECONDS:
        with firm.server.database.reading() as session:
            if session.scalar(query) is not None:
                return time.monotonic() - began
        time.sleep(LOOK_SECONDS)
    raise AssertionError("the mail did not arrive")


def latencies(firm: Firm, mails: int, seconds: float) -> list[float]:
    """Those of so many mails, evenly over the time."""
    began, found = time.monotonic(), []
    for number in range(mails):
        time.sleep(max(0.0, began + seconds * number / mails - time.monotonic()))
        found.append(latency(firm))
    return found


def flooded(firm: Firm, flood: Flood, mails: int) -> list[float]:
    """The same while the flood runs."""
    pouring = threading.Thread(target=flood.pour)
    pouring.start()
    found = latencies(firm, mails, flood.seconds)
    pouring.join()
    return found


def show(name: str, runs: list[list[float]]) -> float:
    medians = [statistics.median(one) * 1000 for one in runs]
    worst = max(max(one) for one in runs) * 1000
    middle = statistics.median(medians)
    print(f"{name:<9} {middle:6.0f} ms ({min(medians):.0f}-{max(medians):.0f}), slowest mail {worst:.0f} ms")
    return middle


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--rate", type=int, default=1000)
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--mails", type=int, default=15)
    chosen = options.parse_args()
    print(machine(), flush=True)
    calm: list[list[float]] = []
    rough: list[list[float]] = []
    with tempfile.TemporaryDirectory(prefix="forms-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with dovecot_part.running(folder / "dovecot") as dovecot, smtp_running() as peer:
            server = Server(folder / "data")
            try:
                firm = prepare(server, dovecot, peer)
                latency(firm)
                for number in range(chosen.runs):
                    calm.append(latencies(firm, chosen.mails, chosen.seconds))
                    posts = round(chosen.rate * chosen.seconds / 60)
                    flood = Flood(f"{server.url}/forms/{firm.key}", posts, chosen.seconds)
                    rough.append(flooded(firm, flood, chosen.mails))
                    told = [round(statistics.median(one[-1]) * 1000) for one in (calm, rough)]
                    print(
                        f"{number + 1}: {told[0]} ms, flooded {told[1]} ms, answers {dict(flood.answers)}", flush=True
                    )
            finally:
                server.close()
    without, with_it = show("calm", calm), show("flooded", rough)
    print(f"ratio {with_it / without:.2f}")


if __name__ == "__main__":
    main()
