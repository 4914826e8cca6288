"""Rules that time, customers and people call for: each once, never by what another rule did."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inbox import conversations
from inbox.events import person
from inbox.models import Conversation, Decision, Exchange, Message, Team, User
from inbox.models.message import INBOUND
from routing import rules, sweep
from tests.parts.company import mail
from tests.parts.desk import Desk

# A Monday morning, 9:00 in Italy, with the starter company's hours (8:30 to 12:30, 14:00 to 18:00).
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LAST = {"slug": "all", "name": "All", "then": {"team": "rd"}}


def minutes(count: int) -> datetime:
    return MONDAY + timedelta(minutes=count)


def write(desk: Desk, *made: dict[str, Any]) -> None:
    with desk.database.writing() as session:
        rules.save(session, rules.from_data([*made, LAST]))


def timed(on: str = "unclaimed", after: int = 60, **then: Any) -> dict[str, Any]:
    return {"slug": f"{on}-{after}", "name": on, "on": on, "after": after, "then": then or {"team": "sales"}}


def look(desk: Desk, moment: datetime) -> int:
    count = sweep.sweep(desk.database, moment)
    desk.route(at=moment)
    return count


def begin(desk: Desk, *made: dict[str, Any]) -> Conversation:
    write(desk, *made)
    sweep.sweep(desk.database, MONDAY)
    desk.receive(mail("Giunto", "Qual è la tolleranza?"), at=minutes(1))
    desk.take_in()
    desk.route(at=minutes(1))
    with desk.database.reading() as session:
        return session.scalars(select(Conversation)).one()


def team_of(desk: Desk, conversation: Conversation) -> str | None:
    with desk.database.reading() as session:
        found = session.get_one(Conversation, conversation.id)
        return session.scalar(select(Team.slug).where(Team.id == found.team_id))


def decided(desk: Desk) -> list[tuple[str, str]]:
    return [(one.event, one.rule_slug) for one in desk.all(Decision)]


def test_what_nobody_takes_goes_on_once(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked = begin(desk, timed())
    assert team_of(desk, asked) == "rd"
    assert look(desk, minutes(59)) == 0
    assert look(desk, minutes(62)) == 1
    assert team_of(desk, asked) == "sales"
    assert look(desk, minutes(63)) == 0
    assert decided(desk) == [("new", "all"), ("unclaimed", "unclaimed-60")]


def test_nothing_is_passed_over_while_the_program_is_down(desk: Desk) -> None:
    begin(desk, timed(), timed("unanswered", 90, priority="urgent"))
    assert look(desk, minutes(60 * 24 * 3)) == 2
    assert [event for event, _ in decided(desk)] == ["new", "unclaimed", "unanswered"]


def test_the_lunch_break_is_no_working_time(desk: Desk) -> None:
    begin(desk, timed(after=240))
    assert look(desk, minutes(241)) == 0
    assert look(desk, minutes(241 + 90)) == 1


def test_what_is_taken_or_answered_meanwhile_is_left_alone(desk: Desk) -> None:
    asked = begin(desk, timed(), timed("unanswered", 61, priority="urgent"))
    with desk.database.writing() as session:
        conversations.claim(
            session, session.get_one(Conversation, asked.id), session.get_one(User, desk.manager), minutes(5)
        )
    assert look(desk, minutes(70)) == 1
    assert [event for event, _ in decided(desk)] == ["new", "unanswered"]
    with desk.database.writing() as session:
        conversations.answered_by_phone(
            session, session.get_one(Conversation, asked.id), session.get_one(User, desk.manager)
        )
    assert look(desk, minutes(700)) == 0


def test_a_claim_between_the_look_and_the_job_wins(desk: Desk) -> None:
    asked = begin(desk, timed())
    sweep.sweep(desk.database, minutes(70))
    with desk.database.writing() as session:
        conversations.claim(session, session.get_one(Conversation, asked.id), session.get_one(User, desk.manager))
    desk.route(at=minutes(71))
    assert decided(desk) == [("new", "all")]


def test_only_rules_of_that_time_are_asked_and_their_conditions_count(desk: Desk) -> None:
    late = timed(after=120, priority="urgent")
    never = timed(after=60, priority="low") | {"when": [{"fact": "language", "is": "en"}], "slug": "english"}
    asked = begin(desk, never, late)
    assert look(desk, minutes(62)) == 1
    assert decided(desk) == [("new", "all")]
    assert look(desk, minutes(122)) == 1
    assert desk.fresh(asked).priority == "urgent"


def test_a_customer_who_writes_again_calls_for_rules_of_their_own(desk_on_both: Desk) -> None:
    desk = desk_on_both
    again = {"slug": "again", "name": "Again", "on": "again", "when": [{"fact": "text", "has_any": ["sollecito"]}],
             "then": {"priority": "high"}}  # fmt: skip
    asked = begin(desk, again)
    with desk.database.reading() as session:
        number = session.scalars(select(Message.external_id).where(Message.direction == INBOUND)).first()
    desk.receive(mail("Re: Giunto", "Grazie.", In_Reply_To=number or ""))
    desk.receive(mail("Re: Giunto", "Sollecito la risposta.", In_Reply_To=number or ""))
    desk.take_in()
    desk.route()
    assert [event for event, _ in decided(desk)].count("again") == 1
    assert desk.fresh(asked).priority == "high"


@pytest.mark.parametrize("stage", ["quoted", "won"])
def test_a_stage_set_by_a_person_calls_for_rules_and_one_set_by_a_rule_for_none(desk: Desk, stage: str) -> None:
    from inbox import properties

    first = {"slug": "quoted", "name": "Quoted", "on": "stage", "when": [{"fact": "stage", "is": "quoted"}],
             "then": {"stage": "won"}}  # fmt: skip
    second = {"slug": "won", "name": "Won", "on": "stage", "when": [{"fact": "stage", "is": "won"}],
              "then": {"stage": "quoted"}}  # fmt: skip
    asked = begin(desk, first, second)
    with desk.database.writing() as session:
        properties.set_stage(session, session.get_one(Conversation, asked.id), person(desk.manager), stage)
    desk.route()
    desk.route()
    assert decided(desk) == [("new", "all"), (f"stage:{stage}", stage)]
    assert desk.fresh(asked).stage == {"quoted": "won", "won": "quoted"}[stage]


def test_a_closed_exchange_is_not_looked_at(desk: Desk) -> None:
    asked = begin(desk, timed())
    with desk.database.writing() as session:
        conversations.close(session, session.get_one(Conversation, asked.id), person(desk.manager), minutes(3))
    assert all(one.closed_at for one in desk.all(Exchange))
    assert look(desk, minutes(99)) == 0
