"""Two conversations about one matter: joined, with one clock from the earliest question, and separated again."""

import contextlib
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import conversations, replies, threads
from inbox.clocks import rebuilding, recomputing
from inbox.clocks.clockwork import Span, plain
from inbox.events import SYSTEM
from inbox.models import Channel, Conversation, ConversationMerge, Exchange, Hop, Message, User, now
from inbox.models.exchange import ANSWERED, BY_PHONE, NOT_NEEDED, UNANSWERED
from inbox.persons import joining, ways
from inbox.persons.joining import CERTIFIED, GONE, LATER, TWO_TALKS, CannotJoin
from inbox.social import windows
from inbox.social.kinds import WHATSAPP
from tests.inbox.clocks.test_clocks_by_oracle import working_minutes
from tests.parts.company import mail
from tests.parts.crossing import TOLERANCE, Crossing
from tests.parts.desk import Desk
from tests.parts.whatsapp import ANNA

DEEDS: dict[str, Any] = {
    "phone": conversations.answered_by_phone, "close": conversations.close,
    "not_needed": conversations.no_answer_needed,
}  # fmt: skip
SENDERS = ("anna.bianchi@cliente.test", "ab@libero.it", "anna@altro.test")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2026, 3, 26, 6, tzinfo=UTC)


def join(desk: Desk, one: Conversation, other: Conversation, at: datetime | None = None) -> int:
    """Join them; the number of the one that has it all."""
    with desk.database.writing() as session:
        rows = [session.get_one(Conversation, row.id) for row in (one, other)]
        return joining.join(session, *rows, session.get_one(User, desk.manager), at).id


def separate(desk: Desk, kept: int, at: datetime | None = None) -> None:
    with desk.database.writing() as session:
        done = joining.last(session, kept)
        assert done is not None
        joining.separate(session, done.id, session.get_one(User, desk.manager), at)


def clocks(desk: Desk, *some: Conversation) -> list[list[tuple[Any, ...]]]:
    """The exchanges of some conversations with their hops; told again they are the same."""
    found = []
    for one in some:
        rows = sorted(desk.exchanges(one), key=lambda row: row.opened_at)
        found.append([
            (row.opened_at, row.closed_at, row.outcome, row.first, row.opened_by, row.closed_by, row.wall_seconds,
             row.working_seconds, row.team_id, row.user_id, hops(desk, row))
            for row in rows
        ])  # fmt: skip
    batches = recomputing.recompute(desk.database, [one.id for one in some], check=True)
    assert [difference for batch in batches for difference in batch.found] == []
    return found


def hops(desk: Desk, row: Exchange) -> list[Span]:
    some = desk.all(Hop, Hop.exchange_id == row.id)
    return plain(Span(hop.holder, hop.team_id, hop.user_id, hop.began_at, hop.ended_at) for hop in some)


def states(desk: Desk, *some: Conversation) -> list[tuple[Any, ...]]:
    rows = [desk.fresh(one) for one in some]
    return [
        (row.status, row.closed_at, row.waiting_since, row.messages_count, row.last_at, row.snippet, row.team_id,
         row.user_id, row.claimed_at, row.merged_into_id) for row in rows
    ]  # fmt: skip


def second(desk: Desk, text: str = "La stessa domanda", **how: Any) -> Conversation:
    """Anna by another address."""
    return desk.ask(text, subject="Giunto, di nuovo", sender="ab@libero.it", name="Anna B.", **how)


def test_the_clock_starts_at_the_earliest_and_one_answer_ends_it(desk_on_both: Desk) -> None:
    desk = desk_on_both
    first, other = desk.ask(at=now() - 5 * HOUR), second(desk, at=now() - 2 * HOUR)
    kept = join(desk, other, first)
    assert kept == other.id
    row = desk.fresh(other)
    (exchange,) = desk.exchanges(other)
    assert exchange.opened_at == row.waiting_since
    assert (now() - exchange.opened_at) > 4.9 * HOUR
    assert (exchange.first, row.messages_count, desk.exchanges(first)) == (True, 2, [])
    left = desk.fresh(first)
    assert (left.status, left.waiting_since, left.messages_count, left.merged_into_id) == ("closed", None, 0, kept)
    desk.answer(row)
    desk.deliver()
    assert desk.fresh(other).waiting_since is None
    (exchange,) = desk.exchanges(other)
    assert exchange.outcome == ANSWERED
    assert exchange.wall_seconds is not None
    assert exchange.wall_seconds >= 4.9 * 3600


