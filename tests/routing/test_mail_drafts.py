"""By mail between colleagues: questions and facts, answers that wait, the approver's word."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from inbox import users
from inbox.events import SYSTEM
from inbox.models import Conversation, Delivery, Draft, Event, Message, Question, Team, User
from routing import approving, asking
from tests.parts.answers import arrive, mail, receipt
from tests.parts.desk import URL, Desk
from tests.parts.house import MONDAY, House

TUESDAY = MONDAY + timedelta(days=1, minutes=30)
NOTHING_WAITS = "Nothing was done: no answer waits here for your word."


class Post(House):
    """The same firm, by mail."""

    def at(self, minutes: float) -> Any:
        """So many minutes after the customer has written."""
        return time_machine.travel(MONDAY + timedelta(minutes=minutes), tick=False)

    def ask(self, name: str, text: str = "Regge 80 °C?") -> Delivery:
        """The manager asks a colleague; what they are sent."""
        with self.at(5), self.desk.database.writing() as session:
            conversation = session.get_one(Conversation, self.conversation.id)
            asking.ask(session, conversation, *(self.user(session, one) for one in ("manager", name)), text, URL)
        return self.sent(name)[-1]

    def sent(self, name: str) -> Sequence[Delivery]:
        """What a colleague was told, without the receipts."""
        return [one for one in self.desk.notices() if one.user_id == self.ids[name] and "receipt" not in one.envelope]

    def writes(self, name: str, to: Delivery, text: str, minutes: float = 10, **how: Any) -> str:
        """A colleague answers a mail of ours; the receipt's text."""
        raw = mail(to, text, sender=f"{name}@firm.test", **how)
        with self.at(minutes):
            arrive(self.desk, raw)
        return receipt(self.desk) if self.desk.receipts else ""  # type: ignore[attr-defined]

    def wait(self, text: str = "È H7.") -> Delivery:
        """Marco answers the customer; what his approver is sent."""
        said = self.writes("marco", self.sent("marco")[0], text)
        assert "It waits for the word of boss; nothing was sent to the customer yet." in said
        return self.sent("boss")[-1]

    def drafts(self) -> list[tuple[str, str, str]]:
        return [(one.text, one.state, one.outcome) for one in self.desk.all(Draft)]

    def sweep(self, moment: datetime) -> int:
        return approving.sweep(self.desk.database, URL, moment)


@pytest.fixture
def post(desk_on_both: Desk) -> Post:
    return Post(desk_on_both)


@pytest.fixture
def one_post(desk: Desk) -> Post:
    """On one database, for what both do alike."""
    return Post(desk)


def test_the_answer_to_a_question_is_facts_for_who_asked(post: Post) -> None:
    asked = post.ask("other")
    assert asked.envelope["subject"].startswith("giulia asks you about a customer's message")
    for part in ("Regge 80 °C?", "qual è la tolleranza?", "An answer to this mail goes to giulia"):
        assert part in asked.envelope["text"]
    said = post.writes("other", asked, "Fino a 90 °C.", files={"prova.pdf": b"%PDF-1"})
    assert "Given to giulia to write the answer from; nothing was sent to the customer." in said
    assert "Fino a 90 °C." in said
    assert "prova.pdf" in said
    assert post.desk.answers() == []
    assert post.drafts() == [("Fino a 90 °C.", "facts", "")]
    (question,) = post.desk.all(Question)
    assert question.answered_at == MONDAY + timedelta(minutes=10)
    told = post.sent("manager")[-1].envelope
    assert told["subject"].startswith("other has written what you need")
    assert "Fino a 90 °C." in told["text"]
    assert "prova.pdf" in told["text"]
    assert post.desk.fresh(post.conversation).waiting_since is not None, "the customer waits on"


def test_the_asked_colleague_sends_to_the_customer_by_command(post: Post) -> None:
    asked = post.ask("other")
    assert "Sent to Anna Bianchi" in post.writes("other", asked, "#send\nFino a 90 °C.")
    (answer,) = post.desk.answers()
    assert answer.envelope["text"].startswith("Fino a 90 °C.")
    assert post.drafts() == []
    assert post.desk.all(Question)[0].answered_at is not None, "nothing more is asked of them"


def test_the_receipts_answer_is_facts_too(one_post: Post) -> None:
    """Whoever answers the receipt in the thread about a question still writes to the colleague."""
    asked = one_post.ask("other")
    one_post.writes("other", asked, "Fino a 90 °C.")
    thanks = next(one for one in one_post.desk.notices() if one.envelope.get("receipt"))
    said = one_post.writes("other", thanks, "Ho sbagliato: 85 °C.", 12, References=" ".join(
        (asked.external_id, thanks.external_id)), names=False, In_Reply_To=thanks.external_id)  # fmt: skip
    assert "Given to giulia" in said
    assert one_post.desk.answers() == []
    assert [text for text, _, _ in one_post.drafts()] == ["Fino a 90 °C.", "Ho sbagliato: 85 °C."]


