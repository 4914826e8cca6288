"""What a chat can do beside sending: styles, asking, silence, editing, presses, downloads, commands, and its troubles."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.abilities import Chat
from connectors.base import Address, Attachment, ConnectorError, Outbound
from connectors.telegram import TelegramChannel
from connectors.telegram.files import MAX_BYTES
from connectors.telegram.text import clean, styled, units
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_chats import entity_problem
from tests.emulators.telegram_http import Upload

CHAT, GROUP, ANNA = 4242, -500, 42


def out(text: str = "Buongiorno", to: int = CHAT, **more: Any) -> Outbound:
    return Outbound(to=[Address(str(to))], text=text, **more)


def send(channel: TelegramChannel, message: Outbound) -> str:
    return channel.send(message, lambda: None).provider_id


def told(text: str, entities: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The styled words, as a client shows them."""
    whole = text.encode("utf-16-le")
    return [
        (one["type"], whole[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le"))
        for one in entities
    ]


def test_it_is_a_chat(channel: TelegramChannel) -> None:
    assert isinstance(channel, Chat)


# Styles


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Ferraluna", "Ferraluna"),
        ("😀😀 Ferraluna 😀", "Ferraluna"),
        ("  \n e\u0301 𝕊 👩\u200d👩\u200d👧 Giunto 😀 GX", "Giunto 😀"),
        ("NUL \x00\x00 e metà \ud83d di coppia, poi Giunto", "Giunto"),
        ("*non* <b>grassetto</b> _ma_ questo", "questo"),
    ],
)
def test_a_style_is_where_it_was_put(bot_api: TelegramEmulator, channel: TelegramChannel, text: str, word: str) -> None:
    begin = text.index(word)
    send(channel, out(text, styles=[("bold", begin, begin + len(word)), ("italic", begin, begin + 2)]))
    (shown,) = bot_api.messages(CHAT)
    assert told(shown["text"], shown["entities"]) == [("bold", word), ("italic", word[:2])]
    assert "parse_mode" not in bot_api.sent[0][1]


