"""Customers by Telegram in the product: one talk for each person and place, files, versions, who blocks the bot."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import RawItem, WebhookRequest
from inbox import channels, hooks, replies
from inbox.app import App
from inbox.channels import ITS_COLLEAGUES, ITS_CUSTOMERS, ChannelError
from inbox.models import Attachment, Channel, Contact, Conversation, Intake, User, now
from inbox.models.conversation import CLOSED
from inbox.models.intake import DONE
from inbox.reader import Reader
from inbox.social import trials
from inbox.social.files import COMING, GONE
from routing.chat import cardtext
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_http import Upload
from tests.parts.telegram_customers import ANNA, BRUNO, GROUP, KIND, Counter

NAME = "@centralino_test_bot"


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    with TelegramEmulator(plain_hooks=True) as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def counter(app: App, reader: Reader, bot_api: TelegramEmulator) -> Counter:
    """On both databases."""
    return Counter(app, reader, bot_api)


def answer(counter: Counter, talk: Conversation, text: str = "La tolleranza è H7.", **how: Any) -> int:
    """The manager answers on the page, and it goes out; the message's id."""
    with counter.database.writing() as session:
        found, user = session.get_one(Conversation, talk.id), session.get_one(User, counter.manager)
        number = replies.reply(session, found, user, text, **how).id
    counter.send()
    return number


# Questions


def test_what_a_customer_writes_is_one_talk_that_rules_decide(counter: Counter) -> None:
    first = counter.writes("Qual è la tolleranza del foro?")
    second = counter.writes("Del GX-40, per favore")
    assert first.id == second.id
    assert second.team_id is not None
    assert second.waiting_since == counter.messages()[0].at
    assert counter.all(Contact)[-1].name == "Anna Prova 42"
    answer(counter, second)
    (shown,) = counter.bot_api.messages(ANNA)
    assert shown["text"] == "La tolleranza è H7."
    assert shown["reply_to_message"]["text"] == "Del GX-40, per favore"
    assert counter.answers()[0].state == "sent"
    assert counter.fresh(second).waiting_since is None


def test_start_asks_nothing_but_a_link_of_ours_begins_a_talk(counter: Counter) -> None:
    counter.bot_api.user_says(ANNA, "/start")
    counter.work()
    assert counter.all(Conversation) == []
    assert counter.outcomes() == ["ignored"]
    talk = counter.writes("/start fiera-2026", chat=BRUNO)
    assert talk.waiting_since is not None
    assert counter.messages()[0].facts["start"] == "fiera-2026"


def test_the_same_update_twice_and_by_both_ways_is_one_message(counter: Counter) -> None:
    counter.bot_api.user_says(ANNA, "Buongiorno")
    item = counter.bot.fetch("updates", "").items[0]
    counter.work()
    counter.bot_api.redeliver(int(item.key))
    counter.work()
    with counter.database.writing() as session:
        channels.set_secret(session.get_one(Channel, counter.number), counter.app.vault, hooks.SECRET, "s3cret")
    assert called(counter, item, "s3cret") == 200
    assert called(counter, item, "wrong") == 403
    counter.take_in()
    assert [one.text for one in counter.messages()] == ["Buongiorno"]
    assert len(counter.all(Intake)) == 1


def called(counter: Counter, item: RawItem, secret: str) -> int:
    headers = {"x-telegram-bot-api-secret-token": secret}
    return hooks.take(counter.app.hooks(), KIND, counter.number, WebhookRequest("POST", headers, {}, item.body)).status


# Files


def test_a_picture_comes_after_its_message(counter: Counter) -> None:
    counter.bot_api.user_sends_photo(ANNA, Upload("", b"\xff\xd8 picture", "image/jpeg"), "Il pezzo")
    counter.work()
    (shown,) = counter.messages()
    (file,) = shown.attachments
    assert (shown.text, file.filename, file.content_type) == ("Il pezzo", "image.jpg", "image/jpeg")
    assert counter.app.blobs.get(file.sha256) == b"\xff\xd8 picture"
    assert "file" not in shown.facts


def test_a_document_keeps_its_name_and_one_that_is_too_large_says_so(counter: Counter) -> None:
    counter.bot_api.user_sends_file(ANNA, Upload("disegno.dwg", b"x" * 900, "image/vnd.dwg"))
    counter.bot_api.user_sends_file(ANNA, Upload("film.mp4", bytes(20_000_001), "video/mp4"))
    counter.work()
    (file,) = counter.all(Attachment)
    assert (file.filename, file.content_type, file.size) == ("disegno.dwg", "image/vnd.dwg", 900)
    facts = counter.messages()[1].facts
    assert facts["file"] == GONE
    assert "no file larger than 20 MB" in facts["file_reason"]