@pytest.mark.parametrize("command", ["#facts", "#fatti"])
def test_facts_by_command_on_an_ordinary_card(one_post: Post, command: str) -> None:
    card = one_post.sent("marco")[0]
    assert "Given to giulia" in one_post.writes("marco", card, f"{command} È H7.\nVedi ISO 286.")
    assert one_post.drafts() == [("È H7.\nVedi ISO 286.", "facts", "")]
    assert "marco has written what you need" in one_post.sent("manager")[-1].envelope["subject"]
    assert one_post.desk.answers() == []


def test_facts_reach_who_has_the_conversation(one_post: Post) -> None:
    with one_post.desk.database.writing() as session:
        session.get_one(Conversation, one_post.conversation.id).user_id = one_post.ids["deputy"]
    assert "Given to deputy" in one_post.writes("marco", one_post.sent("marco")[0], "#facts\nÈ H7.")
    assert one_post.sent("manager") == []


def test_facts_that_nobody_else_can_be_given_are_kept(one_post: Post) -> None:
    """The only manager writes facts for themselves."""
    asked = one_post.ask("manager")
    said = one_post.writes("giulia", asked, "#facts\nÈ H7.")
    assert "Kept on the page to write the answer from; nothing was sent to the customer." in said
    assert one_post.drafts() == [("È H7.", "facts", "")]


def test_an_answer_waits_and_leaves_at_the_word_in_its_authors_name(post: Post) -> None:
    asked = post.wait()
    assert asked.envelope["subject"].startswith("An answer of marco waits for your word")
    for part in ("È H7.", "qual è la tolleranza?", "#ok in the first line"):
        assert part in asked.envelope["text"]
    assert post.desk.answers() == []
    assert post.desk.fresh(post.conversation).user_id == post.ids["marco"]
    said = post.writes("boss", asked, "#ok", 40)
    assert "Sent to Anna Bianchi (anna.bianchi@cliente.test) in the name of marco." in said
    with post.at(40):
        post.desk.deliver()
    (answer,) = post.desk.answers()
    assert (answer.user_id, answer.envelope["from_name"], answer.envelope["text"]) == (
        post.ids["marco"],
        "marco",
        "È H7.",
    )
    (exchange,) = post.desk.exchanges(post.conversation)
    spoken = MONDAY + timedelta(minutes=40)
    assert (exchange.outcome, exchange.closed_at) == ("answered", spoken)
    assert ("approval", post.ids["boss"], MONDAY + timedelta(minutes=10), spoken) in post.hops()
    said = post.writes("boss", asked, "#ok", 41)
    assert NOTHING_WAITS in said
    assert len(post.desk.answers()) == 1


def test_the_files_of_an_answer_that_waited_go_along(one_post: Post) -> None:
    one_post.writes("marco", one_post.sent("marco")[0], "Ecco.", files={"scheda.pdf": b"%PDF-1"})
    asked = one_post.sent("boss")[-1]
    assert "scheda.pdf" in asked.envelope["text"]
    one_post.writes("boss", asked, "#ok bravo", 20)
    with one_post.at(20):
        one_post.desk.deliver()
    (sent,) = [one for one in one_post.desk.wire.sent if one.to[0].address == "anna.bianchi@cliente.test"]
    assert [one.filename for one in sent.attachments] == ["scheda.pdf"]
    assert [one.text for one in one_post.desk.all(Message, Message.kind == "note")] == ["bravo"], "for us alone"


@pytest.mark.parametrize(("written", "why"), [("Manca la norma.", "Manca la norma."), ("#no Manca la norma.", "Manca la norma."),
                                              ("#no", "")])  # fmt: skip
def test_anything_else_gives_it_back_to_its_author(post: Post, written: str, why: str) -> None:
    asked = post.wait()
    said = post.writes("boss", asked, written, 40)
    assert "Given back to marco; nothing was sent to the customer." in said
    assert post.desk.answers() == []
    assert post.drafts() == [("È H7.", "over", "refused")]
    told = post.sent("marco")[-1]
    assert told.envelope["subject"].startswith("boss gives your answer back: it was not sent")
    assert (why in told.envelope["text"], "È H7." in told.envelope["text"]) == (True, True)
    again = post.writes("marco", told, "È H7, ISO 286.", 50)
    assert "It waits for the word of boss" in again
    said = post.writes("boss", asked, "Ancora una cosa.", 55)
    assert NOTHING_WAITS in said, "the first one no longer waits"
    assert "Ancora una cosa." in said, "and what was written is not lost"
    post.writes("boss", post.sent("boss")[-1], "#ok", 60)
    assert [one.envelope["text"] for one in post.desk.answers()] == ["È H7, ISO 286."]


def test_an_empty_mail_is_no_word(one_post: Post) -> None:
    asked = one_post.wait()
    assert "Nothing was sent" in one_post.writes("boss", asked, "", 40)
    assert one_post.drafts() == [("È H7.", "approval", "")]


