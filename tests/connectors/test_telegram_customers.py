"""The bot for customers: what it reads in private and in groups, what it fetches, how it answers where."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import registry
from connectors.abilities import Called, KeepsFiles
from connectors.base import (
    Address,
    Attachment,
    Connector,
    ConnectorError,
    Ignored,
    Message,
    Outbound,
    Pull,
    Push,
    RawItem,
    Reading,
    WebhookRequest,
)
from connectors.telegram.customers import BLOCKED, OUT_OF_GROUP, TelegramCustomersChannel
from connectors.telegram.customers_reading import read_item
from tests.connectors.test_telegram_reading import PAYLOADS, bend
from tests.connectors.test_telegram_webhook import HEADER
from tests.emulators.telegram import TOKEN, TelegramEmulator
from tests.emulators.telegram_chats import BOT, person
from tests.emulators.telegram_http import Upload
from tests.parts.long import examples

ANNA, BRUNO, GROUP = 42, 43, -500
NAME = f"@{BOT['username']}"
KNOWN = {"bot": NAME, "bot_id": str(BOT["id"])}


@pytest.fixture
def customers(bot_api: TelegramEmulator) -> Iterator[TelegramCustomersChannel]:
    found = TelegramCustomersChannel(bot_api.token, api_base=bot_api.url, read_timeout=2)
    yield found
    found.close()


def fetched(channel: TelegramCustomersChannel, cursor: str = "") -> list[Reading]:
    return [reading for item in channel.fetch("updates", cursor).items for reading in channel.read(item)]


def read(update: dict[str, Any]) -> Reading:
    (found,) = read_item(RawItem("1", datetime.now(UTC), json.dumps(update).encode(), KNOWN))
    return found


def private(content: dict[str, Any], kind: str = "message") -> Reading:
    there = {"id": ANNA, "type": "private", "first_name": "Anna"}
    return read({"update_id": 1, kind: {"message_id": 7, "date": 9, "chat": there, "from": person(ANNA), **content}})


def in_group(content: dict[str, Any]) -> Reading:
    there = {"id": GROUP, "type": "supergroup", "title": "Cantiere", "is_forum": True}
    return read(
        {"update_id": 1, "message": {"message_id": 7, "date": 9, "chat": there, "from": person(ANNA), **content}}
    )


def message(found: Reading) -> Message:
    assert isinstance(found, Message), found
    return found


def reason(found: Reading) -> str:
    assert isinstance(found, Ignored), found
    return found.reason


# The contract


def test_it_is_asked_or_called_and_keeps_files(customers: TelegramCustomersChannel) -> None:
    as_connector: Connector = customers
    as_pull: Pull = customers
    as_push: Push = customers
    as_called: Called = customers
    as_keeper: KeepsFiles = customers
    assert (as_connector.kind, list(as_pull.folders()), as_push.pushed_folder) == (
        "telegram_customers", ["updates"], "updates",
    )  # fmt: skip
    assert as_called is as_keeper
    built = registry.build("telegram_customers", {"token": TOKEN})
    assert isinstance(built, TelegramCustomersChannel)
    assert registry.reader("telegram_customers") is read_item


def test_the_same_cursor_gives_the_same(bot_api: TelegramEmulator, customers: TelegramCustomersChannel) -> None:
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    bot_api.user_says(GROUP, f"{NAME} ci siete?", by=ANNA)
    bot_api.user_says(ANNA, "Buongiorno")
    first = customers.fetch("updates", "")
    again = customers.fetch("updates", "")
    assert first == again
    assert len(first.items) == 3
    assert customers.fetch("updates", first.cursor).items == []
    assert bot_api.pending == []


def test_who_the_bot_is_is_asked_once_and_only_for_groups(
    bot_api: TelegramEmulator, customers: TelegramCustomersChannel
) -> None:
    bot_api.user_says(ANNA, "Buongiorno")
    (alone,) = customers.fetch("updates", "").items
    assert "bot" not in alone.meta
    assert not any(method == "getMe" for method, _ in bot_api.calls)
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    for _ in range(2):
        items = customers.fetch("updates", "").items
    assert items[-1].meta == {"lane": str(GROUP), **KNOWN}
    assert [method for method, _ in bot_api.calls].count("getMe") == 1


def test_nothing_of_a_group_is_taken_while_the_bots_name_cannot_be_had(
    bot_api: TelegramEmulator, customers: TelegramCustomersChannel
) -> None:
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    bot_api.fail("getMe", 502)
    with pytest.raises(ConnectorError) as caught:
        customers.fetch("updates", "")
    assert not caught.value.permanent
    assert len(customers.fetch("updates", "").items) == 1


def test_a_call_is_what_would_have_been_fetched(bot_api: TelegramEmulator, customers: TelegramCustomersChannel) -> None:
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    bot_api.user_says(GROUP, f"{NAME} ci siete?", by=ANNA)
    item = customers.fetch("updates", "").items[-1]
    called = TelegramCustomersChannel(bot_api.token, api_base=bot_api.url, webhook_secret="s3cret")
    try:
        (accepted,) = called.accept(WebhookRequest("POST", {HEADER: "s3cret"}, {}, item.body))
        assert (accepted.key, accepted.body, accepted.meta) == (item.key, item.body, item.meta)
        with pytest.raises(ConnectorError) as caught:
            called.accept(WebhookRequest("POST", {HEADER: "wrong"}, {}, item.body))
        assert caught.value.permanent
    finally:
        called.close()


def test_check_says_what_groups_show(customers: TelegramCustomersChannel) -> None:
    assert customers.check() == [
        f"Telegram bot {NAME} answers", "It can be taken into groups, and is shown what names it",
    ]  # fmt: skip


# What is recorded, and what is bent


@pytest.mark.skipif(not PAYLOADS, reason="no recorded Telegram updates in the corpora folder")
@pytest.mark.parametrize("path", PAYLOADS, ids=lambda one: one.stem)
def test_every_recorded_update_is_a_message_or_known_to_be_none(path: Path) -> None:
    update = json.loads(path.read_bytes())
    (found,) = read_item(RawItem("1", datetime.now(UTC), path.read_bytes(), KNOWN))
    said = update.get("message") or update.get("edited_message") or {}
    if said and said["chat"].get("type", "private") == "private" and said.get("text") != "/start":
        assert message(found).text
        assert message(found).facts.get("content") not in ("unknown", "unsupported")
    else:
        assert reason(found)


@pytest.mark.skipif(not PAYLOADS, reason="no recorded Telegram updates in the corpora folder")
@settings(max_examples=examples(300))
@given(st.data())
def test_recorded_updates_however_bent_are_read(data: st.DataObject) -> None:
    recorded = json.loads(data.draw(st.sampled_from(PAYLOADS)).read_bytes())
    body = json.dumps(bend(recorded, data.draw)).encode()
    for raw in (body, body[: data.draw(st.integers(0, len(body)))]):
        (found,) = read_item(RawItem("1", datetime.now(UTC), raw, KNOWN))
        assert isinstance(found, Message | Ignored)


# Private


def test_a_question(bot_api: TelegramEmulator, customers: TelegramCustomersChannel) -> None:
    said = bot_api.user_says(ANNA, "Qual è la tolleranza?")
    found = message(fetched(customers)[0])
    assert (found.external_id, found.thread_key) == (f"{ANNA}:{said['message_id']}", str(ANNA))
    assert found.sender == Address(str(ANNA), "Anna Prova 42")
    assert (found.text, found.subject, found.machine) == ("Qual è la tolleranza?", "Qual è la tolleranza?", None)
    assert found.facts == {"username": "anna42", "language_code": "it"}
    assert found.sent_at is not None
    assert found.sent_at.timestamp() == said["date"]


FILE = {"file_id": "F1", "file_unique_id": "U1", "file_size": 9}
PLACE = {"latitude": 45.6, "longitude": 12.0}


@pytest.mark.parametrize(
    ("content", "text", "facts"),
    [
        ({"photo": [FILE | {"file_id": "small"}, FILE], "caption": "Il pezzo"}, "Il pezzo",
         {"content": "image", "mime": "image/jpeg"}),
        ({"photo": [FILE]}, "📷", {"content": "image"}),
        ({"video": FILE | {"mime_type": "video/mp4", "file_name": "a.mp4"}}, "🎬 a.mp4",
         {"content": "video", "file_name": "a.mp4"}),
        ({"animation": FILE | {"mime_type": "video/mp4"}, "document": FILE}, "🎬",
         {"content": "video", "mime": "video/mp4"}),
        ({"video_note": FILE}, "🎬", {"content": "video", "mime": "video/mp4"}),
        ({"voice": FILE | {"mime_type": "audio/ogg"}}, "🎤", {"content": "voice"}),
        ({"audio": FILE | {"mime_type": "audio/mpeg"}}, "🎵", {"content": "audio", "mime": "audio/mpeg"}),
        ({"document": FILE | {"file_name": "disegno.pdf", "mime_type": "application/pdf"}}, "📄 disegno.pdf",
         {"content": "document", "file_name": "disegno.pdf", "mime": "application/pdf"}),
        ({"sticker": FILE | {"emoji": "👍"}}, "👍", {"content": "sticker", "mime": "image/webp"}),
        ({"sticker": FILE | {"is_animated": True}}, "🖼", {"content": "sticker", "mime": "application/x-tgsticker"}),
        ({"sticker": FILE | {"is_video": True}}, "🖼", {"content": "sticker", "mime": "video/webm"}),
    ],
)  # fmt: skip
def test_files_are_named(content: dict[str, Any], text: str, facts: dict[str, str]) -> None:
    found = message(private(content))
    assert found.text == text
    assert facts.items() <= found.facts.items()
    assert (found.facts["media_id"], found.facts["media_key"], found.facts["file_size"]) == ("F1", "U1", "9")
    assert found.problems == ()


@pytest.mark.parametrize(
    ("content", "text", "kind"),
    [
        ({"location": PLACE}, "📍 45.6, 12", "location"),
        ({"venue": {"location": PLACE, "title": "Fiera", "address": "Via Roma 1"}, "location": PLACE},
         "📍 Fiera\nVia Roma 1\n45.6, 12", "venue"),
        ({"contact": {"phone_number": "+39333", "first_name": "Ugo"}}, "👤 Ugo\n+39333", "contacts"),
        ({"poll": {"question": "Quando?", "options": [{"text": "lunedì"}, {"text": "martedì"}]}},
         "📊 Quando?\n– lunedì\n– martedì", "poll"),
        ({"checklist": {"title": "Da fare", "tasks": [{"id": 1, "text": "misurare"}]}}, "☑ Da fare\n– misurare",
         "checklist"),
        ({"dice": {"emoji": "🎯", "value": 4}}, "🎯 4", "dice"),
        ({"story": {"id": 1}}, "⚠ story", "unsupported"),
        ({"game": {"title": "x"}}, "⚠ game", "unsupported"),
        ({"hologram": {"x": 1}}, "⚠ hologram", "unknown"),
    ],
)  # fmt: skip
def test_other_contents_are_told_in_words(content: dict[str, Any], text: str, kind: str) -> None:
    found = message(private(content))
    assert (found.text, found.facts["content"]) == (text, kind)
    assert "media_id" not in found.facts


def test_a_message_in_blocks_is_its_words() -> None:
    blocks = [
        {"type": "heading", "text": "Ordine"},
        {"type": "paragraph", "text": ["40 pezzi ", {"type": "bold", "text": "GX-40"}]},
        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "zincati"}]}]},
    ]
    assert message(private({"rich_message": {"blocks": blocks}})).text == "Ordine\n40 pezzi GX-40\nzincati"
    deep: Any = "x"
    for _ in range(200):
        deep = {"text": deep}
    assert message(private({"rich_message": {"blocks": [deep]}})).facts["content"] == "unknown"


def test_a_hidden_address_is_shown() -> None:
    links = [{"type": "text_link", "offset": 3, "length": 3, "url": "https://x.test/a"}]
    assert message(private({"text": "😀 qui!", "entities": links})).text == "😀 qui (https://x.test/a)!"
    same = [{"type": "text_link", "offset": 0, "length": 14, "url": "https://x.test/"}]
    assert message(private({"text": "https://x.test", "entities": same})).text == "https://x.test"
    wild = [{"type": "text_link", "offset": 1, "length": 99, "url": "https://x.test/"}, {"type": "text_link"}]
    assert message(private({"text": "ciao", "entities": wild})).text == "ciao"


def test_what_is_passed_on_says_so() -> None:
    found = message(
        private({"text": "x", "forward_origin": {"type": "hidden_user", "sender_user_name": "Y", "date": 1}})
    )
    assert found.facts["forwarded"] == "1"


def test_pressing_start_is_no_question_but_a_link_of_ours_is_told() -> None:
    assert "opened" in reason(private({"text": "/start"}))
    assert "opened" in reason(private({"text": "/START  "}))
    found = message(private({"text": "/start fiera-2026"}))
    assert (found.facts["start"], found.facts["utm_campaign"]) == ("fiera-2026", "fiera-2026")
    assert message(private({"text": "/help"})).text == "/help"


def test_a_change_names_what_it_changes(bot_api: TelegramEmulator, customers: TelegramCustomersChannel) -> None:
    said = bot_api.user_says(ANNA, "Mi servono 4 pezzi")
    bot_api.user_edits(ANNA, said["message_id"], "Mi servono 40 pezzi")
    before, after = map(message, fetched(customers))
    assert after.external_id == before.external_id == after.facts["edits"] == after.in_reply_to
    assert (after.text, after.facts["content"], after.machine) == ("Mi servono 40 pezzi", "edit", None)
    assert "edits" not in before.facts


def test_a_place_that_is_shared_for_a_while_moves_without_a_word() -> None:
    assert isinstance(private({"location": PLACE | {"live_period": 900}}), Message)
    for content in (PLACE | {"live_period": 900}, PLACE):
        assert "place" in reason(private({"location": content, "edit_date": 99}, "edited_message"))


def test_who_blocks_the_bot_sends_a_sign(bot_api: TelegramEmulator, customers: TelegramCustomersChannel) -> None:
    bot_api.user_blocks(ANNA)
    bot_api.user_unblocks(ANNA)
    found = [message(one) for one in fetched(customers)]
    assert [one.facts["content"] for one in found] == ["blocked", "unblocked"]
    assert {(one.machine, one.thread_key) for one in found} == {("receipt", str(ANNA))}


@pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post", "poll", "chat_member", "message_reaction"])
def test_what_is_no_message_is_put_aside(kind: str) -> None:
    assert kind in reason(read({"update_id": 1, kind: {"x": 1}}))


def test_programs_are_put_aside() -> None:
    assert "program" in reason(private({"text": "x", "from": {"id": 5, "is_bot": True, "first_name": "Y"}}))
    assert "button" in reason(read({"update_id": 1, "callback_query": {"id": "1", "from": person(ANNA)}}))


# Groups


def test_in_a_group_only_what_names_the_bot_is_taken(
    bot_api: TelegramEmulator, customers: TelegramCustomersChannel
) -> None:
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    bot_api.user_says(GROUP, "Pranzo alle 13", by=BRUNO)
    bot_api.user_says(GROUP, "@altro_bot ci sei?", by=BRUNO)
    asked = bot_api.user_says(GROUP, f"😀 {NAME.upper()} qual è la coppia di serraggio?", by=BRUNO)
    became, talk, other, found = fetched(customers)
    assert "member in the group Cantiere" in reason(became)
    assert reason(talk) == reason(other) == "a group's talk that does not name the bot"
    found = message(found)
    assert (found.thread_key, found.sender.address) == (f"{GROUP}:{BRUNO}", str(BRUNO))
    assert (found.external_id, found.facts["group"]) == (f"{GROUP}:{asked['message_id']}", "Cantiere")


@pytest.mark.parametrize(
    "content",
    [
        {"text": "/prezzi@Centralino_test_bot", "entities": [{"type": "bot_command", "offset": 0, "length": 27}]},
        {"text": "Voi", "entities": [{"type": "text_mention", "offset": 0, "length": 3, "user": BOT}]},
        {"text": "e poi?", "reply_to_message": {"message_id": 3, "from": BOT, "text": "H7"}},
        {"photo": [FILE], "caption": f"{NAME} ecco",
         "caption_entities": [{"type": "mention", "offset": 0, "length": len(NAME)}]},
    ],
)  # fmt: skip
def test_ways_to_name_the_bot(content: dict[str, Any]) -> None:
    assert message(in_group(content)).thread_key == f"{GROUP}:{ANNA}"


@pytest.mark.parametrize(
    "content",
    [
        {"text": f"{NAME} senza segno di Telegram"},
        {"text": "/prezzi", "entities": [{"type": "bot_command", "offset": 0, "length": 7}]},
        {"text": "/prezzi@altro_bot", "entities": [{"type": "bot_command", "offset": 0, "length": 17}]},
        {"text": "Lui", "entities": [{"type": "text_mention", "offset": 0, "length": 3, "user": person(BRUNO)}]},
        {"text": "già", "reply_to_message": {"message_id": 3, "from": person(BRUNO), "text": "x"}},
        {"text": "nel tema", "reply_to_message": {"message_id": 3, "from": BOT, "forum_topic_created": {"name": "x"}}},
    ],
)  # fmt: skip
def test_what_does_not_name_it(content: dict[str, Any]) -> None:
    assert reason(in_group(content)) == "a group's talk that does not name the bot"


def test_the_bots_name_is_not_the_subject() -> None:
    marked = {
        "text": f"{NAME}, serve un preventivo",
        "entities": [{"type": "mention", "offset": 0, "length": len(NAME)}],
    }
    found = message(in_group(marked))
    assert (found.subject, found.text) == ("serve un preventivo", f"{NAME}, serve un preventivo")


def test_a_group_that_moves_tells_its_new_number(
    bot_api: TelegramEmulator, customers: TelegramCustomersChannel
) -> None:
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    new = bot_api.migrate_group(GROUP, by=ANNA)
    _, gone, come = fetched(customers)
    assert (message(gone).thread_key, message(gone).facts["chat_moved_to"]) == (str(GROUP), str(new))
    assert message(gone).machine == "receipt"
    assert "new number" in reason(come)


# Answers


def send(channel: TelegramCustomersChannel, to: str, text: str = "H7", **more: Any) -> str:
    return channel.send(Outbound([Address(to)], text, **more), lambda: None).provider_id


def test_an_answer_stands_under_the_question(bot_api: TelegramEmulator, customers: TelegramCustomersChannel) -> None:
    said = bot_api.user_says(ANNA, "Qual è la tolleranza?")
    sent = send(customers, str(ANNA), in_reply_to=f"{ANNA}:{said['message_id']}")
    (shown,) = bot_api.messages(ANNA)
    assert sent == f"{ANNA}:{shown['message_id']}"
    assert shown["reply_to_message"]["message_id"] == said["message_id"]


def test_in_a_group_all_parts_of_an_answer_stand_under_the_question(
    bot_api: TelegramEmulator, customers: TelegramCustomersChannel
) -> None:
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    said = bot_api.user_says(GROUP, f"{NAME} la scheda?", by=BRUNO)
    file = Attachment("scheda.pdf", "application/pdf", b"%PDF")
    sent = send(customers, f"{GROUP}:{BRUNO}", in_reply_to=f"{GROUP}:{said['message_id']}", attachments=[file])
    shown = bot_api.messages(GROUP)
    assert sent == f"{GROUP}:{shown[0]['message_id']}"
    assert [one["reply_to_message"]["message_id"] for one in shown] == [said["message_id"]] * 2
    assert shown[1]["document"]["file_name"] == "scheda.pdf"


def test_a_group_that_moved_is_told_with_the_person_and_answered_without_an_old_number(
    bot_api: TelegramEmulator, customers: TelegramCustomersChannel
) -> None:
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    said = bot_api.user_says(GROUP, f"{NAME} la scheda?", by=BRUNO)
    new = bot_api.migrate_group(GROUP, by=ANNA)
    answered = f"{GROUP}:{said['message_id']}"
    with pytest.raises(ConnectorError) as caught:
        send(customers, f"{GROUP}:{BRUNO}", in_reply_to=answered)
    assert (caught.value.code, caught.value.moved_to) == ("moved", f"{new}:{BRUNO}")
    send(customers, caught.value.moved_to, in_reply_to=answered)
    assert "reply_parameters" not in bot_api.sent[-1][1]


def test_who_has_blocked_the_bot_is_told_in_words(
    bot_api: TelegramEmulator, customers: TelegramCustomersChannel
) -> None:
    bot_api.add_group(GROUP, "Cantiere", by=ANNA)
    bot_api.user_blocks(ANNA)
    bot_api.bot_becomes(GROUP, "kicked", by=ANNA)
    for to, told in ((str(ANNA), BLOCKED), (f"{GROUP}:{ANNA}", OUT_OF_GROUP)):
        with pytest.raises(ConnectorError) as caught:
            send(customers, to)
        assert (caught.value.reason, caught.value.permanent, caught.value.code) == (told, True, "blocked")


def test_telegrams_wish_to_wait_is_kept(bot_api: TelegramEmulator, customers: TelegramCustomersChannel) -> None:
    bot_api.fail("sendMessage", 429, retry_after=7)
    with pytest.raises(ConnectorError) as caught:
        send(customers, str(ANNA))
    assert (caught.value.retry_after, caught.value.permanent, caught.value.uncertain) == (7, False, False)
    with pytest.raises(ConnectorError, match="Nobody"):
        customers.send(Outbound([], "x"), lambda: None)


# Files


def test_a_file_is_fetched_within_bounds(bot_api: TelegramEmulator, customers: TelegramCustomersChannel) -> None:
    small, large = (bot_api.keep_file(Upload("a.pdf", bytes(size), "x/y"))["file_id"] for size in (9, 20_000_001))
    assert customers.fetch_file(small, 100) == Attachment("", "", bytes(9))
    for file_id, most, why in ((small, 8, "larger than 0 MB"), (large, 10**9, "larger than 20 MB"), ("no", 9, "know")):
        with pytest.raises(ConnectorError, match=why) as caught:
            customers.fetch_file(file_id, most)
        assert caught.value.permanent
