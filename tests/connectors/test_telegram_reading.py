"""What is read of groups, commands, files, and the bot's own membership; no recorded update breaks it however bent."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Address, Ignored, Message, Outbound, RawItem, Reading
from connectors.telegram import TelegramChannel, read_item
from connectors.telegram.services import SERVICES
from tests.emulators.telegram import CORPORA, SPEC, TelegramEmulator
from tests.emulators.telegram_http import Upload
from tests.parts.long import examples

PAYLOADS = sorted((CORPORA / "payloads/telegram").glob("*.json"))
ANNA, BRUNO, GROUP = 42, 43, -500


def fetch_all(channel: TelegramChannel, cursor: str = "") -> list[Reading]:
    return [reading for item in channel.fetch("updates", cursor).items for reading in read_item(item)]


def messages(channel: TelegramChannel) -> list[Message]:
    return [reading for reading in fetch_all(channel) if isinstance(reading, Message)]


def read(update: dict[str, Any]) -> Reading:
    (reading,) = read_item(RawItem("1", datetime.now(UTC), json.dumps(update).encode()))
    return reading


def read_message(content: dict[str, Any]) -> Reading:
    return read({"update_id": 1, "message": {"message_id": 7, "date": 9} | content})


# Groups


def test_in_a_group_the_sender_is_the_person_and_the_thread_the_group(
    bot_api: TelegramEmulator, channel: TelegramChannel
) -> None:
    bot_api.add_group(GROUP, "Ufficio tecnico", by=ANNA)
    said = bot_api.user_says(GROUP, "La prendo io", by=BRUNO)
    bot_api.user_says(ANNA, "e io in privato")
    _, in_group, private = messages(channel)
    assert in_group.sender == Address(str(BRUNO), "Anna Prova 43")
    assert (in_group.thread_key, in_group.external_id) == (str(GROUP), f"{GROUP}:{said['message_id']}")
    assert (in_group.text, in_group.facts["group"]) == ("La prendo io", "Ufficio tecnico")
    assert (private.sender.address, private.thread_key) == (str(ANNA), str(ANNA))
    assert "group" not in private.facts


def test_an_answer_in_a_group_names_what_it_answers(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.add_group(GROUP, "Ufficio", by=ANNA)
    to = [Address(str(GROUP))]
    shown = channel.send(Outbound(to, "Domanda", buttons=[[("Prendo", "c:1")]]), lambda: None).provider_id
    number = int(shown.rpartition(":")[2])
    bot_api.user_says(GROUP, "H7", by=BRUNO, reply_to=number)
    bot_api.user_presses(GROUP, number, "c:1", by=ANNA)
    _, answered, pressed = messages(channel)
    assert (answered.in_reply_to, answered.sender.address) == (shown, str(BRUNO))
    assert (pressed.in_reply_to, pressed.sender.address, pressed.thread_key) == (shown, str(ANNA), str(GROUP))
    assert (pressed.facts["group"], pressed.facts["callback"]) == ("Ufficio", "c:1")


def test_a_group_without_a_title_is_a_group_all_the_same() -> None:
    found = read_message({"chat": {"id": -5, "type": "supergroup"}, "from": {"id": 3}, "text": "x"})
    assert isinstance(found, Message)
    assert (found.facts["group"], found.sender.address) == ("-5", "3")


def test_what_is_written_in_a_chats_name_is_nobodys() -> None:
    """Anonymous administrators of all groups share one number: a link with it would be everybody's."""
    group = {"chat": {"id": -5, "type": "supergroup", "title": "x"}, "from": {"id": 1087968824, "is_bot": True}}
    anonymous = read_message(group | {"sender_chat": {"id": -5}, "text": "/start TOKEN"})
    assert anonymous == Ignored("written in the name of a chat")
    assert isinstance(read_message({"chat": group["chat"], "text": "/start TOKEN"}), Ignored)


@pytest.mark.parametrize("kind", ["channel", "hologram"])
def test_channels_are_ignored(kind: str) -> None:
    chat = {"id": -5, "type": kind, "title": "x"}
    assert isinstance(read_message({"chat": chat, "from": {"id": 3}, "text": "x"}), Ignored)
    changed = {"chat": chat, "from": {"id": 3}, "date": 9, "new_chat_member": {"status": "administrator"}}
    assert isinstance(read({"update_id": 1, "my_chat_member": changed}), Ignored)


