"""What visitors post becomes conversations of the form's mailbox, answered by mail; and how a form is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from connectors.base import Outbound
from inbox import cards, channels, conversations, intake, replies, sitechannels, threads
from inbox.channels import ChannelError
from inbox.forms import settings as forms
from inbox.forms import tokens
from inbox.models import Channel, Contact, Conversation, Decision, Delivery, Event, Identity, Intake, Message, User
from inbox.models.conversation import SPAM
from inbox.models.delivery import ACKNOWLEDGEMENT
from tests.parts.company import mail
from tests.parts.desk import Desk
from tests.parts.forms import FormDesk
from tests.routing.test_actions import set_rule

NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)


@pytest.fixture
def site(desk_on_both: Desk) -> FormDesk:
    return FormDesk(desk_on_both)


@pytest.fixture
def one_site(desk: Desk) -> FormDesk:
    """The same on SQLite alone."""
    return FormDesk(desk)


def messages(desk: Desk, conversation: Conversation) -> list[Message]:
    return list(desk.all(Message, Message.conversation_id == conversation.id))


def test_a_post_becomes_a_conversation_of_the_mailbox_and_is_told(site: FormDesk) -> None:
    found = site.arrive(phone="0444 123456")
    desk = site.desk
    assert (found.channel_id, found.subject) == (desk.channel, "Buongiorno, qual è la tolleranza del giunto?")
    (message,) = messages(desk, found)
    assert message.channel_id == site.channel.id, "rules and pages can tell where it came from"
    assert (message.from_address, message.from_name) == ("anna@cliente.test", "Anna Bianchi")
    assert message.facts["form"] == "sito"
    assert "Phone: 0444 123456" in message.text
    assert message.language == "it"
    assert (desk.outcomes(), len(desk.exchanges(found))) == (["message"], 1)
    assert desk.notices(), "the colleagues are told"
    identity = desk.one(select(Identity).where(Identity.contact_id == found.contact_id))
    assert (identity.kind, identity.address) == ("mail", "anna@cliente.test")


def test_the_raw_post_is_kept_as_it_came(site: FormDesk) -> None:
    site.post()
    (item,) = site.desk.all(Intake)
    assert (item.folder, item.state) == ("posts", "new")
    assert item.meta["content_type"] == "application/x-www-form-urlencoded"
    assert site.desk.app.blobs.get(item.sha256).startswith(b"name=Anna+Bianchi&email=")
    assert site.desk.fresh(site.channel).heard_at is not None


def test_it_is_answered_by_mail_in_a_thread_that_the_customer_goes_on_with(site: FormDesk) -> None:
    desk, found = site.desk, site.arrive()
    (posted,) = messages(desk, found)
    desk.answer(found)
    (delivery,) = desk.answers()
    assert (delivery.channel_id, delivery.recipient) == (desk.channel, "anna@cliente.test")
    desk.deliver()
    sent: Outbound = next(one for one in desk.wire.sent if one.to[0].address == "anna@cliente.test")
    assert sent.subject == f"Re: {found.subject}"
    assert posted.external_id.endswith("@firm.test>")
    assert (sent.in_reply_to, list(sent.references)) == (posted.external_id, [posted.external_id])
    later = desk.arrive(
        mail("R: giunto", "Grazie! E la coppia?", sender="anna@cliente.test", In_Reply_To=sent.external_id)
    )
    assert later.id == found.id
    assert [one.channel_id for one in messages(desk, found)] == [site.channel.id, desk.channel, desk.channel]


def test_the_customer_of_an_earlier_mail_is_the_same_contact(site: FormDesk) -> None:
    before = site.desk.arrive(mail("Listino", "Vorrei il listino", sender="Anna@Cliente.test"))
    found = site.arrive()
    assert found.contact_id == before.contact_id
    assert found.id != before.id


def test_it_is_acknowledged_once_a_day_in_the_language_of_the_form(site: FormDesk) -> None:
    set_rule(site.desk, team="rd", acknowledge=True)
    with time_machine.travel(NOON, tick=False):
        site.arrive(message="GX-40?")
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        site.arrive(message="GX-50?")
    (sent,) = site.desk.all(Delivery, Delivery.purpose == ACKNOWLEDGEMENT)
    assert sent.envelope["subject"] == "Abbiamo ricevuto la Sua richiesta"
    assert sent.channel_id == site.desk.channel


def test_a_form_that_a_program_filled_in_is_spam_and_tells_nobody(site: FormDesk) -> None:
    set_rule(site.desk, team="rd", acknowledge=True)
    found = site.arrive(_website="https://casino.test")
    desk = site.desk
    assert (found.status, found.waiting_since) == (SPAM, None)
    assert messages(desk, found)[0].facts["trap"] == "honeypot"
    assert (desk.all(Delivery), desk.all(Decision)) == ([], [])
    desk.do(conversations.reopen, found, conversations.person(desk.manager))
    assert desk.fresh(found).status == "open", "a person's mistake can be mended"


def test_without_an_address_nobody_can_be_written_to_and_two_callers_are_two(site: FormDesk) -> None:
    first = site.arrive(name="Anna", email="", phone="0444 123456")
    second = site.arrive(name="Berta", email="", phone="0444 654321")
    desk = site.desk
    assert first.contact_id != second.contact_id
    assert [one.name for one in desk.all(Contact)] == ["Anna", "Berta"]
    assert "solo per telefono" in messages(desk, first)[0].text
    with pytest.raises(replies.CannotReply):
        desk.answer(first)


def test_a_form_whose_mailbox_is_gone_is_held_and_comes_when_it_has_another(site: FormDesk) -> None:
    desk = site.desk
    with desk.database.writing() as session:
        session.get_one(Channel, site.channel.id).settings = {**site.channel.settings, "mailbox": 999_999}
    site.post()
    desk.take_in()
    (item,) = desk.all(Intake)
    assert (item.state, item.reason) == (
        "held",
        "the mailbox by which this form is answered is gone: choose another one",
    )
    with desk.database.writing() as session:
        forms.change(session, session.get_one(Channel, site.channel.id), mailbox=desk.channel)
        intake.retry_held(session, session.get_one(Intake, item.id))
    desk.take_in()
    assert desk.outcomes() == ["message"]


def test_the_same_words_twice_are_one_question_others_are_another(site: FormDesk) -> None:
    with time_machine.travel(NOON, tick=False):
        for words in ("Uno?", "Uno?", "Due?"):
            site.post(message=words)
        token = tokens.issue(site.form().signing, site.key, NOON.timestamp() - 60)
        for words in ("Tre?", "Tre?", "Quattro?"):
            site.post(message=words, _token=token)
    site.desk.take_in()
    assert site.desk.outcomes() == ["message"] * 4


def test_nobody_gets_into_another_conversation_or_gives_orders_by_a_form(site: FormDesk) -> None:
    desk = site.desk
    found = desk.ask()
    desk.add_user("marco@firm.test", "colleague", "rd")
    with desk.database.writing() as session:
        row = session.get_one(Conversation, found.id)
        token = threads.token_of(row)
    posted = site.arrive(email="anna.bianchi@cliente.test", subject=f"Re: Giunto [#{token}]")
    assert posted.id != found.id
    with desk.database.writing() as session:
        card = cards.of(
            session, session.scalars(select(User.id).where(User.email == "giulia@firm.test")).one(), found.id
        )
        mark = cards.mark(card)
    forged = site.arrive(email="giulia@firm.test", message=f"/close\n{mark}")
    assert forged.id not in (found.id, posted.id)
    assert desk.fresh(found).status == "open"


def test_an_address_of_ours_typed_into_a_form_is_not_acknowledged(one_site: FormDesk) -> None:
    set_rule(one_site.desk, team="rd", acknowledge=True)
    one_site.arrive(email="info@firm.test")
    (event,) = one_site.desk.all(Event, Event.action == "not_acknowledged")
    assert event.data["why"] == "ours"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"email": ""}, {"email": "no_way"}),
        ({"email": "", "phone": "12"}, {"email": "no_way"}),
        ({"email": "anna@"}, {"email": "not_one"}),
        ({"email": "anna@@x..it"}, {"email": "not_one"}),
        ({"message": ""}, {"message": "missing"}),
        ({"message": " ", "email": ""}, {"message": "missing", "email": "no_way"}),
        ({"email": "", "phone": "0444 123456"}, {}),
        ({"_token": "1.x.y"}, {"": "forged"}),
    ],
)
def test_what_has_to_be_mended_is_said_and_nothing_stored(
    one_site: FormDesk, fields: dict[str, str], errors: dict[str, str]
) -> None:
    assert one_site.post(**fields).errors == errors
    assert len(one_site.desk.all(Intake)) == (0 if errors else 1)


def test_a_token_is_for_one_form_and_for_a_day() -> None:
    token = tokens.issue("s", "k", 1_000_000.0)
    nonce = token.split(".")[1]
    assert tokens.check("s", "k", token, 1_000_060.0) == (nonce, "")
    assert tokens.check("s", "k", token, 1_000_001.0) == (nonce, "fast")
    assert tokens.check("s", "k", token, 1_000_000.0 + 86_401) == (nonce, "old")
    for signing, key, other in (
        ("s", "other", token),
        ("other", "k", token),
        ("s", "k", token[:-1] + "x"),
        ("s", "k", ""),
    ):
        assert tokens.check(signing, key, other, 1_000_060.0) == ("", "forged")
    later = token.replace("1000000.", "1000900.", 1)
    assert tokens.check("s", "k", later, 1_000_960.0)[1] == "forged"


def test_a_form_has_a_long_key_and_a_sealed_secret(one_site: FormDesk) -> None:
    row = one_site.channel
    assert sitechannels.KEY.fullmatch(row.address)
    assert forms.address("https://centralino.firm.test/", row) == f"https://centralino.firm.test/forms/{row.address}"
    assert set(row.settings) == set(forms.DEFAULTS)
    assert len(one_site.form().signing) >= 43
    with one_site.desk.database.writing() as session:
        again = session.get_one(Channel, row.id)
        forms.change(session, again, origins=["https://www.Firm.test:443/"], thanks="https://www.firm.test/grazie")
        assert again.settings["origins"] == ["https://www.firm.test"]
        assert forms.by_key(session, row.address) is again
        again.enabled = False
        session.flush()
        assert forms.by_key(session, row.address) is None
        assert forms.by_key(session, "x" * 22) is None
        assert forms.by_key(session, "../../etc") is None
    assert one_site.posts.vault.open(row.secrets)["signing"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"origins": ["www.firm.it"]}, "origins: must be like https://www.firm.it"),
        ({"origins": ["https://www.firm.it/contatti"]}, "origins: "),
        ({"origins": ["javascript://x"]}, "origins: "),
        ({"origins": ["https://u:p@firm.it"]}, "origins: "),
        ({"origins": ["https://firm.it; script-src *"]}, "origins: "),
        ({"origins": ["https://firm.it:99999"]}, "origins: "),
        ({"thanks": "/grazie"}, "thanks: must be an address"),
        ({"thanks": "https://www.firm.it/<x>"}, "thanks: "),
        (
            {"thanks": "https://other.test/", "origins": ["https://www.firm.it"]},
            "thanks: https://other.test is not among",
        ),
        ({"privacy": "javascript:alert(1)"}, "privacy: "),
        ({"language": "xx"}, "language: must be one of it, en, de, fr"),
        ({"fields": {"x": "surname"}}, "fields: 'x' must be one of name,"),
        ({"required": ["vat"]}, "required: "),
        ({"max_a_minute": 0}, "max_a_minute: "),
        ({"colour": "red"}, "colour: is no setting"),
    ],
)
def test_what_is_wrong_with_a_form_is_said(one_site: FormDesk, settings: dict[str, Any], told: str) -> None:
    desk = one_site.desk
    with desk.database.writing() as session:
        with pytest.raises(ChannelError, match=f"^{told}"):
            forms.make(session, desk.app.vault, "second", desk.channel, **settings)
        with pytest.raises(ChannelError, match=f"^{told}"):
            forms.change(session, session.get_one(Channel, one_site.channel.id), **settings)
        assert session.get_one(Channel, one_site.channel.id).settings == one_site.channel.settings


def test_a_form_needs_a_mailbox_and_a_name_of_its_own(one_site: FormDesk) -> None:
    desk = one_site.desk
    with desk.database.writing() as session:
        bot = channels.create(session, desk.app.vault, "telegram", "bot", {"token": "x"}).id
        for number in (0, bot, 999_999):
            with pytest.raises(ChannelError, match="mailbox: a form needs a mailbox"):
                forms.make(session, desk.app.vault, "second", number)
        with pytest.raises(ChannelError, match="already a channel 'sito'"):
            forms.make(session, desk.app.vault, "sito", desk.channel)
