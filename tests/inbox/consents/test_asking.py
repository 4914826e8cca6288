"""Consent to marketing: asked by a box, given only from the mail, taken back for good, all of it kept with its words."""

import re
from datetime import timedelta

import pytest
import time_machine

from inbox import outcomes, signatures, sitechannels
from inbox.consents import asking as consents
from inbox.consents import texts, words
from inbox.events import person
from inbox.forms import settings as forms
from inbox.models import Channel, Consent, ConsentText, Conversation, Delivery, Event, Exchange, now
from tests.config.test_i18n import INFORMAL
from tests.parts.consents import ANNA, PRIVACY, TEXT, ConsentDesk
from tests.parts.desk import Desk


@pytest.fixture
def asking(desk_on_both: Desk) -> ConsentDesk:
    return ConsentDesk(desk_on_both)


@pytest.fixture
def one_asking(desk: Desk) -> ConsentDesk:
    """The same on SQLite alone."""
    return ConsentDesk(desk)


def told(asking: ConsentDesk) -> list[str]:
    return [one.action for one in asking.desk.all(Event) if one.action.startswith("consent_")]


def change(asking: ConsentDesk, **settings: str) -> None:
    with asking.desk.database.writing() as session:
        forms.change(session, session.get_one(Channel, asking.channel.id), **settings)


def test_a_box_asks_a_mail_confirms_a_link_takes_back(asking: ConsentDesk) -> None:
    asking.tick(page="https://www.firm.test/contatti")
    (row,) = asking.rows()
    assert (row.state, row.address, row.asked_page) == ("asked", ANNA, "https://www.firm.test/contatti")
    assert asking.state() == "asked", "nobody has confirmed it"
    confirm, leave = asking.links()
    assert asking.ask("POST", confirm).status_code == 200
    assert asking.state() == "given"
    assert asking.ask("POST", leave).status_code == 200
    assert asking.state() == "withdrawn"
    (row,) = asking.rows()
    assert row.confirmed_at is not None
    assert row.withdrawn_at is not None
    assert row.confirmed_at < row.withdrawn_at
    assert told(asking) == ["consent_asked", "consent_given", "consent_withdrawn"]


