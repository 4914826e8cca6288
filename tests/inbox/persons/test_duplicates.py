"""The same question by another channel: by the words, the person, or name, company and product; told, never joined."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inbox import conversations, likeness, products
from inbox.events import SYSTEM, person
from inbox.models import Channel, ChatCard, Conversation, Delivery, Event, User, UserLink, now
from inbox.persons import duplicates, likely
from inbox.persons.crossing import perhaps
from inbox.persons.duplicates import PERSON, PRODUCT, TEXT
from inbox.products import Product
from routing import twice
from routing.chat import cardtext
from tests.parts.company import mail
from tests.parts.crossing import TOLERANCE, Crossing
from tests.parts.desk import URL

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = {"phone": "333 123 4567", "email": "ab@libero.it"}


def found(crossing: Crossing, conversation: Conversation) -> list[tuple[int, str]]:
    with crossing.database.reading() as session:
        row = session.get_one(Conversation, conversation.id)
        told = [(one.conversation.id, one.why) for one in duplicates.find(session, row)]
        # What is looked up for a batch may name more, never fewer.
        everything = session.scalars(select(Conversation)).all()
        assert not told or row.id in perhaps(session, [row])
        assert not told or row.id in perhaps(session, everything)
        return told


def said(crossing: Crossing, conversation: Conversation, language: str = "en") -> list[str]:
    with crossing.database.reading() as session:
        user = session.get_one(User, crossing.desk.manager)
        return twice.told(
            session, duplicates.find(session, session.get_one(Conversation, conversation.id)), user, language
        )


def moved(crossing: Crossing, conversation: Conversation, ago: timedelta) -> None:
    """The conversation as it would be, had it come so long ago."""
    with crossing.database.writing() as session:
        row = session.get_one(Conversation, conversation.id)
        row.created_at = row.last_at = now() - ago
        for message in session.scalars(duplicates._customers(row.id)):
            message.at = now() - ago


def test_the_same_words_by_another_channel(crossing: Crossing) -> None:
    """Whoever it is from, whatever stands around them: a form adds its fields, a mail has a greeting below."""
    letter = crossing.desk.ask(f"{TOLERANCE.upper()}", sender="x@libero.it", name="X")
    form = crossing.form.arrive(message=TOLERANCE, company="Rossi")
    assert found(crossing, letter) == [(form.id, TEXT)]
    assert found(crossing, form) == [(letter.id, TEXT)]
    assert said(crossing, form)[0].startswith("The same words came by mail today at ")


@pytest.mark.parametrize("words", ["Buongiorno, vorrei informazioni", "", "Grazie!"])
def test_short_words_are_anybodys(crossing: Crossing, words: str) -> None:
    crossing.desk.ask(words or "x", sender="x@libero.it", name="X")
    assert found(crossing, crossing.form.arrive(message=words or "x")) == []


def test_what_is_on_the_same_channel_is_no_duplicate(crossing: Crossing) -> None:
    crossing.desk.ask(TOLERANCE)
    assert found(crossing, crossing.desk.ask(TOLERANCE, subject="Ancora")) == []


@pytest.mark.parametrize(("ago", "is_near"), [(47 * HOUR, True), (49 * HOUR, False)])
def test_the_same_person_within_48_hours(crossing: Crossing, ago: timedelta, is_near: bool) -> None:
    talk = crossing.desk.writes("Buongiorno, avete il GX-40?")
    moved(crossing, talk, ago)
    form = crossing.form.arrive(**PHONE, message="Quanto costa?")
    assert found(crossing, form) == ([(talk.id, PERSON)] if is_near else [])
    crossing.merge(form, talk)
    assert found(crossing, form) == ([(talk.id, PERSON)] if is_near else [])


@pytest.mark.parametrize(
    ("ago", "text", "why"),
    [(6 * DAY, "Il prezzo del gx 40?", [PRODUCT]), (6 * DAY, "Il prezzo?", []), (8 * DAY, "Il prezzo del GX-40?", [])],
)
def test_the_same_name_company_and_product_within_seven_days(
    crossing: Crossing, ago: timedelta, text: str, why: list[str]
) -> None:
    with crossing.database.writing() as session:
        products.save(session, [Product("GX-40"), Product("TL-30")], SYSTEM)
    letter = crossing.desk.ask("Avete il GX40?", sender="anna@rossi.test")
    moved(crossing, letter, ago)
    form = crossing.form.arrive(email="ab@libero.it", company="Rossi S.r.l.", message=text)
    assert [one for _, one in found(crossing, form)] == why


def test_who_is_known_not_to_be_the_same_is_left_out(crossing: Crossing) -> None:
    talk = crossing.desk.writes(TOLERANCE)
    form = crossing.form.arrive(**PHONE, message=TOLERANCE)
    assert found(crossing, form) == [(talk.id, TEXT)]
    with crossing.database.writing() as session:
        likely.set_apart(session, crossing.contact(form), crossing.contact(talk), crossing.desk.manager)
    assert found(crossing, form) == []


def test_spam_is_nobodys_duplicate(crossing: Crossing) -> None:
    talk = crossing.desk.writes(TOLERANCE)
    form = crossing.form.arrive(**PHONE, message=TOLERANCE)
    crossing.desk.do(conversations.mark_spam, talk, SYSTEM)
    assert found(crossing, form) == found(crossing, talk) == []


def test_it_is_said_who_follows_it(crossing: Crossing) -> None:
    """As things are when somebody reads."""
    talk = crossing.desk.writes("Buongiorno")
    form = crossing.form.arrive(**PHONE)
    marco = crossing.desk.add_user("marco@firm.test", "colleague", "rd", name="Marco")
    assert said(crossing, form)[0].endswith("it is with Triage.")
    crossing.desk.do(conversations.assign, talk, SYSTEM, team_id=None, user_id=marco)
    assert said(crossing, form, "it")[0].startswith("Forse ha scritto anche su WhatsApp oggi alle ")
    assert said(crossing, form, "it")[0].endswith("; la segue Marco.")
    crossing.way(talk)
    crossing.desk.work()
    assert said(crossing, form)[0].endswith("; giulia has answered.")
    crossing.desk.do(conversations.close, talk, person(marco))
    assert said(crossing, form)[0].endswith("; closed, answered by giulia.")
    moved(crossing, talk, DAY)
    assert "by WhatsApp yesterday;" in said(crossing, form)[0]
    assert "today at" in said(crossing, talk)[0]


def test_one_that_was_closed_without_an_answer_says_so(crossing: Crossing) -> None:
    talk, form = crossing.desk.writes("Buongiorno"), crossing.form.arrive(**PHONE)
    crossing.desk.do(conversations.close, talk, SYSTEM)
    assert said(crossing, form)[0].endswith("; closed without an answer.")


def test_both_know_it_from_the_start(crossing: Crossing) -> None:
    """The card and the mail about the second say it, and the first one's history; once, and nothing is joined."""
    talk = crossing.desk.writes("Buongiorno")
    form = crossing.form.arrive(**PHONE)
    for one in (talk, form):
        (event,) = crossing.desk.all(Event, Event.conversation_id == one.id, Event.action == twice.SEEN)
        assert event.data["why"] == PERSON
    notices = [one for one in crossing.desk.notices() if one.conversation_id == form.id]
    assert any("Perhaps also wrote by WhatsApp today at" in str(one.envelope["text"]) for one in notices)
    crossing.desk.arrive(mail("Re: x", "Ancora", sender="ab@libero.it", In_Reply_To=external_id(crossing, form)))
    assert len(crossing.desk.all(Event, Event.action == twice.SEEN)) == 2
    assert crossing.contact(talk) != crossing.contact(form)