def test_a_style_goes_on_in_the_next_message(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    text = "\n\n".join(f"Paragrafo {n}: " + "parola 😀 " * 60 for n in range(20))
    begin, end = text.index("Paragrafo 3"), text.index("Paragrafo 15")
    send(channel, out(text, styles=[("bold", begin, end)]))
    found = [part for m in bot_api.messages(CHAT) for part in told(m["text"], m.get("entities", []))]
    assert "".join("".join(words.split()) for _, words in found) == "".join(text[begin:end].split())
    assert len(found) > 1


@given(
    st.text(st.sampled_from("ab \n\x00e\u0301😀𝕊\u200d\ud83d\ude00"), max_size=60) | st.text(max_size=40),
    st.lists(st.tuples(st.sampled_from(["bold", "italic"]), st.integers(-2, 70), st.integers(-2, 70)), max_size=4),
    st.integers(8, 40),
)
def test_styles_whatever_the_text(text: str, styles: list[tuple[str, int, int]], limit: int) -> None:
    parts = styled(text, styles, limit)
    for part in parts:
        entities = [{"type": style, "offset": at, "length": length} for style, at, length in part.spans]
        assert entity_problem(part.text, entities) == ""
        assert all(words == words.strip() for _, words in told(part.text, entities))
    for name in ("bold", "italic"):
        # Each style alone: what is marked is what was to be, but for white space and what no stream takes.
        one = [(style, begin, end) for style, begin, end in styles if style == name and 0 <= begin < end][:1]
        wanted = "".join(clean(text[:end])[len(clean(text[:begin])) :] for _, begin, end in one if "\ud83d" not in text)
        got = "".join(
            words
            for part in styled(text, one, limit)
            for _, words in told(part.text, [{"type": s, "offset": a, "length": n} for s, a, n in part.spans])
        )
        assert "\ud83d" in text or "".join(got.split()) == "".join(wanted.split())


# Asking and silence


def test_asking_opens_the_answer_field(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    asked = bot_api.user_says(CHAT, "?")["message_id"]
    send(channel, out("Quante?", asks="Scrivere\nqui la risposta", in_reply_to=f"{CHAT}:{asked}"))
    send(channel, out("Quante?", asks="parola 😀 " * 20))
    first, second = (call["reply_markup"] for _, call in bot_api.sent)
    assert first == {"force_reply": True, "selective": True, "input_field_placeholder": "Scrivere qui la risposta"}
    assert 50 < units(second["input_field_placeholder"]) <= 64


def test_buttons_go_before_asking_and_a_long_text_asks_at_its_end(
    bot_api: TelegramEmulator, channel: TelegramChannel
) -> None:
    send(channel, out(asks="qui", buttons=[[("ok", "ok")]]))
    send(channel, out("parola " * 1000, asks="qui"))
    with_buttons, first, last = (call.get("reply_markup") for _, call in bot_api.sent)
    assert list(with_buttons) == ["inline_keyboard"]
    assert (first, last["force_reply"]) == (None, True)


def test_silent_makes_no_sound_with_any_of_its_parts(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    files = [Attachment("a.pdf", "application/pdf", b"x")]
    send(channel, out("parola " * 1000, silent=True, attachments=files))
    send(channel, out(attachments=files))
    quiet = [call.get("disable_notification") for _, call in bot_api.sent]
    assert quiet == ["true"] * 3 + [None] * 2


def test_no_preview_of_a_link_under_our_words(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    shown = send(channel, out("https://example.org"))
    channel.edit(shown, out("https://example.org/2"))
    assert [call["link_preview_options"] for _, call in bot_api.sent] == [{"is_disabled": True}] * 2


# Editing


def test_edit_replaces_styles_too(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    shown = send(channel, out("Nuova", styles=[("bold", 0, 5)]))
    channel.edit(shown, out("😀 Presa", styles=[("italic", 2, 7)]))
    channel.edit(shown, out("😀 Presa", styles=[("italic", 2, 7)]))
    (message,) = bot_api.messages(CHAT)
    assert told(message["text"], message["entities"]) == [("italic", "Presa")]
    channel.edit(shown, out("😀 Presa"))
    assert "entities" not in bot_api.messages(CHAT)[0]


def test_the_same_words_in_another_style_are_another_message(
    bot_api: TelegramEmulator, channel: TelegramChannel
) -> None:
    shown = send(channel, out("Presa"))
    channel.edit(shown, out("Presa", styles=[("bold", 0, 5)]))
    assert "entities" in bot_api.messages(CHAT)[0]


@pytest.mark.parametrize("description", ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"])
def test_a_message_that_is_gone_is_told_so(
    bot_api: TelegramEmulator, channel: TelegramChannel, description: str
) -> None:
    shown = send(channel, out())
    bot_api.fail("editMessageText", 400, f"Bad Request: {description}")
    with pytest.raises(ConnectorError) as caught:
        channel.edit(shown, out("b"))
    assert (caught.value.code, caught.value.permanent) == ("gone", True)


# Presses


def press(bot_api: TelegramEmulator, channel: TelegramChannel) -> str:
    shown = send(channel, out(buttons=[[("Prendo", "c")]]))
    return bot_api.user_presses(CHAT, int(shown.rpartition(":")[2]), "c")


def test_a_press_is_answered_in_passing_or_as_an_alert(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    channel.answer_press(press(bot_api, channel))
    channel.answer_press(press(bot_api, channel), "Non è più qui", alert=True)
    plain, alert = (call for method, call in bot_api.sent if method == "answerCallbackQuery")
    assert plain.keys() == {"callback_query_id"}
    assert (alert["text"], alert["show_alert"]) == ("Non è più qui", "true")


def test_a_long_word_to_a_press_is_cut(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    channel.answer_press(press(bot_api, channel), "parola 😀 " * 40)
    assert 150 < units(bot_api.sent[-1][1]["text"]) <= 200


def test_a_press_that_is_too_old_does_no_harm(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    pressed = press(bot_api, channel)
    channel.answer_press(pressed)
    channel.answer_press(pressed, "ancora")
    bot_api.fail("answerCallbackQuery", 400, "Bad Request: something else")
    with pytest.raises(ConnectorError):
        channel.answer_press(pressed)


# Downloads


def test_a_file_comes_byte_for_byte(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    content = bytes(range(256)) * 1000
    sent = bot_api.user_sends_file(CHAT, Upload("disegno.bin", content, "application/octet-stream"))
    assert channel.download(sent["document"]["file_id"]) == content


def test_a_file_over_the_limit_is_refused_in_words(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    sent = bot_api.user_sends_file(CHAT, Upload("film.mp4", bytes(MAX_BYTES + 1), "video/mp4"))
    with pytest.raises(ConnectorError, match="no file larger than 20 MB") as caught:
        channel.download(sent["document"]["file_id"])
    assert caught.value.permanent


def test_an_unknown_file_and_one_that_is_gone(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    with pytest.raises(ConnectorError, match="does not know this file") as caught:
        channel.download("nonsense")
    assert caught.value.permanent
    sent = bot_api.user_sends_file(CHAT, Upload("a", b"x", "text/plain"))
    bot_api.fail("file", 404, "Not Found")
    with pytest.raises(ConnectorError, match="no longer has this file") as caught:
        channel.download(sent["document"]["file_id"])
    assert caught.value.permanent


@pytest.mark.parametrize(("promised", "words"), [(True, "broke"), (False, "Only 500 of 1000 bytes")])
def test_half_a_file_is_none(bot_api: TelegramEmulator, channel: TelegramChannel, promised: bool, words: str) -> None:
    sent = bot_api.user_sends_file(CHAT, Upload("a", b"x" * 1000, "text/plain"))
    bot_api.break_download(told=promised)
    with pytest.raises(ConnectorError, match=words) as caught:
        channel.download(sent["document"]["file_id"])
    assert (caught.value.permanent, caught.value.uncertain) == (False, False)
    assert len(channel.download(sent["document"]["file_id"])) == 1000


# Chats that are no longer there


@pytest.mark.parametrize("chat", [CHAT, GROUP])
def test_a_chat_that_wants_no_more_is_blocked(bot_api: TelegramEmulator, channel: TelegramChannel, chat: int) -> None:
    bot_api.add_group(GROUP, "Ufficio", by=ANNA)
    shown = send(channel, out(to=chat))
    bot_api.bot_becomes(chat, "kicked", by=ANNA)
    for call in (lambda: send(channel, out(to=chat)), lambda: channel.edit(shown, out("b"))):
        with pytest.raises(ConnectorError) as caught:
            call()
        assert (caught.value.code, caught.value.permanent) == ("blocked", True)


def test_a_group_that_moved_tells_where(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.add_group(GROUP, "Ufficio", by=ANNA)
    new = bot_api.migrate_group(GROUP, by=ANNA)
    with pytest.raises(ConnectorError) as caught:
        send(channel, out(to=GROUP))
    assert (caught.value.code, caught.value.moved_to, caught.value.permanent) == ("moved", str(new), True)
    assert send(channel, out(to=new))


def test_too_many_messages_to_one_chat_hold_up_no_other(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    bot_api.fail("sendMessage", 429, retry_after=9, chat_id=CHAT)
    assert send(channel, out(to=ANNA))
    with pytest.raises(ConnectorError) as caught:
        send(channel, out())
    assert caught.value.retry_after == 9


# Commands


def test_the_list_of_commands_in_each_language(bot_api: TelegramEmulator, channel: TelegramChannel) -> None:
    channel.set_commands({"": {"queue": "What waits"}, "it": {"coda": "Che cosa attende", "aiuto": "Aiuto"}})
    assert bot_api.commands == {"": {"queue": "What waits"}, "it": {"coda": "Che cosa attende", "aiuto": "Aiuto"}}
    began = time.monotonic()
    channel.set_commands({"": {}})
    assert bot_api.commands[""] == {}
    assert time.monotonic() - began < 2
