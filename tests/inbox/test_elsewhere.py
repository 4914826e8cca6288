"""What services tell of by mail: conversations with their authors, answered there, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inbox import channels, conversations, elsewhere, replies, services
from inbox.events import SYSTEM
from inbox.models import Contact, Conversation, Event, Identity, Message, User, now
from inbox.reporting import period
from inbox.reporting.days import Period
from routing import rules
from routing.conditions import AT_MOST, IS, Condition
from routing.rules import Actions, Rule
from tests.parts import services as mails
from tests.parts.company import mail
from tests.parts.desk import Desk


@pytest.fixture
def desk(desk_on_both: Desk) -> Desk:
    return desk_on_both


def there(desk: Desk, conversation: Conversation) -> elsewhere.Place | None:
    with desk.database.reading() as session:
        return elsewhere.place(session, session.get_one(Conversation, conversation.id))


def answered(desk: Desk, conversation: Conversation, words: str = "", at: Any = None) -> bool:
    with desk.database.writing() as session:
        user = session.get_one(User, desk.manager)
        return elsewhere.answered(session, session.get_one(Conversation, conversation.id), user, words, at)


def test_a_notice_is_a_conversation_with_its_author(desk: Desk) -> None:
    found = desk.arrive(mails.linkedin())
    assert found.waiting_since is not None
    (contact,) = desk.all(Contact)
    assert (contact.name, contact.company_id) == ("Anna Verdi", None)
    (identity,) = desk.all(Identity)
    assert (identity.kind, identity.address) == ("notice", "linkedin:anna verdi")
    assert found.snippet == "Buongiorno, vorrei un preventivo."
    place = there(desk, found)
    assert place is not None
    assert (place.code, place.name, place.stars) == ("linkedin", "LinkedIn", 0)
    assert place.url.startswith("https://www.linkedin.com/comm/messaging/thread/2-Mm01/")


def test_one_talk_of_one_author_is_one_conversation(desk: Desk) -> None:
    desk.receive(
        mails.linkedin("Uno"), mails.linkedin("Due"), mails.linkedin("Altro", talk="Mm02"),
        mails.linkedin("Tre", "Carlo Blu"),
    )  # fmt: skip
    desk.take_in()
    desk.arrive(mails.linkedin("Quattro"))
    talks = desk.all(Conversation)
    assert [(one.contact_id, one.messages_count) for one in talks] == [
        (talks[0].contact_id, 3), (talks[0].contact_id, 1), (talks[2].contact_id, 1),
    ]  # fmt: skip
    assert talks[2].contact_id != talks[0].contact_id


def test_a_forged_notice_and_a_newsletter_are_as_they_were(desk: Desk) -> None:
    desk.receive(mails.linkedin(Authentication_Results=mails.FORGED), mails.digest())
    desk.take_in()
    assert [one.machine for one in desk.all(Message)] == ["bulk", "bulk"]
    assert all(one.waiting_since is None and not one.thread_key for one in desk.all(Conversation))


@pytest.mark.parametrize("words", ["", "Gentile Anna, ecco il prezzo."])
def test_the_clock_stops_when_a_person_says_so(desk: Desk, words: str) -> None:
    asked = desk.arrive(mails.linkedin(), at=now() - timedelta(hours=3))
    at = now() - timedelta(hours=1)
    assert answered(desk, asked, words, at)
    (exchange,) = desk.exchanges(asked)
    assert (exchange.outcome, exchange.closed_at, exchange.wall_seconds) == ("there", at, 7200)
    fresh = desk.fresh(asked)
    assert (fresh.waiting_since, fresh.status) == (None, "pending")
    (event,) = desk.all(Event, Event.action == "answered_there")
    assert (event.user_id, event.data["name"]) == (desk.manager, "LinkedIn")
    kept = [one.reply for one in desk.all(Message, Message.direction == "outbound")]
    assert kept == ([words] if words else [])
    assert exchange.closed_by == event.message_id
    assert not desk.answers(), "nothing leaves"


def test_it_counts_as_answered_and_the_next_message_opens_the_clock(desk: Desk) -> None:
    asked = desk.arrive(mails.linkedin())
    answered(desk, asked)
    again = desk.arrive(mails.linkedin("Ancora una cosa"))
    assert again.id == asked.id
    assert again.waiting_since is not None
    with desk.database.reading() as session:
        today = now().date()
        days = Period(today - timedelta(days=1), today + timedelta(days=1))
        line = period.report(session, days, "Europe/Rome").line(*period.EVERY)
    assert (line.answered, line.waiting) == (1, 1)


def test_what_came_before_the_press_but_later_here_is_not_answered_twice(desk: Desk) -> None:
    asked = desk.arrive(mails.linkedin(), at=now() - timedelta(hours=3))
    answered(desk, asked, "Ecco.", now() - timedelta(hours=1))
    late = desk.arrive(mails.linkedin("Prima"), at=now() - timedelta(hours=2))
    assert late.waiting_since is None


def test_an_ordinary_conversation_is_not_answered_there(desk: Desk) -> None:
    asked = desk.ask()
    assert not answered(desk, asked)
    assert desk.fresh(asked).waiting_since is not None
    desk.answer(asked)


def test_no_answer_leaves_by_mail(desk: Desk) -> None:
    asked = desk.arrive(mails.linkedin())
    with pytest.raises(replies.AnswerThere, match="answer there"):
        desk.answer(asked)
    with desk.database.reading() as session, pytest.raises(replies.AnswerThere):
        replies.recipient(session, session.get_one(Conversation, asked.id))
    assert desk.all(Message, Message.direction == "outbound") == []


def test_a_marketplace_that_passes_mails_on_is_answered_by_mail(desk: Desk) -> None:
    asked = desk.arrive(
        mail("Domanda", "È disponibile?", sender="k3j@marketplace.amazon.it", name="Mario Rossi - Amazon Marketplace")
    )
    assert [one.name for one in desk.all(Contact)] == ["Mario Rossi"]
    assert there(desk, asked) is None
    desk.answer(asked, "Sì.")
    desk.deliver()
    assert desk.wire.sent[-1].to[0].address == "k3j@marketplace.amazon.it"


def test_rules_ask_for_stars_and_service(desk: Desk) -> None:
    with desk.database.writing() as session:
        bad = Rule("bad", "Bad review", Actions(priority="urgent"), when=(Condition("stars", AT_MOST, number=2),))
        one = Rule("in", "LinkedIn", Actions(priority="high"), when=(Condition("fact.notice", IS, ("linkedin",)),))
        rules.save(session, [bad, one, Rule("rest", "Rest", Actions(team="rd", priority="low"))])
    got = [desk.arrive(raw).priority for raw in (mails.review(2), mails.review(4, author="Ida Blu"), mails.linkedin())]
    assert got == ["urgent", "low", "high"]
    assert desk.arrive(mail("Ciao", "Testo")).priority == "low"


def test_an_acknowledgement_goes_to_nobody(desk: Desk) -> None:
    with desk.database.writing() as session:
        rules.save(session, [Rule("all", "All", Actions(team="rd", acknowledge=True))])
    desk.arrive(mails.linkedin())
    (event,) = desk.all(Event, Event.action == "not_acknowledged")
    assert event.data["why"] == "no_address"


def test_a_review_shows_its_stars(desk: Desk) -> None:
    found = desk.arrive(mails.review(2))
    place = there(desk, found)
    assert place is not None
    assert place.is_review
    assert place.starred == "★★☆☆☆"
    assert desk.all(Message)[0].reply == "Consegna in ritardo."


def test_what_the_firm_switched_off_is_a_newsletter_again(desk: Desk) -> None:
    with desk.database.writing() as session:
        services.switch(session, "linkedin", on=False)
    assert desk.arrive(mails.linkedin("Uno")).waiting_since is None
    with desk.database.writing() as session:
        services.switch(session, "linkedin", on=True)
    assert desk.arrive(mails.linkedin("Due")).waiting_since is not None


def test_a_channel_of_its_own_brings_it_already(desk: Desk) -> None:
    told = mail("Anna Verdi ha commentato il tuo post", "Bello!", sender="notification@facebookmail.com",
                name="Facebook", List_Unsubscribe="<https://www.facebook.com/x>")  # fmt: skip
    assert desk.arrive(told).waiting_since is not None
    with desk.database.writing() as session:
        channels.create(session, desk.app.vault, "facebook", "Pagina", {"page_id": "1"})
        assert services.brought(session) == {"facebook"}
    again = told.replace(b"Bello!", b"Ottimo!").replace(b"Message-ID: <", b"Message-ID: <2")
    desk.receive(again)
    desk.take_in()
    assert desk.all(Message)[-1].machine == "bulk"


def test_a_service_of_the_firms_own(desk: Desk) -> None:
    with desk.database.writing() as session:
        services.add(session, "ThomasNet", "@ThomasNet.example", [], ["LinkedIn"])
    found = desk.arrive(
        mail("RFQ 77", "Wir suchen Giunti\nhttps://leads.thomasnet.example/7", sender="rfq@mail.thomasnet.example",
             name="Ida Kraus via ThomasNet", List_Unsubscribe="<https://x.example>")
    )  # fmt: skip
    place = there(desk, found)
    assert place is not None
    assert (place.name, place.url) == ("ThomasNet", "https://leads.thomasnet.example/7")
    assert [one.name for one in desk.all(Contact)] == ["Ida Kraus"]
    with desk.database.writing() as session:
        (own,) = services.own(session)
        assert services.remove(session, own.code)
        assert not services.remove(session, own.code)
        second = services.add(session, "Another", "thomasnet.example", [], [])
        assert second.code != own.code, "a number is given once"
    assert there(desk, found) is not None, "what came by it stays"


@pytest.mark.parametrize(
    ("name", "sender", "subject", "field"),
    [
        ("X", "x.example", [], "name"),
        ("LinkedIn", "x.example", [], "name"),
        ("Other", "no domain", [], "sender"),
        ("Other", "gmail.com", [], "sender"),
        ("Other", "firm.test", [], "sender"),
        ("Other", "info@firm.test", [], "sender"),
        ("Other", "known.example", [], "sender"),
        ("known", "x.example", [], "name"),
        ("Other", "x.example", ["y" * 81], "subject"),
    ],
)
def test_what_cannot_be_a_service(desk: Desk, name: str, sender: str, subject: list[str], field: str) -> None:
    with desk.database.writing() as session:
        services.add(session, "Known", "known.example", ["lead"], [])
    with desk.database.writing() as session, pytest.raises(services.ServiceError) as error:
        services.add(session, name, sender, subject, ["LinkedIn"])
    assert error.value.field == field
    with desk.database.reading() as session:
        assert len(services.own(session)) == 1


def test_a_notice_after_a_long_time_begins_anew(desk: Desk) -> None:
    asked = desk.arrive(mails.linkedin(), at=now() - timedelta(days=40))
    desk.do(conversations.close, asked, SYSTEM, at=now() - timedelta(days=30))
    later = desk.arrive(mails.linkedin("Di nuovo"))
    assert later.id != asked.id
    assert later.related_id == asked.id
    assert desk.arrive(mails.linkedin("Ancora")).id == later.id


def test_what_another_program_calls_a_notice_is_answered_through_it(desk: Desk) -> None:
    asked = desk.ask()
    with desk.database.writing() as session:
        found = session.get_one(Conversation, asked.id)
        found.thread_key = "notice:x"
        session.scalars(select(Message)).one().facts = {"notice": "x"}
        found.channel.kind = "program"
        session.flush()
        assert elsewhere.place(session, found) is None
        found.channel.kind = "mail"
        assert elsewhere.place(session, found) is not None
