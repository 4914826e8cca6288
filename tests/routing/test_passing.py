"""Claim or pass: what nobody takes goes on in working time, to each once, and ends with somebody who can act."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import conversations
from inbox.models import Assignment, Calendar, Conversation, Event, Team, User
from routing import passing, rules
from routing.rules import Rule
from tests.parts.desk import URL, Desk
from tests.parts.hours import utc

# Tuesday, half past nine in Rome; the afternoon begins at two and ends at six.
MORNING = utc(2026, 3, 3, 8, 30)


@pytest.fixture
def staff(desk_on_both: Desk) -> tuple[int, int, int]:
    """Two of the team and its lead, who is none of them; an hour to take a question."""
    desk = desk_on_both
    anna, bruno = (desk.add_user(f"{name}@firm.test", "colleague", "rd") for name in ("anna", "bruno"))
    lead = desk.add_user("lead@firm.test", "colleague")
    with desk.database.writing() as session:
        team = session.query(Team).filter_by(slug="rd").one()
        team.lead_id, team.claim_minutes = lead, 60
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])
    return anna, bruno, lead


def ask(desk: Desk, moment: datetime = MORNING) -> Conversation:
    with time_machine.travel(moment, tick=False):
        return desk.ask(at=moment)


def sweep(desk: Desk, moment: datetime) -> int | None:
    """Who has it after the sweep, the newest conversation."""
    with time_machine.travel(moment, tick=False):
        passing.sweep(desk.database, URL, moment)
    return desk.all(Conversation)[-1].user_id


def later(**delta: Any) -> datetime:
    return MORNING + timedelta(**delta)


def test_it_goes_round_then_to_the_lead_then_to_the_manager(desk_on_both: Desk, staff: tuple[int, ...]) -> None:
    desk, (anna, bruno, lead) = desk_on_both, staff
    asked = ask(desk)
    assert sweep(desk, later(minutes=59)) is None
    assert [sweep(desk, later(hours=n)) for n in (1, 2, 3)] == [anna, bruno, bruno], "at 12:30 everybody is at lunch"
    assert sweep(desk, later(hours=4, minutes=30)) == lead
    assert sweep(desk, later(hours=5, minutes=29)) == lead
    assert sweep(desk, later(hours=5, minutes=30)) == desk.manager
    assert sweep(desk, later(days=2)) == desk.manager, "everybody had it"
    rows = desk.all(Assignment, Assignment.conversation_id == asked.id)
    assert [one.why for one in rows] == ["", "passed", "passed", "passed", "passed"]
    assert {one.team_id for one in rows} == {asked.team_id}
    said = [one.envelope["text"] for one in desk.notices()][2:]
    assert len(said) == 4
    assert all("Nobody has taken it in time" in one for one in said)


def test_whoever_takes_it_keeps_it(desk_on_both: Desk, staff: tuple[int, ...]) -> None:
    desk, (_, bruno, _) = desk_on_both, staff
    asked = ask(desk)
    with desk.database.writing() as session:
        assert conversations.claim(session, session.get_one(Conversation, asked.id), session.get_one(User, bruno))
    assert sweep(desk, later(days=1)) == bruno


def test_the_night_does_not_count_and_who_is_off_duty_is_passed_over(
    desk_on_both: Desk, staff: tuple[int, ...]
) -> None:
    desk, (anna, bruno, _) = desk_on_both, staff
    with desk.database.writing() as session:
        session.add(
            Calendar(name="", user_id=anna, timezone="", hours={"tue": [["08:30", "12:30"]]}, valid_from=MORNING.date())
        )
    ask(desk, utc(2026, 3, 3, 16, 30))
    assert sweep(desk, utc(2026, 3, 4, 7, 59)) is None
    assert sweep(desk, utc(2026, 3, 4, 8, 0)) == bruno, "Anna only works on Tuesday mornings"


def test_what_is_put_off_or_answered_does_not_pass(desk_on_both: Desk, staff: tuple[int, ...]) -> None:
    desk = desk_on_both
    asked = ask(desk)
    with time_machine.travel(later(minutes=10), tick=False):
        desk.do(conversations.answered_by_phone, asked)
    assert sweep(desk, later(days=1)) is None
    assert not [one for one in desk.all(Event) if one.data.get("why") == "passed"]


def test_a_team_without_minutes_keeps_its_questions(desk_on_both: Desk, staff: tuple[int, ...]) -> None:
    desk = desk_on_both
    with desk.database.writing() as session:
        session.query(Team).filter_by(slug="rd").one().claim_minutes = None
    ask(desk)
    assert sweep(desk, later(days=3)) is None


def test_what_was_imported_or_is_old_is_not_passed_round(desk_on_both: Desk, staff: tuple[int, ...]) -> None:
    desk = desk_on_both
    with time_machine.travel(MORNING, tick=False):
        desk.ask(at=MORNING, quiet=True)
    assert sweep(desk, later(hours=2)) is None
    ask(desk)
    assert sweep(desk, later(days=8)) is None
