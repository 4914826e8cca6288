"""Clocks told again: what differs is found and put right, what is so already is left alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import delete, update

from connectors.base import ConnectorError
from inbox import conversations, outcomes
from inbox.cli.common import Context
from inbox.cli.main import cli
from inbox.clocks import recomputing
from inbox.events import SYSTEM
from inbox.models import Conversation, Delivery, Event, Exchange, Hop, Message, Team, User, now
from inbox.reporting import period
from inbox.reporting.days import Period
from inbox.reporting.hops import ways
from inbox.worktime import calendars
from inbox.worktime.calendars import Owner
from inbox.worktime.hours import Week
from tests.parts.company import CUSTOMER, mail
from tests.parts.desk import Desk

HOUR = timedelta(hours=1)


@pytest.fixture
def answered(desk: Desk) -> Conversation:
    asked = desk.ask(Message_ID="<1@cliente.test>", at=now() - 3 * HOUR)
    desk.answer(asked, at=now() - HOUR)
    desk.deliver()
    return asked


def told(desk: Desk, *, check: bool = False) -> list[tuple[int, tuple[str, ...]]]:
    with desk.database.reading() as session:
        wanted = recomputing.numbers(session)
    batches = recomputing.recompute(desk.database, wanted, check=check)
    return [(one.conversation_id, one.what) for batch in batches for one in batch.found]


def rows(desk: Desk) -> list[tuple[Any, ...]]:
    return [
        (one.opened_at, one.closed_at, one.outcome, one.team_id, one.wall_seconds, one.working_seconds)
        for one in desk.all(Exchange)
    ]


DAMAGE = [
    (update(Exchange).values(closed_at=Exchange.opened_at), ("closed_at",)),
    (update(Exchange).values(outcome="unanswered", closed_by=None), ("closed_by", "outcome")),
    (update(Exchange).values(first=False, flagged=True), ("first", "flagged")),
    (update(Hop).values(holder="person"), ("hops",)),
    (update(Conversation).values(waiting_since=datetime(2026, 1, 1, tzinfo=UTC)), ("waiting_since",)),
]


@pytest.mark.parametrize(("damage", "what"), DAMAGE, ids=[what[0] for _, what in DAMAGE])
def test_what_differs_is_told_and_put_right(desk: Desk, answered: Conversation, damage: Any, what: Any) -> None:
    before = rows(desk)
    assert told(desk) == []
    with desk.database.writing() as session:
        session.execute(damage)
    damaged = rows(desk)
    assert told(desk, check=True) == [(answered.id, what)]
    assert rows(desk) == damaged, "a check changes nothing"
    assert told(desk) == [(answered.id, what)]
    assert (rows(desk), told(desk)) == (before, [])
    assert desk.all(Event, Event.action == "clock_recomputed")[-1].data == {"what": list(what)}


def test_exchanges_that_are_gone_come_back_and_waiting_is_seen_again(desk: Desk) -> None:
    asked = desk.ask()
    before = rows(desk)
    with desk.database.writing() as session:
        session.execute(delete(Hop))
        session.execute(delete(Exchange))
        session.execute(update(Conversation).values(waiting_since=None, status="closed"))
    assert told(desk) == [(asked.id, ("missing", "waiting_since"))]
    assert rows(desk) == before
    assert (desk.fresh(asked).status, desk.fresh(asked).waiting_since) == ("open", before[0][0])


def test_an_answer_elsewhere_that_bounced_answers_nothing(desk: Desk) -> None:
    asked = desk.ask(Message_ID="<1@cliente.test>", at=now() - 3 * HOUR)
    ours = mail("Re: Giunto", "H7.", sender="info@firm.test", To=CUSTOMER, In_Reply_To="<1@cliente.test>")
    desk.receive(ours, folder="sent", at=now() - 2 * HOUR)
    desk.take_in()
    assert rows(desk)[0][2] == "answered"
    with desk.database.writing() as session:
        message = session.query(Message).filter(Message.direction == "outbound").one()
        for _ in range(2):
            outcomes.failed_elsewhere(session, message, "unknown user", now())
    assert [row[2] for row in rows(desk)] == [""]
    assert desk.fresh(asked).waiting_since == desk.all(Exchange)[0].opened_at
    assert len(desk.all(Event, Event.action == "answer_failed")) == 1
    assert told(desk) == []


def test_closed_by_hand_in_the_belief_that_it_was_answered_it_waits_again_when_the_answer_bounces(
    desk: Desk, answered: Conversation
) -> None:
    desk.do(conversations.close, answered, SYSTEM)
    with desk.database.writing() as session:
        delivery = session.get_one(Delivery, desk.answers()[0].id)
        outcomes.settle_bounced(session, delivery, delivery.recipient, "unknown", hard=True, at=now())
    assert [row[2] for row in rows(desk)] == [""]
    assert desk.fresh(answered).status == "open"
    assert told(desk) == []


def test_the_command_says_what_differs_and_ends_with_1_where_it_only_looks(desk: Desk, answered: Conversation) -> None:
    with desk.database.writing() as session:
        session.execute(update(Exchange).values(first=False))

    def run(*arguments: str) -> tuple[int, str]:
        context = Context(data=desk.app.settings.data, given={"database_url": desk.app.settings.database_url})
        done = CliRunner().invoke(cli, ["recompute", *arguments], obj=context)
        return done.exit_code, done.output

    code, said = run("--check", "--conversation", str(answered.id))
    assert (code, said.split("\n")[0].split()) == (1, [str(answered.id), "first"])
    assert "1 differed, 0 put right" in said
    assert run("--conversation", "999")[0] == 1
    assert "0 conversations looked at" in run("--since", "2099-01-01")[1]
    code, said = run()
    assert (code, "1 differed, 1 put right" in said) == (0, True)
    assert run("--check")[0] == 0


@pytest.mark.parametrize("moment", ["2026-03-29T00:59:00+00:00", "2026-10-25T00:30:00+00:00"])
def test_neither_a_jump_of_the_clock_nor_the_change_of_summer_time_gives_less_than_nothing(
    desk: Desk, moment: str
) -> None:
    with time_machine.travel(moment, tick=False):
        asked = desk.ask(Message_ID="<1@cliente.test>", at=now() - HOUR)
    with time_machine.travel(datetime.fromisoformat(moment) - 2 * HOUR, tick=False):
        # Our clock was put back: by it the answer comes before the question.
        desk.answer(asked)
        desk.deliver()
    assert desk.fresh(asked).waiting_since is not None, "it still waits; nothing is measured backwards"
    with time_machine.travel(datetime.fromisoformat(moment) + 2 * HOUR, tick=False):
        desk.answer(asked)
        desk.deliver()
    (row,) = desk.all(Exchange)
    assert (row.outcome, row.wall_seconds) == ("answered", 3 * 3600)
    assert row.working_seconds == 0
    assert all((hop.wall_seconds or 0) >= 0 for hop in desk.all(Hop))
    assert told(desk) == []


@pytest.mark.parametrize("dated", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)])
def test_what_is_dated_as_cannot_be_counts_from_when_it_was_fetched_and_says_so(desk: Desk, dated: datetime) -> None:
    with time_machine.travel("2026-11-25T08:00:00+00:00", tick=False) as clock:
        asked = desk.ask(at=dated)
        fetched = now()
        clock.shift(HOUR)
        desk.answer(asked)
        desk.deliver()
    (row,) = desk.all(Exchange)
    assert abs(row.opened_at - fetched) <= timedelta(seconds=1)
    assert row.wall_seconds in (3599, 3600)
    assert desk.all(Message)[0].facts["dated"] == dated.isoformat()
    assert told(desk) == []


def test_an_account_that_ended_and_a_team_of_another_name_change_no_figure(desk: Desk, answered: Conversation) -> None:
    marco = desk.add_user("marco@firm.test", "colleague", "rd")
    with desk.database.writing() as session:
        conversations.claim(session, session.get_one(Conversation, answered.id), session.get_one(User, marco))
    desk.ask("E ancora?", subject="Re: Giunto", In_Reply_To="<1@cliente.test>")
    before = rows(desk)
    with desk.database.writing() as session:
        session.get_one(User, marco).disabled_at = now()
        for team in session.query(Team):
            team.name = f"{team.name} neu"
    assert (told(desk), rows(desk)) == ([], before)


@pytest.mark.parametrize("says", ["server", "person"])
def test_how_long_a_delivery_took_stands_beside_the_wait(desk: Desk, says: str) -> None:
    """The server was away for two hours after the answer; where only a person knows, nobody knows when it went out."""
    with time_machine.travel("2026-11-25T08:00:00+00:00", tick=False) as clock:
        asked = desk.ask()
        desk.deliver()
        clock.shift(HOUR)
        desk.answer(asked)
        desk.wire.before = [ConnectorError("no", permanent=says == "person")]
        desk.deliver()
        clock.shift(2 * HOUR)
        if says == "server":
            desk.deliver()
        else:
            with desk.database.writing() as session:
                outcomes.confirm(session, session.get_one(Delivery, desk.answers()[0].id))
    (row,) = desk.all(Exchange)
    assert (row.outcome, row.wall_seconds) == ("answered", 3600)
    parts = [(one.wall_seconds, one.working_seconds) for one in desk.all(Hop) if one.holder == "delivery"]
    assert parts == ([(7200, 7200)] if says == "server" else [])
    with desk.database.reading() as session:
        found = period.report(session, Period(date(2026, 11, 25), date(2026, 11, 25)), "Europe/Rome")
    (way,) = ways(found.tallies)
    assert way.working.get("delivery", 0) == (7200 if says == "server" else 0)
    assert found.line(*period.EVERY).median_wall == 3600
    assert told(desk) == []


def test_a_month_without_anything_is_a_report_of_nothing(desk: Desk) -> None:
    with desk.database.reading() as session:
        found = period.report(session, Period(date(2020, 2, 1), date(2020, 2, 29)), "Europe/Rome")
    line = found.line(*period.EVERY)
    assert (line.exchanges, line.median_working, found.lines("team", "first")) == (0, None, [])
    assert told(desk) == []


def test_an_exchange_goes_by_the_companys_hours_and_a_hop_by_its_holders(desk: Desk) -> None:
    with time_machine.travel("2026-11-25T08:00:00+00:00", tick=False) as clock:
        asked = desk.ask()
        team = desk.fresh(asked).team_id
        # From 10 to 11 in Rome.
        short = Week(date(2000, 1, 1), "", (((600, 660),),) * 7)
        with desk.database.writing() as session:
            calendars.save(session, Owner(team_id=team), short, SYSTEM)
        clock.shift(3 * HOUR)
        desk.answer(asked)
        desk.deliver()
    (row,) = desk.all(Exchange)
    hops = {hop.holder: hop for hop in desk.all(Hop) if hop.wall_seconds}
    assert row.working_seconds == 3 * 3600
    assert (hops["team"].wall_seconds, hops["team"].working_seconds) == (3 * 3600, 3600)
    assert told(desk) == []
