"""A question as a card in the colleagues' chats: what it says, its buttons, and how it changes instead of repeating."""

import email
import re
from email import policy
from typing import Any

import pytest

from inbox import filelinks
from inbox.models import Message, now
from routing.chat import showing
from routing.notify import cardmail
from tests.parts.company import mail
from tests.routing.chat.conftest import LUCA, MARCO, Office


def test_a_question_is_a_card_and_the_words_under_it(office: Office) -> None:
    card, words = office.texts(MARCO)
    assert card.splitlines()[0] == "New question for R&D"
    for line in (
        "From: Anna Bianchi · anna.bianchi@cliente.test",
        "writes for the first time",
        "Subject: Giunto GX-40",
        "By: info@firm.test",
        "Language: Italian",
        "Waits since: ",
        "to be answered by ",
        "Why here: ",
    ):
        assert line in card
    assert words == "Buongiorno, qual è la tolleranza?"
    _number, shown = office.newest(MARCO)
    assert shown.in_reply_to == office.card(MARCO), "the words stand under the card"
    first = office.bot.shown[office.card(MARCO)]
    assert ("bold", 0, len("New question for R&D")) in first.styles
    labels = [[label for label, _ in row] for row in first.buttons]
    assert labels == [["Take", "Not mine →"], ["Answer", "Ask the customer"], ["Note", "Later", "Done"],
                      ["Whole thread", "Lead", "Open the page"]]  # fmt: skip


def test_taking_edits_every_card_and_tells_the_second(office: Office) -> None:
    assert office.presses(MARCO, "Take") == ("Taken: it is in your hands now.", False)
    assert office.fresh().user_id == office.marco
    for chat in (MARCO, LUCA):
        assert office.bot.shown[office.card(chat)].text.startswith("Taken by marco, ")
    assert len(office.texts(LUCA)) == 2, "edited, not repeated"
    assert "Take" not in office.labels(LUCA)[0]
    data = next(value for row in office.bot.shown[office.card(LUCA)].buttons for _, value in row)
    assert office.presses_data(LUCA, data.replace(":pass:", ":take:")) == ("marco has already taken this.", True)


def test_passing_it_on(office: Office) -> None:
    office.presses(MARCO, "Not mine →")
    assert [one for one in office.labels(MARCO)[0] if one in ("luca", "Back", "marco", "R&D")] == ["luca", "Back"]
    assert office.presses(MARCO, "Sales") == ("Passed on to Sales.", False)
    assert office.fresh().team_id is not None
    assert office.bot.shown[office.card(MARCO)].text.startswith("New question for Sales")


def test_passing_it_to_a_colleague_tells_them(office: Office) -> None:
    office.presses(MARCO, "Not mine →")
    office.presses(MARCO, "luca")
    assert office.fresh().user_id == office.luca
    assert "marco passes it on." in office.texts(LUCA)


@pytest.mark.parametrize(
    ("pressed", "check"),
    [
        (["Later", "In 30 minutes"], lambda one: one.snoozed_until is not None),
        (["Done", "Answered by phone"], lambda one: one.waiting_since is None and one.status == "pending"),
        (["Done", "No answer needed"], lambda one: one.status == "closed"),
        (["Done", "Close without an answer"], lambda one: one.status == "closed"),
        (["Done", "Back"], lambda one: one.status == "open"),
    ],
)
def test_later_and_done(office: Office, pressed: list[str], check: Any) -> None:
    for label in pressed:
        office.presses(MARCO, label)
    assert check(office.fresh())


def test_what_the_customer_writes_later_stands_under_the_card(office: Office) -> None:
    before, number = office.card(MARCO), office.fresh().id
    (message,) = office.desk.all(Message)
    office.ask(text="Ancora una cosa: il peso?", References=message.external_id)
    assert office.fresh().id == number
    assert office.card(MARCO) == before
    assert office.newest(MARCO)[1].text == "Ancora una cosa: il peso?"
    assert office.newest(MARCO)[1].in_reply_to == before


def test_the_whole_thread(office: Office) -> None:
    office.presses(MARCO, "Whole thread")
    assert "— Customer: Anna Bianchi" in office.newest(MARCO)[1].text


def test_the_customers_files_go_along_and_what_is_too_large_is_a_link(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "MAX_FILE_BYTES", 100)
    monkeypatch.setattr(cardmail, "MAX_BYTES", 100)
    office.desk.add_user("sara@firm.test", "colleague", "rd")
    message = email.message_from_bytes(
        mail("Giunto", "Ecco i disegni.", sender="bea@altro.test"), policy=policy.default
    )
    message.add_attachment(b"%PDF small", maintype="application", subtype="pdf", filename="piccolo.pdf")
    message.add_attachment(b"%PDF" + 200 * b"x", maintype="application", subtype="pdf", filename="grande.pdf")
    office.desk.arrive(message.as_bytes())
    office.run()
    shown = [one for number, one in office.bot.shown.items() if number.startswith(f"{MARCO}:")]
    assert [one.filename for one in shown[-2].attachments] == ["piccolo.pdf"]
    link = re.fullmatch(r"Too large for the chat; open within seven days:\ngrande.pdf: (\S+/f/\S+)", shown[-1].text)
    assert link, shown[-1].text
    app = office.desk.app
    file = filelinks.open(app.database, app.blobs, app.vault, link[1].rpartition("/")[2], now())
    assert file is not None
    assert (file.name, len(file.content)) == ("grande.pdf", 204)
    sent = next(one for one in office.desk.wire.sent if one.to[0].address == "sara@firm.test")
    assert [one.filename for one in sent.attachments] == ["piccolo.pdf"]
    assert re.search(r"Too large for a mail; open within seven days:\ngrande.pdf: \S+/f/\S+$", sent.text)


def test_who_gets_it_later_reads_all_that_nobody_has_answered(office: Office) -> None:
    (first,) = office.desk.all(Message)
    office.ask(text="Dimenticavo: e il peso?", References=first.external_id)
    eva = office.desk.add_user("eva@firm.test", "colleague", "rd", notify_by_mail=True)
    office.link(eva, 4545)
    office.presses(MARCO, "Not mine →")
    office.presses(MARCO, "eva")
    _card, how, *words = office.texts(4545)
    assert how == "marco passes it on."
    assert words == ["Buongiorno, qual è la tolleranza?", "Dimenticavo: e il peso?"]
    assert len(office.texts(MARCO)) == 3, "shown once where it was shown"
    (sent,) = [one for one in office.desk.wire.sent if one.to[0].address == "eva@firm.test"]
    assert "Dimenticavo: e il peso?\n\nBefore that:\nBuongiorno, qual è la tolleranza?" in sent.text
