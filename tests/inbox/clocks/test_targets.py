"""Times to answer: which line of the company's table counts, and what is near or missed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event

from inbox import conversations
from inbox.clocks import targets
from inbox.events import SYSTEM, person
from inbox.models import Company, Contact, Conversation, Tag, Target, Team, now
from inbox.reporting import cases
from inbox.worktime import calendars
from tests.parts.desk import Desk

# A Wednesday morning, within the hours of the starter company.
MORNING = "2026-11-25T08:00:00+00:00"


@pytest.fixture
def asked(desk: Desk) -> Conversation:
    return desk.ask()


def put(desk: Desk, minutes: int, **named: Any) -> int:
    with desk.database.writing() as session:
        if "tag" in named:
            name = named.pop("tag")
            tag = session.query(Tag).filter_by(name=name).one_or_none() or Tag(name=name)
            session.add(tag)
            session.flush()
            named["tag_id"] = tag.id
        row = Target(**{"priority": "", "kind": "", **named, "minutes": minutes})
        return targets.put(session, row, person(desk.manager)).id


def minutes(desk: Desk, conversation: Conversation) -> int:
    with desk.database.reading() as session:
        return targets.minutes(session, session.get_one(Conversation, conversation.id))


def test_the_line_that_names_most_counts_and_the_conversations_own_time_before_all(
    desk: Desk, asked: Conversation
) -> None:
    desk.do(conversations.add_tags, asked, SYSTEM, ["vip"])
    team = desk.fresh(asked).team_id
    assert minutes(desk, asked) == targets.USUAL_MINUTES
    other = next(one.id for one in desk.all(Team) if one.id != team)
    lines: list[tuple[int, dict[str, Any]]] = [
        (200, {}), (190, {"kind": "enquiry"}), (180, {"channel_id": desk.channel}), (170, {"team_id": team}),
        (160, {"priority": "normal"}), (150, {"tag": "vip"}), (140, {"channel_id": desk.channel, "kind": "enquiry"}),
        (130, {"team_id": team, "priority": "normal"}), (120, {"tag": "vip", "kind": "enquiry"}),
    ]  # fmt: skip
    for expected, named in lines:
        put(desk, 1, **{**named, "team_id": other})
        put(desk, 1, **{**named, "priority": "urgent"})
        put(desk, expected, **named)
        assert minutes(desk, asked) == expected, named
    put(desk, 50, priority="normal")
    assert minutes(desk, asked) == 120, "fewer things are named"
    desk.do(targets.set_target, asked, SYSTEM, 30)
    assert minutes(desk, asked) == 30


def test_what_the_contact_is(desk: Desk, asked: Conversation) -> None:
    """A customer with a reference person is in the list of customers too."""
    put(desk, 200, contact_class="unlisted")
    put(desk, 100, contact_class="listed")
    put(desk, 10, contact_class="unlisted", kind="customer")
    assert minutes(desk, asked) == 200
    with desk.database.writing() as session:
        contact = session.get_one(Contact, asked.contact_id)
        contact.company = Company(name="Cliente S.r.l.", code="C-1", domain="cliente.example")
    assert minutes(desk, asked) == 100
    with desk.database.writing() as session:
        session.get_one(Contact, asked.contact_id).owner_id = desk.manager
    assert minutes(desk, asked) == 100
    put(desk, 50, contact_class="followed")
    assert minutes(desk, asked) == 50
    with desk.database.reading() as session:
        (case,) = cases.load(session, "Europe/Rome")
        assert case.target == 50 * 60
    with pytest.raises(ValueError, match="class"):
        put(desk, 50, contact_class="friend")


def test_what_held_before_stays_to_be_seen(desk: Desk) -> None:
    first = put(desk, 60)
    assert put(desk, 60) == first, "the same is no new line"
    second = put(desk, 90)
    with desk.database.writing() as session:
        targets.end(session, session.get_one(Target, second), person(desk.manager))
    with desk.database.reading() as session:
        assert targets.lines(session) == []
        assert [(row.minutes, row.ended_by_id) for row in targets.history(session)] == [
            (90, desk.manager), (60, desk.manager),
        ]  # fmt: skip


@pytest.mark.parametrize("wrong", [{"minutes": 0}, {"minutes": 60_001}, {"priority": "asap"}, {"kind": "supplier"}])
def test_a_line_that_makes_no_sense_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        put(desk, **{"minutes": 10, **wrong})
    assert desk.all(Target) == []


def test_near_and_missed_go_by_working_time(desk: Desk) -> None:
    with time_machine.travel(MORNING, tick=False):
        asked = desk.ask()
        put(desk, 60)
        start = now()
    with desk.database.reading() as session:
        row, hours = session.get_one(Conversation, asked.id), calendars.company(session)
        told = [
            targets.states(session, hours, [row], start + timedelta(minutes=passed)).get(row.id, "")
            for passed in (0, 44, 46, 60, 61)
        ]
    assert told == ["", "", targets.NEAR, targets.NEAR, targets.MISSED]


def test_a_page_of_the_queue_reads_the_table_once(desk: Desk) -> None:
    for number in range(5):
        desk.ask(f"Domanda {number}", subject=f"Giunto {number}")
    for priority in ("low", "high", "urgent"):
        put(desk, 60, priority=priority)
    with desk.database.reading() as session:
        rows, hours = list(session.query(Conversation)), calendars.company(session)
        said: list[str] = []
        listen = lambda *arguments: said.append(arguments[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        targets.states(session, hours, rows, now())
        event.remove(session.get_bind(), "before_cursor_execute", listen)
    assert len(said) == 1
