"""Colleagues answer from their mail program: to the customer, or by a command; forged answers change nothing."""

import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from inbox import conversations, out_of_office, users
from inbox.events import SYSTEM
from inbox.models import Conversation, Delivery, Event, Intake, Lead, Message, User, now
from inbox.worktime import closing
from inbox.worktime.calendars import Owner
from routing import by_mail, rules
from routing.rules import Rule
from tests.parts.answers import arrive, mail, receipt
from tests.parts.desk import URL, Desk
from tests.parts.long import examples

CUSTOMER = "anna.bianchi@cliente.test"
FORGED = examples(500)


@pytest.fixture
def asked(desk_on_both: Desk) -> tuple[Desk, Conversation, Delivery]:
    """A question, and the mail about it that Marco got."""
    desk = desk_on_both
    desk.add_user("marco@firm.test", "colleague", "rd")
    with desk.database.writing() as session:
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])
    conversation = desk.ask(subject="Giunto GX-40")
    (told,) = desk.notices()
    return desk, conversation, told


def test_an_answer_goes_to_the_customer_with_its_file(asked: Any) -> None:
    desk, conversation, told = asked
    assert "An answer to this mail goes to the customer." in told.envelope["text"]
    arrive(desk, mail(told, "La tolleranza è H7.\n\nInviato da iPhone", files={"scheda.pdf": b"%PDF-1"}))
    desk.deliver()
    (answer,) = desk.answers()
    assert (answer.recipient, answer.envelope["text"].split("\n")[0], answer.state) == (
        CUSTOMER,
        "La tolleranza è H7.",
        "sent",
    )
    sent = next(one for one in desk.wire.sent if one.to[0].address == CUSTOMER)
    assert [one.filename for one in sent.attachments] == ["scheda.pdf"]
    assert "card" not in sent.text
    assert "iPhone" not in sent.text
    assert "Sent to Anna Bianchi" in receipt(desk)
    assert "scheda.pdf" in receipt(desk)
    fresh = desk.fresh(conversation)
    assert (fresh.waiting_since, fresh.status) == (None, "pending")
    assert desk.fresh(answer).user_id == fresh.user_id, "who answers has taken it"
    (message,) = desk.all(Message, Message.direction == "outbound")
    assert message.in_reply_to, "in the customer's thread"


def test_the_mark_in_the_text_is_enough_where_a_program_drops_what_it_answers(asked: Any) -> None:
    desk, _, told = asked
    arrive(desk, mail(told, "Sì.", names=False))
    assert len(desk.answers()) == 1


@pytest.mark.parametrize(
    ("text", "said", "check"),
    [
        (
            "#nota sentire Luca",
            "internal note",
            lambda one, desk: desk.all(Message, Message.kind == "note")[0].text == "sentire Luca",
        ),
        (
            "#passa Sales\nConosce il cliente",
            "Passed on to Sales",
            lambda one, desk: one.team_id is not None and one.user_id is None,
        ),
        ("#pass giulia", "Passed on to giulia", lambda one, desk: one.user_id == desk.manager),
        ("#prendo", "in your hands now", lambda one, desk: one.claimed_at is not None),
        ("#chiudi", "Closed.", lambda one, desk: one.status == "closed"),
        (
            "#vinto 12.400",
            "Marked as won. Value: €12,400.",
            lambda one, desk: (one.stage, one.value_cents) == ("won", 1_240_000),
        ),
        ("#perso prezzo", "Marked as lost.", lambda one, desk: desk.all(Lead)[0].lost_reason == "price"),
        (
            "#preventivo 8.000 entro 15/12",
            "Marked as quoted. Value: €8,000. By when: 15 December",
            lambda one, desk: (one.value_cents, desk.all(Lead)[0].next_on.day) == (800_000, 15),
        ),
        ("#qualified\nvuole 40 giunti", "Marked as qualified.", lambda one, desk: one.stage == "qualified"),
        ("#telefonato spiegato tutto", "answered by phone", lambda one, desk: one.waiting_since is None),
        ("#domani", "Put off until", lambda one, desk: one.snoozed_until is not None),
    ],
)
def test_commands(asked: Any, text: str, said: str, check: Callable[[Conversation, Desk], bool]) -> None:
    desk, conversation, told = asked
    arrive(desk, mail(told, text))
    assert said in "".join(one.envelope["text"] for one in desk.receipts)
    assert check(desk.fresh(conversation), desk)
    assert desk.answers() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#forse", "#forse is no command"),
        ("#passa marketing", 'no single team or colleague called "marketing"'),
        ("#passa", "no single team or colleague"),
        ("", "Nothing was sent"),
        ("#nota", "held no words"),
        ("#vinto 12.4.00", "this is no sum: 12.4.00"),
    ],
)
def test_what_was_not_done_is_said(asked: Any, text: str, said: str) -> None:
    desk, conversation, told = asked
    before = desk.fresh(conversation)
    arrive(desk, mail(told, text))
    assert said in receipt(desk)
    after = desk.fresh(conversation)
    assert (after.team_id, after.user_id, after.status) == (before.team_id, before.user_id, before.status)
    assert desk.answers() == []


def test_the_second_answer_is_not_sent_unless_it_is_wanted(asked: Any) -> None:
    desk, conversation, told = asked
    desk.answer(conversation, "La tolleranza è H7.")
    desk.deliver()
    arrive(desk, mail(told, "Credo sia H8."))
    assert "giulia has answered meanwhile" in receipt(desk)
    assert "La tolleranza è H7." in receipt(desk)
    assert "Credo sia H8." in receipt(desk)
    assert len(desk.answers()) == 1
    arrive(desk, mail(told, "#invia\nCredo sia H8."))
    assert "Sent to" in receipt(desk)
    assert len(desk.answers()) == 2


