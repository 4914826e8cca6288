"""How long the page of a rule waits for what the rule would have done: a trial over 10,000 messages.

    python -m tests.benchmarks.backtest [--messages 10000] [--runs 5]

Messages of 250 words drawn from the demo's letters lie in a new SQLite folder with their kept facts. The yardstick is
the plain way: the facts built from the texts anew, their words stemmed, and every rule asked in turn. Both are timed in
one run, from the query to what the page shows.
"""

import argparse
import random
import statistics
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from config.settings import Settings
from inbox.app import App
from inbox.db import append, write_out
from inbox.models import Channel, Contact, Conversation, Decision, Message, MessageFacts, now
from routing import backtest, factdata, rules, words
from routing.facts import Facts
from routing.rules import Rule
from routing.trace import trace_all

LETTERS = Path(__file__).parents[2] / "inbox" / "demo" / "letters"
WORDS = 250
TRIED = {
    "few words": [{"fact": "text", "has_any": ["coppia di serraggio", "disegno tecnico", "filettatura"]}],
    "words with a star, and a language": [
        {"fact": "text", "has_any": ["tolleranza", "coppia di serraggio", "preventiv*"]},
        {"fact": "language", "is": "it"},
    ],
    "a pattern": [{"fact": "whole_text", "matches": [r"ordine n\w* \d+"]}],
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = App(Settings(data=Path(folder) / "var", language="it"))
        app.prepare()
        fill(app, given.messages)
        with app.database.reading() as session:
            before = rules.load(session)
        for name, when in TRIED.items():
            one = {"slug": "tried", "name": "Tried", "when": when, "then": {"team": "rd"}}
            after = rules.from_data([one, *(rule.as_data() for rule in before)])
            trial, seconds = timed(lambda after=after: run(app, before, after), given.runs)  # type: ignore[misc]
            _, plain = timed(lambda after=after: plainly(app, before, after), 1)  # type: ignore[misc]
            print(f"{name}: {trial.total} messages, fits {trial.fits}, {seconds:.2f} s; plainly {plain:.1f} s, "
                  f"ratio {seconds / plain:.3f}")  # fmt: skip
        app.close()


def run(app: App, before: Sequence[Rule], after: Sequence[Rule]) -> backtest.Trial:
    with app.database.reading() as session:
        return backtest.run(session, before, after, "tried")


def plainly(app: App, before: Sequence[Rule], after: Sequence[Rule]) -> int:
    """Every rule asked in turn of every message, its words stemmed anew."""
    moved = 0
    with app.database.reading() as session:
        for message in session.query(Message):
            texts = {"subject": message.subject, "text": message.reply, "whole_text": message.text}
            facts = Facts({**texts, "language": message.language})
            was, would = (next(rule for rule in some if trace_all(rule.when, facts).held) for some in (before, after))
            moved += was.then != would.then
    return moved


def timed(work: Callable[[], backtest.Trial], runs: int) -> tuple[backtest.Trial, float]:
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - began)
    return result, statistics.median(seconds)


def fill(app: App, count: int) -> None:
    chosen = random.Random(1)
    letters = [tomllib.loads(path.read_text("utf-8")) for path in sorted(LETTERS.glob("*.toml"))]
    vocabulary = str(letters).replace("\\n", " ").split()
    with app.database.writing() as session:
        channel, contact = Channel(kind="mail", name="info", address="info@firm.test"), Contact(name="Anna")
        session.add_all([channel, contact])
        session.flush()
        version = rules.version_id(session)
        for number in range(1, count + 1):
            at, text = now() - timedelta(minutes=number * 10), " ".join(chosen.choices(vocabulary, k=WORDS))
            subject = f"Richiesta {number}"
            facts = Facts({"subject": subject, "text": text, "language": chosen.choice(["it", "en", "de"]), "hour": 10})
            append(session, Conversation, **row(Conversation, id=number, subject=subject, channel_id=channel.id,
                                                contact_id=contact.id, last_at=at, created_at=at))  # fmt: skip
            append(session, Message, **row(Message, id=number, conversation_id=number, channel_id=channel.id, at=at,
                                           direction="inbound", subject=subject, text=text, reply=text,
                                           language=str(facts.value("language"))))  # fmt: skip
            append(session, Decision, **row(Decision, id=number, conversation_id=number, message_id=number, at=at,
                                            rule_slug="all", rule_name="All", rule_version_id=version, outcome={},
                                            reasons=[], considered=[]))  # fmt: skip
            stems = words.pack({name: facts.words(name) for name in ("subject", "text")})
            append(session, MessageFacts, message_id=number, at=at, facts=factdata.as_data(facts), stems=stems)
        write_out(session)


def row(table: type, **values: object) -> dict[str, object]:
    """A row's columns with their defaults."""
    made = table(**values)
    return {column.key: getattr(made, column.key) for column in table.__table__.columns}  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