def test_an_answer_on_one_side_answers_both(desk_on_both: Desk) -> None:
    """Monday by mail, unanswered; Tuesday by another address, answered: the wait was from Monday to that answer."""
    desk = desk_on_both
    first, other = desk.ask(at=now() - 30 * HOUR), second(desk, at=now() - 6 * HOUR)
    desk.answer(other, at=now() - 5 * HOUR)
    desk.deliver()
    kept = desk.fresh(first)
    join(desk, first, other)
    (exchange,) = desk.exchanges(kept)
    assert (exchange.outcome, exchange.wall_seconds is not None and round(exchange.wall_seconds / 3600)) == (
        ANSWERED,
        25,
    )
    assert desk.fresh(first).status == "pending"


def test_what_is_closed_on_one_side_ends_no_wait_of_the_other(desk_on_both: Desk) -> None:
    """It stands as an exchange of its own."""
    desk = desk_on_both
    first, other = desk.ask(at=now() - 3 * HOUR), second(desk, at=now() - 2 * HOUR)
    desk.do(conversations.close, other, SYSTEM, at=now() - HOUR)
    join(desk, first, other)
    (told,) = clocks(desk, first)
    assert [(row[2], row[3]) for row in told] == [("", True), (UNANSWERED, False)]
    assert desk.fresh(first).status == "open"


def test_what_was_asked_in_the_one_was_in_its_hands_until_they_were_joined(desk_on_both: Desk) -> None:
    desk = desk_on_both
    marco = desk.add_user("marco@firm.test", "colleague", "rd")
    with time_machine.travel(START, tick=False) as clock:
        first = desk.ask()
        desk.do(conversations.assign, first, SYSTEM, team_id=None, user_id=marco)
        clock.shift(6 * HOUR)
        other = second(desk)
        desk.do(conversations.assign, other, SYSTEM, team_id=None, user_id=desk.manager)
        clock.shift(HOUR)
        join(desk, other, first)
    ((told,),) = clocks(desk, other)
    assert [(one.user_id, one.ended_at) for one in told[-1]] == [(marco, START + 7 * HOUR), (desk.manager, None)]
    assert told[-2] == desk.manager


def test_what_was_spam_for_a_time_in_the_one_was_none_in_the_other(desk_on_both: Desk) -> None:
    desk = desk_on_both
    first, other = desk.ask(at=now() - 3 * HOUR), second(desk, Message_ID="<b@libero.it>", at=now() - 2 * HOUR)
    desk.do(conversations.mark_spam, other, SYSTEM)
    desk.arrive(mail("Re: Giunto", "Ancora", sender="ab@libero.it", In_Reply_To="<b@libero.it>"))
    desk.do(conversations.reopen, other, SYSTEM)
    before = clocks(desk, first, other)
    kept = join(desk, first, other)
    (told,) = clocks(desk, first)
    assert [row[2] for row in told] == ["", "void"]
    separate(desk, kept)
    assert clocks(desk, first, other) == before


def test_separated_at_once_all_is_as_it_was(desk_on_both: Desk) -> None:
    desk = desk_on_both
    marco = desk.add_user("marco@firm.test", "colleague", "rd")
    first, other = desk.ask(at=now() - 30 * HOUR), second(desk, at=now() - 6 * HOUR)
    desk.do(conversations.assign, other, SYSTEM, team_id=None, user_id=marco)
    desk.answer(other, at=now() - 5 * HOUR)
    desk.deliver()
    desk.do(conversations.add_tags, other, SYSTEM, ["vip"])
    before = clocks(desk, first, other), states(desk, first, other)
    kept = join(desk, first, other)
    assert "vip" in [tag.name for tag in desk_tags(desk, first)]
    assert desk.fresh(first).user_id == marco
    separate(desk, kept)
    after = clocks(desk, first, other), states(desk, first, other)
    # That Marco had it for a moment is so.
    assert [[row[:-1] for row in rows] for rows in after[0]] == [[row[:-1] for row in rows] for rows in before[0]]
    assert [one[:4] for one in after[1]] == [one[:4] for one in before[1]]
    assert after[1] == before[1]
    assert "vip" not in [tag.name for tag in desk_tags(desk, first)]


def desk_tags(desk: Desk, conversation: Conversation) -> list[Any]:
    with desk.database.reading() as session:
        return list(session.get_one(Conversation, conversation.id).tags)


