"""The times of single persons: their own answers, and where the time of these went; by colleague since a moment."""

import pytest
from sqlalchemy import select

from inbox import access, conversations
from inbox.events import SYSTEM
from inbox.models import Calendar, Conversation, User
from inbox.models.user import COLLEAGUE, CONSULTANT, DIRECTOR, EXTERNAL, MANAGER
from inbox.reporting import personal
from tests.inbox.reporting.test_report import DAYS, WEEK, ZONE, answer, ask, at
from tests.parts.desk import Desk


@pytest.fixture
def desk(desk_on_both: Desk) -> Desk:
    """One question was Marco's for an hour, then the manager's until it was answered after three."""
    with desk_on_both.database.writing() as session:
        for one in session.scalars(select(Calendar)):
            one.timezone, one.hours = ZONE, WEEK
    asked = ask(desk_on_both, 0)
    marco = desk_on_both.add_user("marco@firm.test", "colleague")
    with desk_on_both.database.writing() as session:
        row = session.get_one(Conversation, asked.id)
        conversations.claim(session, row, session.get_one(User, marco), at(0))
        conversations.assign(session, row, SYSTEM, team_id=None, user_id=desk_on_both.manager, at=at(1))
    answer(desk_on_both, asked, 3)
    return desk_on_both


def test_own_answers_and_where_their_time_went(desk: Desk) -> None:
    with desk.database.reading() as session:
        marco = session.scalars(select(User.id).where(User.email == "marco@firm.test")).one()
        mine, his = (personal.own(session, who, DAYS, ZONE) for who in (desk.manager, marco))
    assert (mine.first.answered, mine.first.median_working, mine.first.within, mine.next.answered) == (1, 10_800, 1, 0)
    assert {part: spent for part, spent in mine.parts.items() if part != "delivery"} == {"person": 7200, "others": 3600}
    assert (his.first.answered, his.parts) == (0, {})


def test_by_colleague_since_a_moment(desk: Desk) -> None:
    with desk.database.reading() as session:
        (line,) = personal.lines(session, DAYS, ZONE, at(0))
        assert (line.name, line.answered, line.median_working) == ("giulia", 1, 10_800)
        assert personal.lines(session, DAYS, ZONE, at(0.5)) == []


@pytest.mark.parametrize("role", [MANAGER, COLLEAGUE, EXTERNAL, DIRECTOR, CONSULTANT])
def test_one_function_says_who_may_see_whose_times(role: str) -> None:
    user = User(id=1, role=role)
    answers = role in (MANAGER, COLLEAGUE, EXTERNAL)
    assert [access.may_see_times(user, 1, agreed=agreed) for agreed in (False, True)] == [answers, answers]
    for whose in (2, None):
        assert not access.may_see_times(user, whose, agreed=False)
        assert access.may_see_times(user, whose, agreed=True) is (role == MANAGER)
