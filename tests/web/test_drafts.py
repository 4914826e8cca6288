"""On the page between colleagues: questions, facts and their use, the approver's word, the colleague who was faster."""

from io import BytesIO
from typing import Any

import pytest

from inbox import drafts, users
from inbox.app import App
from inbox.blobs import writing_with
from inbox.models import Draft, Event, Message, Question, User
from tests.web.conftest import PASSWORD
from tests.web.talk import GIULIA, LUCA, MARCO, SARA, Talk, answer_form, live_part, plain


@pytest.fixture
def talk(app: App, sign_in: Any) -> Talk:
    return Talk(app, sign_in)


def test_facts_are_used_in_the_answer_with_their_files(talk: Talk) -> None:
    number, giulia = talk.facts(), talk.sign_in(GIULIA)
    page = talk.page(giulia)
    for said in ("Facts of Marco Neri", "Giulia Verdi had asked: Regge 80 °C?", "Fino a 90 °C.", "prova.pdf"):
        assert said in page, said
    used = talk.post(giulia, f"drafts/{number}/use", 200, text="Buongiorno,").text
    form = answer_form(used)
    assert form["text"] == "Buongiorno,\n\nFino a 90 °C."
    assert (form["source"], len(form["source_file"])) == ([str(number)], 1)
    assert "Facts of Marco Neri" not in used, "what is in the answer does not wait above it"
    live = live_part(used)
    assert "Facts of Marco Neri" not in giulia.get(live), "nor comes back when something happens"
    assert talk.all(Draft)[0].state == "facts", "it is still there until the answer is sent"
    talk.post(giulia, "answer", **form)
    assert talk.sent() == ["Buongiorno,\n\nFino a 90 °C."]
    assert talk.files_sent() == ["prova.pdf"]
    (draft,) = talk.all(Draft)
    assert (draft.state, draft.outcome, draft.ended_by_id) == ("over", "used", talk.ids[GIULIA])
    assert "Facts of Marco Neri" not in talk.page(giulia)


def test_what_waits_shows_itself_on_open_pages(talk: Talk) -> None:
    giulia, marco, sara = (talk.sign_in(one) for one in (GIULIA, MARCO, SARA))
    live = live_part(giulia.get(f"{talk.url}?state=waiting"))
    assert 'class="draft"' not in giulia.get(live)
    number = talk.facts()
    fresh = giulia.get(live)
    assert "Facts of Marco Neri" in fresh
    assert f"{talk.url}/drafts/{number}/use?state=waiting" in fresh, "the queue stays as it was filtered"
    assert live_part(fresh) == live
    talk.post(giulia, "questions", user=talk.ids[SARA], text="E tu?")
    assert "Giulia Verdi asks you" in sara.get(live)
    waits = talk.waiting()
    assert "waits for your word" in sara.get(live)
    talk.post(sara, f"drafts/{waits}/refusal", why="Manca la norma.")
    assert "Manca la norma." in marco.get(live)


def test_two_facts_make_one_answer_and_a_file_can_stay_behind(talk: Talk) -> None:
    first, second, giulia = talk.facts(), talk.facts("ISO 286.", "norma.pdf"), talk.sign_in(GIULIA)
    form = answer_form(talk.post(giulia, f"drafts/{first}/use", 200, text="").text)
    form["source_file"] = []
    form = answer_form(talk.post(giulia, f"drafts/{second}/use", 200, **form).text)
    assert (form["text"], form["source"]) == ("Fino a 90 °C.\n\nISO 286.", [str(first), str(second)])
    assert len(form["source_file"]) == 1, "the one that was unticked stays so"
    talk.post(giulia, "answer", **form)
    assert talk.files_sent() == ["norma.pdf"]
    assert [one.outcome for one in talk.all(Draft)] == ["used", "used"]


def test_a_refused_answer_keeps_what_it_was_made_of(talk: Talk) -> None:
    number, giulia = talk.facts(), talk.sign_in(GIULIA)
    form = answer_form(talk.post(giulia, f"drafts/{number}/use", 200, text="").text)
    refused = answer_form(talk.post(giulia, "answer", 422, **(form | {"text": ""})).text)
    assert (refused["source"], refused["source_file"]) == (form["source"], form["source_file"])


def test_files_chosen_before_facts_are_used_have_to_be_chosen_again(talk: Talk) -> None:
    number, giulia = talk.facts(), talk.sign_in(GIULIA)
    page = talk.post(giulia, f"drafts/{number}/use", 200, text="", files=(BytesIO(b"x"), "mine.pdf")).text
    assert "The files have to be chosen once more." in page