# Versions


def test_a_change_is_a_version_and_the_earlier_wording_stays(counter: Counter) -> None:
    said = counter.bot_api.user_says(ANNA, "Mi servono 4 pezzi")
    counter.bot_api.user_edits(ANNA, said["message_id"], "Mi servono 40 pezzi")
    counter.work()
    before, after = counter.messages()
    assert (before.text, after.text) == ("Mi servono 4 pezzi", "Mi servono 40 pezzi")
    assert before.conversation_id == after.conversation_id
    assert after.facts["edits"] == before.external_id
    assert counter.talk().snippet == "Mi servono 40 pezzi"
    assert counter.talk().waiting_since == before.at


def test_a_change_of_nothing_opens_nothing(counter: Counter) -> None:
    said = counter.bot_api.user_says(ANNA, "Buongiorno")
    talk = counter.writes("Qual è la tolleranza?")
    answer(counter, talk)
    counter.bot_api.user_edits(ANNA, said["message_id"], "Buongiorno")
    counter.work()
    assert counter.fresh(talk).waiting_since is None
    assert counter.outcomes() == ["message", "message", "repeat"]
    counter.bot_api.user_edits(ANNA, said["message_id"], "Buonasera")
    counter.work()
    assert counter.fresh(talk).waiting_since is not None


def test_a_changed_caption_does_not_fetch_its_file_again(counter: Counter) -> None:
    sent = counter.bot_api.user_sends_photo(ANNA, Upload("", b"\xff\xd8 picture", "image/jpeg"), "Il pezo")
    counter.work()
    sent |= {"caption": "Il pezzo", "edit_date": sent["date"] + 60}
    counter.bot_api.push({"edited_message": sent})
    counter.work()
    assert [(one.text, len(one.attachments)) for one in counter.messages()] == [("Il pezo", 1), ("Il pezzo", 0)]
    assert "file" not in counter.messages()[1].facts


def test_an_answer_after_a_change_stands_under_the_message(counter: Counter) -> None:
    said = counter.bot_api.user_says(ANNA, "Mi servono 4 pezzi")
    counter.bot_api.user_edits(ANNA, said["message_id"], "Mi servono 40 pezzi")
    counter.work()
    answer(counter, counter.talk())
    assert counter.bot_api.messages(ANNA)[0]["reply_to_message"]["message_id"] == said["message_id"]


# Groups


def test_people_of_a_group_have_talks_of_their_own_and_are_answered_there(counter: Counter) -> None:
    counter.bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    counter.bot_api.user_says(GROUP, "Pranzo alle 13", by=BRUNO)
    annas = counter.writes(f"{NAME} qual è la coppia di serraggio?", chat=GROUP, by=ANNA)
    brunos = counter.writes(f"{NAME} e il listino?", chat=GROUP, by=BRUNO)
    private = counter.writes("Scrivo anche in privato")
    assert len({annas.id, brunos.id, private.id}) == 3
    assert annas.contact_id == private.contact_id != brunos.contact_id
    assert len(counter.messages()) == 3
    answer(counter, annas, "40 Nm.")
    (shown,) = counter.bot_api.messages(GROUP)
    assert shown["reply_to_message"]["text"].endswith("la coppia di serraggio?")
    assert counter.bot_api.messages(ANNA) == []
    further = counter.bot_api.user_says(GROUP, "Grazie, e per M8?", by=ANNA, reply_to=shown["message_id"])
    counter.work()
    assert counter.messages()[-1].conversation_id == annas.id
    assert further["message_id"] == int(counter.messages()[-1].external_id.rpartition(":")[2])


def test_a_group_that_moves_takes_its_talks_along(counter: Counter) -> None:
    counter.bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    talk = counter.writes(f"{NAME} qual è la coppia?", chat=GROUP, by=ANNA)
    new = counter.bot_api.migrate_group(GROUP, by=ANNA)
    # It is not known here yet: Telegram says so when an answer is sent to the old number.
    answer(counter, talk, "40 Nm.")
    (delivery,) = counter.answers()
    assert (delivery.state, delivery.recipient) == ("retry", f"{new}:{ANNA}")
    counter.work()
    assert counter.fresh(talk).thread_key == f"{new}:{ANNA}"
    again = counter.writes(f"{NAME} e per M8?", chat=new, by=ANNA)
    assert again.id == talk.id
    answer(counter, again, "25 Nm.")
    assert counter.bot_api.texts(new)[-1] == "25 Nm."


