"""Answers that wait for an approver's word, and questions between colleagues, in chats."""

import pytest

from inbox import replies
from inbox.models import Conversation, Draft, Question, Team, User
from routing import asking
from tests.parts.desk import URL
from tests.routing.chat.conftest import LUCA, MARCO, Office


@pytest.fixture
def approved(office: Office) -> Office:
    """Luca approves what Marco writes."""
    with office.desk.database.writing() as session:
        session.get_one(Team, office.fresh().team_id).approver_id = office.luca
    office.says(MARCO, "È H7.", answers=office.card(MARCO))
    assert office.presses(MARCO, "Send to the customer") == ("It waits for the approval.", False)
    return office


@pytest.mark.parametrize(
    ("pressed", "told", "sent"),
    [("Send", "Sent to the customer.\nWord given by: luca", 1),
     ("Give back", "Given back: nothing has left.\nGiven back by: luca", 0)],
)  # fmt: skip
def test_the_approver_has_their_say_in_the_chat(approved: Office, pressed: str, told: str, sent: int) -> None:
    number, asked = approved.newest(LUCA)
    assert asked.text.startswith("An answer of marco waits for your word")
    assert len(approved.desk.answers()) == 0
    text, alert = approved.presses(LUCA, pressed)
    assert not alert
    assert text
    assert len(approved.desk.answers()) == sent
    shown = approved.bot.shown[number]
    assert shown.text.startswith(told)
    assert shown.buttons == [], "the word can be given once"
    (draft,) = approved.desk.all(Draft)
    assert draft.ended_by_id == approved.luca
    own = next(one for key, one in approved.bot.shown.items() if key.startswith(f"{MARCO}:") and "È H7." in one.text)
    assert own.text.startswith(told)


def test_the_author_cannot_give_the_word(approved: Office) -> None:
    (draft,) = approved.desk.all(Draft)
    assert approved.presses_data(MARCO, f"draft:{draft.id}:send")[1]
    assert approved.presses_data(MARCO, f"draft:{draft.id}:refuse")[1]
    assert approved.desk.answers() == []


def test_a_question_between_colleagues_is_answered_in_the_chat(office: Office) -> None:
    desk = office.desk
    with desk.database.writing() as session:
        conversation = session.get_one(Conversation, office.conversation.id)
        people = [session.get_one(User, one) for one in (desk.manager, office.marco)]
        asking.ask(session, conversation, *people, "Regge 80 °C?", URL)
    office.run()
    number, asked = office.newest(MARCO)
    assert asked.text.startswith("giulia asks you about a customer's message\n\nRegge 80 °C?")
    office.says(MARCO, "Fino a 90.", answers=number)
    labels = office.labels(MARCO)[-1]
    assert labels.index("To the manager as facts") < labels.index("Send to the customer")
    office.presses(MARCO, "To the manager as facts")
    assert desk.answers() == []
    (question,) = desk.all(Question)
    assert question.answered_at is not None
    assert [one.text for one in desk.all(Draft)] == ["Fino a 90."]
    assert "marco has written what you need" in desk.notices()[-1].envelope["text"]


def test_the_approver_hears_first_that_somebody_was_faster(approved: Office) -> None:
    with approved.desk.database.writing() as session:
        manager = session.get_one(User, approved.desk.manager)
        replies.reply(session, session.get_one(Conversation, approved.conversation.id), manager, "È H8.")
    approved.run()
    text, alert = approved.presses(LUCA, "Send")
    assert alert
    assert text.startswith("giulia has answered meanwhile.")
    approved.presses(LUCA, "Send")
    assert len(approved.desk.answers()) == 2
