"""Put off: out of the queue until the moment, or until the customer writes; the clock runs on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import conversations, listing, replies, snoozing
from inbox.events import RULE, SYSTEM, person
from inbox.models import Conversation, Event, User, now
from inbox.snoozing import HALF_HOUR, NEXT_DAY, NEXT_WEEK
from inbox.worktime.hours import DAYS
from tests.parts.desk import Desk
from tests.parts.hours import office

WEEKDAYS = {day: [["08:30", "12:30"], ["14:00", "18:00"]] for day in DAYS[:5]}
OFFICE = office(WEEKDAYS)


def rome(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026, whose second is a Monday; Rome is one hour ahead."""
    return datetime(2026, 3, day, hour - 1, minute, tzinfo=UTC)


def listed(desk: Desk, state: str) -> list[int]:
    with desk.database.reading() as session:
        return [one.id for one in listing.conversations(session, None, listing.Filter(state=state))]


def counts(desk: Desk) -> dict[str, int]:
    with desk.database.reading() as session:
        return listing.counts(session, session.get_one(User, desk.manager))


def events(desk: Desk, conversation: Conversation) -> list[str]:
    return [one.action for one in desk.all(Event, Event.conversation_id == conversation.id)]


def wake_due(desk: Desk) -> int:
    jobs = desk.claim("wake")
    if jobs:
        snoozing.wake_due(desk.database, jobs)
    return len(jobs)


def test_it_leaves_the_queue_and_comes_back_by_itself(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked, other = desk.ask(), desk.ask(subject="Altro")
    until = now() + timedelta(hours=2)
    assert desk.do(snoozing.snooze, asked, person(desk.manager), until)
    assert (listed(desk, "waiting"), listed(desk, "open"), listed(desk, "snoozed")) == (
        [other.id],
        [other.id],
        [asked.id],
    )
    assert (counts(desk)["waiting"], counts(desk)["open"], counts(desk)["snoozed"]) == (1, 1, 1)
    assert desk.fresh(asked).waiting_since == asked.waiting_since, "the clock runs on"
    assert wake_due(desk) == 0
    with time_machine.travel(until + timedelta(seconds=1)):
        assert listed(desk, "waiting") == [asked.id, other.id]
        assert wake_due(desk) == 1
    assert desk.fresh(asked).snoozed_until is None
    assert events(desk, asked)[-2:] == ["snoozed", "woken"]
    assert desk.all(Event)[-1].actor == "system"


def test_the_customer_wakes_it(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked = desk.ask(Message_ID="<1@cliente.test>")
    desk.do(snoozing.snooze, asked, RULE, now() + timedelta(days=2))
    desk.ask("Sono via", subject="Re: Giunto", In_Reply_To="<1@cliente.test>", Auto_Submitted="auto-replied")
    assert desk.fresh(asked).snoozed_until is not None, "a machine is not the customer"
    desk.ask("E ancora?", subject="Re: Giunto", In_Reply_To="<1@cliente.test>")
    assert desk.fresh(asked).snoozed_until is None
    woken = desk.all(Event, Event.action == "woken")
    assert [one.actor for one in woken] == ["customer"]


ENDS: list[tuple[Any, list[Any], dict[str, Any]]] = [
    (conversations.close, [SYSTEM], {}),
    (conversations.mark_spam, [SYSTEM], {}),
    (conversations.no_answer_needed, [], {}),
    (conversations.assign, [SYSTEM], {"team_id": None, "user_id": 1}),
]


@pytest.mark.parametrize(("verb", "arguments", "more"), ENDS, ids=[one[0].__name__ for one in ENDS])
def test_what_is_done_with_it_ends_it(desk: Desk, verb: Any, arguments: list[Any], more: dict[str, Any]) -> None:
    asked = desk.ask()
    desk.do(snoozing.snooze, asked, SYSTEM, now() + timedelta(days=2))
    desk.do(verb, asked, *arguments, **more)
    assert desk.fresh(asked).snoozed_until is None
    assert "woken" in events(desk, asked)


def test_an_answer_that_failed_wakes_it(desk: Desk) -> None:
    asked = desk.ask()
    desk.answer(asked)
    desk.do(snoozing.snooze, asked, SYSTEM, now() + timedelta(days=2))
    assert desk.fresh(asked).snoozed_until is not None
    with desk.database.writing() as session:
        from inbox import outcomes

        (delivery,) = desk.answers()
        outcomes.settle_failed(session, outcomes.hold(session, delivery.id), "550 no such user")
    assert desk.fresh(asked).snoozed_until is None


def test_put_off_anew_the_last_moment_counts(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked, moment = desk.ask(), now()
    desk.do(snoozing.snooze, asked, SYSTEM, moment + timedelta(hours=5))
    desk.do(snoozing.snooze, asked, SYSTEM, moment + timedelta(hours=1))
    with time_machine.travel(moment + timedelta(hours=2)):
        assert wake_due(desk) == 1
        assert desk.fresh(asked).snoozed_until is None
        desk.do(snoozing.snooze, asked, SYSTEM, moment + timedelta(hours=9))
    with time_machine.travel(moment + timedelta(hours=6)):
        assert wake_due(desk) == 1
        assert desk.fresh(asked).snoozed_until is not None, "the old job wakes nothing"


def test_what_is_closed_or_past_is_not_put_off(desk: Desk) -> None:
    asked = desk.ask()
    assert not desk.do(snoozing.snooze, asked, SYSTEM, now() - timedelta(minutes=1))
    desk.do(conversations.close, asked, SYSTEM)
    assert not desk.do(snoozing.snooze, asked, SYSTEM, now() + timedelta(hours=1))
    assert desk.fresh(asked).snoozed_until is None


def test_an_answer_leaves_it_put_off_until_then(desk: Desk) -> None:
    """ "Ask again on Monday, if nothing has come"."""
    asked = desk.ask()
    desk.do(snoozing.snooze, asked, SYSTEM, now() + timedelta(days=3))
    with desk.database.writing() as session:
        user = session.get_one(User, desk.manager)
        replies.reply(session, session.get_one(Conversation, asked.id), user, "Ecco.")
    desk.deliver()
    assert (desk.fresh(asked).status, listed(desk, "snoozed"), listed(desk, "pending")) == ("pending", [asked.id], [])


@pytest.mark.parametrize(
    ("moment", "offered"),
    [
        (rome(3, 10), {HALF_HOUR: rome(3, 10, 30), NEXT_DAY: rome(4, 8, 30), NEXT_WEEK: rome(9, 8, 30)}),
        (rome(6, 17), {HALF_HOUR: rome(6, 17, 30), NEXT_DAY: rome(9, 8, 30)}),
        (rome(7, 11), {HALF_HOUR: rome(7, 11, 30), NEXT_DAY: rome(9, 8, 30)}),
        (rome(2, 1), {HALF_HOUR: rome(2, 1, 30), NEXT_DAY: rome(3, 8, 30), NEXT_WEEK: rome(9, 8, 30)}),
        (rome(9, 9), {HALF_HOUR: rome(9, 9, 30), NEXT_DAY: rome(10, 8, 30), NEXT_WEEK: rome(16, 8, 30)}),
    ],
    ids=["tuesday", "friday", "saturday", "monday in the night", "next monday"],
)
def test_what_is_offered_is_what_an_office_says(moment: datetime, offered: dict[str, datetime]) -> None:
    assert snoozing.choices(OFFICE, moment, "Europe/Rome") == offered
