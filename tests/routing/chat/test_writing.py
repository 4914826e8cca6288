"""Answering from the chat: nothing reaches a customer before a button is pressed."""

import pytest
import time_machine

from inbox import replies
from inbox.models import Draft, Message, User, now
from tests.routing.chat.conftest import LUCA, MARCO, Office


def answers(office: Office) -> list[str]:
    return [one.envelope["text"].split("\n\n")[0] for one in office.desk.answers()]


def test_an_answer_is_shown_before_it_leaves(office: Office) -> None:
    office.says(MARCO, "La tolleranza è H7.", answers=office.card(MARCO))
    number, preview = office.newest(MARCO)
    assert preview.text.startswith("Nothing has left yet. Send this?\nTo: Anna Bianchi <anna.bianchi@cliente.test>")
    assert "info@firm.test" in preview.text
    assert "La tolleranza è H7." in preview.text
    assert answers(office) == []
    assert office.presses(MARCO, "Send to the customer") == ("It is on its way to the customer.", False)
    assert answers(office) == ["La tolleranza è H7."]
    assert office.bot.shown[number].text.startswith("Sent to the customer.")
    assert office.bot.shown[number].buttons == []
    assert office.bot.shown[office.card(MARCO)].text.splitlines()[0].endswith(" · sent")
    assert office.bot.shown[office.card(LUCA)].text.startswith("Answered by marco, ")
    fresh = office.fresh()
    assert (fresh.waiting_since, fresh.status, fresh.user_id) == (None, "pending", office.marco)


def test_a_thoughtless_line_never_leaves(office: Office) -> None:
    office.says(MARCO, "boh, ma chi è questo?", answers=office.card(MARCO))
    office.presses(MARCO, "Drop it")
    assert answers(office) == []
    assert office.newest(MARCO)[1].text.startswith("Dropped: nothing has left.")


def test_several_messages_and_files_in_a_row_are_one_answer(office: Office) -> None:
    office.bot.files = {"f1": b"%PDF-1.7", "f2": b"JPEG"}
    words = next(number for number, one in office.bot.shown.items() if one.in_reply_to == office.card(MARCO))
    office.says(MARCO, "Ecco la scheda.", answers=words)
    document = {"file_id": "f1", "file_unique_id": "u", "file_name": "scheda.pdf", "mime_type": "application/pdf"}
    office.says(MARCO, document=document)
    office.says(MARCO, photo=[{"file_id": "f2", "file_unique_id": "v", "width": 9, "height": 9}], caption="La foto.")
    assert len([one for one in office.texts(MARCO) if "Send this?" in one]) == 1, "one preview, edited"
    assert "Files: scheda.pdf, photo.jpg" in office.newest(MARCO)[1].text
    office.presses(MARCO, "Send to the customer")
    assert answers(office) == ["Ecco la scheda."]
    (sent,) = office.desk.wire.sent
    assert [(one.filename, one.content) for one in sent.attachments] == [("scheda.pdf", b"%PDF-1.7"),
                                                                         ("photo.jpg", b"JPEG")]  # fmt: skip
    assert "La foto." in sent.text


def test_two_presses_send_once(office: Office) -> None:
    office.says(MARCO, "Sì.", answers=office.card(MARCO))
    data = next(value for row in office.newest(MARCO)[1].buttons for label, value in row if label.startswith("Send"))
    office.presses_data(MARCO, data)
    assert office.presses_data(MARCO, data) == ("This is over: nothing was done.", True)
    assert len(answers(office)) == 1


def test_facts_go_to_the_manager_and_notes_stay_here(office: Office) -> None:
    office.says(MARCO, "È H7, ma solo a 20 °C.", answers=office.card(MARCO))
    office.presses(MARCO, "To the manager as facts")
    (draft,) = office.desk.all(Draft)
    assert (draft.state, draft.ended_at) == ("facts", None)
    assert office.newest(MARCO)[1].text.startswith("With the manager, as facts for the answer.")
    office.says(MARCO, "Sentire Luca.", answers=office.card(MARCO))
    office.presses(MARCO, "Note")
    assert [one.text for one in office.desk.all(Message, Message.kind == "note")] == ["Sentire Luca."]
    assert answers(office) == []
    assert office.fresh().waiting_since is not None