def test_what_came_since_goes_with_its_thread(desk_on_both: Desk) -> None:
    """On one mailbox by what it answers; the clocks of both run on from there."""
    desk = desk_on_both
    first = desk.ask(Message_ID="<a@cliente.test>", at=now() - 3 * HOUR)
    other = second(desk, Message_ID="<b@libero.it>", at=now() - 2 * HOUR)
    kept = join(desk, first, other)
    again = desk.arrive(mail("Re: Giunto", "Anna B. ancora", sender="ab@libero.it", In_Reply_To="<b@libero.it>"))
    assert again.id == kept
    desk.answer(again, "Ecco")
    desk.deliver()
    assert desk.wire.sent[-1].to[0].address == "ab@libero.it"
    separate(desk, kept)
    texts = [[one.reply for one in desk.all(Message, Message.conversation_id == row.id)] for row in (first, other)]
    assert texts == [["Buongiorno, qual è la tolleranza?"], ["La stessa domanda", "Anna B. ancora", "Ecco"]]
    assert desk.fresh(first).waiting_since is not None
    assert desk.fresh(other).waiting_since is None
    assert [one.outcome for one in desk.exchanges(other)] == [ANSWERED]


def test_by_whatsapp_and_by_mail(crossing: Crossing) -> None:
    """The talk keeps its messages; each answer leaves by the way of the last word; the other can be chosen."""
    desk = crossing.desk
    letter = desk.ask(Message_ID="<a@cliente.test>", at=now() - HOUR)
    talk = desk.writes("Buongiorno, il giunto?")
    kept = join(desk, letter, talk)
    assert kept == talk.id
    assert crossing.way(talk) == (WHATSAPP, ANNA)
    written = desk.all(Message, Message.channel_id == desk.channel)[0].id
    assert crossing.way(talk, by=written) == ("mail", "anna.bianchi@cliente.test")
    back = desk.arrive(mail("Re: Giunto", "Per e-mail", In_Reply_To="<a@cliente.test>"), at=now() + MINUTE)
    assert back.id == talk.id
    assert crossing.way(talk) == ("mail", "anna.bianchi@cliente.test")
    assert crossing.way(letter) == ("mail", "anna.bianchi@cliente.test"), "an old page leads to the kept one"
    with desk.database.reading() as session:
        row = session.get_one(Conversation, talk.id)
        assert [ways.answering(session, one.channel_id).kind for one in ways.open_ways(session, row)] == [
            "mail",
            WHATSAPP,
        ]
        assert windows.until(session, row) is not None
        assert replies.recipient(session, row)["address"] == "anna.bianchi@cliente.test"
        with pytest.raises(replies.CannotReply):
            replies._last(session, row, 999)
    assert desk.writes("E di nuovo qui").id == talk.id
    separate(desk, kept)
    texts = [[one.reply for one in desk.all(Message, Message.conversation_id == row.id, Message.direction == "inbound")] for row in (letter, talk)]  # fmt: skip
    assert texts == [["Buongiorno, qual è la tolleranza?", "Per e-mail"], ["Buongiorno, il giunto?", "E di nuovo qui"]]


def test_a_mail_sent_from_a_joined_talk_names_mails_only(crossing: Crossing) -> None:
    letter, talk = crossing.desk.ask(Message_ID="<a@cliente.test>"), crossing.desk.writes("Buongiorno")
    join(crossing.desk, letter, talk)
    with crossing.database.writing() as session:
        row, user = session.get_one(Conversation, talk.id), session.get_one(User, crossing.desk.manager)
        written = session.query(Message).filter_by(channel_id=crossing.desk.channel).first()
        assert written is not None
        sent = replies.reply(session, row, user, "Ecco", by=written.id)
        assert (sent.in_reply_to, sent.references, sent.subject) == (
            "<a@cliente.test>",
            ["<a@cliente.test>"],
            "Re: Giunto",
        )


def test_by_the_chat_and_by_mail(crossing: Crossing) -> None:
    anna = crossing.chat.visitor()
    letter, chat = crossing.desk.ask(Message_ID="<a@cliente.test>"), crossing.chat.write(anna, TOLERANCE)
    assert join(crossing.desk, chat, letter) == chat.id
    assert crossing.way(chat) == ("sitechat", crossing.chat.visit(anna).address)
    assert [text for _, text in anna.texts()] == [TOLERANCE, "La tolleranza è H7."], "a visitor sees no mails"
    assert crossing.chat.write(anna, "Ancora").id == chat.id
    crossing.desk.arrive(mail("Re: Giunto", "Per e-mail", In_Reply_To="<a@cliente.test>"))
    assert crossing.way(chat) == ("mail", "anna.bianchi@cliente.test")


