"""The emulator must be as strict and as unreliable as the real thing, or what is tested against it proves nothing."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.emulators.telegram import SPEC, TelegramEmulator
from tests.emulators.telegram_http import Upload

needs_spec = pytest.mark.skipif(not SPEC.exists(), reason="the Bot API specification is not in the corpora folder")


@pytest.fixture
def bot_api() -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        yield emulator


def call(bot_api: TelegramEmulator, method: str, **params: Any) -> Any:
    return httpx.post(f"{bot_api.url}/bot{bot_api.token}/{method}", data=params, timeout=10).json()


def test_it_listens_on_this_machine_only(bot_api: TelegramEmulator) -> None:
    assert bot_api.url.startswith("http://127.0.0.1:")


def test_it_knows_its_token_only(bot_api: TelegramEmulator) -> None:
    answer = httpx.post(f"{bot_api.url}/bot1:wrong/getMe")
    assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized")
    assert httpx.get(f"{bot_api.url}/elsewhere").status_code == 404


@needs_spec
@pytest.mark.parametrize(
    ("method", "params", "told"),
    [
        ("sendMessag", {}, "no such method"),
        ("sendMessage", {"chat_id": "1"}, "missing parameter text"),
        ("sendMessage", {"chat_id": "1", "text": "x", "txt": "y"}, "unknown parameter txt"),
        ("getUpdates", {"offset": "soon"}, "offset is no Integer"),
        ("sendMessage", {"chat_id": "1", "text": "x", "disable_notification": "1"}, "is no Boolean"),
        ("getUpdates", {"allowed_updates": "message"}, "is no list"),
        ("sendMessage", {"chat_id": "1", "text": "x", "reply_parameters": '{"id":1}'}, "unknown field"),
        ("sendMessage", {"chat_id": "1", "text": "x", "reply_markup": '{"inline_keyboard":[[{}]]}'}, "missing field"),
    ],
)
def test_what_the_specification_forbids_is_refused(
    bot_api: TelegramEmulator, method: str, params: dict[str, str], told: str
) -> None:
    answer = call(bot_api, method, **params)
    assert (answer["ok"], answer["error_code"]) == (False, 400)
    assert told in bot_api.violations[0]
    assert bot_api.sent == []


@needs_spec
def test_what_it_says_itself_keeps_to_the_specification(bot_api: TelegramEmulator) -> None:
    spec = bot_api.spec
    assert spec is not None
    shown = call(bot_api, "sendMessage", chat_id=1, text="a", reply_markup=buttons("go"))["result"]
    bot_api.user_says(1, "/start x", reply_to=shown["message_id"])
    bot_api.user_sends_file(1, Upload("a.pdf", b"x", "application/pdf"), "the plan")
    bot_api.user_presses(1, shown["message_id"], "go")
    bot_api.user_edits(1, bot_api.user_says(1, "b")["message_id"], "c")
    bot_api.user_blocks(1)
    updates = call(bot_api, "getUpdates")["result"]
    assert len(updates) == 6
    assert [wrong for update in updates for wrong in spec.type_problems("Update", update)] == []
    assert spec.type_problems("Message", shown) == []
    assert spec.type_problems("User", call(bot_api, "getMe")["result"]) == []
    assert spec.type_problems("WebhookInfo", call(bot_api, "getWebhookInfo")["result"]) == []


def test_without_a_specification_it_works_and_says_so() -> None:
    with TelegramEmulator(spec=None) as bot_api:
        assert bot_api.checked is False
        assert call(bot_api, "getMe")["result"]["is_bot"] is True
        assert call(bot_api, "sendSticker")["error_code"] == 404


def test_three_kinds_of_body(bot_api: TelegramEmulator) -> None:
    address = f"{bot_api.url}/bot{bot_api.token}/"
    httpx.post(address + "sendMessage", json={"chat_id": 1, "text": "json"})
    httpx.post(address + "sendMessage", data={"chat_id": 1, "text": "[form] è"})
    upload = {"document": ("è.pdf", b"\r\n\x00\xff", "application/pdf")}
    sent = httpx.post(address + "sendDocument", data={"chat_id": 1}, files=upload).json()["result"]["document"]
    assert bot_api.texts(1) == ["json", "[form] è", ""]
    assert (sent["file_name"], sent["mime_type"], sent["file_size"]) == ("è.pdf", "application/pdf", 4)
    assert httpx.post(address + "getMe", content=b"<x/>", headers={"content-type": "text/xml"}).status_code == 400
    assert len(bot_api.violations) == 1


def test_the_library_of_the_product_is_understood(bot_api: TelegramEmulator) -> None:
    from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

    async def talk() -> bytes:
        address = f"{bot_api.url}/bot"
        async with Bot(bot_api.token, address, base_file_url=f"{bot_api.url}/file/bot") as bot:
            markup = InlineKeyboardMarkup([[InlineKeyboardButton("go", callback_data="g")]])
            await bot.send_photo(1, b"\x89PNG\r\n\x1a\n", caption="è", reply_markup=markup)
            shown = await bot.send_document(1, b"%PDF", filename="è.pdf", reply_to_message_id=1)
            await bot.set_webhook("https://example.org/x", allowed_updates=["message"], max_connections=5)
            assert (await bot.get_webhook_info()).url == "https://example.org/x"
            await bot.delete_webhook(drop_pending_updates=True)
            assert shown.document is not None
            await bot.delete_message(1, shown.message_id)
            return bytes(await (await shown.document.get_file()).download_as_bytearray())

    assert asyncio.run(talk()) == b"%PDF"
    assert bot_api.violations == []
    (photo,) = bot_api.messages(1)
    assert photo["caption"] == "è"
    assert photo["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "g"


def test_a_file_comes_back_byte_for_byte(bot_api: TelegramEmulator) -> None:
    message = bot_api.user_sends_file(1, Upload("a.bin", bytes(range(256)), "application/octet-stream"))
    found = call(bot_api, "getFile", file_id=message["document"]["file_id"])["result"]
    answer = httpx.get(f"{bot_api.url}/file/bot{bot_api.token}/{found['file_path']}")
    assert answer.content == bytes(range(256))
    assert httpx.get(f"{bot_api.url}/file/bot{bot_api.token}/none").status_code == 404


def test_updates_come_again_until_an_offset_confirms_them(bot_api: TelegramEmulator) -> None:
    for text in "abc":
        bot_api.user_says(1, text)
    first = call(bot_api, "getUpdates", limit=2)["result"]
    assert call(bot_api, "getUpdates", limit=2)["result"] == first
    rest = call(bot_api, "getUpdates", offset=first[-1]["update_id"] + 1)["result"]
    assert [update["message"]["text"] for update in rest] == ["c"]
    assert len(bot_api.pending) == 1


def test_an_offset_far_off_the_queue_starts_at_its_head(bot_api: TelegramEmulator) -> None:
    bot_api.jump(500_000_000)
    bot_api.user_says(1, "a")
    offset = bot_api.pending[-1] + 1
    call(bot_api, "getUpdates", offset=offset)
    bot_api.jump(77)
    bot_api.user_says(1, "after a quiet week")
    assert [u["update_id"] for u in call(bot_api, "getUpdates", offset=offset)["result"]] == [77]


def test_a_long_poll_ends_when_something_comes(bot_api: TelegramEmulator) -> None:
    threading.Timer(0.2, bot_api.user_says, (1, "now")).start()
    begin = time.monotonic()
    assert len(call(bot_api, "getUpdates", timeout=5)["result"]) == 1
    assert 0.15 < time.monotonic() - begin < 2


def test_a_new_poll_ends_the_old_one_with_409(bot_api: TelegramEmulator) -> None:
    answers: list[Any] = []
    old = threading.Thread(target=lambda: answers.append(call(bot_api, "getUpdates", timeout=5)))
    old.start()
    while bot_api.poll_number == 0:
        time.sleep(0.01)
    assert call(bot_api, "getUpdates")["ok"] is True
    old.join()
    assert (answers[0]["error_code"], bot_api.conflicts) == (409, 1)


def test_no_poll_beside_a_webhook(bot_api: TelegramEmulator) -> None:
    assert call(bot_api, "setWebhook", url="http://plain")["error_code"] == 400
    assert call(bot_api, "setWebhook", url="https://example.org/hook")["ok"] is True
    assert call(bot_api, "getUpdates")["error_code"] == 409
    assert call(bot_api, "getWebhookInfo")["result"]["url"] == "https://example.org/hook"
    call(bot_api, "deleteWebhook")
    assert call(bot_api, "getUpdates")["ok"] is True


def test_allowed_updates_hold_from_then_on(bot_api: TelegramEmulator) -> None:
    call(bot_api, "getUpdates", allowed_updates='["callback_query"]')
    bot_api.user_says(1, "unheard")
    assert call(bot_api, "getUpdates")["result"] == []


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"chat_id": 1, "text": "  "}, "text is empty"),
        ({"chat_id": 1, "text": "😀" * 2049}, "too long"),
        ({"chat_id": "@none", "text": "x"}, "chat not found"),
        ({"chat_id": 1, "text": "x", "reply_parameters": '{"message_id": 9}'}, "replied not found"),
        ({"chat_id": 1, "text": "x", "reply_markup": json.dumps({"inline_keyboard": [[{"text": "a"}]]})}, "unallowed"),
    ],
)
def test_what_telegram_refuses_to_show(bot_api: TelegramEmulator, params: dict[str, Any], told: str) -> None:
    answer = call(bot_api, "sendMessage", **params)
    assert answer["error_code"] == 400
    assert told in answer["description"]
    assert bot_api.messages(1) == []


def test_callback_data_has_at_most_64_bytes(bot_api: TelegramEmulator) -> None:
    assert call(bot_api, "sendMessage", chat_id=1, text="x", reply_markup=buttons("è" * 33))["ok"] is False
    assert call(bot_api, "sendMessage", chat_id=1, text="x", reply_markup=buttons("è" * 32))["ok"] is True


def test_a_press_is_answered_once(bot_api: TelegramEmulator) -> None:
    shown = call(bot_api, "sendMessage", chat_id=1, text="x", reply_markup=buttons("go"))["result"]
    press = bot_api.user_presses(1, shown["message_id"], "go")
    assert call(bot_api, "answerCallbackQuery", callback_query_id=press)["ok"] is True
    assert call(bot_api, "answerCallbackQuery", callback_query_id=press)["error_code"] == 400
    with pytest.raises(AssertionError, match="no button"):
        bot_api.user_presses(1, shown["message_id"], "other")


def test_edit_and_delete(bot_api: TelegramEmulator) -> None:
    number = call(bot_api, "sendMessage", chat_id=1, text="a")["result"]["message_id"]
    assert "not modified" in call(bot_api, "editMessageText", chat_id=1, message_id=number, text="a")["description"]
    assert call(bot_api, "editMessageText", chat_id=1, message_id=number, text="b")["result"]["text"] == "b"
    theirs = bot_api.user_says(1, "mine")["message_id"]
    assert call(bot_api, "editMessageText", chat_id=1, message_id=theirs, text="b")["error_code"] == 400
    assert call(bot_api, "deleteMessage", chat_id=1, message_id=number)["result"] is True
    assert bot_api.messages(1) == []


def test_scripted_failures_come_in_order_and_end(bot_api: TelegramEmulator) -> None:
    bot_api.fail("sendMessage", 429, retry_after=7)
    bot_api.fail("sendMessage", 403)
    bot_api.fail("sendMessage", 500, handled=True)
    answers = [call(bot_api, "sendMessage", chat_id=1, text=str(n)) for n in range(4)]
    assert [answer.get("error_code") for answer in answers] == [429, 403, 500, None]
    assert answers[0]["parameters"] == {"retry_after": 7}
    assert bot_api.texts(1) == ["2", "3"]


@pytest.mark.parametrize("handled", [False, True])
def test_a_dropped_connection(bot_api: TelegramEmulator, handled: bool) -> None:
    bot_api.drop("sendMessage", handled=handled)
    with pytest.raises(httpx.RemoteProtocolError):
        call(bot_api, "sendMessage", chat_id=1, text="x")
    assert len(bot_api.messages(1)) == handled


def buttons(data: str) -> str:
    return json.dumps({"inline_keyboard": [[{"text": "ok", "callback_data": data}]]})