@pytest.mark.parametrize(("button", "role"), [("Answer", "asks_answer"), ("Ask the customer", "asks_customer")])
def test_a_button_opens_the_answer_field(office: Office, button: str, role: str) -> None:
    office.presses(MARCO, button)
    number, asked = office.newest(MARCO)
    assert asked.asks
    office.says(MARCO, "Quale modello?", answers=number)
    (draft,) = office.desk.all(Draft)
    assert draft.asks == (role == "asks_customer")
    office.presses(MARCO, "Send to the customer")
    assert answers(office) == ["Quale modello?"]


def test_the_note_button_keeps_a_note_at_once(office: Office) -> None:
    office.presses(MARCO, "Note", on=office.card(MARCO))
    office.says(MARCO, "Cliente difficile", answers=office.newest(MARCO)[0])
    assert [one.text for one in office.desk.all(Message, Message.kind == "note")] == ["Cliente difficile"]


def test_words_that_answer_nothing_are_asked_about(office: Office) -> None:
    first = office.conversation
    office.ask(subject="Altro", sender="luigi@altro.test", name="Luigi Verdi")
    office.says(MARCO, "Sì, in acciaio.")
    assert office.newest(MARCO)[1].text.startswith("Which question does this answer?")
    assert [one[0][:10] for one in office.labels(MARCO)[-1:]] == ["Anna Bianc"]
    office.presses(MARCO, office.labels(MARCO)[-1][0])
    assert "To: Anna Bianchi" in office.newest(MARCO)[1].text
    office.presses(MARCO, "Send to the customer")
    assert office.desk.fresh(first).waiting_since is None
    assert office.fresh().waiting_since is not None


def test_whoever_has_answered_meanwhile_is_named_first(office: Office) -> None:
    office.says(MARCO, "H7.", answers=office.card(MARCO))
    with office.desk.database.writing() as session:
        luca = session.get_one(User, office.luca)
        replies.reply(session, session.get_one(type(office.conversation), office.conversation.id), luca, "È H8.")
    office.run()
    said = ("luca has answered meanwhile. To send yours all the same, press once more.", True)
    assert office.presses(MARCO, "Send to the customer") == said
    assert "«È H8.»" in office.newest(MARCO)[1].text
    office.presses(MARCO, "Send to the customer")
    assert len(answers(office)) == 2


def test_sending_straight_leaves_time_to_take_it_back(office: Office) -> None:
    with office.desk.database.writing() as session:
        session.get_one(User, office.marco).straight = True
    office.says(MARCO, "H7.", answers=office.card(MARCO))
    assert office.newest(MARCO)[1].text.startswith("It leaves in 15 seconds.")
    office.presses(MARCO, "Take it back")
    with time_machine.travel(now().timestamp() + 20, tick=True):
        office.run()
        assert answers(office) == []
        office.says(MARCO, "Anzi H8.", answers=office.card(LUCA).replace(str(LUCA), str(MARCO)))
    office.presses(MARCO, "Drop it")
    office.says(MARCO, "È H8.", answers=office.card(MARCO))
    with time_machine.travel(now().timestamp() + 20, tick=True):
        office.run()
    assert answers(office) == ["È H8."]


def test_a_voice_message_is_no_answer_by_mail(office: Office) -> None:
    office.bot.files = {"v": b"OggS"}
    voice = {"file_id": "v", "file_unique_id": "v", "duration": 3, "mime_type": "audio/ogg"}
    office.says(MARCO, answers=office.card(MARCO), voice=voice)
    assert "A voice message does not go out by mail" in office.newest(MARCO)[1].text
    assert "Send to the customer" not in office.labels(MARCO)[-1]
    office.presses(MARCO, "Note")
    (note,) = office.desk.all(Message, Message.kind == "note")
    assert [one.filename for one in note.attachments] == ["voice.ogg"]