def test_a_form_and_a_mail_leave_by_one_mailbox_to_two_addresses(crossing: Crossing) -> None:
    form, letter = crossing.form.arrive(), crossing.desk.ask()
    assert join(crossing.desk, form, letter) == form.id
    assert crossing.way(form) == ("mail", "anna.bianchi@cliente.test")
    with crossing.database.reading() as session:
        some = ways.open_ways(session, session.get_one(Conversation, form.id))
    assert [one.from_address for one in some] == ["anna.bianchi@cliente.test", "anna@cliente.test"]
    assert crossing.way(form, by=some[1].id) == ("mail", "anna@cliente.test")


def test_a_token_of_the_emptied_one_leads_to_the_kept_one(desk_on_both: Desk) -> None:
    desk = desk_on_both
    first, other = desk.ask(), second(desk)
    with desk.database.writing() as session:
        token = threads.token_of(session.get_one(Conversation, other.id))
    join(desk, first, other)
    found = desk.arrive(mail(f"Altro [#{token}]", "Dal vecchio", sender="ab@libero.it", name="Anna B."))
    assert found.id == first.id


def test_what_cannot_be_joined_is_refused(crossing: Crossing) -> None:
    desk, anna = crossing.desk, crossing.chat.visitor()
    talk, chat, letter = desk.writes("Buongiorno"), crossing.chat.write(anna), desk.ask()
    again, other = second(desk), desk.ask("Altro", subject="Altro")
    assert refused(desk, talk, chat) == TWO_TALKS
    assert refused(desk, letter, letter) == GONE
    with desk.database.writing() as session:
        session.get_one(Conversation, other.id).certified = True
    assert refused(desk, letter, other) == CERTIFIED
    desk.do(conversations.mark_spam, other, SYSTEM)
    assert refused(desk, letter, other) == "aside"
    join(desk, letter, again)
    assert refused(desk, letter, again) == GONE
    assert refused(desk, again, talk) == GONE


def test_a_vouched_visitor_does_not_get_somebody_elses_mails_to_see(crossing: Crossing) -> None:
    anna, letter = crossing.chat.visitor(), crossing.desk.ask()
    chat = crossing.signed(anna, email="other@cliente.test")
    assert refused(crossing.desk, chat, letter) == "other_address"


def refused(desk: Desk, one: Conversation, other: Conversation) -> str:
    with pytest.raises(CannotJoin) as error:
        join(desk, one, other)
    assert desk.all(ConversationMerge, ConversationMerge.merged_id == one.id) == [] or error.value.code == GONE
    return error.value.code


def test_the_last_joining_is_separated_first(desk_on_both: Desk) -> None:
    desk = desk_on_both
    rows = [desk.ask(f"N. {number}", subject=f"N. {number}", at=now() - number * HOUR) for number in (3, 2, 1)]
    before = clocks(desk, *rows)
    join(desk, rows[0], rows[1])
    join(desk, rows[0], rows[2])
    first, last = desk.all(ConversationMerge)
    with pytest.raises(CannotJoin) as error, desk.database.writing() as session:
        joining.separate(session, first.id, session.get_one(User, desk.manager))
    assert error.value.code == LATER
    for _ in range(2):
        separate(desk, rows[0].id)
    assert clocks(desk, *rows) == before
    with pytest.raises(CannotJoin), desk.database.writing() as session:
        joining.separate(session, last.id, session.get_one(User, desk.manager))


@pytest.mark.parametrize("seed", range(8))
def test_the_joined_clock_is_what_all_acts_in_order_give(desk: Desk, seed: int) -> None:
    """Against an oracle that shares no code: questions and answers of both sides, as if it had been one conversation."""
    dice, at = random.Random(seed), START
    sides = [desk.ask(Message_ID="<0@cliente.test>", at=at), second(desk, Message_ID="<1@libero.it>", at=at + MINUTE)]
    expected: list[list[Any]] = [[at, None, ""]]
    at += MINUTE
    for number in range(14):
        at += dice.choice([1, 7, 45, 300, 1_500]) * MINUTE
        side, act = dice.choice([0, 1]), dice.choice(["ask", "ask", "answer", "phone"])
        sender = ("anna.bianchi@cliente.test", "ab@libero.it")[side]
        if act == "ask":
            name = f"<{side}@{sender.partition('@')[2]}>"
            desk.arrive(mail("Re: x", f"Domanda {number}", sender=sender, In_Reply_To=name), at=at)
            if expected[-1][1] is not None:
                expected.append([at, None, ""])
        elif act == "answer":
            desk.answer(sides[side], f"Risposta {number}", at=at)
            desk.deliver()
        else:
            desk.do(conversations.answered_by_phone, sides[side], at=at)
        if expected[-1][1] is None and act != "ask":
            expected[-1][1:] = [at, ANSWERED if act == "answer" else BY_PHONE]
    before = clocks(desk, *sides)
    kept = join(desk, sides[0], sides[1])
    clocks(desk, *sides)
    rows = sorted(desk.all(Exchange, Exchange.conversation_id == kept), key=lambda row: row.opened_at)
    assert [[row.opened_at, row.closed_at, row.outcome] for row in rows] == expected
    assert [row.first for row in rows] == [True] + [False] * (len(rows) - 1)
    with desk.database.reading() as session:
        from inbox.models import Calendar

        calendar = session.query(Calendar).one()
    for row in rows:
        hops = desk.all(Hop, Hop.exchange_id == row.id, Hop.holder != "delivery")
        if row.closed_at is not None:
            assert row.working_seconds == 60 * working_minutes(calendar, row.opened_at, row.closed_at)
            assert sum(hop.wall_seconds or 0 for hop in hops) == row.wall_seconds
            assert sum(hop.working_seconds or 0 for hop in hops) == row.working_seconds
        else:
            assert [hop.ended_at is None for hop in hops].count(True) == 1
    separate(desk, kept)
    assert clocks(desk, *sides) == before


