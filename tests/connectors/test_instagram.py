"""The channel of an Instagram account against the emulated Graph API: what it takes in, sends and makes of refusals."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from connectors import registry
from connectors.abilities import Challenged, KeepsFiles, Named, Subscribes
from connectors.base import Address, Attachment, ConnectorError, Outbound, Push, WebhookRequest
from connectors.meta.pages import InstagramChannel
from connectors.meta.pages.instagram import WITHOUT_PAGE
from tests.emulators import pages_bodies as bodies
from tests.emulators.graph_pages import PagesEmulator
from tests.emulators.graph_server import signed

ANNA, MEDIA = "1008374001", "17900001"
PNG, PDF = Attachment("perché.png", "image/png", b"\x89PNG"), Attachment("a.pdf", "application/pdf", b"%PDF")


@pytest.fixture
def meta() -> Iterator[PagesEmulator]:
    with PagesEmulator(bodies.INSTAGRAM) as emulator:
        emulator.heard[ANNA] = time.time()
        emulator.known.add("17858")
        yield emulator


@pytest.fixture
def alone() -> Iterator[PagesEmulator]:
    """An account that is linked to no page."""
    with PagesEmulator(bodies.INSTAGRAM, alone=True) as emulator:
        emulator.heard[ANNA] = time.time()
        emulator.known.add("17858")
        yield emulator


@pytest.fixture
def channel(meta: PagesEmulator) -> InstagramChannel:
    return made(meta)


def made(meta: PagesEmulator, **more: Any) -> InstagramChannel:
    given = {"account_id": meta.account, "page_id": "" if meta.alone else meta.page, "token": meta.token}
    given |= {"secret": meta.secret, "webhook_secret": meta.verify, "api_base": meta.url}
    return InstagramChannel(**{**given, **more})


def answer(text: str = "Buongiorno", to: str = ANNA, **more: Any) -> Outbound:
    return Outbound([Address(to)], text, external_id="<1@firm.test>", thread_key=more.pop("thread_key", to), **more)


def in_public(text: str = "M8", about: str = "17858", who: str = "7002", **more: Any) -> Outbound:
    return answer(text, f"{MEDIA}:{who}", in_reply_to=about, **more)


def failure(channel: InstagramChannel, message: Outbound) -> tuple[ConnectorError, int]:
    """What a send raised, and how often it had committed."""
    commits: list[int] = []
    with pytest.raises(ConnectorError) as caught:
        channel.send(message, lambda: commits.append(1))
    return caught.value, len(commits)


def test_it_has_the_abilities_of_a_channel_that_is_called(channel: InstagramChannel) -> None:
    for ability in (Push, Challenged, KeepsFiles, Named, Subscribes):
        assert isinstance(channel, ability)
    assert registry.reader("instagram").__name__ == "read_instagram"


@pytest.mark.parametrize("given", [{"account_id": "@giuntirossi"}, {"page_id": "x"}, {"token": ""}, {"secret": "a b"}])
def test_a_bad_setting_is_refused_without_a_network(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(given))}: "):
        registry.build("instagram", {"account_id": "1", "token": "t", **given})


def test_an_account_without_a_page_is_asked_at_its_own_place() -> None:
    assert InstagramChannel(account_id="1", token="t")._graph.is_here(f"{WITHOUT_PAGE}/me")
    assert not InstagramChannel(account_id="1", token="t", page_id="2")._graph.is_here(f"{WITHOUT_PAGE}/me")


def test_the_check_tells_the_account_and_what_is_not_called_yet(meta: PagesEmulator, channel: InstagramChannel) -> None:
    assert list(channel.check()) == [
        "Instagram account @giuntirossi answers",
        "Instagram does not call yet about: messages",
    ]
    meta.subscribed = ["feed"]
    assert channel.subscribe() == "Instagram calls about: feed, messages"
    assert channel.check()[1] == "Instagram calls about all that is taken in here"
    assert channel.address() == "@giuntirossi"


def test_without_a_page_the_account_itself_is_asked_and_subscribed(alone: PagesEmulator) -> None:
    channel = made(alone)
    assert channel.check()[0] == "Instagram account @giuntirossi answers"
    channel.subscribe()
    assert {"messages", "messaging_seen", "comments", "mentions"} <= set(alone.subscribed)
    channel.send(answer(), lambda: None)
    assert alone.sent[0]["recipient"] == {"id": ANNA}


def test_a_token_that_leads_elsewhere_is_told_as_such(meta: PagesEmulator, alone: PagesEmulator) -> None:
    for place in (meta, alone):
        for wrong in ({"account_id": "77"}, {"token": "old"}):
            with pytest.raises(ConnectorError, match="token") as caught:
                made(place, **wrong).check()
            assert (caught.value.permanent, caught.value.code) == (True, "token")


def test_a_text_goes_in_pieces_of_so_many_bytes(meta: PagesEmulator, channel: InstagramChannel) -> None:
    texts = ["perché così più là " * 150, "👍🏽" * 400, "日本語の部品 " * 100, "x" * 1000]
    for text in texts:
        meta.sent.clear()
        channel.send(answer(text), lambda: None)
        pieces = [one["message"]["text"] for one in meta.sent]
        assert "".join("".join(pieces).split()) == "".join(text.split())
        assert max(len(one.encode()) for one in pieces) <= 1000
    assert len(meta.sent) == 1
    assert meta.refused == []


def test_files_are_left_there_for_a_linked_account(meta: PagesEmulator, channel: InstagramChannel) -> None:
    channel.send(answer("", attachments=[PNG, PDF]), lambda: None)
    kinds = [one["message"]["attachment"]["type"] for one in meta.sent]
    assert kinds == ["image", "file"]
    assert meta.refused == []


def test_a_file_that_it_does_not_take_is_refused_before_anything_is_sent(
    meta: PagesEmulator, alone: PagesEmulator
) -> None:
    large = Attachment("a.png", "image/png", b"x" * 8_000_001)
    for file, words in ((Attachment("a.docx", "application/msword", b"x"), "PDF files only"), (large, "so large")):
        error, commits = failure(made(meta), answer(attachments=[file]))
        assert (error.permanent, commits) == (True, 0)
        assert words in error.reason
    error, commits = failure(made(alone), answer(attachments=[PNG]))
    assert "linked to a Facebook page" in error.reason
    assert (error.permanent, commits, meta.sent, alone.sent) == (True, 0, [], [])


def test_outside_the_window_only_a_person_may_answer_where_meta_lets_one(meta: PagesEmulator) -> None:
    meta.heard[ANNA] = time.time() - 30 * 3600
    error, _ = failure(made(meta), answer(late=True))
    assert (error.permanent, error.code) == (True, "window")
    meta.human_agent = True
    made(meta, human_agent=True).send(answer(late=True), lambda: None)
    assert meta.sent[0]["tag"] == "HUMAN_AGENT"


def test_a_comment_is_answered_in_public_or_to_its_writer_alone(meta: PagesEmulator, channel: InstagramChannel) -> None:
    sent = channel.send(in_public(), lambda: None)
    (one,) = meta.comments
    assert (sent.provider_id, one["on"], one["edge"], one["message"]) == (one["id"], "17858", "replies", "M8")
    channel.send(in_public("In privato", private=True), lambda: None)
    assert meta.sent[0]["recipient"] == {"comment_id": "17858"}


def test_a_mention_elsewhere_is_answered_by_its_place(meta: PagesEmulator, channel: InstagramChannel) -> None:
    channel.send(in_public("Grazie", "17858", "mention.17858"), lambda: None)
    channel.send(in_public("Grazie", MEDIA, f"mention.{MEDIA}"), lambda: None)
    told = [(one["on"], one["edge"], one["media_id"], one.get("comment_id")) for one in meta.comments]
    assert told == [(meta.account, "mentions", MEDIA, "17858"), (meta.account, "mentions", MEDIA, None)]


@pytest.mark.parametrize(
    "message", [in_public("x" * 2201), in_public("x", attachments=[PNG]), in_public("è" * 501, private=True)]
)
def test_what_no_comment_takes_is_refused_before_anything_is_sent(
    meta: PagesEmulator, channel: InstagramChannel, message: Outbound
) -> None:
    error, commits = failure(channel, message)
    assert (error.permanent, error.uncertain, commits) == (True, False, 0)
    assert (meta.sent, meta.comments) == ([], [])


def test_errors_name_the_platform_and_what_can_be_done(meta: PagesEmulator, channel: InstagramChannel) -> None:
    meta.fail("replies", 400, 613)
    error, _ = failure(channel, in_public())
    assert error.retry_after
    assert error.reason.startswith("Instagram is busy")
    meta.fail("messages", 401, 190)
    error, _ = failure(channel, answer())
    assert (error.permanent, error.code) == (True, "token")
    meta.drop("replies", handled=True)
    assert failure(channel, in_public())[0].uncertain


def test_a_person_has_the_name_that_the_platform_tells(meta: PagesEmulator, channel: InstagramChannel) -> None:
    meta.people |= {ANNA: {"name": "Anna Verdi", "username": "anna"}, "8": {"username": "bruno"}}
    assert channel.profile(ANNA) == Address(ANNA, "Anna Verdi")
    assert channel.profile("8") == Address("8", "bruno")


def test_calls_are_taken_only_as_they_were_signed(meta: PagesEmulator, channel: InstagramChannel) -> None:
    body = meta.body(meta.says(ANNA, "Salve"), bodies.remark(MEDIA, ("7002", "bruno"), "Ciao"))
    items = channel.accept(WebhookRequest("POST", signed(body, meta.secret), {}, body))
    assert [type(one).__name__ for item in items for one in channel.read(item)] == ["Message", "Message"]
    with pytest.raises(ConnectorError):
        channel.accept(WebhookRequest("POST", signed(body, "x"), {}, body))