# Who blocks the bot


def test_who_blocks_the_bot_is_shown_in_the_talk_and_an_answer_fails_in_words(counter: Counter) -> None:
    talk = counter.writes("Qual è la tolleranza?")
    counter.bot_api.user_blocks(ANNA)
    counter.bot_api.user_blocks(BRUNO)
    counter.work()
    sign = counter.messages()[-1]
    assert (sign.conversation_id, sign.facts["content"], sign.machine) == (talk.id, "blocked", "receipt")
    assert len(counter.all(Conversation)) == 1
    answer(counter, talk)
    (delivery,) = counter.answers()
    assert delivery.state == "failed"
    assert "has blocked the bot" in delivery.error
    assert counter.fresh(talk).waiting_since is not None
    assert counter.all(Channel, Channel.id == counter.number)[0].error == ""


def test_a_sign_begins_no_talk_where_the_last_one_ended_long_ago(counter: Counter) -> None:
    talk = counter.writes("Grazie mille")
    with counter.database.writing() as session:
        ended = session.get_one(Conversation, talk.id)
        ended.status, ended.closed_at = CLOSED, now() - timedelta(days=15)
    counter.bot_api.user_blocks(ANNA)
    counter.work()
    assert len(counter.all(Conversation)) == 1
    assert counter.outcomes() == ["message", "ignored"]


def test_a_busy_telegram_is_tried_again_and_nothing_is_doubled(counter: Counter) -> None:
    talk = counter.writes("Qual è la tolleranza?")
    counter.bot_api.fail("sendMessage", 429, retry_after=30)
    answer(counter, talk)
    assert counter.answers()[0].state == "retry"
    assert counter.bot_api.messages(ANNA) == []


def test_how_the_channel_is_is_told_by_asking_and_not_by_sending(counter: Counter) -> None:
    talk = counter.writes("Qual è la tolleranza?")
    with counter.database.writing() as session:
        channels.set_health(session, counter.number, "Another program reads this bot's messages")
    answer(counter, talk)
    assert counter.answers()[0].state == "sent"
    assert "Another program" in counter.all(Channel, Channel.id == counter.number)[0].error


def test_a_file_waits_while_the_token_is_over(counter: Counter) -> None:
    counter.bot_api.user_sends_file(ANNA, Upload("a.pdf", b"%PDF", "application/pdf"))
    counter.bot_api.fail("getFile", 401, "Unauthorized")
    counter.work()
    assert counter.messages()[0].facts["file"] == COMING


def test_the_card_names_the_group(counter: Counter) -> None:
    counter.bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    talk = counter.writes(f"{NAME} qual è la coppia?", chat=GROUP, by=ANNA)
    with counter.database.reading() as session:
        found = session.get_one(Conversation, talk.id)
        assert cardtext._source(session, found, counter.messages()[0], "en") == f"{NAME} · group Cantiere"


# One bot, one channel


def test_a_bot_is_one_channels(counter: Counter, bot_api: TelegramEmulator) -> None:
    renewed = {"token": bot_api.token.partition(":")[0] + ":made-anew"}
    other = {"token": "8000000001:another"}
    with counter.database.writing() as session:
        vault = counter.app.vault
        for kind in ("telegram", KIND):
            with pytest.raises(ChannelError, match=ITS_CUSTOMERS):
                channels.create(session, vault, kind, "Altro", renewed)
        colleagues = channels.create(session, vault, "telegram", "Colleghi", other)
        with pytest.raises(ChannelError, match=ITS_COLLEAGUES):
            channels.create(session, vault, KIND, "Altro", other)
        ours = session.get_one(Channel, counter.number)
        with pytest.raises(ChannelError, match="another bot"):
            trials.change(session, vault, ours, "Bot", other)
        trials.change(session, vault, ours, "Bot", renewed)
        assert vault.open(ours.secrets)["token"] == renewed["token"]
        trials.change(session, vault, ours, "Bot", {})
        assert vault.open(ours.secrets)["token"] == renewed["token"]
        assert colleagues.kind == "telegram"


def test_nothing_is_held(counter: Counter) -> None:
    for update in ({"poll": {"id": "1"}}, {"channel_post": {"message_id": 1}}, {"message": {"hologram": 1}}):
        counter.bot_api.push(update)
    counter.work()
    assert {one.state for one in counter.all(Intake)} == {DONE}
    assert counter.outcomes() == ["ignored"] * 3
