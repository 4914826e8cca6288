"""Whether planted mistakes in the rules are found again, and how long that takes over 10,000 messages.

    python -m tests.benchmarks.proposals [--messages 10000] [--runs 5] [--seeds 10]

The history is that of tests/parts/corrected.py: questions of some 60 words, 15 % of them passed on by hand, a fifth of
those for no reason that a rule could know. Recovery is told over several histories of 2,000; the time is that of the
whole look, from a new SQLite folder with its kept facts to the proposals.
"""

import argparse
import random
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from config.settings import Settings
from inbox.app import App
from inbox.db import append, write_out
from inbox.models import Assignment, Channel, Contact, Conversation, Decision, Message, MessageFacts, Team, User, now
from routing import factdata, proposals, proposing, rules, words
from routing.backtest import Seen
from tests.benchmarks.backtest import row
from tests.parts import corrected

SMALL = 2_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    recovery(given.seeds)
    for name, sentences in (("some 60 words", 5), ("some 200 words", 20)):
        with tempfile.TemporaryDirectory() as folder:
            app = App(Settings(data=Path(folder) / "var", language="it"))
            app.prepare()
            fill(app, corrected.history(given.messages, sentences=sentences))
            seconds = []
            for _ in range(given.runs):
                began = time.perf_counter()
                found = proposing.look(app.database)
                seconds.append(time.perf_counter() - began)
            print(f"{given.messages} messages of {name}: {len(found)} proposals, "
                  f"{statistics.median(seconds):.2f} s ({min(seconds):.2f}-{max(seconds):.2f})")  # fmt: skip
            app.close()


def recovery(seeds: int) -> None:
    found_again = others = right = wrong = mistaken = 0
    for seed in range(1, seeds + 1):
        past = corrected.history(SMALL, seed)
        found = proposals.find(past, corrected.rule_set())
        planted = corrected.recovered(found)
        found_again += sum(planted.values())
        others += len(found) - sum(planted.values())
        right += sum(one.evidence["right"] for one in found)
        wrong += sum(one.evidence["wrong"] for one in found)
        mistaken += sum(round(SMALL * one.share) for one in corrected.PLANTED)
    print(f"{seeds} histories of {SMALL}: {found_again} of {seeds * len(corrected.PLANTED)} planted mistakes found, "
          f"{others} proposals besides; {right} of {mistaken} messages would come right, {wrong} go wrong")  # fmt: skip


def fill(app: App, past: list[Seen], seed: int = 1) -> None:
    """Store a history with what is kept of each message, and the rules with the planted mistakes."""
    drawn = random.Random(seed)
    with app.database.writing() as session:
        rules.save(session, corrected.rule_set())
        user = User(email="giulia@firm.test", name="Giulia Verdi", role="manager", language="it", password_hash="x")
        channel, contact = Channel(kind="mail", name="info", address="info@firm.test"), Contact(name="Anna")
        session.add_all([channel, contact, user])
        session.flush()
        version, teams = rules.version_id(session), {team.slug: team.id for team in session.query(Team)}
        numbers, spacing = {"channel_id": channel.id, "direction": "inbound"}, timedelta(days=85) / len(past)
        for number, one in enumerate(reversed(past), 1):
            at, values = (
                now() - spacing * (len(past) - number) - timedelta(minutes=drawn.randint(1, 9)),
                one.facts.values,
            )
            append(session, Conversation, **row(Conversation, id=number, subject=one.subject, channel_id=channel.id,
                                                contact_id=contact.id, last_at=at, created_at=at))  # fmt: skip
            append(session, Message, **row(Message, id=number, conversation_id=number, at=at, **numbers,
                                           **{name: str(values[name]) for name in ("subject", "text", "language")},
                                           reply=str(values["text"])))  # fmt: skip
            append(session, Decision, **row(Decision, id=number, conversation_id=number, message_id=number, at=at,
                                            rule_slug="all", rule_name="All", rule_version_id=version, outcome={},
                                            reasons=[], considered=[]))  # fmt: skip
            stems = words.pack({name: one.facts.words(name) for name in ("subject", "text")})
            append(session, MessageFacts, message_id=number, at=at, facts=factdata.as_data(one.facts), stems=stems)
            if one.hand:
                append(session, Assignment, **row(Assignment, id=number, conversation_id=number, at=at, note="",
                                                  team_id=teams[one.hand[0]], by_user_id=user.id))  # fmt: skip
        write_out(session)


if __name__ == "__main__":
    main()