def test_no_answer_needed_on_one_side_is_told_as_before(desk: Desk) -> None:
    first, other = desk.ask(at=now() - 3 * HOUR), second(desk, at=now() - HOUR)
    desk.do(conversations.no_answer_needed, first, at=now() - 2 * HOUR)
    kept = join(desk, other, first)
    assert [row.outcome for row in desk.all(Exchange, Exchange.conversation_id == kept)] == [NOT_NEEDED, ""]
    assert desk.all(Channel)[0].kind == "mail"


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_joined_and_separated_is_told_again_as_it_is(desk_on_both: Desk, seed: int) -> None:
    """Three conversations, joined and separated while they go on in all ways."""
    desk, dice, at = desk_on_both, random.Random(seed), START
    with time_machine.travel(START, tick=False):
        rows = [desk.ask(Message_ID=f"<0{who}>", sender=who, subject=who) for who in SENDERS]
    for number in range(1, 16):
        at += dice.choice([1, 7, 45, 300]) * MINUTE
        one = desk.fresh(dice.choice(rows))
        one = desk.fresh(next(row for row in rows if row.id == (one.merged_into_id or one.id)))
        with time_machine.travel(at, tick=False):
            whatever(desk, one, dice.choice(rows), number, dice)
        clocks(desk, *rows)


def whatever(desk: Desk, one: Conversation, two: Conversation, number: int, dice: random.Random) -> None:
    """One of all that may happen to a conversation that stands for itself."""
    act = dice.choice(["ask", "answer", "phone", "close", "not_needed", "assign", "join", "join", "separate"])
    if act == "ask":
        who = dice.choice(SENDERS)
        desk.arrive(mail("Re: x", f"{number}", sender=who, In_Reply_To=f"<0{who}>", Message_ID=f"<{number}{who}>"))
    elif act == "join":
        with contextlib.suppress(CannotJoin):
            join(desk, one, two)
    elif act == "separate":
        with contextlib.suppress(AssertionError):
            separate(desk, one.id)
    elif act == "answer":
        desk.answer(one, f"{number}")
        desk.deliver()
    elif act == "assign":
        desk.do(conversations.assign, one, SYSTEM, team_id=None, user_id=desk.manager)
    else:
        desk.do(DEEDS[act], one, *([SYSTEM] if act == "close" else []))


@pytest.mark.parametrize("deed", ["close", "no_answer_needed", "answered_by_phone", "answer"])
def test_what_is_told_anew_of_a_joined_talk_leaves_each_sides_deeds(desk: Desk, deed: str) -> None:
    first, other = desk.ask(at=now() - 3 * HOUR), second(desk, at=now() - 2 * HOUR)
    if deed == "answer":
        desk.answer(other, "Sì", at=now() - HOUR)
        desk.deliver()
    elif deed == "close":
        with desk.database.writing() as session:
            conversations.close(session, session.get_one(Conversation, other.id), SYSTEM, now() - HOUR)
    else:
        desk.do(getattr(conversations, deed), other, at=now() - HOUR)
    kept = join(desk, first, other)

    def waits() -> list[list[Any]]:
        rows = desk.all(Exchange, Exchange.conversation_id == kept)
        ended = (NOT_NEEDED, UNANSWERED)
        return sorted([row.opened_at, row.closed_at, row.outcome] for row in rows if row.outcome not in ended)

    told = waits()
    assert len(told) == 1
    with desk.database.writing() as session:
        rebuilding.rebuild(session, session.get_one(Conversation, kept))
    assert waits() == told
