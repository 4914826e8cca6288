"""How much leaves the pages: the contact's own level wins over the team's; a confidential mail holds nothing."""

import email
from email import policy

import pytest
from sqlalchemy import select

from inbox import contents
from inbox.events import person
from inbox.models import Conversation, Event, Team
from routing import by_mail, rules
from routing.notify import texts
from routing.rules import Rule
from tests.parts.company import mail
from tests.parts.desk import URL, Desk
from tests.routing.test_by_mail import mail as answer_to

SECRETS = ("Anna", "anna", "Giunto", "tolleranza", "foro.pdf", "cliente")


def set_level(desk: Desk, *, team: str = "full", contact: str = "") -> None:
    with desk.database.writing() as session:
        for one in session.scalars(select(Team)):
            one.content = team
        for conversation in session.scalars(select(Conversation)):
            conversation.contact.content = contact


@pytest.fixture
def asked(desk_on_both: Desk) -> Desk:
    desk = desk_on_both
    desk.add_user("marco@firm.test", "colleague", "rd")
    with desk.database.writing() as session:
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team="rd"))])
    return desk


@pytest.mark.parametrize(
    ("team", "contact", "level"),
    [("full", "", "full"), ("minimal", "", "minimal"), ("full", "minimal", "minimal"), ("minimal", "words", "words")],
)
def test_the_contacts_own_wins(asked: Desk, team: str, contact: str, level: str) -> None:
    conversation = asked.ask()
    set_level(asked, team=team, contact=contact)
    with asked.database.reading() as session:
        assert contents.level(session.get_one(Conversation, conversation.id)) == level


def test_without_a_team_all_is_told(asked: Desk) -> None:
    conversation = asked.ask()
    set_level(asked, team="minimal")
    with asked.database.writing() as session:
        found = session.get_one(Conversation, conversation.id)
        found.team_id = found.team = None
        assert contents.level(found) == "full"


def test_a_change_is_an_event_once(asked: Desk) -> None:
    conversation, actor = asked.ask(), person(asked.manager)
    with asked.database.writing() as session:
        found = session.get_one(Conversation, conversation.id)
        assert contents.set_contact(session, found, "minimal", actor)
        assert contents.set_contact(session, found, "minimal", actor)
        assert not contents.set_contact(session, found, "nothing", actor)
        contents.set_team(session, session.get_one(Team, found.team_id), "words", actor)
        contents.set_team(session, session.get_one(Team, found.team_id), "words", actor)
    events = asked.all(Event, Event.action == "content_set")
    assert [(one.conversation_id, one.data["content"]) for one in events] == [
        (conversation.id, "minimal"),
        (None, "words"),
    ]


def test_a_confidential_mail_holds_nothing_and_can_be_answered(asked: Desk) -> None:
    asked.ask(subject="Primo")
    set_level(asked, contact="minimal")
    before = len(asked.notices())
    conversation = asked.ask(subject="Giunto GX-40", text="Qual è la tolleranza?")
    (told,) = asked.notices()[before:]
    subject, text = told.envelope["subject"], told.envelope["text"]
    assert subject == "A new confidential question for R&D"
    assert text.startswith(f"{subject}\n\nRead and answer: {URL}/conversations/{conversation.id}\n")
    assert not [secret for secret in SECRETS if secret in subject + text]
    asked.receive(answer_to(told, "È H7."))
    asked.take_in()
    while jobs := asked.claim("by_mail"):
        by_mail.act(asked.database, jobs, URL)
    assert [one.recipient for one in asked.answers()] == ["anna.bianchi@cliente.test"]
    receipt = asked.notices()[-1].envelope
    assert receipt["subject"] == "Done"
    assert "Sent to the customer." in receipt["text"]
    assert not [secret for secret in SECRETS if secret in receipt["text"]]


def test_who_writes_again_is_confidential_too(asked: Desk) -> None:
    conversation = asked.ask(Message_ID="<one@cliente.test>")
    set_level(asked, team="minimal")
    before = len(asked.notices())
    asked.ask(subject="Re: Giunto", In_Reply_To="<one@cliente.test>")
    (told,) = asked.notices()[before:]
    assert told.conversation_id == conversation.id
    assert told.envelope["subject"] == "A new message in a confidential conversation (R&D)"
    assert not [secret for secret in SECRETS if secret in told.envelope["text"]]
    with asked.database.reading() as session:
        found = session.get_one(Conversation, conversation.id)
        for why in ("nobody", "absent", "promised", "late"):
            notice = texts.reminder(found, why, "en", URL)
            assert not [secret for secret in SECRETS if secret in notice.subject + notice.text]
            assert f"{URL}/conversations/{conversation.id}" in notice.text


@pytest.mark.parametrize(("level", "said"), [("full", "Files: foro.pdf"), ("words", "Files: on the page (1)")])
def test_files_are_named_only_where_all_is_told(asked: Desk, level: str, said: str) -> None:
    set_level(asked, team=level)
    message = email.message_from_bytes(mail("Giunto", "Qual è la tolleranza?"), policy=policy.default)
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="foro.pdf")
    asked.arrive(message.as_bytes())
    text = asked.notices()[-1].envelope["text"]
    assert said in text
    assert "tolleranza" in text
