"""Every verb of a conversation: what it changes, what it writes down, what it does to the clock."""

from datetime import timedelta
from typing import Any

import pytest

from inbox import conversations
from inbox.clocks import exchanges
from inbox.events import SYSTEM, person
from inbox.models import Assignment, Conversation, Event, Hop, Team, User, now
from tests.parts.desk import Desk


def actions(desk: Desk, conversation: Conversation, since: int = 0) -> list[str]:
    return [row.action for row in desk.all(Event, Event.conversation_id == conversation.id, Event.id > since)]


def last_event(desk: Desk) -> int:
    return max(row.id for row in desk.all(Event))


@pytest.fixture
def asked(desk: Desk) -> Conversation:
    return desk.ask(at=now() - timedelta(hours=3))


def outcomes(desk: Desk, conversation: Conversation) -> list[str]:
    return [row.outcome for row in desk.exchanges(conversation)]


def team(desk: Desk, slug: str) -> int:
    return next(row.id for row in desk.all(Team) if row.slug == slug)


def test_assigning_hands_the_clock_over(desk: Desk, asked: Conversation) -> None:
    before, sales = last_event(desk), team(desk, "sales")
    desk.do(conversations.assign, asked, person(desk.manager), team_id=sales, note="Un prezzo")
    assert actions(desk, asked, before) == ["assigned"]
    assert desk.fresh(asked).team_id == sales
    assert desk.all(Assignment)[-1].note == "Un prezzo"
    hops = desk.all(Hop)
    assert [hop.holder for hop in hops][-2:] == ["team", "team"]
    assert (hops[-2].ended_at, hops[-1].team_id, hops[-1].ended_at) == (hops[-1].began_at, sales, None)


def test_assigning_to_the_same_hands_is_nothing(desk: Desk, asked: Conversation) -> None:
    before = last_event(desk)
    desk.do(conversations.assign, asked, SYSTEM, team_id=desk.fresh(asked).team_id)
    assert actions(desk, asked, before) == []


def claim(desk: Desk, conversation: Conversation, user_id: int) -> bool:
    with desk.database.writing() as session:
        user = session.get_one(User, user_id)
        return conversations.claim(session, session.get_one(Conversation, conversation.id), user)


def test_taking_is_one_event_and_the_second_is_refused(desk_on_both: Desk) -> None:
    desk = desk_on_both
    asked, other = desk.ask(), desk.add_user("marco@firm.test", "colleague", "rd")
    before = last_event(desk)
    assert claim(desk, asked, other) is True
    assert claim(desk, asked, other) is True
    assert claim(desk, asked, desk.manager) is False
    assert actions(desk, asked, before) == ["claimed"]
    after = desk.fresh(asked)
    assert (after.user_id, after.claimed_at is not None) == (other, True)
    assert desk.all(Hop)[-1].user_id == other
    assert [row.user_id for row in desk.all(Assignment)][-1] == other


def test_passing_on_ends_a_claim(desk: Desk, asked: Conversation) -> None:
    claim(desk, asked, desk.manager)
    desk.do(conversations.assign, asked, person(desk.manager), team_id=team(desk, "sales"))
    assert desk.fresh(asked).claimed_at is None


ENDS = [
    (conversations.close, [SYSTEM], "closed", "unanswered", "closed"),
    (conversations.mark_spam, [SYSTEM], "spam", "void", "marked_spam"),
    (conversations.answered_by_phone, [], "pending", "by_phone", "answered_by_phone"),
    (conversations.no_answer_needed, [], "closed", "not_needed", "no_answer_needed"),
]