def test_an_automatic_reply_never_reaches_the_customer(asked: Any) -> None:
    desk, conversation, told = asked
    arrive(desk, mail(told, "Sono in ferie fino al 24.", Auto_Submitted="auto-replied"))
    assert (desk.answers(), desk.receipts) == ([], [])
    assert [one.action for one in desk.all(Event, Event.conversation_id == conversation.id)][-1] == "perhaps_away"
    assert seem_away(desk) == ["Sono in ferie fino al 24."]
    arrive(desk, mail(told, "Ero solo a pranzo: è H7."))
    assert seem_away(desk) == []


def test_an_automatic_reply_proposes_the_absence_for_a_week(asked: Any) -> None:
    desk, _, told = asked
    arrive(desk, mail(told, "Sono in ferie.", Auto_Submitted="auto-replied"))
    marco, eva = desk.all(User, User.email == "marco@firm.test")[0], desk.add_user("eva@firm.test", "colleague", "rd")
    assert [len(seem_away(desk, number)) for number in (desk.manager, marco.id, eva)] == [1, 1, 0]
    with time_machine.travel(now() + timedelta(days=8)):
        assert seem_away(desk) == []
    with desk.database.writing() as session:
        today = now().date()
        closing.add(session, Owner(None, marco.id), closing.Wanted(today, today), SYSTEM, today)
    assert seem_away(desk) == []


def seem_away(desk: Desk, user_id: int = 0) -> list[str]:
    with desk.database.reading() as session:
        user = session.get_one(User, user_id or desk.manager)
        return [one.seems_away_says for one in out_of_office.shown_to(session, user, now())]


def test_forged_answers_change_nothing_and_are_told(asked: Any) -> None:
    """Wrong tokens, the right one from elsewhere or as a colleague's, forged, replayed, of somebody who has left."""
    desk, conversation, told = asked
    dice = random.Random(5)
    other = desk.add_user("eva@firm.test", "colleague", "rd")
    token = re.search(r"card\.([a-z2-7]+)\.", told.external_id)
    assert token
    raws, with_card = [], 0
    for number in range(FORGED):
        kind = number % 4
        with_card += kind in (0, 1, 2)
        if kind == 0:  # the right token from any address, a forwarded card among them
            raws.append(mail(told, "Accettate il 50% di sconto", sender=f"x{number}@evil.test"))
        elif kind == 1:
            raws.append(mail(told, "Accettate il 50% di sconto", sender="eva@firm.test"))
        elif kind == 2:
            raws.append(
                mail(
                    told,
                    "Sconto!",
                    Authentication_Results="mx.firm.test; dmarc=fail header.from=firm.test; spf=fail; dkim=fail",
                )
            )
        else:
            guessed = "".join(dice.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in token[1])
            fake = Delivery(external_id=told.external_id.replace(token[1], guessed), envelope={"text": "x"})
            raws.append(mail(fake, "Sconto!"))
    arrive(desk, *raws)
    assert (desk.answers(), desk.receipts) == ([], [])
    assert desk.all(Message, Message.direction == "outbound") == []
    refused = [one for one in desk.all(Event, Event.conversation_id == conversation.id) if one.action == "mail_refused"]
    assert len(refused) == with_card
    assert {one.data["why"] for one in refused} == {"other_address", "forged"}
    assert len(desk.all(Intake, Intake.state == "held")) == with_card, "each is kept, with its reason"
    others = desk.all(Conversation, Conversation.id != conversation.id)
    assert len(others) == FORGED - with_card, "with a guessed token it is a mail as any other"
    assert other


def test_a_replayed_answer_is_sent_once_and_who_has_left_sends_none(asked: Any) -> None:
    desk, conversation, told = asked
    answer = mail(told, "La tolleranza è H7.")
    arrive(desk, answer)
    desk.receive(answer, answer)
    desk.take_in()
    assert desk.claim("by_mail") == []
    assert len(desk.answers()) == 1
    late = mail(told, "Ancora io")
    with desk.database.writing() as session:
        users.disable(session, session.query(User).filter_by(email="marco@firm.test").one(), SYSTEM)
    arrive(desk, late)
    assert (len(desk.answers()), desk.receipts) == (1, [])
    assert desk.all(Event, Event.conversation_id == conversation.id)[-1].data["why"] == "gone"


def test_who_leaves_between_arrival_and_deed_does_nothing(asked: Any) -> None:
    desk, _, told = asked
    desk.receive(mail(told, "La tolleranza è H7."))
    desk.take_in()
    with desk.database.writing() as session:
        users.disable(session, session.query(User).filter_by(email="marco@firm.test").one(), SYSTEM)
    before = len(desk.notices())
    by_mail.act(desk.database, desk.claim("by_mail"), URL)
    assert desk.answers() == []
    assert len(desk.notices()) == before, "and hears nothing"
    assert desk.all(Event)[-1].data["why"] == "gone"


def test_two_colleagues_have_tokens_of_their_own(asked: Any) -> None:
    desk, conversation, told = asked
    desk.add_user("eva@firm.test", "colleague", "rd")
    desk.ask("Altra domanda", subject="Altro", sender="luca@altro.test")
    tokens = {re.search(r"card\.([a-z2-7]+)\.", one.external_id)[1] for one in desk.notices()}  # type: ignore[index]
    assert len(tokens) == 3
    desk.do(conversations.close, conversation, SYSTEM)
    arrive(desk, mail(told, "Dopo la chiusura"))
    assert len(desk.answers()) == 1
