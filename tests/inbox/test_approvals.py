"""Answers that wait for the approver: who may give the word, what becomes of the answer, whose time it is meanwhile."""

from datetime import datetime, timedelta

import pytest

from inbox import approvals, drafts
from inbox.clocks import exchanges
from inbox.models import Conversation, Draft, Event, Hop, Team
from tests.parts.desk import Desk
from tests.parts.house import MONDAY, House


@pytest.fixture
def house(desk_on_both: Desk) -> House:
    return House(desk_on_both)


def test_whose_answers_wait(house: House) -> None:
    with house.desk.database.reading() as session:
        conversation = session.get_one(Conversation, house.conversation.id)
        waits = {name for name in house.ids if approvals.needed(session, conversation, house.user(session, name))}
        assert waits == {"marco"}
        found = approvals.needed(session, conversation, house.user(session, "marco"))
        assert found is not None
        assert found.id == house.ids["boss"]
        conversation.team = session.query(Team).filter_by(slug="sales").one()
        assert approvals.needed(session, conversation, house.user(session, "marco")) is None, "another team's"


def test_the_answer_leaves_at_the_word_in_its_authors_name(house: House) -> None:
    number = house.submit()
    assert house.desk.answers() == []
    fresh = house.desk.fresh(house.conversation)
    assert (fresh.user_id, fresh.claimed_at is not None) == (house.ids["marco"], True)
    at = MONDAY + timedelta(minutes=30)
    house.word(number, "boss", at)
    house.desk.deliver()
    (answer,) = house.desk.answers()
    assert (answer.user_id, answer.envelope["from_name"], answer.envelope["text"]) == (
        house.ids["marco"],
        "marco",
        "È H7.",
    )
    draft = house.desk.fresh(house.desk.all(Draft)[0])
    assert (draft.state, draft.outcome, draft.ended_by_id) == ("over", "sent", house.ids["boss"])
    (exchange,) = house.desk.exchanges(house.conversation)
    assert (exchange.outcome, exchange.closed_at) == ("answered", at), "at the approver's act"
    approval = next(one for one in house.hops() if one[0] == "approval")
    assert approval == ("approval", house.ids["boss"], MONDAY + timedelta(minutes=10), at)
    assert (
        sum(one.wall_seconds for one in house.desk.all(Hop, Hop.holder != "delivery")) == exchange.wall_seconds == 1800
    )
    assert [one for one in house.actions() if one.startswith(("answer", "approval"))] == [
        "approval_asked",
        "answered",
        "approval_given",
        "answer_sent",
    ]


def test_changed_words_are_what_leaves(house: House) -> None:
    house.word(house.submit(), "boss", MONDAY + timedelta(minutes=30), text="È H6.")
    assert house.desk.answers()[0].envelope["text"] == "È H6."
    (given,) = house.desk.all(Event, Event.action == approvals.GIVEN)
    assert given.data["changed"] is True


def test_given_back_it_is_its_authors_again(house: House) -> None:
    number, at = house.submit(), MONDAY + timedelta(minutes=30)
    house.word(number, "boss", at, approvals.refuse, why="Manca la norma.")
    assert house.desk.answers() == []
    assert house.hops()[-1] == ("person", house.ids["marco"], at, None)
    (event,) = house.desk.all(Event, Event.action == approvals.REFUSED)
    assert (event.data["note"], event.data["user_id"]) == ("Manca la norma.", house.ids["marco"])
    with pytest.raises(LookupError):
        house.word(number, "boss", at)
    again = house.submit(at + timedelta(minutes=5), "È H7, ISO 286.")
    house.word(again, "boss", at + timedelta(minutes=6))
    assert len(house.desk.answers()) == 1


def test_two_words_send_one_answer(house: House) -> None:
    number, at = house.submit(), MONDAY + timedelta(minutes=30)
    house.word(number, "boss", at)
    for verb in (approvals.approve, approvals.refuse):
        with pytest.raises(LookupError):
            house.word(number, "manager", at, verb)
    assert len(house.desk.answers()) == 1


@pytest.mark.parametrize("author_may_send", [True, False])
def test_who_may_give_the_word_and_from_when(desk: Desk, author_may_send: bool) -> None:
    house = House(desk, author_may_send=author_may_send)
    number = house.submit()
    in_time, late = MONDAY + timedelta(hours=1), MONDAY + timedelta(days=2)
    with desk.database.reading() as session:
        draft = session.get_one(Draft, number)

        def able(at: datetime) -> set[str]:
            return {name for name in house.ids if approvals.may_send(session, draft, house.user(session, name), at)}

        assert able(in_time) == {"boss", "manager"}
        assert able(late) == {"boss", "manager", "deputy"} | ({"marco"} if author_may_send else set())
    for name in ("marco", "deputy", "other", "agent"):
        with pytest.raises(PermissionError):
            house.word(number, name, in_time)
    assert desk.answers() == []


def test_nobody_waits_past_a_target_that_is_none(house: House) -> None:
    late = MONDAY + timedelta(days=2)
    with house.desk.database.writing() as session:
        conversation = session.get_one(Conversation, house.conversation.id)
        assert approvals.is_late(session, conversation, late)
        conversation.kind = "supplier"
        assert not approvals.is_late(session, conversation, late)
        conversation.kind, conversation.waiting_since = "enquiry", None
        assert not approvals.is_late(session, conversation, late)


def test_whoever_left_out_a_copy_leaves_it_out_at_the_word_too(house: House) -> None:
    conversation = house.desk.ask(
        subject="Altro", sender="luca@altro.test", Cc="capo@altro.test, b@altro.test", at=MONDAY
    )
    with house.desk.database.writing() as session:
        draft = drafts.begin(session, house.user(session, "marco"), conversation.id, left_out=["capo@altro.test"])
        drafts.add(session, draft, "Ecco.", [drafts.Kept("", "a.pdf", "application/pdf", 5, "f" * 64)])
        approvals.submit(session, draft)
    house.word(draft.id, "boss", MONDAY + timedelta(hours=1))
    envelope = house.desk.answers()[0].envelope
    assert [one["address"] for one in envelope["cc"]] == ["b@altro.test"]
    assert len(envelope["attachment_ids"]) == 1


def test_whose_account_has_ended_is_not_waited_for(house: House) -> None:
    def asked() -> list[str]:
        with house.desk.database.reading() as session:
            found = approvals.askable(session, session.get_one(Conversation, house.conversation.id))
            return [one.email.partition("@")[0] for one in found]

    for name, following in (("", ["boss"]), ("boss", ["deputy"]), ("deputy", ["giulia"])):
        if name:
            with house.desk.database.writing() as session:
                house.user(session, name).disabled_at = MONDAY
        assert asked() == following
    with house.desk.database.reading() as session:
        conversation = session.get_one(Conversation, house.conversation.id)
        assert approvals.needed(session, conversation, house.user(session, "marco")), "nothing leaves unseen for it"


def test_the_time_changes_hands_while_the_word_is_waited_for(house: House) -> None:
    house.submit()
    with house.desk.database.writing() as session:
        conversation = session.get_one(Conversation, house.conversation.id)
        exchanges.hand_over(conversation, MONDAY + timedelta(minutes=20))
        exchanges.have_word(conversation, MONDAY + timedelta(minutes=40))
    assert [one[0] for one in house.hops()][-2:] == ["approval", "person"]
