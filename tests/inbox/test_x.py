"""An account on X in the product: talks in public and directly, names, answers, calls beside questions, off at first."""

import json
from collections.abc import Iterator

import pytest

from connectors.base import WebhookRequest
from connectors.x import hook
from inbox import hooks
from inbox.app import App
from inbox.events import SYSTEM
from inbox.models import Channel, Contact, Conversation, Delivery
from inbox.models.delivery import FAILED, SENT, UNCERTAIN
from inbox.reader import Reader
from inbox.social import costs, trials, windows
from tests.emulators.x import XEmulator
from tests.parts.polled import Account

ANNA = "7"


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with XEmulator() as emulator:
        emulator.people[ANNA] = ("Anna Verdi", "annav")
        emulator.mentions("8", "da prima")
        yield emulator


@pytest.fixture
def account(app: App, reader: Reader, x: XEmulator) -> Account:
    """On both databases; X is asked whenever it is fetched."""
    app.settings.x_api = x.url
    return Account(app, reader, "x", dict(x.keys))


def called(account: Account, x: XEmulator, body: dict[str, object], secret: str = "") -> int:
    content = json.dumps({"for_user_id": x.own, **body}).encode()
    signed = {hook.HEADER: hook.sign(content, secret or x.keys["secret"])}
    return hooks.take(account.app.hooks(), "x", account.number, WebhookRequest("POST", signed, {}, content)).status


def tweet(post: dict[str, str]) -> dict[str, object]:
    """A post as a call tells it."""
    user = {"id_str": post["author_id"], "name": "Anna Verdi", "screen_name": "annav"}
    mentioned = {"user_mentions": [{"id_str": XEmulator.own}]}
    return {"id_str": post["id"], "text": post["text"], "user": user, "entities": mentioned}


def test_a_mention_is_a_public_talk_whose_person_is_asked_for_once(account: Account, x: XEmulator) -> None:
    x.mentions(ANNA, "Qual è la tolleranza?")
    talk = account.comes()
    with account.database.reading() as session:
        assert windows.is_public(session.get_one(Conversation, talk.id))
    assert [one.name for one in account.all(Contact)] == ["Anna Verdi (@annav)"]
    account.reply()
    assert [one["text"] for one in x.posted] == ["La tolleranza è H7."]
    x.mentions(ANNA, "E il prezzo?")
    again = account.comes()
    assert (again.id, again.waiting_since is not None) == (talk.id, True)
    assert sum("/2/users/7" in one for one in x.calls) == 1


def test_a_direct_message_is_answered_once_and_read_back_as_the_same(account: Account, x: XEmulator) -> None:
    x.says(ANNA, "In privato")
    talk = account.comes()
    account.reply()
    assert [(one["to"], one["text"]) for one in x.written] == [(ANNA, "La tolleranza è H7.")]
    assert account.comes().waiting_since is None
    assert (len(account.messages()), account.talk().id) == (2, talk.id)


def test_an_answer_written_on_x_itself_stops_the_clock(account: Account, x: XEmulator) -> None:
    x.says(ANNA, "In privato")
    account.comes()
    x.says(x.own, "È H7.", to=ANNA)
    assert account.comes().waiting_since is None
    assert [one.text for one in account.messages()] == ["In privato", "È H7."]


def test_what_is_asked_for_and_brought_five_times_is_taken_once(account: Account, x: XEmulator) -> None:
    post = x.mentions(ANNA, "Qual è la tolleranza?")
    assert [called(account, x, {"tweet_create_events": [tweet(post)]}) for _ in range(5)] == [200] * 5
    account.work()
    account.comes()
    assert len(account.messages()) == 1
    assert called(account, x, {"favorite_events": [{"id": "a"}]}) == 200
    account.work()
    assert called(account, x, {"tweet_create_events": [tweet(post)]}, secret="wrong") == 403


def test_x_hears_what_it_asks_of_our_address(account: Account, x: XEmulator) -> None:
    asked = WebhookRequest("GET", {}, {"crc_token": "abc"}, b"")
    told = hooks.challenge(account.app.hooks(), "x", account.number, asked)
    assert json.loads(told or "") == {"response_token": hook.sign(b"abc", x.keys["secret"])}


def test_a_doubtful_answer_is_for_a_person(account: Account, x: XEmulator) -> None:
    x.mentions(ANNA, "Qual è la tolleranza?")
    account.comes()
    x.drop("tweets", handled=True)
    account.reply()
    assert [one.state for one in account.answers()] == [UNCERTAIN]
    assert len(x.posted) == 1


def test_a_refused_answer_is_shown_and_the_customer_waits_on(account: Account, x: XEmulator) -> None:
    x.says("13", "In privato")
    account.comes()
    account.reply()
    (delivery,) = account.all(Delivery, Delivery.purpose == "answer")
    assert (delivery.state, "permission to DM" in delivery.error) == (FAILED, True)
    assert account.talk().waiting_since is not None


def test_used_up_credits_are_told(account: Account, x: XEmulator) -> None:
    x.fail("mentions", 402, {"title": "CreditsDepleted", "detail": "no credits"})
    with pytest.raises(Exception, match="credits at X are used up"):
        account.fetch()


def test_a_public_question_is_answered_privately(account: Account, x: XEmulator) -> None:
    x.mentions(ANNA, "Quanto costa?")
    account.comes()
    account.reply("12 euro", private=True)
    assert ([one["to"] for one in x.written], x.posted) == ([ANNA], [])
    assert [one.state for one in account.answers()] == [SENT]


def test_a_new_account_is_off_until_somebody_switches_it_on(app: App, x: XEmulator) -> None:
    with app.database.writing() as session:
        made = trials.add(session, app.vault, "x", "X", dict(x.keys), SYSTEM)
    with app.database.reading() as session:
        assert not session.get_one(Channel, made.id).enabled
        assert "token-secret" not in str(session.get_one(Channel, made.id).settings)


def test_the_month_that_is_told_is_what_the_emulator_counts(account: Account, x: XEmulator) -> None:
    x.read.clear()
    for number in range(20, 30):
        x.people[str(number)] = ("Cliente", f"c{number}")
        x.mentions(str(number), "Quanto costa?")
    for number in range(30, 40):
        x.people[str(number)] = ("Cliente", f"c{number}")
        x.says(str(number), "Quanto costa?")
    account.comes()
    for talk in account.all(Conversation, Conversation.channel_id == account.number):
        account.answer(talk)
    account.work()
    account.comes()
    sent = len(x.posted) * costs.ANSWER + len(x.written) * costs.DIRECT_ANSWER
    standing = costs.READ_ANEW * costs.DAYS * costs.DIRECT
    assert f"{(x.cost + sent + standing) / 1000:.2f}" == costs.month(10, 10)
