"""Two colleagues press the button at the same moment, on two workers: one has it, the other hears who."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from inbox import conversations
from inbox.db import Database
from inbox.models import Assignment, Conversation, Event, User
from tests.parts.desk import Desk
from tests.parts.long import IN_CI

ROUNDS = {"postgresql": 500 if IN_CI else 100, "sqlite": 50}


@contextmanager
def second_worker(desk: Desk) -> Iterator[Database]:
    """Another process' view of the database: on SQLite there is only one, with many threads."""
    if desk.database.sqlite:
        yield desk.database
        return
    other = Database(desk.database.url)
    yield other
    other.close()


def test_of_each_two_claims_one_wins(desk_on_both: Desk) -> None:
    desk = desk_on_both
    rounds = ROUNDS["sqlite" if desk.database.sqlite else "postgresql"]
    asked = desk.ask()
    people = [desk.add_user(f"{name}@firm.test", "colleague", "rd") for name in ("anna", "bruno")]
    results: list[list[tuple[bool, int | None]]] = [[], []]
    barrier = threading.Barrier(2, action=lambda: _free(desk, asked.id))

    def press(place: int, database: Database) -> None:
        for _ in range(rounds):
            barrier.wait(30)
            with database.writing() as session:
                found = session.get_one(Conversation, asked.id)
                won = conversations.claim(session, found, session.get_one(User, people[place]))
                results[place].append((won, found.user.id if found.user else None))

    with second_worker(desk) as other:
        threads = [threading.Thread(target=press, args=one) for one in ((0, desk.database), (1, other))]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    pairs = list(zip(*results, strict=True))
    assert len(pairs) == rounds
    for first, second in pairs:
        assert {first[0], second[0]} == {True, False}, "one wins"
        assert first[1] == second[1] == people[0 if first[0] else 1], "and both know who"
    winners = {people[0 if first[0] else 1] for first, _ in pairs}
    assert winners == set(people), "each is the faster one some time"
    claims = [one for one in desk.all(Event, Event.conversation_id == asked.id) if one.action == "claimed"]
    assert len(claims) == rounds
    assert len(desk.all(Assignment, Assignment.user_id.is_not(None))) == rounds


def _free(desk: Desk, number: int) -> None:
    with desk.database.writing() as session:
        found = session.get_one(Conversation, number)
        found.user_id = found.claimed_at = None
