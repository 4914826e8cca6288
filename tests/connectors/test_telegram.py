"""The Telegram channel against the emulated Bot API: what it takes, what it sends, and what it does in trouble."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import threading
import time
from contextlib import AbstractContextManager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.base import Address, Attachment, Connector, ConnectorError, Ignored, Message, Outbound, Pull, RawItem
from connectors.telegram import TelegramChannel, read_item
from connectors.telegram.text import cut, units
from tests.emulators.telegram import CORPORA, TOKEN, TelegramEmulator
from tests.emulators.telegram_http import Upload
from tests.parts.long import examples
from tests.parts.server import eventually

PAYLOADS = sorted((CORPORA / "payloads/telegram").glob("*.json"))
CHAT = 4242


def out(text: str = "Buongiorno", **more: object) -> Outbound:
    return Outbound(to=[Address(str(CHAT))], text=text, **more)  # type: ignore[arg-type]


def send(channel: TelegramChannel, message: Outbound) -> str:
    return channel.send(message, lambda: None).provider_id


def refused() -> AbstractContextManager[pytest.ExceptionInfo[ConnectorError]]:
    return pytest.raises(ConnectorError)


def fetch_message(channel: TelegramChannel, cursor: str = "") -> Message:
    (item,) = channel.fetch("updates", cursor).items
    (reading,) = channel.read(item)
    assert [reading] == list(read_item(item))
    assert isinstance(reading, Message)
    return reading


# The contract


def test_it_is_a_channel_that_is_asked(channel: TelegramChannel) -> None:
    as_connector: Connector = channel
    as_pull: Pull = channel
    assert (as_connector.kind, list(as_pull.folders())) == ("telegram", ["updates"])


@pytest.mark.parametrize("token", ["", "abc", "12345", f"{TOKEN}/getMe", "١٢٣:abc", "12:a b"])
def test_a_bad_token_is_refused_at_once_and_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="BotFather") as caught:
        TelegramChannel(token)
    assert not token or token not in str(caught.value)


def test_a_bad_address_is_refused() -> None:
    with pytest.raises(ValueError, match="https"):
        TelegramChannel(TOKEN, api_base="ftp://example.org")


def test_construction_and_reading_import_no_vendor_and_start_no_thread() -> None:
    code = (
        "import sys, threading\n"
        "from connectors.telegram import TelegramChannel\n"
        "from connectors.base import RawItem\n"
        "from datetime import datetime\n"
        "c = TelegramChannel('1:a'); c.read(RawItem('1', datetime.min, b'{}')); c.wake(); c.close()\n"
        "print('telegram' in sys.modules, 'httpx' in sys.modules, threading.active_count())"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False", "1"]


def test_check_names_the_bot(channel: TelegramChannel) -> None:
    assert channel.check() == ["Telegram bot @centralino_test_bot answers"]


# Fetching


def test_the_first_fetch_takes_what_waits(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    said = bot_api.user_says(CHAT, "/start abc")
    batch = channel.fetch("updates", "")
    assert [item.key for item in batch.items] == [str(bot_api.pending[0])]
    assert batch.items[0].received_at.timestamp() == said["date"]
    assert json.loads(batch.items[0].body)["message"] == said
    assert batch.more is False


def test_nothing_is_confirmed_before_its_cursor_comes_back(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    for text in ("one", "two"):
        bot_api.user_says(CHAT, text)
    first = channel.fetch("updates", "")
    channel.wait(1)
    again = channel.fetch("updates", "")
    assert [(i.key, i.body) for i in again.items] == [(i.key, i.body) for i in first.items]
    assert len(bot_api.pending) == 2
    last = channel.fetch("updates", first.cursor)
    assert (last.items, last.cursor, bot_api.pending) == ([], first.cursor, [])


def test_after_a_kill_the_next_process_gets_the_same(bot_api: TelegramEmulator) -> None:
    code = (
        "import os, sys\n"
        "from connectors.telegram import TelegramChannel\n"
        "batch = TelegramChannel(sys.argv[1], api_base=sys.argv[2]).fetch('updates', '')\n"
        "print(*(item.key for item in batch.items), flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    for number in range(5):
        bot_api.user_says(CHAT, str(number))
    runs = [
        subprocess.run([sys.executable, "-c", code, bot_api.token, bot_api.url], capture_output=True, text=True)
        for _ in range(2)
    ]
    assert all(run.returncode != 0 for run in runs)
    assert runs[0].stdout.split() == runs[1].stdout.split() == [str(number) for number in bot_api.pending]


def test_a_hundred_at_a_time(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    for number in range(130):
        bot_api.user_says(CHAT, str(number))
    first = channel.fetch("updates", "")
    rest = channel.fetch("updates", first.cursor)
    assert (len(first.items), first.more, len(rest.items), rest.more) == (100, True, 30, False)


@pytest.mark.parametrize("to", [77, 900_000_000])
def test_numbers_that_jump_lose_nothing(bot_api: TelegramEmulator, channel: TelegramChannel, to: int) -> None:
    bot_api.jump(500_000_000)
    bot_api.user_says(CHAT, "before")
    cursor = channel.fetch("updates", channel.fetch("updates", "").cursor).cursor
    bot_api.jump(to)
    bot_api.user_says(CHAT, "after")
    batch = channel.fetch("updates", cursor)
    assert ([item.key for item in batch.items], batch.cursor) == ([str(to)], str(to + 1))
    assert channel.fetch("updates", batch.cursor).items == []


def test_bodies_are_the_bytes_received() -> None:
    from connectors.telegram.api import exact_updates

    first, second = '{"update_id" : 1, "x": "\\u00e8 ] }", "n": 1.10}', '{"update_id":2,"update_id":2}'
    payload = f'{{"ok":true, "result" : [ {first} ,\n{second}]}}'
    assert exact_updates(payload) == [first.encode(), second.encode()]
    assert exact_updates('{"ok":true,"result":[]}') == []
    odd = '{"note":{"result":[7]},"ok":true,"result":[{"update_id":3}]}'
    assert [json.loads(body) for body in exact_updates(odd)] == [{"update_id": 3}]


def test_an_update_of_tomorrow_does_not_stop_the_rest(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.push({"hologram": {"from": "the future"}})
    bot_api.push({"message": {"strange": []}})
    bot_api.user_says(CHAT, "and me?")
    readings = [channel.read(item)[0] for item in channel.fetch("updates", "").items]
    assert readings[0] == Ignored("an update of a kind that is not read: hologram")
    assert isinstance(readings[1], Ignored)
    assert isinstance(readings[2], Message)


# Waiting


def test_wait_returns_when_something_comes_and_confirms_nothing(
    bot_api: TelegramEmulator, channel: TelegramChannel
) -> None:
    bot_api.user_says(CHAT, "before")
    cursor = channel.fetch("updates", "").cursor
    channel.fetch("updates", cursor)
    threading.Timer(0.3, bot_api.user_says, (CHAT, "now")).start()
    assert 0.2 < timed(channel, 10) < 2
    assert timed(channel, 10) < 3
    assert len(bot_api.pending) == 1
    assert fetch_message(channel, cursor).text == "now"


@pytest.mark.parametrize("seconds", [0.2, 1])
def test_wait_lasts_as_long_as_told(bot_api: TelegramEmulator, channel: TelegramChannel, seconds: float) -> None:
    channel.check()
    assert seconds - 0.05 <= timed(channel, seconds) < seconds + 1.5


def test_wake_ends_a_wait_and_the_next_fetch_has_no_conflict(
    bot_api: TelegramEmulator, channel: TelegramChannel
) -> None:
    channel.fetch("updates", "")
    woken: list[float] = []

    def wake() -> None:
        woken.append(time.monotonic())
        channel.wake()

    threading.Timer(0.3, wake).start()
    channel.wait(20)
    assert time.monotonic() - woken[0] < 3
    bot_api.user_says(CHAT, "x")
    assert fetch_message(channel).text == "x"


def test_a_wake_before_the_wait_is_not_lost_and_counts_once(channel: TelegramChannel) -> None:
    channel.wake()
    assert timed(channel, 20) < 3
    assert timed(channel, 1) > 0.9


def test_close_ends_the_wait_and_the_thread(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    others = set(threading.enumerate())
    channel.check()
    threading.Timer(0.3, channel.close).start()
    assert timed(channel, 20) < 1.5
    ours = [one for one in threading.enumerate() if one.name == "telegram" and one not in others]
    eventually(lambda: not [one for one in ours if one.is_alive()])
    assert channel.check()


def test_what_is_begun_while_it_closes_is_refused(channel: TelegramChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.telegram.api import _UpdatesRequest

    channel.check()
    api, told = channel._api, []

    async def closing(_request: object) -> None:
        with refused() as caught:
            api._start(asyncio.sleep(0))  # type: ignore[union-attr]
        told.append(caught.value.reason)

    monkeypatch.setattr(_UpdatesRequest, "shutdown", closing)
    channel.close()
    assert told == ["The Telegram channel is closed"]


def timed(channel: TelegramChannel, seconds: float) -> float:
    begin = time.monotonic()
    channel.wait(seconds)
    return time.monotonic() - begin


# Reading


def test_a_private_message(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    said = bot_api.user_says(CHAT, "Serve un preventivo")
    message = fetch_message(channel)
    assert message.external_id == f"{CHAT}:{said['message_id']}"
    assert message.sender == Address(str(CHAT), "Anna Prova 4242")
    assert message.thread_key == str(CHAT)
    assert message.text == message.reply == "Serve un preventivo"
    assert message.facts == {"username": "anna4242", "language_code": "it"}
    assert message.sent_at is not None
    assert message.sent_at.timestamp() == said["date"]


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/start fiera-2026", "fiera-2026"),
        ("/start", ""),
        ("/start@a_bot xy", "xy"),
        ("/START\n x ", "x"),
        ("/started", None),
        ("/start/x", None),
        ("a /start x", None),
    ],
)
def test_the_start_link(bot_api: TelegramEmulator, channel: TelegramChannel, text: str, payload: str | None) -> None:
    bot_api.user_says(CHAT, text)
    assert fetch_message(channel).facts.get("start") == payload


def test_a_reply_names_what_it_answers(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    shown = send(channel, out("Una richiesta"))
    number = int(shown.split(":")[1])
    bot_api.user_says(CHAT, "La prendo io", reply_to=number)
    message = fetch_message(channel)
    assert message.facts["reply_to"] == str(number)
    assert message.in_reply_to == shown


def test_an_edited_message_keeps_its_id(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    number = bot_api.user_says(CHAT, "10 pezzi")["message_id"]
    cursor = channel.fetch("updates", "").cursor
    bot_api.user_edits(CHAT, number, "100 pezzi")
    message = fetch_message(channel, cursor)
    assert (message.external_id, message.text) == (f"{CHAT}:{number}", "100 pezzi")
    assert message.facts["edited"] == "1"


def test_a_press(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    shown = send(channel, out(buttons=[[("Prendo io", "claim:7")]]))
    number = int(shown.split(":")[1])
    press = bot_api.user_presses(CHAT, number, "claim:7")
    message = fetch_message(channel)
    assert (message.external_id, message.text) == (f"callback:{press}", "")
    assert (message.sender.address, message.thread_key, message.in_reply_to) == (str(CHAT), str(CHAT), shown)
    wanted = {"callback": "claim:7", "callback_id": press, "message_id": str(number)}
    assert wanted.items() <= message.facts.items()
    channel.answer_press(press, "Fatto")
    assert bot_api.sent[-1] == ("answerCallbackQuery", {"callback_query_id": press, "text": "Fatto"})


def test_a_file_is_noted(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    file_id = bot_api.user_sends_file(CHAT, Upload("disegno.pdf", b"x", "application/pdf"), "ecco")["document"][
        "file_id"
    ]
    message = fetch_message(channel)
    wanted = {"media": "document", "file_id": file_id, "file_name": "disegno.pdf", "mime": "application/pdf"}
    wanted["file_size"] = "1"
    assert wanted.items() <= message.facts.items()
    assert message.text == "ecco"


def test_texts_that_no_database_takes_are_cleaned() -> None:
    body = b'{"message":{"message_id":1,"chat":{"id":5,"type":"private"},"date":9,"text":"a\\u0000b\\ud83dc\\ud83d\\ude00"}}'
    message = read(body)
    assert isinstance(message, Message)
    assert message.text == "ab\ufffdc😀"


def test_unknown_content_is_a_message_with_a_problem() -> None:
    base = {"message_id": 1, "chat": {"id": 5, "type": "private"}}
    message = read(json.dumps({"message": base | {"telepathy": {}}}).encode())
    assert isinstance(message, Message)
    assert message.problems
    assert isinstance(read(json.dumps({"message": base | {"pinned_message": {}}}).encode()), Ignored)
    located = read(json.dumps({"message": base | {"location": {"latitude": 1}}}).encode())
    assert isinstance(located, Message)
    assert (located.facts["media"], located.problems) == ("location", ())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b'{"message":null}',
        b'{"message":[]}',
        b'{"callback_query":7}',
        b'{"message":{"message_id":true,"chat":{"id":1}}}',
        b'{"my_chat_member":{"new_chat_member":"x"}}',
        b'{"message":{"message_id":1,"chat":{"id":-5,"type":"group"},"text":"x"}}',
        b'{"message":{"message_id":1,"chat":{"id":-5,"type":"channel"},"text":"x"}}',
        b"[" * 100_000,
    ],
)
def test_broken_bodies_are_ignored_with_a_reason(body: bytes) -> None:
    reading = read(body)
    assert isinstance(reading, Ignored)
    assert reading.reason


@pytest.mark.parametrize("date", [10**30, -1, "x", None, [], True])
def test_a_broken_date_costs_only_the_date(date: object) -> None:
    content = {"message_id": 1, "chat": {"id": 1}, "date": date, "photo": [], "text": 7, "from": "x"}
    reading = read(json.dumps({"message": content}).encode())
    assert isinstance(reading, Message)
    assert reading.text == "7"


KEYS = "update_id message edited_message callback_query my_chat_member new_chat_member status message_id chat from id "
KEYS += "migrate_to_chat_id migrate_from_chat_id media_group_id sender_chat title file_size "
KEYS += "type date edit_date text caption photo document file_id file_name reply_to_message data username first_name"
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["private", "group", "supergroup", "channel", "member", "/start x", "/a@b c"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=8),
)


@settings(deadline=None, max_examples=examples(400))
@given(st.dictionaries(st.sampled_from(KEYS.split()), VALUES, max_size=6))
def test_no_update_whatever_breaks_the_reader(update: dict[str, object]) -> None:
    reading = read(json.dumps(update).encode())
    assert isinstance(reading, Message | Ignored)


@pytest.mark.skipif(not PAYLOADS, reason="no recorded Telegram updates in the corpora folder")
def test_recorded_updates_are_all_read() -> None:
    readings = {path.stem: read(path.read_bytes()) for path in PAYLOADS}
    for name, reading in readings.items():
        private = (name.startswith("private-") and name != "private-sticker") or name == "bottender-editedMessage"
        group = name in ("bottender-groupMessage", "bottender-groupCallbackQuery")
        wanted = Message if private or group or name == "bottender-callbackQuery" else Ignored
        assert isinstance(reading, wanted), name
    photo = readings["private-photo"]
    assert isinstance(photo, Message)
    assert (photo.text, photo.facts["file_id"]) == ("caption 123<b>abc</b>", "photofileid3")
    for name in ("bottender-groupMessage", "bottender-groupCallbackQuery"):
        reading = readings[name]
        assert isinstance(reading, Message)
        assert (reading.sender.address, reading.thread_key) == ("427770117", "-225456171")
        assert reading.facts["group"] == "Bottender"


def read(body: bytes) -> object:
    from datetime import UTC, datetime

    (reading,) = TelegramChannel("1:a").read(RawItem("1", datetime.now(UTC), body))
    return reading


# Sending


def test_plain_text_stays_plain(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    text = '*non* _grassetto_ <b>1 < 2</b> & [x](y)\n{"a": 1}'
    shown = send(channel, out(text))
    assert bot_api.texts(CHAT) == [text]
    assert shown == f"{CHAT}:{bot_api.messages(CHAT)[0]['message_id']}"
    assert bot_api.sent[0][1] == {"chat_id": str(CHAT), "text": text, "link_preview_options": {"is_disabled": True}}


def test_buttons_and_what_it_answers(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    asked = bot_api.user_says(CHAT, "?")["message_id"]
    send(
        channel,
        out(
            buttons=[[("Prendo", "c:1"), ("Passa", "p:1")], [("Apri", "https://example.org/7")]],
            in_reply_to=f"{CHAT}:{asked}",
        ),
    )
    shown = bot_api.messages(CHAT)[0]
    assert shown["reply_markup"]["inline_keyboard"] == [
        [{"text": "Prendo", "callback_data": "c:1"}, {"text": "Passa", "callback_data": "p:1"}],
        [{"text": "Apri", "url": "https://example.org/7"}],
    ]
    assert shown["reply_to_message"]["message_id"] == asked


@pytest.mark.parametrize("answered", ["99999", "4242:99999", "<mail@example.org>"])
def test_an_answer_to_what_is_gone_is_sent_all_the_same(
    bot_api: TelegramEmulator, channel: TelegramChannel, answered: str
) -> None:
    assert send(channel, out(in_reply_to=answered))
    assert len(bot_api.messages(CHAT)) == 1


def test_a_long_text_goes_in_several_messages(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    text = "\n\n".join(f"Paragrafo {n}: " + "parola 😀 " * 60 for n in range(20)).strip()
    asked = bot_api.user_says(CHAT, "?")["message_id"]
    shown = send(channel, out(text, buttons=[[("ok", "ok")]], in_reply_to=str(asked)))
    found = bot_api.messages(CHAT)
    assert len(found) > 2
    assert "".join("".join(m["text"].split()) for m in found) == "".join(text.split())
    assert all(m["text"].startswith("Paragrafo") for m in found)
    assert ["reply_markup" in m for m in found] == [False] * (len(found) - 1) + [True]
    assert ["reply_to_message" in m for m in found] == [True] + [False] * (len(found) - 1)
    assert shown == f"{CHAT}:{found[0]['message_id']}"


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("x" * 4096, [4096]),
        ("x" * 4097, [4096, 1]),
        ("😀" * 2049, [4096, 2]),
        ("x" * 4095 + "e\u0301", [4095, 2]),
        ("x" * 4090 + "👩\u200d👩\u200d👧", [4090, 8]),
        ("x" * 3000 + "\n" + "y" * 2000, [3000, 2000]),
        ("x" * 4096 + " y", [4096, 1]),
        (" \n ", []),
    ],
)
def test_cuts_fall_between_words_and_never_inside_a_sign(text: str, sizes: list[int]) -> None:
    assert [units(piece) for piece in cut(text)] == sizes


@given(st.text(max_size=200), st.integers(8, 40))
def test_cutting_loses_only_white_space(text: str, limit: int) -> None:
    pieces = cut(text, limit)
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")
    assert "".join("".join(pieces).split()) == "".join(whole.split())
    assert all(piece and units(piece) <= limit for piece in pieces)


def test_files_follow_the_text(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    files = [Attachment("offerta è.pdf", "application/pdf", b"%PDF\x00\r\n"), Attachment("", "image/png", b"x")]
    send(channel, out("Ecco", attachments=files))
    first, second = (m["document"] for m in bot_api.messages(CHAT)[1:])
    assert bot_api.files[first["file_id"]][1].content == b"%PDF\x00\r\n"
    assert (first["file_name"], second["file_name"]) == ("offerta è.pdf", "file")


def test_committing_is_called_once_before_anything_is_sent(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    calls: list[int] = []
    channel.send(out("x " * 5000), lambda: calls.append(len(bot_api.calls)))
    assert calls == [0]


def test_when_committing_fails_nothing_is_sent(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    def fenced_out() -> None:
        raise LookupError("lease lost")

    with pytest.raises(LookupError):
        channel.send(out(), fenced_out)
    assert bot_api.calls == []


@pytest.mark.parametrize("message", [out(" \n"), Outbound(to=[], text="x")])
def test_what_cannot_be_sent_is_never_committed(channel: TelegramChannel, message: Outbound) -> None:
    with refused() as caught:
        channel.send(message, lambda: pytest.fail("committed"))
    assert caught.value.permanent


def test_many_threads_send_at_once(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    threads = [threading.Thread(target=send, args=(channel, out(str(n)))) for n in range(20)]
    waiting = threading.Thread(target=channel.wait, args=(3,))
    waiting.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, bot_api.texts(CHAT))) == list(range(20))
    channel.wake()
    waiting.join()


# Editing


def test_edit_replaces_text_and_buttons(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    shown = send(channel, out("Nuova richiesta", buttons=[[("Prendo", "c")]]))
    for _ in range(2):
        channel.edit(shown, out("Presa in carico", buttons=[[("Lascia", "l")]]))
    (message,) = bot_api.messages(CHAT)
    assert message["text"] == "Presa in carico"
    assert message["reply_markup"]["inline_keyboard"] == [[{"text": "Lascia", "callback_data": "l"}]]
    channel.edit(shown, out("Chiusa"))
    assert "reply_markup" not in bot_api.messages(CHAT)[0]


@pytest.mark.parametrize(("provider_id", "text"), [("4242:1", "x"), ("nonsense", "x"), ("7", "x"), ("4242:1", "")])
def test_edit_of_what_is_not_there_is_permanent(channel: TelegramChannel, provider_id: str, text: str) -> None:
    with refused() as caught:
        channel.edit(provider_id, out(text))
    assert (caught.value.permanent, caught.value.uncertain) == (True, False)


# Trouble


def test_too_many_requests_tells_how_long_to_wait(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.fail("sendMessage", 429, retry_after=17)
    with refused() as caught:
        send(channel, out())
    assert (caught.value.retry_after, caught.value.permanent, caught.value.uncertain) == (17, False, False)
    assert send(channel, out())


def test_a_person_who_blocked_the_bot_is_permanent(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.user_blocks(CHAT)
    with refused() as caught:
        send(channel, out())
    assert caught.value.permanent
    assert "blocked by the user" in caught.value.reason


def test_a_refused_message_is_permanent(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    with refused() as caught:
        send(channel, out(buttons=[[("x", "y" * 65)]]))
    assert (caught.value.permanent, caught.value.reason) == (True, "Telegram refused: Button_data_invalid")


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failure_in_telegrams_own_words_may_be_tried_again(
    bot_api: TelegramEmulator, channel: TelegramChannel, status: int
) -> None:
    bot_api.fail("sendMessage", status)
    with refused() as caught:
        send(channel, out())
    assert (caught.value.permanent, caught.value.uncertain) == (False, False)


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_of_a_gateway_leaves_a_doubt(bot_api: TelegramEmulator, channel: TelegramChannel, status: int) -> None:
    bot_api.fail("sendMessage", status, page=b"<h1>Bad Gateway</h1>", handled=True)
    with refused() as caught:
        send(channel, out())
    assert caught.value.uncertain


def test_a_file_too_large_is_permanent(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.fail("sendDocument", 413, "Request Entity Too Large")
    with refused() as caught:
        send(channel, out("", attachments=[Attachment("a", "x/y", b"x")]))
    assert caught.value.permanent


@pytest.mark.parametrize("handled", [False, True])
def test_a_broken_connection_leaves_a_doubt(bot_api: TelegramEmulator, channel: TelegramChannel, handled: bool) -> None:
    bot_api.drop("sendMessage", handled=handled)
    with refused() as caught:
        send(channel, out())
    assert (caught.value.uncertain, caught.value.permanent) == (True, False)


def test_no_answer_in_time_leaves_a_doubt(bot_api: TelegramEmulator) -> None:
    channel = TelegramChannel(bot_api.token, api_base=bot_api.url, read_timeout=0.3)
    bot_api.delay("sendMessage", 1.0)
    with refused() as caught:
        send(channel, out())
    channel.close()
    assert caught.value.uncertain
    assert len(bot_api.messages(CHAT)) == 1


def test_a_send_that_close_breaks_off_leaves_a_doubt(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.delay("sendMessage", 1.5)

    def close_on_the_way() -> None:
        eventually(lambda: any(method == "sendMessage" for method, _ in bot_api.calls))
        channel.close()

    closing = threading.Thread(target=close_on_the_way)
    closing.start()
    with refused() as caught:
        send(channel, out())
    closing.join()
    assert caught.value.uncertain


def test_nobody_there_is_no_doubt() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    channel = TelegramChannel(TOKEN, api_base=f"http://127.0.0.1:{port}", connect_timeout=1)
    with refused() as caught:
        send(channel, out())
    channel.close()
    assert (caught.value.uncertain, caught.value.permanent) == (False, False)
    assert caught.value.reason == "Telegram could not be reached"


@pytest.mark.parametrize("fault", ["retry_after", "drop"])
def test_a_half_sent_text_is_never_begun_again(bot_api: TelegramEmulator, channel: TelegramChannel, fault: str) -> None:
    bot_api.delay("sendMessage", 0)
    if fault == "drop":
        bot_api.drop("sendMessage")
    else:
        bot_api.fail("sendMessage", 429, retry_after=3)
    with refused() as caught:
        send(channel, out("parola " * 1500))
    assert caught.value.uncertain
    assert caught.value.reason.startswith("Only 1 of 3 parts were sent.")


def test_an_edit_is_never_in_doubt(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    shown = send(channel, out())
    bot_api.drop("editMessageText", handled=True)
    with refused() as caught:
        channel.edit(shown, out("b"))
    assert not caught.value.uncertain
    channel.edit(shown, out("b"))


@pytest.mark.parametrize("handled", [False, True])
def test_a_fetch_that_broke_is_repeated_without_loss(
    bot_api: TelegramEmulator, channel: TelegramChannel, handled: bool
) -> None:
    bot_api.user_says(CHAT, "x")
    bot_api.drop("getUpdates", handled=handled)
    with refused() as caught:
        channel.fetch("updates", "")
    assert (caught.value.uncertain, caught.value.permanent) == (False, False)
    assert fetch_message(channel).text == "x"


def test_two_programs_with_one_token_are_told_so(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    other = TelegramChannel(bot_api.token, api_base=bot_api.url)
    threading.Timer(0.3, other.fetch, ("updates", "")).start()
    with pytest.raises(ConnectorError, match="Another program"):
        channel.wait(5)
    other.close()


def test_a_webhook_in_the_way_is_named(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.webhook = {"url": "https://example.org"}
    with pytest.raises(ConnectorError, match="A webhook is set for this bot"):
        channel.fetch("updates", "")


def test_a_false_token_is_a_clear_sentence(bot_api: TelegramEmulator) -> None:
    channel = TelegramChannel("1:wrong", api_base=bot_api.url)
    for call in (channel.check, lambda: channel.fetch("updates", ""), lambda: send(channel, out())):
        with pytest.raises(ConnectorError, match="copy it again from @BotFather") as caught:
            call()
        assert caught.value.permanent
    channel.close()


def test_the_token_is_in_no_log_and_no_error(
    bot_api: TelegramEmulator, channel: TelegramChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel.check()
    bot_api.user_says(CHAT, "x")
    channel.fetch("updates", "")
    told = []
    for fault in (bot_api.drop, lambda m: bot_api.fail(m, 500), lambda m: bot_api.fail(m, 502, page=b"<")):
        fault("sendMessage")
        with refused() as caught:
            send(channel, out())
        told.append(repr(caught.value) + repr(caught.value.__cause__) + str(caught.getrepr(showlocals=False)))
    lost = TelegramChannel("77:other-secret", api_base="http://127.0.0.1:1")
    with refused() as caught:
        lost.check()
    lost.close()
    everything = caplog.text + repr(channel) + "".join(told) + str(caught.value)
    assert "bot-token-hidden" in caplog.text
    assert TOKEN not in everything
    assert "other-secret" not in everything