def test_facts_are_put_away(talk: Talk) -> None:
    number, giulia = talk.facts(), talk.sign_in(GIULIA)
    talk.post(giulia, f"drafts/{number}/putting-away")
    assert [(one.state, one.outcome) for one in talk.all(Draft)] == [("over", "dropped")]
    page = talk.page(giulia)
    assert ("Facts of Marco Neri" in page, "facts put away" in page) == (False, True)
    talk.post(giulia, f"drafts/{number}/putting-away")
    assert "somebody has used it or put it away already" in talk.page(giulia)
    talk.post(giulia, f"drafts/{number}/use", 404, text="")


@pytest.mark.parametrize(
    ("to", "text", "said"),
    [("", "Regge 80 °C?", "Please choose whom to ask."), ("999", "Regge 80 °C?", "Please choose whom to ask."),
     (LUCA, "Regge 80 °C?", "Please choose whom to ask."), (GIULIA, "Io?", "Please choose whom to ask."),
     (MARCO, " ", "Please write something first.")],
)  # fmt: skip
def test_a_question_needs_words_and_somebody_who_may_know(talk: Talk, to: str, text: str, said: str) -> None:
    giulia = talk.sign_in(GIULIA)
    page = plain(talk.post(giulia, "questions", 422, user=talk.ids.get(to, to), text=text).text)
    panel = page[page.index("Who may know") :].partition("</form>")[0]
    assert f'<p class="error" id="question-error">{said}</p>' in panel
    assert text.strip() in panel
    assert (f'value="{talk.ids[MARCO]}" selected' in panel) == (to == MARCO)
    assert talk.all(Question) == []


def test_the_asked_colleague_sees_the_question_and_gives_facts(talk: Talk) -> None:
    giulia, marco = talk.sign_in(GIULIA), talk.sign_in(MARCO)
    talk.post(giulia, "questions", user=talk.ids[MARCO], text="Regge 80 °C?")
    page = talk.page(giulia)
    assert "Marco Neri was asked." in page
    assert "asked Marco Neri" in page, "in the history"
    assert "asks you" not in page
    assert "Giulia Verdi asks you" in talk.page(marco)
    (question,) = talk.all(Question)
    path = f"questions/{question.id}/facts"
    talk.post(marco, path, text=" ")
    assert "please write something first" in talk.page(marco)
    talk.post(marco, path, text="Fino a 90 °C.", files=(BytesIO(b"%PDF-1"), "prova.pdf"))
    page = talk.page(marco)
    assert "Given to Giulia Verdi, to write the answer from." in page
    assert "asks you" not in page
    (file,) = talk.all(Draft)[0].files
    assert giulia.client.get(f"/draft-files/{file.id}").data == b"%PDF-1"
    for _twice in range(2):
        talk.post(marco, path, text="Anzi: 85 °C.")
    assert [one.text for one in talk.all(Draft)] == ["Fino a 90 °C.", "Anzi: 85 °C."], "a second word is not lost"
    talk.post(talk.sign_in(SARA), path, 404, text="Io credo 70.")


def test_whoever_answers_the_customer_is_asked_no_more(talk: Talk) -> None:
    marco = talk.sign_in(MARCO)
    talk.post(talk.sign_in(GIULIA), "questions", user=talk.ids[MARCO], text="Regge 80 °C?")
    talk.post(marco, "answer", text="Fino a 90 °C.")
    assert (talk.sent(), "asks you" in talk.page(marco)) == (["Fino a 90 °C."], False)


def test_an_answer_waits_and_the_page_says_for_whom(talk: Talk) -> None:
    talk.approved_by(SARA)
    marco = talk.sign_in(MARCO)
    page = talk.page(marco)
    assert "It leaves when Sara Blu has approved it." in page
    assert "Send for approval" in page
    talk.post(marco, "answer", text="È H7.", files=(BytesIO(b"%PDF-1"), "scheda.pdf"))
    page = talk.page(marco)
    assert "Not sent yet: it waits for the word of Sara Blu." in page
    waits = page[page.index("Answer of Marco Neri") :].partition("</section>")[0]
    assert "waits for the word of Sara Blu" in waits
    assert "<button" not in waits, "its author has no word in it"
    assert talk.sent() == []
    sara = talk.sign_in(SARA)
    page = talk.page(sara)
    assert "waits for your word" in page
    number = talk.all(Draft)[0].id
    talk.post(marco, f"drafts/{number}/approval")
    assert "Nothing was sent" in talk.page(marco)
    talk.post(sara, f"drafts/{number}/approval", text=" ")
    assert (talk.sent(), "Please write something first." in talk.page(sara)) == ([], True)
    talk.post(sara, f"drafts/{number}/approval")
    assert (talk.sent(), talk.files_sent()) == (["È H7."], ["scheda.pdf"])
    talk.post(sara, f"drafts/{number}/approval")
    assert "Nothing was sent" in talk.page(sara)
    assert len(talk.sent()) == 1