def test_the_mail_is_no_answer_and_goes_to_the_address_typed(asking: ConsentDesk) -> None:
    with asking.desk.database.writing() as session:
        signatures.set_footer(session, "Firm S.p.A. - P.IVA 01234567890")
    asking.tick()
    (mail,) = asking.mails()
    envelope = mail.envelope
    assert [one["address"] for one in envelope["to"]] == [ANNA]
    assert f"«{TEXT}»" in envelope["text"]
    assert PRIVACY in envelope["text"]
    assert envelope["text"].endswith("-- \nFirm S.p.A. - P.IVA 01234567890")
    assert envelope["headers"]["Auto-Submitted"] == "auto-generated"
    assert envelope["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert asking.links()[1] in envelope["headers"]["List-Unsubscribe"]
    asking.desk.deliver()
    assert ANNA in [one.to[0].address for one in asking.desk.wire.sent]
    (exchange,) = asking.desk.all(Exchange)
    assert exchange.closed_at is None, "the customer still waits for an answer"


def test_somebody_elses_address_gets_one_mail_however_often_it_is_typed(asking: ConsentDesk) -> None:
    for number in range(100):
        asking.post(marketing="yes", message=f"Buongiorno {number}, ditemi", email=ANNA.upper() if number % 2 else ANNA)
    asking.desk.take_in()
    asking.desk.route()
    asking.write()
    assert len(asking.mails()) == 1
    assert {one.state for one in asking.rows()} == {"asked"}
    with time_machine.travel(now() + timedelta(hours=25)):
        asking.tick(message="Ancora una volta, per favore")
        assert len(asking.mails()) == 2


@pytest.mark.parametrize(
    "fields",
    [{}, {"marketing": "no"}, {"marketing": "maybe"}, {"marketing": "yes", "_website": "x"},
     {"marketing": "yes", "email": "info@firm.test"}, {"marketing": "yes", "email": "INFO+abcdefghij@firm.test"},
     {"marketing": "yes", "email": "giulia@firm.test"}, {"marketing": "yes", "email": "", "phone": "02 1234567"}],
    ids=str,
)  # fmt: skip
def test_nobody_is_asked_who_did_not_ask_or_cannot_be(one_asking: ConsentDesk, fields: dict[str, str]) -> None:
    one_asking.arrive(**fields)
    one_asking.write()
    assert (list(one_asking.rows()), list(one_asking.mails())) == ([], [])


def test_what_turns_out_to_be_spam_is_not_written_to(one_asking: ConsentDesk) -> None:
    found = one_asking.arrive(marketing="yes")
    with one_asking.desk.database.writing() as session:
        session.get_one(Conversation, found.id).status = "spam"
    one_asking.write()
    assert list(one_asking.mails()) == []


def test_the_mail_waits_until_the_rules_have_spoken(one_asking: ConsentDesk) -> None:
    one_asking.post(marketing="yes")
    one_asking.desk.take_in()
    one_asking.write()
    assert list(one_asking.mails()) == []
    one_asking.desk.route()
    with time_machine.travel(now() + timedelta(seconds=5)):
        one_asking.write()
    assert len(one_asking.mails()) == 1


def test_a_form_that_does_not_ask_keeps_the_fact_alone(desk: Desk) -> None:
    silent = ConsentDesk(desk, marketing="")
    silent.tick()
    assert (list(silent.rows()), list(desk.all(ConsentText))) == ([], [])


def test_each_change_of_the_words_is_a_version_and_each_consent_has_its_own(asking: ConsentDesk) -> None:
    change(asking, thanks="https://www.firm.test/grazie")
    change(asking, marketing="Desidero ricevere offerte")
    change(asking, marketing="")
    change(asking, marketing="Desidero ricevere offerte")
    change(asking, privacy="https://www.firm.test/privacy-2")
    kept = [(one.version, one.text, one.privacy) for one in asking.desk.all(ConsentText)]
    assert kept == [
        (1, TEXT, PRIVACY), (2, "Desidero ricevere offerte", PRIVACY),
        (3, "Desidero ricevere offerte", "https://www.firm.test/privacy-2"),
    ]  # fmt: skip
    asking.tick(_consent_text="1")
    asking.tick(message="Dalla pagina nuova", email="bruno@cliente.test")
    asking.tick(message="Con un numero inventato", email="carla@cliente.test", _consent_text="99")
    versions = {one.id: one.version for one in asking.desk.all(ConsentText)}
    assert [versions[one.text_id] for one in asking.rows()] == [1, 3, 3], "the words that the visitor read"
    assert f"«{TEXT}»" in asking.mails()[0].envelope["text"]


def test_a_new_request_changes_nothing_of_what_was_given_or_taken_back(asking: ConsentDesk) -> None:
    asking.tick()
    confirm, leave = asking.links()
    asking.ask("POST", confirm)
    asking.tick(message="Una seconda domanda")
    assert len(asking.rows()) == 1, "the same words are not asked for twice"
    change(asking, marketing="Altre parole")
    asking.tick(message="Una terza domanda")
    assert (asking.state(), len(asking.rows())) == ("given", 2)
    asking.ask("POST", leave)
    assert [one.state for one in asking.rows()] == ["withdrawn", "refused"]
    assert asking.state() == "withdrawn"
    asking.tick(message="Ci ho ripensato")
    assert [one.state for one in asking.rows()] == ["withdrawn", "refused", "asked"]
    assert asking.state() == "asked", "only a new confirmation counts"
    asking.ask("POST", confirm)
    assert asking.state() == "asked", "the link of what was taken back confirms nothing any more"


def test_a_colleague_takes_it_back_for_the_customer(asking: ConsentDesk) -> None:
    asking.tick()
    asking.ask("POST", asking.links()[0])
    with asking.desk.database.writing() as session:
        rows = consents.of_contact(session, session.get_one(Consent, asking.rows()[0].id).contact_id)
        assert consents.withdraw(session, rows, person(asking.desk.manager), now())
        assert not consents.withdraw(session, rows, person(asking.desk.manager), now())
    assert (asking.rows()[0].state, asking.rows()[0].how) == ("withdrawn", "hand")
    event = asking.desk.all(Event, Event.action == "consent_withdrawn")[0]
    assert (event.actor, event.user_id) == ("user", asking.desk.manager)


def test_who_has_consented_is_listed_once(asking: ConsentDesk) -> None:
    for address in ("a@cliente.test", "b@cliente.test", "c@cliente.test"):
        asking.tick(email=address)
    for number in (0, 1):
        asking.ask("POST", asking.links(number)[0])
    asking.ask("POST", asking.links(1)[1])
    with asking.desk.database.reading() as session:
        assert [one.address for one in consents.given(session)] == ["a@cliente.test"]


def test_the_words_of_an_english_form(desk: Desk) -> None:
    english = ConsentDesk(desk, language="en", marketing="News by email <b>{now}</b>")
    english.tick()
    assert english.mails()[0].envelope["subject"] == "Please confirm your consent"
    assert "“News by email <b>{now}</b>”" in english.mails()[0].envelope["text"]


def test_all_languages_say_the_same_things_formally() -> None:
    italian = words.WORDS["it"]
    assert set(words.WORDS) == set(sitechannels.LANGUAGES)
    for language, told in words.WORDS.items():
        assert told.keys() == italian.keys()
        assert all(one in told["mail"] for one in ("{text}", "{confirm}", "{leave}"))
        for text in told.values():
            assert language not in INFORMAL or not re.search(rf"(?i)\b(?:{INFORMAL[language]})\b", text), text


def test_the_number_of_the_words_is_none_where_nothing_is_asked(one_asking: ConsentDesk) -> None:
    change(one_asking, marketing="")
    with one_asking.desk.database.reading() as session:
        assert texts.number(session, session.get_one(Channel, one_asking.channel.id)) == 0


def test_a_mail_that_cannot_be_delivered_is_told_and_nothing_else_happens(asking: ConsentDesk) -> None:
    asking.tick()
    (mail,) = asking.mails()
    with asking.desk.database.writing() as session:
        outcomes.settle_failed(session, session.get_one(Delivery, mail.id), "no such mailbox")
    assert told(asking) == ["consent_asked", "consent_failed"]
    (exchange,) = asking.desk.all(Exchange)
    assert exchange.closed_at is None
    assert asking.state() == "asked"
