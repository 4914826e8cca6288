"""What services tell of, on the colleague's side: the mail, the card's buttons, the command that it was answered there."""

from typing import Any

import pytest

from inbox import contents, conversations
from inbox.models import Conversation, Message
from routing import rules
from routing.chat import keyboards
from routing.rules import Rule
from tests.parts import services as mails
from tests.parts.answers import arrive, mail, receipt
from tests.parts.desk import Desk
from tests.routing.chat.conftest import MARCO, Office, office

__all__ = ("office",)


@pytest.fixture
def asked(desk_on_both: Desk) -> tuple[Desk, Conversation, Any]:
    """A message on LinkedIn, and the mail about it that Marco got."""
    desk = desk_on_both
    desk.add_user("marco@firm.test", "colleague", "rd")
    with desk.database.writing() as session:
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])
    conversation = desk.arrive(mails.linkedin())
    (told,) = desk.notices()
    return desk, conversation, told


def test_the_mail_says_where_to_answer(asked: Any) -> None:
    text = asked[2].envelope["text"]
    assert "From: Anna Verdi · LinkedIn" in text
    assert "Answer on LinkedIn: https://www.linkedin.com/comm/messaging/thread/2-Mm01/" in text
    assert "LinkedIn takes no answers by mail" in text
    assert "An answer to this mail goes to the customer" not in text
    assert "linkedin:" not in text


def test_a_plain_answer_is_refused_and_says_what_to_do(asked: Any) -> None:
    desk, conversation, told = asked
    arrive(desk, mail(told, "Ecco il prezzo."))
    assert "this service takes no answer by mail" in receipt(desk)
    assert "Ecco il prezzo." in receipt(desk), "nothing is lost"
    assert desk.fresh(conversation).waiting_since is not None
    assert not desk.answers()


@pytest.mark.parametrize("text", ["#risposto\nEcco il prezzo.", "#answered Ecco il prezzo."])
def test_the_command_stops_the_clock_and_keeps_the_words(asked: Any, text: str) -> None:
    desk, conversation, told = asked
    arrive(desk, mail(told, text))
    assert "Kept as answered on LinkedIn" in receipt(desk)
    assert desk.fresh(conversation).waiting_since is None
    (kept,) = desk.all(Message, Message.direction == "outbound")
    assert (kept.reply, kept.from_name) == ("Ecco il prezzo.", "marco")


def test_of_an_ordinary_mail_the_command_does_nothing(asked: Any) -> None:
    desk, _, _ = asked
    ordinary = desk.ask()
    arrive(desk, mail(desk.notices()[-1], "#risposto"))
    assert "did not write at a service" in receipt(desk)
    assert desk.fresh(ordinary).waiting_since is not None


def test_a_confidential_one_tells_nothing(asked: Any) -> None:
    desk, conversation, _ = asked
    with desk.database.writing() as session:
        found = session.get_one(Conversation, conversation.id)
        session.get_one(type(found.contact), found.contact_id).content = "minimal"
        assert contents.level(found) == "minimal"
    desk.arrive(mails.linkedin("Segreto"))
    assert "linkedin.com" not in desk.notices()[-1].envelope["text"]


def test_the_card_has_the_link_and_the_press_stops_the_clock(office: Office) -> None:
    office.conversation = office.desk.arrive(mails.review(2))
    office.run()
    card = office.bot.shown[office.card(MARCO)]
    assert "From: Bruno Neri · writes for the first time" in card.text
    assert "By: Google ★★☆☆☆ · info@firm.test" in card.text
    first, *_ = [row for row in card.buttons if row[0][0] == "Answer on Google"]
    assert first[0][1] == "https://business.google.com/n/77/reviews/AbFv0001?hl=it"
    assert [label for label, _ in first] == ["Answer on Google", "Answered there"]
    assert not any(label in ("Answer", "Ask the customer") for row in card.buttons for label, _ in row)
    assert office.presses(MARCO, "Answered there") == ("Done.", False)
    fresh = office.fresh()
    assert (fresh.waiting_since, fresh.status) == (None, "pending")
    (exchange,) = office.desk.exchanges(fresh)
    assert exchange.outcome == "there"


def test_a_link_too_long_for_a_button_is_left_out(office: Office) -> None:
    office.conversation = office.desk.arrive(mails.linkedin(talk="x" * (keyboards.MAX_URL_CHARS + 1)))
    office.run()
    labels = [label for row in office.labels(MARCO) for label in row]
    assert "Answered there" in labels
    assert "Answer on LinkedIn" not in labels


def test_a_press_of_an_older_card_answers_nothing_there(office: Office) -> None:
    data = next(value for row in office.bot.shown[office.card(MARCO)].buttons for _, value in row)
    office.presses_data(MARCO, data.replace(":take:", ":done:there").replace(":pass:", ":done:there"))
    assert office.fresh().waiting_since is not None
    assert office.fresh().status != conversations.SPAM
