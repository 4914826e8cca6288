"""The Mastodon channel against the emulated server: what it takes in, posts, fetches and makes of refusals."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors import registry
from connectors.abilities import KeepsFiles
from connectors.base import Address, Attachment, Batch, ConnectorError, Message, Outbound, Pull
from connectors.mastodon import MastodonChannel, files, sending
from connectors.mastodon import channel as module
from connectors.mastodon.api import exact
from connectors.mastodon.reading import NOTIFICATIONS, POSTS
from tests.emulators.faulty import until
from tests.emulators.mastodon import MastodonEmulator

ANNA = "anna@altrove.test"
PNG, MP4 = Attachment("a.png", "image/png", b"\x89PNG"), Attachment("a.mp4", "video/mp4", b"mp4")


@pytest.fixture
def mastodon() -> Iterator[MastodonEmulator]:
    with MastodonEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
def channel(mastodon: MastodonEmulator) -> Iterator[MastodonChannel]:
    found = MastodonChannel(server=mastodon.url, token=mastodon.token, seconds=2)
    yield found
    found.close()


def answer(
    question: dict[str, Any], text: str = "È H7.", to: str = ANNA, name: str = "<1@firm.test>", **more: Any
) -> Outbound:
    is_open = question["visibility"] in ("public", "unlisted")
    key = f"{question['id']}:{to}" if is_open else to
    return Outbound([Address(to)], text, external_id=name, in_reply_to=question["id"], thread_key=key, **more)


def send(channel: MastodonChannel, message: Outbound) -> str:
    return channel.send(message, lambda: None).provider_id


def failure(channel: MastodonChannel, message: Outbound) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        channel.send(message, lambda: None)
    return caught.value


def begun(channel: MastodonChannel, folder: str = NOTIFICATIONS) -> str:
    return channel.fetch(folder, "").cursor


def texts(channel: MastodonChannel, batch: Batch) -> list[str]:
    return [one.text for item in batch.items for one in channel.read(item) if isinstance(one, Message)]


def test_it_is_asked_and_keeps_files(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    assert isinstance(channel, Pull)
    assert isinstance(channel, KeepsFiles)
    built = registry.build("mastodon", {"server": mastodon.url, "token": mastodon.token})
    assert "giunti@firm.test" in built.check()[0]
    assert channel.address() == "giunti@firm.test"
    assert mastodon.posted == []


@pytest.mark.parametrize(
    ("server", "token"),
    [
        ("ftp://mastodon.uno", "x"),
        ("http://mastodon.uno", "x"),
        ("https://a:b@mastodon.uno", "x"),
        ("https://mastodon.uno", "two words"),
        ("https://mastodon.uno", ""),
    ],
)
def test_settings_that_cannot_be_are_refused(server: str, token: str) -> None:
    with pytest.raises(ValueError, match=r"url|token"):
        MastodonChannel(server=server, token=token)


def test_an_address_may_be_written_without_its_beginning() -> None:
    assert MastodonChannel(server="mastodon.uno", token="x")._settings[0] == "https://mastodon.uno"


def test_the_first_time_takes_nothing_old(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    assert channel.fetch(NOTIFICATIONS, "").cursor == "0"
    mastodon.says(ANNA, "vecchio")
    first = channel.fetch(NOTIFICATIONS, "")
    assert (first.items, first.more) == ([], False)
    mastodon.says(ANNA, "nuovo")
    assert texts(channel, channel.fetch(NOTIFICATIONS, first.cursor)) == ["nuovo"]


def test_pages_are_read_forwards_until_nothing_more_is_there(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    cursor, found = begun(channel), []
    for number in range(90):
        mastodon.says(ANNA, f"domanda {number}")
    while True:
        batch = channel.fetch(NOTIFICATIONS, cursor)
        found += texts(channel, batch)
        assert channel.fetch(NOTIFICATIONS, cursor) == batch
        cursor = batch.cursor
        if not batch.more:
            break
    assert found == [f"domanda {number}" for number in range(90)]


def test_what_comes_again_or_out_of_order_has_the_same_keys_and_moves_nothing_back(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    cursor = begun(channel)
    for number in range(6):
        mastodon.says(ANNA, f"domanda {number}")
    batch = channel.fetch(NOTIFICATIONS, cursor)
    mastodon.again, mastodon.shuffled = 5, True
    again = channel.fetch(NOTIFICATIONS, batch.cursor)
    assert len(again.items) == 5
    assert {one.key for one in again.items} < {one.key for one in batch.items}
    assert (again.cursor, again.more) == (batch.cursor, False)
    shuffled = channel.fetch(NOTIFICATIONS, cursor)
    assert shuffled.cursor == batch.cursor


def test_only_what_can_be_answered_is_asked_for_filtered_or_not(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    cursor = begun(channel)
    post = mastodon.says(ANNA, "privato", visibility="direct", quiet=True)
    mastodon.tells("favourite", ANNA, post)
    mastodon.edits(post, "privato, corretto")
    assert texts(channel, channel.fetch(NOTIFICATIONS, cursor)) == ["privato", "privato, corretto"]


def test_a_talk_in_public_is_known_by_its_first_post(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    cursor = begun(channel)
    question = mastodon.says(ANNA, "Quanto costa?")
    send(channel, answer(question, "parola " * 150))
    mastodon.says(ANNA, "Grazie, e quello?", about=mastodon.posted[-1])
    items = channel.fetch(NOTIFICATIONS, cursor).items
    keys = [one.thread_key for item in items for one in channel.read(item) if isinstance(one, Message)]
    assert keys == [f"{question['id']}:{ANNA}"] * 2
    mastodon.gone(question)
    orphan = mastodon.says(ANNA, "ancora", about=mastodon.posted[0])
    mastodon.gone(orphan)
    assert channel.fetch(NOTIFICATIONS, cursor).items[-1].meta["root"] == mastodon.posted[0]["id"]


def test_our_own_posts_are_seen_and_the_time_is_the_servers(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    question = mastodon.says(ANNA, "Quanto costa?")
    cursor = begun(channel, POSTS)
    mastodon.app_says("12 euro", question)
    (item,) = channel.fetch(POSTS, cursor).items
    assert item.meta["lane"] == POSTS
    assert abs(item.received_at - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("asked", "told"), [("public", "public"), ("unlisted", "unlisted"), ("private", "direct"), ("direct", "direct")]
)
def test_an_answer_is_as_open_as_its_question(
    channel: MastodonChannel, mastodon: MastodonEmulator, asked: str, told: str
) -> None:
    question = mastodon.says(ANNA, "Quanto costa?", visibility=asked, spoiler_text="Prezzi")
    number = send(channel, answer(question))
    (post,) = mastodon.posted
    assert (post["id"], post["visibility"], post["in_reply_to_id"]) == (number, told, question["id"])
    assert post["text"] == f"@{ANNA} È H7."
    assert [one["acct"] for one in post["mentions"]] == [ANNA]
    assert post["spoiler_text"] == ("Prezzi" if told != "direct" else "")


def test_a_public_question_is_answered_directly_where_that_is_wished(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    question = mastodon.says(ANNA, "Quanto costa?")
    mastodon.who("carla")
    send(channel, answer(question, "12 euro, dice @carla", private=True))
    (post,) = mastodon.posted
    assert post["visibility"] == "direct"
    assert [one["acct"] for one in post["mentions"]] == [ANNA]


def test_what_became_less_public_is_not_answered_in_public(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    question = mastodon.says(ANNA, "Quanto costa?")
    mastodon.statuses[question["id"]] = {**question, "visibility": "private"}
    send(channel, answer(question))
    assert mastodon.posted[0]["visibility"] == "direct"


def test_a_post_that_is_gone_is_answered_directly_or_not_at_all(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    for visibility in ("direct", "public"):
        question = mastodon.says(ANNA, "Quanto costa?", visibility=visibility)
        mastodon.gone(question)
        if visibility == "direct":
            send(channel, answer(question))
            assert (mastodon.posted[0]["visibility"], mastodon.posted[0]["in_reply_to_id"]) == ("direct", None)
        else:
            error = failure(channel, answer(question, name="<2@firm.test>"))
            assert (error.permanent, error.code) == (True, "gone")
    assert len(mastodon.posted) == 1


def test_what_is_too_long_becomes_several_posts_one_under_the_other(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    question = mastodon.says(ANNA, "Raccontate", visibility="direct")
    words = " ".join(f"parola{number}" for number in range(200))
    send(channel, answer(question, words))
    posts = mastodon.posted
    assert len(posts) > 2
    assert [one["in_reply_to_id"] for one in posts] == [question["id"], *(one["id"] for one in posts[:-1])]
    assert " ".join(one["text"].removeprefix(f"@{ANNA} ") for one in posts) == words
    assert len({one["key"] for one in posts}) == len(posts)


def test_a_server_with_another_limit_is_believed() -> None:
    with MastodonEmulator(longest=5000) as mastodon:
        channel = MastodonChannel(server=mastodon.url, token=mastodon.token)
        send(channel, answer(mastodon.says(ANNA, "x"), "parola " * 500))
        channel.close()
        assert len(mastodon.posted) == 1


def test_a_repeat_posts_nothing_more(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    message = answer(mastodon.says(ANNA, "x"), "parola " * 150)
    assert len({send(channel, message) for _ in range(5)}) == 1
    assert len(mastodon.posted) == 3


@pytest.mark.parametrize("handled", [True, False])
def test_a_broken_connection_is_tried_again_and_posts_once(
    channel: MastodonChannel, mastodon: MastodonEmulator, handled: bool
) -> None:
    message = answer(mastodon.says(ANNA, "x"))
    mastodon.drop("post", handled=handled)
    error = failure(channel, message)
    assert (error.uncertain, error.permanent) == (False, False)
    send(channel, message)
    assert len(mastodon.posted) == 1


def test_a_late_answer_is_tried_again_and_posts_once(mastodon: MastodonEmulator) -> None:
    channel = MastodonChannel(server=mastodon.url, token=mastodon.token, seconds=0.5)
    message = answer(mastodon.says(ANNA, "x"))
    channel.address()
    mastodon.slow("post", 1)
    assert failure(channel, message).code == "timeout"
    send(channel, message)
    channel.close()
    assert len(mastodon.posted) == 1


def test_beyond_the_hour_a_doubt_is_a_persons(
    channel: MastodonChannel, mastodon: MastodonEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = answer(mastodon.says(ANNA, "x"))
    mastodon.fail("post", 502, b"<html>bad gateway")
    assert not failure(channel, message).uncertain
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + module.KNOWN_SECONDS + 60)
    assert failure(channel, message).uncertain
    # A person has looked, and has it sent once more.
    send(channel, message)
    assert len(mastodon.posted) == 1


def test_what_was_never_taken_is_no_doubt(
    channel: MastodonChannel, mastodon: MastodonEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = answer(mastodon.says(ANNA, "x"))
    mastodon.fail("post", 429, retry_after="30")
    assert failure(channel, message).retry_after == 30
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + module.KNOWN_SECONDS + 60)
    send(channel, message)


def test_a_refusal_in_the_middle_is_a_persons(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    message = answer(mastodon.says(ANNA, "x"), "parola " * 150)
    answers = iter([None, 422])
    post = mastodon._post

    def refusing(form: Any, key: str) -> Any:
        from tests.emulators.faulty import Refused

        if next(answers, None):
            raise Refused(422, {"error": "Validation failed"})
        return post(form, key)

    mastodon._post = refusing  # type: ignore[method-assign]
    error = failure(channel, message)
    assert (error.uncertain, "Only 1 of 3" in error.reason) == (True, True)


@pytest.mark.parametrize(
    ("status", "permanent", "code"),
    [
        (401, True, "token"),
        (403, True, "token"),
        (422, True, ""),
        (404, True, "gone"),
        (500, False, ""),
        (503, False, ""),
        (302, True, ""),
    ],
)
def test_refusals_are_understood(
    channel: MastodonChannel, mastodon: MastodonEmulator, status: int, permanent: bool, code: str
) -> None:
    question = mastodon.says(ANNA, "x")
    mastodon.fail("post", status, {"error": "no"}, location="https://elsewhere.test/")
    error = failure(channel, answer(question))
    assert (error.permanent, error.code, error.uncertain) == (permanent, code, False)
    assert mastodon.posted == []
    assert mastodon.token not in error.reason


def test_a_wrong_token_is_told_as_one(mastodon: MastodonEmulator) -> None:
    channel = MastodonChannel(server=mastodon.url, token="wrong")
    for work in (channel.check, lambda: channel.fetch(NOTIFICATIONS, "")):
        with pytest.raises(ConnectorError) as caught:
            work()
        assert (caught.value.code, caught.value.permanent) == ("token", True)


def test_the_server_says_how_long_to_wait(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    cursor = begun(channel)
    there = datetime.now(UTC) + timedelta(hours=3)
    mastodon.fail(
        "notifications", 429, x_ratelimit_reset=(there + timedelta(seconds=90)).isoformat(),
        date=there.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    )  # fmt: skip
    with pytest.raises(ConnectorError) as caught:
        channel.fetch(NOTIFICATIONS, cursor)
    assert 0 < caught.value.retry_after <= 92


@pytest.mark.parametrize("page", [b"<html>", b"{}", b"[{}", b"\xff\xfe", b"[" * 100_000])
def test_an_answer_that_is_none_is_an_error(channel: MastodonChannel, mastodon: MastodonEmulator, page: bytes) -> None:
    cursor = begun(channel)
    mastodon.fail("notifications", 200, page)
    with pytest.raises(ConnectorError):
        channel.fetch(NOTIFICATIONS, cursor)


def test_items_are_kept_in_their_own_bytes() -> None:
    assert exact('[ {"a":1.0,"é":"\\u00e9"} ,\n{"b": [2]}]') == ['{"a":1.0,"é":"\\u00e9"}'.encode(), b'{"b": [2]}']
    assert exact("[]") == []


def test_files_go_with_their_posts(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    question = mastodon.says(ANNA, "Foto?")
    send(channel, answer(question, "Ecco", attachments=[PNG] * 5 + [MP4]))
    assert [len(one["media_attachments"]) for one in mastodon.posted] == [4, 1, 1]
    assert mastodon.files[mastodon.posted[2]["media_attachments"][0]["id"]] == ("video/mp4", b"mp4")


def test_a_file_without_words_goes_too(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    send(channel, answer(mastodon.says(ANNA, "Foto?"), "", attachments=[PNG]))
    assert mastodon.posted[0]["text"] == f"@{ANNA}"


def test_while_a_file_is_converted_the_answer_waits_and_it_is_left_once(
    channel: MastodonChannel, mastodon: MastodonEmulator
) -> None:
    message = answer(mastodon.says(ANNA, "Video?"), attachments=[MP4])
    mastodon.converting = 2
    for _ in range(2):
        error = failure(channel, message)
        assert (error.permanent, error.uncertain, error.retry_after) == (False, False, module.PROCESSING_SECONDS)
    send(channel, message)
    assert len(mastodon.left) == 1
    assert len(mastodon.posted[0]["media_attachments"]) == 1


@pytest.mark.parametrize(
    "file",
    [
        Attachment("a.pdf", "application/pdf", b"%PDF"),
        Attachment("a.png", "image/png", b""),
        Attachment("a.tiff", "image/tiff", b"x"),
        Attachment("a.png", "image/png", b"x" * 16_777_217),
    ],
    ids=["pdf", "empty", "tiff", "large"],
)
def test_files_that_the_server_does_not_take_are_refused_before(
    channel: MastodonChannel, mastodon: MastodonEmulator, file: Attachment
) -> None:
    error = failure(channel, answer(mastodon.says(ANNA, "x"), attachments=[file]))
    assert error.permanent
    assert mastodon.left == {}


@pytest.mark.parametrize(
    "message", [Outbound([], "x"), Outbound([Address(ANNA)], "  "), Outbound([Address("x y")], "x")]
)
def test_what_is_no_answer_is_refused(channel: MastodonChannel, mastodon: MastodonEmulator, message: Outbound) -> None:
    assert failure(channel, message).permanent
    assert mastodon.posted == []


def test_a_files_bytes_come_from_our_own_server(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    file = mastodon.keep(b"\x89PNG", "image/png")
    assert channel.fetch_file(file["url"], 100) == Attachment("", "image/png", b"\x89PNG")
    with pytest.raises(ConnectorError, match="larger"):
        channel.fetch_file(file["url"], 3)
    with pytest.raises(ConnectorError, match="no longer"):
        channel.fetch_file(f"{mastodon.url}/media/404", 100)


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.test/a.png",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "https://files.firm.test@elsewhere.test/a",
        "https://files.firm.test\\@elsewhere.test/a",
        "http://files.firm.test/a",
        "https://[",
        "",
    ],
)
def test_no_other_address_is_asked_for_a_file(channel: MastodonChannel, url: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        channel.fetch_file(url, 100)
    assert caught.value.permanent


def test_a_file_that_is_moved_elsewhere_is_not_followed(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    mastodon.fail("file", 302, b"", location="https://elsewhere.test/a.png")
    with pytest.raises(ConnectorError, match="own server"):
        channel.fetch_file(f"{mastodon.url}/media/1", 100)
    file = mastodon.keep(b"x", "image/png")
    mastodon.fail("file", 302, b"", location=file["url"])
    assert channel.fetch_file(f"{mastodon.url}/media/proxied", 100).content == b"x"
    assert files._is_in("https://files.firm.test/a.png", {"files.firm.test"})


def test_the_stream_rings_and_without_it_one_waits(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    waited = threading.Thread(target=channel.wait, args=(30,))
    waited.start()
    until(lambda: mastodon.heard)
    mastodon.says(ANNA, "Buongiorno")
    waited.join(5)
    assert not waited.is_alive()


def test_a_broken_stream_is_no_error(channel: MastodonChannel, mastodon: MastodonEmulator) -> None:
    mastodon.fail("stream", 503, times=9)
    began = time.monotonic()
    channel.wait(0.05)
    channel.wait(0.05)
    assert 0.1 <= time.monotonic() - began < 2


def test_a_wait_ends_when_it_is_woken(channel: MastodonChannel) -> None:
    channel.wake()
    began = time.monotonic()
    channel.wait(30)
    assert time.monotonic() - began < 2


def test_a_post_answered_after_a_change_is_the_first_one() -> None:
    assert sending.answered(Outbound([], "", in_reply_to="55:edit:2026-03-02T09:00:00Z")) == "55"
    assert sending.answered(Outbound([], "", in_reply_to="../../evil")) == ""