def test_a_group_that_moves_tells_both_numbers(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.add_group(GROUP, "Ufficio", by=ANNA)
    new = bot_api.migrate_group(GROUP, by=ANNA)
    _, gone, come = messages(channel)
    assert (gone.thread_key, gone.facts["moved_to"], gone.problems) == (str(GROUP), str(new), ())
    assert (come.thread_key, come.facts["moved_from"], come.facts["group"]) == (str(new), str(GROUP), "Ufficio")
    moved = {"chat": {"id": -5, "type": "group", "title": "x"}, "migrate_to_chat_id": -6}
    anonymous = read_message(moved | {"sender_chat": {"id": -5}})
    assert isinstance(anonymous, Message)
    assert anonymous.facts["moved_to"] == "-6"


@pytest.mark.skipif(not SPEC.exists(), reason="the Bot API specification is not in the corpora folder")
def test_every_service_message_of_the_specification_is_ignored() -> None:
    fields = json.loads(SPEC.read_text("utf-8"))["types"]["Message"]["fields"]
    services = {one["name"] for one in fields if "ervice message" in one["description"]}
    assert services - SERVICES == set()
    for name in SERVICES:
        found = read_message({"chat": {"id": -5, "type": "group", "title": "x"}, "from": {"id": 3}, name: {}})
        assert found == Ignored(f"a service message: {name}")


# The bot itself


@pytest.mark.parametrize("status", ["member", "administrator", "left", "kicked"])
def test_what_the_bot_is_in_a_group(bot_api: TelegramEmulator, channel: TelegramChannel, status: str) -> None:
    bot_api.add_group(GROUP, "Ufficio", by=ANNA)
    bot_api.bot_becomes(GROUP, status, by=BRUNO)
    before, changed = messages(channel)
    assert (before.facts["membership"], before.sender.address) == ("member", str(ANNA))
    assert (changed.facts["membership"], changed.facts["group"]) == (status, "Ufficio")
    assert (changed.thread_key, changed.sender.address, changed.text) == (str(GROUP), str(BRUNO), "")
    assert changed.external_id != before.external_id
    assert changed.sent_at is not None


def test_who_blocks_the_bot_and_lets_it_in_again(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.user_blocks(ANNA)
    bot_api.user_unblocks(ANNA)
    found = messages(channel)
    assert [one.facts["membership"] for one in found] == ["kicked", "member"]
    assert {(one.thread_key, one.sender.address) for one in found} == {(str(ANNA), str(ANNA))}
    assert not any("group" in one.facts for one in found)


# Commands


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("/chi", {"command": "chi", "argument": ""}),
        ("/Chi  12 adesso ", {"command": "chi", "argument": "12 adesso"}),
        ("/chi@Altro_bot 12", {"command": "chi", "argument": "12", "command_to": "Altro_bot"}),
        ("/nota riga 1\nriga 2", {"command": "nota", "argument": "riga 1\nriga 2"}),
        ("/start@centralino_test_bot TOK-en_1",
         {"command": "start", "argument": "TOK-en_1", "command_to": "centralino_test_bot", "start": "TOK-en_1"}),
        ("vedi /chi", {}), ("/etc/hosts", {}), ("//", {}), ("/", {}), ("/così 1", {}),
    ],
)  # fmt: skip
def test_a_command(bot_api: TelegramEmulator, channel: TelegramChannel, text: str, facts: dict[str, str]) -> None:
    bot_api.add_group(GROUP, "Ufficio", by=ANNA)
    bot_api.user_says(GROUP, text, by=BRUNO)
    found = messages(channel)[-1]
    names = ("command", "argument", "command_to", "start")
    assert {name: found.facts[name] for name in names if name in found.facts} == facts
    assert found.text == text


# Files


def test_of_a_picture_the_largest_size_is_named(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    photo = bot_api.user_sends_photo(ANNA, Upload("", b"\x89PNG-large", "image/png"), "la targhetta")["photo"]
    (found,) = messages(channel)
    assert found.facts["file_id"] == photo[-1]["file_id"]
    assert (found.facts["file_size"], found.facts["mime"], found.text) == ("10", "image/jpeg", "la targhetta")
    assert channel.download(found.facts["file_id"]) == b"\x89PNG-large"


def test_pictures_of_an_album_share_its_number(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.user_sends_album(ANNA, [Upload("", bytes([n]), "image/jpeg") for n in range(3)], "tre foto")
    bot_api.user_sends_photo(ANNA, Upload("", b"x", "image/jpeg"))
    *album, alone = messages(channel)
    assert len({one.facts["album"] for one in album}) == 1
    assert [one.text for one in album] == ["tre foto", "", ""]
    assert "album" not in alone.facts


# Order, and nothing that breaks it


def test_updates_of_one_chat_keep_their_order(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.add_group(GROUP, "Ufficio", by=ANNA)
    shown = channel.send(Outbound([Address(str(GROUP))], "x", buttons=[[("x", "c")]]), lambda: None).provider_id
    number = bot_api.user_says(GROUP, "a", by=ANNA)["message_id"]
    bot_api.user_edits(GROUP, number, "b")
    bot_api.user_presses(GROUP, int(shown.rpartition(":")[2]), "c", by=BRUNO)
    bot_api.user_says(ANNA, "c")
    lanes = [item.meta["lane"] for item in channel.fetch("updates", "").items]
    assert lanes == [str(GROUP)] * 4 + [str(ANNA)]


def bend(value: Any, draw: Any) -> Any:
    """The value with some of its parts left out, or others in their place."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just([]))
    if isinstance(value, dict):
        return {key: bend(inner, draw) for key, inner in value.items() if draw(st.integers(0, 9))}
    if isinstance(value, list):
        return [bend(inner, draw) for inner in value]
    return value


@pytest.mark.skipif(not PAYLOADS, reason="no recorded Telegram updates in the corpora folder")
@settings(max_examples=examples(400))
@given(st.data())
def test_recorded_updates_however_bent_are_read(data: st.DataObject) -> None:
    recorded = json.loads(data.draw(st.sampled_from(PAYLOADS)).read_bytes())
    body = json.dumps(bend(recorded, data.draw)).encode()
    for raw in (body, body[: data.draw(st.integers(0, len(body)))]):
        (reading,) = read_item(RawItem("1", datetime.now(UTC), raw))
        assert isinstance(reading, Message | Ignored)
        if isinstance(reading, Message) and "group" in reading.facts and "membership" not in reading.facts:
            assert reading.sender.address or "moved_to" in reading.facts or "moved_from" in reading.facts
