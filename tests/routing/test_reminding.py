"""Forgotten conversations are found by a sweep, listed as long as it lasts, and told once to whoever can act."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import conversations, forgotten, listing, snoozing
from inbox.events import person
from inbox.models import Closure, Conversation, Event, Forgotten, Team, User
from inbox.models.forgotten import ABSENT, LATE, NOBODY, PROMISED, SOON
from routing import reminding, rules
from routing.rules import Rule
from tests.parts.desk import URL, Desk
from tests.parts.hours import utc

# Tuesday, half past nine in Rome.
MORNING = utc(2026, 3, 3, 8, 30)


def ask(desk: Desk, moment: datetime = MORNING, *, team: str = "rd", **how: Any) -> Conversation:
    with desk.database.writing() as session:
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team=team, **how))])
    with time_machine.travel(moment, tick=False):
        return desk.ask(at=moment)


def sweep(desk: Desk, moment: datetime) -> int:
    with time_machine.travel(moment, tick=False):
        return reminding.sweep(desk.database, URL, moment)


def listed(desk: Desk) -> dict[int, str]:
    with desk.database.reading() as session:
        wanted = listing.Filter(listing.FORGOTTEN)
        numbers = [one.id for one in listing.conversations(session, None, wanted)]
        assert listing.counts(session, session.get_one(User, desk.manager))["forgotten"] == len(numbers)
        return {number: whys[0] for number, whys in forgotten.reasons(session, numbers).items()}


def reminded(desk: Desk) -> list[str]:
    """Who was told, without the notices of the question itself."""
    return [one.recipient.partition("@")[0] for one in desk.notices() if "New question" not in one.envelope["text"]]


@pytest.fixture
def anna(desk_on_both: Desk) -> int:
    return desk_on_both.add_user("anna@firm.test", "colleague", "rd")


def test_who_waits_too_long_is_told_once_to_the_holder(desk_on_both: Desk, anna: int) -> None:
    desk = desk_on_both
    asked = ask(desk, person="anna@firm.test")
    assert sweep(desk, MORNING + timedelta(hours=3)) == 0, "half a day is meant"
    assert sweep(desk, MORNING + timedelta(hours=8)) == 1
    assert sweep(desk, MORNING + timedelta(hours=9)) == 0
    assert (listed(desk), reminded(desk)) == ({asked.id: LATE}, ["anna"])
    desk.do(conversations.answered_by_phone, asked)
    assert listed(desk) == {}
    assert sweep(desk, MORNING + timedelta(days=1)) == 0


def test_a_team_without_anybody(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked = ask(desk)
    assert sweep(desk, MORNING + timedelta(minutes=1)) == 0, "it may just be on its way"
    assert sweep(desk, MORNING + timedelta(minutes=6)) == 1
    assert (listed(desk), reminded(desk)) == ({asked.id: NOBODY}, ["giulia"])
    with desk.database.writing() as session:
        found = session.get_one(Conversation, asked.id)
        conversations.assign(session, found, person(desk.manager), team_id=found.team_id, user_id=desk.manager)
    assert listed(desk) == {}


@pytest.mark.parametrize("has_cover", [True, False])
def test_an_absent_holder(desk_on_both: Desk, anna: int, has_cover: bool) -> None:
    desk = desk_on_both
    bruno = desk.add_user("bruno@firm.test", "colleague", "sales")
    asked = ask(desk, person="anna@firm.test")
    with desk.database.writing() as session:
        tomorrow = date(2026, 3, 4)
        session.add(Closure(user_id=anna, starts=tomorrow, ends=tomorrow, cover_id=bruno if has_cover else None))
    assert sweep(desk, MORNING + timedelta(hours=1)) == 0
    assert sweep(desk, utc(2026, 3, 3, 20)) == 1, "she will not be there when work begins again"
    assert listed(desk) == {asked.id: ABSENT}
    assert reminded(desk) == ["bruno" if has_cover else "giulia"]
    assert sweep(desk, utc(2026, 3, 5, 9)) == 0
    assert listed(desk) == {asked.id: LATE}, "she is back, and it is late by now: she sees it herself"


def test_what_was_promised(desk_on_both: Desk, anna: int) -> None:
    desk = desk_on_both
    asked = ask(desk, person="anna@firm.test")
    with time_machine.travel(MORNING + timedelta(minutes=5), tick=False):
        desk.do(conversations.answered_by_phone, asked)
        with desk.database.writing() as session:
            until = MORNING + timedelta(days=1)
            assert snoozing.snooze(session, session.get_one(Conversation, asked.id), person(anna), until)
    assert sweep(desk, MORNING + timedelta(days=1, minutes=59)) == 0, "somebody may just be writing"
    assert sweep(desk, MORNING + timedelta(days=1, minutes=61)) == 1
    assert (listed(desk), reminded(desk)) == ({asked.id: PROMISED}, ["anna"])
    with desk.database.writing() as session:
        conversations.close(session, session.get_one(Conversation, asked.id), person(anna))
    assert sweep(desk, MORNING + timedelta(days=2)) == 0
    assert listed(desk) == {}


def test_offers_of_suppliers_are_not_late(desk_on_both: Desk, anna: int) -> None:
    desk = desk_on_both
    ask(desk, person="anna@firm.test", kind="supplier")
    assert sweep(desk, MORNING + timedelta(days=9)) == 0


def test_what_is_told_is_kept(desk_on_both: Desk, anna: int) -> None:
    desk = desk_on_both
    asked = ask(desk, person="anna@firm.test")
    sweep(desk, MORNING + timedelta(days=1))
    (event,) = [one for one in desk.all(Event, Event.conversation_id == asked.id) if one.action == "reminded"]
    assert event.data == {"why": LATE, "told": [{"user_id": anna, "by": "mail"}]}
    (row,) = desk.all(Forgotten)
    assert row.told_at == MORNING + timedelta(days=1)


def test_nobody_is_told_of_an_import(desk_on_both: Desk, anna: int) -> None:
    desk = desk_on_both
    with time_machine.travel(MORNING, tick=False):
        desk.ask(at=MORNING, quiet=True)
    assert sweep(desk, MORNING + timedelta(days=3)) == 0
    assert listed(desk) == {}


def told_of(desk: Desk, why: str) -> list[str]:
    """Who was reminded for a reason."""
    names = {one.id: one.name for one in desk.all(User)}
    events = [one for one in desk.all(Event, Event.action == "reminded") if one.data["why"] == why]
    return [names[one["user_id"]] for event in events for one in event.data["told"]]


def test_the_holder_is_reminded_once_before_it_is_late(desk_on_both: Desk, anna: int) -> None:
    desk = desk_on_both
    asked = ask(desk, person="anna@firm.test")
    assert sweep(desk, utc(2026, 3, 3, 11, 30)) == 0, "lunch begins, and a quarter of the time is left"
    assert sweep(desk, utc(2026, 3, 3, 12, 30)) == 0, "nothing of it passes at lunch"
    assert sweep(desk, utc(2026, 3, 3, 13, 5)) == 1
    assert sweep(desk, utc(2026, 3, 3, 13, 6)) == 0
    assert (told_of(desk, SOON), reminded(desk)) == (["anna"], ["anna"])
    assert listed(desk) == {}, "it is not forgotten yet"
    assert "The time to answer is over soon" in desk.notices()[-1].envelope["text"]
    desk.do(conversations.answered_by_phone, asked)
    assert desk.all(Forgotten) == []


@pytest.mark.parametrize("lead", ["bruno", "anna", None])
def test_what_is_late_in_spite_of_it_goes_to_the_lead_too(desk_on_both: Desk, anna: int, lead: str | None) -> None:
    desk = desk_on_both
    people = {"anna": anna, "bruno": desk.add_user("bruno@firm.test", "colleague", "sales"), None: None}
    with desk.database.writing() as session:
        session.query(Team).filter_by(slug="rd").one().lead_id = people[lead]
    asked = ask(desk, person="anna@firm.test")
    sweep(desk, utc(2026, 3, 3, 13, 30))
    assert sweep(desk, utc(2026, 3, 3, 14, 30)) == 1
    assert sweep(desk, utc(2026, 3, 3, 14, 31)) == 0
    assert told_of(desk, LATE) == ["anna", "bruno" if lead == "bruno" else "giulia"]
    assert listed(desk) == {asked.id: LATE}


def test_of_a_short_time_to_answer_half_passes_first(desk_on_both: Desk, anna: int) -> None:
    desk = desk_on_both
    ask(desk, person="anna@firm.test", target=20)
    assert sweep(desk, MORNING + timedelta(minutes=9)) == 0
    assert sweep(desk, MORNING + timedelta(minutes=11)) == 1
    assert told_of(desk, SOON) == ["anna"]
