"""Who sits before the chat and waits stands on top; pages by key leave nobody out and show nobody twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event

from inbox import conversations, listing
from inbox.events import SYSTEM
from inbox.models import Contact, Conversation, User, now
from inbox.sitechat import visits
from tests.parts.desk import Desk
from tests.parts.visitors import Guest, make_chat

MOMENT = datetime.fromisoformat("2026-03-03T08:30:00+00:00")


def fill(desk: Desk, waiting: int, here: int) -> list[int]:
    """Mails of this morning; visitors who have come since, one of whom has left. The numbers of who is here."""
    with desk.database.writing() as session:
        for number in range(waiting):
            at = MOMENT - timedelta(hours=2) + timedelta(seconds=number // 3)
            contact = Contact(name=f"N{number}")
            session.add(contact)
            session.flush()
            conversations.begin(session, contact, desk.channel, f"N{number}", at, waiting_since=at)
    chat = make_chat(desk.app, desk.channel)
    with time_machine.travel(MOMENT, tick=False):
        numbers = [Guest(desk.app, chat, f"Guest {number}").writes() for number in range(here)]
        gone = Guest(desk.app, chat, "Gone")
        gone.writes()
        gone.set(seen_at=MOMENT - timedelta(minutes=2))
    return numbers


def pages(desk: Desk, state: str, user: int = 0) -> list[int]:
    """The numbers of all pages, one after the other."""
    found: list[int] = []
    wanted = listing.Filter(state)
    with time_machine.travel(MOMENT, tick=False), desk.database.reading() as session:
        here, who = visits.waiting(session, now()), session.get_one(User, user or desk.manager)
        for _ in range(20):
            rows = listing.conversations(session, who, wanted, here)
            assert len(rows) <= listing.PAGE + 1
            found += [one.id for one in rows[: listing.PAGE]]
            key = listing.next_key(wanted, rows, here)
            if not key:
                return found
            wanted = listing.Filter(state, after=key)
    raise AssertionError("there is no last page")


@pytest.mark.parametrize("state", [listing.WAITING, listing.OPEN])
@pytest.mark.parametrize(("waiting", "here"), [(120, 3), (10, 0), (10, 70), (0, 101), (49, 1), (50, 1), (1, 50)])
def test_who_is_here_comes_first_and_everybody_once(desk: Desk, state: str, waiting: int, here: int) -> None:
    numbers = fill(desk, waiting, here)
    found = pages(desk, state)
    assert found[:here] == numbers
    assert len(found) == len(set(found)) == waiting + here + 1


def test_the_others_stay_in_the_order_of_their_wait(desk_on_both: Desk) -> None:
    fill(desk_on_both, 120, 2)
    with desk_on_both.database.reading() as session:
        by_wait = {one.id: (one.waiting_since, one.id) for one in session.query(Conversation)}
    rest = pages(desk_on_both, listing.WAITING)[2:]
    assert rest == sorted(rest, key=lambda one: by_wait[one])


def test_an_agent_sees_and_hears_only_what_is_theirs(desk_on_both: Desk) -> None:
    desk = desk_on_both
    first, second = fill(desk, 2, 2)
    luca = desk.add_user("luca@agents.test", "external")
    with desk.database.writing() as session:
        conversations.assign(session, session.get_one(Conversation, second), SYSTEM, team_id=None, user_id=luca)
    assert pages(desk, listing.WAITING, luca) == [second]
    assert ringing(desk, luca) == [second]
    assert ringing(desk, desk.manager) == [first], "what is in another's hands rings there"
    with desk.database.writing() as session:
        assert conversations.claim(session, session.get_one(Conversation, first), session.get_one(User, desk.manager))
    assert ringing(desk, desk.manager) == []


def test_what_waits_is_read_by_its_index(desk: Desk) -> None:
    fill(desk, 5, 2)
    plans: list[list[str]] = []
    said: list[tuple[str, Any]] = []
    with time_machine.travel(MOMENT, tick=False), desk.database.reading() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *some: said.append((some[2], some[3])))
        here = visits.waiting(session, now())
        listing.conversations(session, None, listing.Filter(listing.WAITING), here)
        for statement, values in list(said):
            if "FROM conversations" in statement or "FROM visits" in statement:
                rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
                plans.append([str(row[3]) for row in rows])
    assert any("ix_visits_seen_at" in one for one in plans[0]), plans[0]
    assert any("ix_conversations_thread_key" in one for one in plans[1]), plans[1]
    assert any("ix_conversations_waiting" in one for one in plans[-1]), plans[-1]
    assert not _sorts(plans[-1])


def _sorts(plan: Sequence[str]) -> bool:
    return any("TEMP B-TREE" in one for one in plan)


def ringing(desk: Desk, user: int) -> Sequence[int]:
    with time_machine.travel(MOMENT, tick=False), desk.database.reading() as session:
        return listing.ringing(session, session.get_one(User, user), visits.waiting(session, now()))