def external_id(crossing: Crossing, conversation: Conversation) -> str:
    with crossing.database.reading() as session:
        first = session.scalars(duplicates._customers(conversation.id)).first()
        assert first is not None
        return str(first.external_id)


def test_the_telegram_card_says_it_to_who_may_see_the_other(crossing: Crossing) -> None:
    talk = crossing.desk.writes("Buongiorno")
    form = crossing.form.arrive(**PHONE)
    agent = crossing.desk.add_user("luca@agents.test", "external")
    crossing.desk.do(conversations.assign, form, SYSTEM, team_id=None, user_id=agent)
    texts = [card(crossing, form, user) for user in (crossing.desk.manager, agent)]
    assert ["Perhaps also wrote by WhatsApp" in text for text in texts] == [True, False]
    crossing.desk.do(conversations.assign, talk, SYSTEM, team_id=None, user_id=agent)
    assert "luca follows it" in card(crossing, form, agent)


def card(crossing: Crossing, conversation: Conversation, user_id: int) -> str:
    """What the colleague's card shows."""
    with crossing.database.writing() as session:
        bot = session.query(Channel).filter_by(kind="telegram").first() or Channel(kind="telegram", name="bot")
        session.add(bot)
        session.flush()
        if not session.query(UserLink).filter_by(user_id=user_id).first():
            session.add(UserLink(user_id=user_id, channel_id=bot.id, address=str(user_id), confirmed_at=now()))
        delivery = Delivery(purpose="notification", channel_id=bot.id, recipient="1", envelope={})
        session.add(delivery)
        session.flush()
        row = ChatCard(
            conversation_id=conversation.id, channel_id=bot.id, address=str(user_id), user_id=user_id,
            delivery_id=delivery.id, language="en",
        )  # fmt: skip
        session.add(row)
        session.flush()
        text = cardtext.card(session, row, URL).text
        session.delete(row)
        return text


def test_where_customers_have_one_channel_nothing_is_looked_for(desk_on_both: Any) -> None:
    conversation = desk_on_both.ask(TOLERANCE)
    with desk_on_both.database.reading() as session:
        assert not duplicates.has_others(session)
        assert duplicates.find(session, session.get_one(Conversation, conversation.id)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [(TOLERANCE, TOLERANCE.replace(" ", "  ").upper() + " ."), ("à" * 60, "A" * 60), ("x" * 300, "x" * 200 + "y" * 9)],
)
def test_texts_are_compared_by_their_letters(one: str, other: str) -> None:
    assert likeness.text(one) == likeness.text(other) != ""