@pytest.mark.parametrize(("verb", "arguments", "status", "outcome", "action"), ENDS)
def test_what_ends_the_wait(
    desk: Desk, asked: Conversation, verb: Any, arguments: list[Any], status: str, outcome: str, action: str
) -> None:
    before = last_event(desk)
    desk.do(verb, asked, *arguments)
    after = desk.fresh(asked)
    assert (after.status, after.waiting_since, outcomes(desk, asked)) == (status, None, [outcome])
    assert actions(desk, asked, before) == [action]
    hops = desk.all(Hop, Hop.holder != "delivery")
    assert [hop.ended_at is None for hop in hops] == [False, False, False]
    (exchange,) = desk.exchanges(asked)
    assert sum(hop.wall_seconds or 0 for hop in hops) == exchange.wall_seconds


def test_opening_again_by_hand_starts_no_clock(desk: Desk, asked: Conversation) -> None:
    desk.do(conversations.mark_spam, asked, SYSTEM)
    desk.do(conversations.reopen, asked, SYSTEM)
    after = desk.fresh(asked)
    assert (after.status, after.closed_at, after.waiting_since) == ("open", None, None)


def test_a_closed_one_opens_with_the_customers_next_mail(desk: Desk) -> None:
    asked = desk.ask(Message_ID="<1@cliente.test>")
    desk.do(conversations.close, asked, SYSTEM)
    desk.ask("E ancora?", subject="Re: Giunto", In_Reply_To="<1@cliente.test>")
    assert desk.fresh(asked).status == "open"
    assert outcomes(desk, asked) == ["unanswered", ""]
    assert [row.first for row in desk.exchanges(asked)] == [True, False]


def test_a_note_never_touches_a_clock(desk: Desk, asked: Conversation) -> None:
    before = desk.fresh(asked)
    desk.do(conversations.add_note, asked, "Chiamare domani")
    after = desk.fresh(asked)
    assert (after.waiting_since, after.last_at, after.snippet) == (before.waiting_since, before.last_at, before.snippet)
    assert after.messages_count == before.messages_count + 1
    assert outcomes(desk, asked) == [""]


def test_its_kind_is_the_kind_of_all_its_exchanges(desk: Desk) -> None:
    asked = desk.ask(Message_ID="<1@cliente.test>")
    desk.do(conversations.close, asked, SYSTEM)
    desk.ask("E ancora?", subject="Re: Giunto", In_Reply_To="<1@cliente.test>")
    desk.do(conversations.set_kind, asked, SYSTEM, "supplier")
    assert [row.kind for row in desk.exchanges(asked)] == ["supplier", "supplier"]
    with pytest.raises(ValueError, match="kind must be one of"):
        desk.do(conversations.set_kind, asked, SYSTEM, "friend")


def test_priority_and_tags_are_told_once(desk: Desk, asked: Conversation) -> None:
    before = last_event(desk)
    for _ in range(2):
        desk.do(conversations.set_priority, asked, SYSTEM, "urgent")
        desk.do(conversations.add_tags, asked, SYSTEM, ["giunti", "giunti", "fiera"])
    assert actions(desk, asked, before) == ["priority_set", "tagged"]
    with desk.database.reading() as session:
        assert [tag.name for tag in session.get_one(Conversation, asked.id).tags] == ["fiera", "giunti", "tecnico"]
    with pytest.raises(ValueError, match="priority must be one of"):
        desk.do(conversations.set_priority, asked, SYSTEM, "asap")


def test_an_act_before_the_question_ends_nothing(desk: Desk, asked: Conversation) -> None:
    desk.do(exchanges.close, asked, now() - timedelta(hours=5))
    assert outcomes(desk, asked) == [""]


def test_mail_after_the_act_waits_anew(desk: Desk) -> None:
    """The colleague answered by phone at ten; the customer wrote again at half past, seen only afterwards."""
    asked = desk.ask(at=now() - timedelta(hours=3), Message_ID="<1@cliente.test>")
    later = now() - timedelta(hours=1)
    desk.ask("E ancora?", subject="Re: Giunto", In_Reply_To="<1@cliente.test>", at=later)
    desk.do(conversations.answered_by_phone, asked, at=now() - timedelta(hours=2))
    assert outcomes(desk, asked) == ["by_phone", ""]
    assert desk.fresh(asked).waiting_since == later