def test_whoever_may_not_gives_no_word(one_post: Post) -> None:
    asked = one_post.wait()
    for name in ("marco", "deputy"):
        assert NOTHING_WAITS in one_post.writes(name, one_post.sent(name)[0], "#ok", 20)
    with one_post.desk.database.writing() as session:
        session.query(Team).filter_by(slug="rd").one().approver_id = one_post.ids["other"]
    assert NOTHING_WAITS in one_post.writes("boss", asked, "#ok", 21), "the team has another approver now"
    assert one_post.drafts() == [("È H7.", "approval", "")]
    assert one_post.desk.answers() == []


def test_whoever_has_left_gives_no_word(one_post: Post) -> None:
    asked = one_post.wait()
    with one_post.desk.database.writing() as session:
        users.disable(session, session.get_one(User, one_post.ids["boss"]), SYSTEM)
    assert one_post.writes("boss", asked, "#ok", 20) == ""
    assert one_post.desk.answers() == []
    assert one_post.desk.all(Event, Event.action == "mail_refused")[0].data["why"] == "gone"


def test_after_a_colleague_has_answered_it_leaves_only_by_command(post: Post) -> None:
    asked = post.wait()
    with post.at(20):
        post.desk.answer(post.conversation, "È H8.")
    said = post.writes("boss", asked, "#ok", 30)
    for part in ("Not sent: giulia has answered meanwhile", "È H8.", "È H7."):
        assert part in said
    assert len(post.desk.answers()) == 1
    assert "in the name of marco" in post.writes("boss", asked, "#send", 31)
    assert [one.envelope["text"] for one in post.desk.answers()][-1] == "È H7."


def test_past_the_target_the_deputy_is_asked_once(post: Post) -> None:
    post.wait()
    before = len(post.sent("deputy"))
    assert post.sweep(MONDAY + timedelta(hours=1)) == 0
    assert (post.sweep(TUESDAY), post.sweep(TUESDAY)) == (1, 0)
    told = post.sent("deputy")[before:]
    assert [one.envelope["subject"].partition(":")[0] for one in told] == [
        "An answer of marco waits, and the customer has waited too long"
    ]
    assert post.sent("manager") == []
    (event,) = post.desk.all(Event, Event.action == "approval_late")
    assert event.data["names"] == ["deputy"]
    late = (TUESDAY - MONDAY) / timedelta(minutes=1)
    assert "in the name of marco" in post.writes("deputy", told[0], "#ok", late)
    assert len(post.desk.answers()) == 1


def test_without_a_deputy_the_managers_are_asked(one_post: Post) -> None:
    one_post.wait()
    with one_post.desk.database.writing() as session:
        session.query(Team).filter_by(slug="rd").one().deputy_id = None
    assert (one_post.sweep(TUESDAY), one_post.sweep(TUESDAY)) == (1, 0)
    assert len(one_post.sent("manager")) == 1
    assert "in the name of marco" in one_post.writes("giulia", one_post.sent("manager")[0], "#ok", 1500)


@pytest.mark.parametrize("may", [True, False])
def test_the_author_sends_past_the_target_where_the_team_lets_them(desk: Desk, may: bool) -> None:
    post = Post(desk, author_may_send=may)
    post.wait()
    before = len(post.sent("marco"))
    post.sweep(TUESDAY)
    told = post.sent("marco")[before:]
    assert len(told) == may
    late = (TUESDAY - MONDAY) / timedelta(minutes=1)
    said = post.writes("marco", told[0] if told else post.sent("marco")[0], "#ok", late)
    assert ("in the name of marco" in said, len(post.desk.answers())) == (may, may)
    assert (NOTHING_WAITS in said) == (not may)


def test_a_program_that_drops_what_it_answers_sends_nothing_to_the_customer(post: Post) -> None:
    """The mark in the text names the conversation; what was asked there last is what is answered."""
    asked = post.ask("other")
    assert "Given to giulia" in post.writes("other", asked, "Fino a 90 °C.", names=False)
    told = post.wait()
    assert "Given back to marco" in post.writes("boss", told, "Manca la norma.", 20, names=False)
    again = post.sent("marco")[-1]
    assert "It waits for the word of boss" in post.writes("marco", again, "ISO 286: H7.", 25, names=False)
    assert post.desk.answers() == []
    assert "in the name of marco" in post.writes("boss", post.sent("boss")[-1], "#ok", 30, names=False)
    assert len(post.desk.answers()) == 1


def test_of_a_confidential_conversation_no_words_leave(one_post: Post) -> None:
    with one_post.desk.database.writing() as session:
        session.query(Team).filter_by(slug="rd").one().content = "minimal"
    asked = one_post.ask("other", "Regge 80 °C?")
    told = one_post.wait()
    for one in (asked, told):
        assert "It is confidential: please read it on the page." in one.envelope["text"]
        for words in ("80 °C", "È H7.", "tolleranza", "Giunto"):
            assert words not in one.envelope["subject"] + one.envelope["text"]
    assert "in the name of marco" in one_post.writes("boss", told, "#ok", 20)