def test_the_approver_sees_that_a_colleague_was_faster(talk: Talk) -> None:
    number, sara = talk.waiting(), talk.sign_in(SARA)
    assert "has answered meanwhile" not in talk.page(sara)
    talk.post(talk.sign_in(GIULIA), "answer", text="È H8.")
    assert "Giulia Verdi has answered meanwhile. Send this one only if it is still needed." in talk.page(sara)
    talk.post(sara, f"drafts/{number}/approval")
    assert talk.sent() == ["È H8.", "È H7."], "who has seen it decides"


def test_the_approver_sends_it_changed(talk: Talk) -> None:
    number, sara = talk.waiting(), talk.sign_in(SARA)
    talk.post(sara, f"drafts/{number}/approval", text="È H7, ISO 286.")
    assert talk.sent() == ["È H7, ISO 286."]
    (message,) = talk.all(Message, Message.direction == "outbound")
    assert message.user_id == talk.ids[MARCO], "in its author's name"
    assert "answer of Marco Neri approved: with changes" in talk.page(sara)


def test_given_back_its_author_reads_why_and_writes_it_anew(talk: Talk) -> None:
    number, sara, marco = talk.waiting(), talk.sign_in(SARA), talk.sign_in(MARCO)
    talk.post(sara, f"drafts/{number}/refusal", why="Manca la norma.")
    talk.post(sara, f"drafts/{number}/refusal", why="E poi?")
    assert "Nothing was changed: the answer does not wait for your word" in talk.page(sara)
    page = talk.page(marco)
    assert "Your answer was not sent: Sara Blu gives it back" in page
    assert '<p class="problem">Manca la norma.</p>' in page
    assert "gives it back" not in talk.page(sara), "it is between the two"
    talk.post(sara, f"drafts/{number}/use", 404, text="")
    form = answer_form(talk.post(marco, f"drafts/{number}/use", 200, text="").text)
    assert form["text"] == "È H7."
    talk.post(marco, "answer", **(form | {"text": "È H7, ISO 286."}))
    page = talk.page(marco)
    assert "gives it back" not in page
    assert "È H7, ISO 286." in page
    talk.post(sara, f"drafts/{talk.all(Draft)[-1].id}/approval")
    assert talk.sent() == ["È H7, ISO 286."]


def test_a_colleague_was_faster(talk: Talk) -> None:
    giulia, marco = talk.sign_in(GIULIA), talk.sign_in(MARCO)
    form = answer_form(giulia.get(talk.url))
    talk.post(marco, "answer", text="È H7.")
    again = talk.post(giulia, "answer", 422, **(form | {"text": "Credo H8."}), files=(BytesIO(b"x"), "a.pdf")).text
    assert "Not sent: Marco Neri has answered meanwhile." in plain(again)
    assert "The files have to be chosen once more." in again
    assert '<blockquote class="already words">È H7.</blockquote>' in plain(again)
    assert "Send all the same" in again
    assert talk.sent() == ["È H7."]
    form = answer_form(again)
    assert form["text"] == "Credo H8."
    talk.post(giulia, "answer", **form)
    assert talk.sent() == ["È H7.", "Credo H8."]


def test_drafts_of_others_stay_closed(talk: Talk) -> None:
    facts, waits = talk.facts(), talk.waiting()
    deeds = ((facts, "use"), (facts, "putting-away"), (waits, "approval"), (waits, "refusal"))
    giulia, luca = talk.sign_in(GIULIA), talk.sign_in(LUCA)
    for number, deed in deeds:
        talk.post(luca, f"drafts/{number}/{deed}", 404)
        giulia.post(f"/conversations/{talk.other}/drafts/{number}/{deed}", 404)
        talk.post(giulia, f"drafts/{number + 100}/{deed}", 404)
    talk.post(luca, "questions", 404, user=talk.ids[MARCO], text="?")
    with talk.app.database.writing() as session:
        users.create(session, "dino@firm.test", "Dino", "director", "en", [], PASSWORD)
    dino = talk.sign_in("dino@firm.test")
    for number, deed in deeds:
        talk.post(dino, f"drafts/{number}/{deed}", 403)
    assert [one.state for one in talk.all(Draft)] == ["facts", "approval"]
    assert talk.sent() == []
    assert talk.all(Event, Event.action == "approval_given") == []


def test_an_unfinished_draft_of_a_colleague_lends_no_file(talk: Talk) -> None:
    with writing_with(talk.app.database, talk.app.blobs, [b"secret"]) as session:
        draft = drafts.begin(session, session.get_one(User, talk.ids[MARCO]), talk.number)
        drafts.add(session, draft, "Non ancora.", [drafts.Kept("", "secret.pdf", "application/pdf", 6, "0" * 64)])
        session.flush()
        number, file = draft.id, draft.files[0].id
    giulia = talk.sign_in(GIULIA)
    talk.post(giulia, f"drafts/{number}/use", 404, text="")
    talk.post(giulia, "answer", text="Ecco.", source=str(number), source_file=str(file))
    assert (talk.sent(), talk.files_sent()) == (["Ecco."], [])
