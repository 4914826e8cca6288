"""A Mastodon account in the product: talks in public and directly, answers once, answers given elsewhere, files."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from inbox.app import App
from inbox.models import Attachment, Channel, Contact, Conversation, Delivery, Intake, Job, Message, now
from inbox.models.delivery import FAILED, RETRY, SENT
from inbox.reader import Reader
from inbox.social import windows
from tests.emulators.mastodon import MastodonEmulator
from tests.parts.polled import Account

ANNA = "anna@altrove.test"


@pytest.fixture
def mastodon() -> Iterator[MastodonEmulator]:
    with MastodonEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def account(app: App, reader: Reader, mastodon: MastodonEmulator) -> Account:
    """On both databases; one old post is there already."""
    mastodon.says("prima@altrove.test", "da prima")
    return Account(app, reader, "mastodon", {"server": mastodon.url, "token": mastodon.token})


def is_public(account: Account) -> bool:
    with account.database.reading() as session:
        return windows.is_public(session.get_one(Conversation, account.talk().id))


def test_a_mention_is_a_public_talk_and_answered_once(account: Account, mastodon: MastodonEmulator) -> None:
    mastodon.says(ANNA, "Qual è la tolleranza?", name="Anna Verdi")
    talk = account.comes()
    assert [one.name for one in account.all(Contact)] == ["Anna Verdi"]
    assert is_public(account)
    assert talk.waiting_since is not None
    account.reply()
    (post,) = mastodon.posted
    assert (post["text"], post["visibility"]) == (f"@{ANNA} La tolleranza è H7.", "public")
    assert account.comes().waiting_since is None
    assert len(account.messages()) == 2


def test_a_direct_post_is_answered_directly_and_goes_on_in_its_talk(
    account: Account, mastodon: MastodonEmulator
) -> None:
    mastodon.says(ANNA, "In privato", visibility="direct", quiet=True)
    talk = account.comes()
    assert not is_public(account)
    account.reply("parola " * 150)
    assert {one["visibility"] for one in mastodon.posted} == {"direct"}
    mastodon.says(ANNA, "Grazie, e il prezzo?", about=mastodon.posted[-1], visibility="direct")
    again = account.comes()
    assert (again.id, again.waiting_since is not None) == (talk.id, True)
    # What was sent from here comes back as nothing new, its further parts too.
    assert [one.direction for one in account.messages()] == ["inbound", "outbound", "inbound"]


def test_a_thread_goes_on_in_its_talk_and_another_one_begins_its_own(
    account: Account, mastodon: MastodonEmulator
) -> None:
    question = mastodon.says(ANNA, "Qual è la tolleranza?")
    first = account.comes()
    account.reply("parola " * 150)
    mastodon.says(ANNA, "Grazie! E del GX-50?", about=mastodon.posted[-1])
    assert account.comes().id == first.id
    mastodon.says("bruno@altrove.test", "Interessa anche a me", about=question)
    assert account.comes().id != first.id
    mastodon.says(ANNA, "Altra domanda")
    assert account.comes().id != first.id


def test_a_public_question_is_answered_privately(account: Account, mastodon: MastodonEmulator) -> None:
    mastodon.says(ANNA, "Quanto costa?")
    account.comes()
    account.reply("12 euro", private=True)
    assert [one["visibility"] for one in mastodon.posted] == ["direct"]
    account.comes()
    assert account.talk().waiting_since is None
    assert len(account.messages()) == 2


@pytest.mark.parametrize("visibility", ["public", "direct"])
def test_an_answer_given_in_mastodon_itself_stops_the_clock(
    account: Account, mastodon: MastodonEmulator, visibility: str
) -> None:
    question = mastodon.says(ANNA, "Qual è la tolleranza?", visibility=visibility)
    account.comes()
    mastodon.app_says("È H7.", question)
    mastodon.app_says("Buona giornata a tutti")
    assert account.comes().waiting_since is None
    assert [one.text for one in account.messages()] == ["Qual è la tolleranza?", "@anna È H7."]


def test_the_same_five_times_and_out_of_order_is_taken_once(account: Account, mastodon: MastodonEmulator) -> None:
    for number in range(5):
        mastodon.says(ANNA, f"domanda {number}", visibility="direct")
    mastodon.shuffled = True
    account.comes()
    mastodon.again = 5
    for _ in range(5):
        assert account.fetch() == 0
    account.work()
    assert sorted(one.text for one in account.messages()) == [f"domanda {number}" for number in range(5)]


def test_what_cannot_be_fetched_now_is_fetched_later(account: Account, mastodon: MastodonEmulator) -> None:
    mastodon.says(ANNA, "Qual è la tolleranza?")
    mastodon.fail("notifications", 500)
    with pytest.raises(Exception, match="Mastodon failed"):
        account.fetch()
    account.comes()
    assert [one.text for one in account.messages()] == ["Qual è la tolleranza?"]


def test_a_change_stands_in_the_talk(account: Account, mastodon: MastodonEmulator) -> None:
    question = mastodon.says(ANNA, "Qual è la toleranza?")
    talk = account.comes()
    mastodon.edits(question, "Qual è la tolleranza?")
    assert account.comes().id == talk.id
    first, second = account.messages()
    assert (second.facts["edits"], second.text) == (first.external_id, "Qual è la tolleranza?")
    account.reply()
    assert mastodon.posted[0]["in_reply_to_id"] == question["id"]


def test_a_picture_follows(account: Account, mastodon: MastodonEmulator) -> None:
    mastodon.says(ANNA, "Ecco il foro", media_attachments=[mastodon.keep(b"\x89PNG", "image/png", "il foro")])
    account.comes()
    (file,) = account.all(Attachment)
    assert (file.content_type, file.size) == ("image/png", 4)
    assert "file" not in account.messages()[0].facts


def test_a_doubtful_answer_is_tried_again_and_stands_once(account: Account, mastodon: MastodonEmulator) -> None:
    mastodon.says(ANNA, "Qual è la tolleranza?")
    account.comes()
    mastodon.drop("post", handled=True)
    account.reply()
    (delivery,) = account.answers()
    assert delivery.state == RETRY
    with account.database.writing() as session:
        session.execute(update(Job).values(run_at=now() - timedelta(seconds=1)))
    account.work()
    assert account.fresh(delivery).state == SENT
    assert len(mastodon.posted) == 1


def test_a_refused_answer_is_shown_and_the_customer_waits_on(account: Account, mastodon: MastodonEmulator) -> None:
    question = mastodon.says(ANNA, "Qual è la tolleranza?")
    account.comes()
    mastodon.gone(question)
    account.reply()
    (delivery,) = account.all(Delivery, Delivery.purpose == "answer")
    assert (delivery.state, "no longer there" in delivery.error) == (FAILED, True)
    assert account.talk().waiting_since is not None


def test_a_token_that_is_over_is_told_on_the_channel(account: Account, mastodon: MastodonEmulator) -> None:
    mastodon.says(ANNA, "Qual è la tolleranza?")
    account.comes()
    mastodon.fail("status", 401)
    account.reply()
    assert "access token" in account.all(Channel, Channel.id == account.number)[0].error


def test_nothing_old_was_taken_and_what_is_aside_says_why(account: Account, mastodon: MastodonEmulator) -> None:
    mastodon.app_says("Buona giornata a tutti")
    account.fetch()
    account.work()
    assert account.all(Message, Message.channel_id == account.number) == []
    (item,) = account.all(Intake)
    assert (item.outcome, item.reason) == ("ignored", "a post of our own that answers nobody")
