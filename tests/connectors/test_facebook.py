"""The channel of a page against the emulated Graph API: what it takes in, sends, fetches and makes of refusals."""

import json
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from connectors import registry
from connectors.abilities import Challenged, KeepsFiles, Named, Subscribes
from connectors.base import Address, Attachment, ConnectorError, Echo, Message, Outbound, Push, WebhookRequest
from connectors.meta import graph
from connectors.meta.errors import BUSY_SECONDS
from connectors.meta.pages import FacebookChannel, files
from tests.emulators import pages_bodies as bodies
from tests.emulators.graph_pages import PagesEmulator
from tests.emulators.graph_server import signed

ANNA, BRUNO = "1423587017700273", ("7002", "Bruno Neri")
POST = "404217156637689_5501"
PNG, PDF = Attachment("è.png", "image/png", b"\x89PNG"), Attachment("a.pdf", "application/pdf", b"%PDF \r\n--")


@pytest.fixture
def meta() -> Iterator[PagesEmulator]:
    with PagesEmulator() as emulator:
        emulator.heard[ANNA] = time.time()
        emulator.known |= {"5501_61", POST}
        yield emulator


@pytest.fixture
def channel(meta: PagesEmulator) -> FacebookChannel:
    return made(meta)


def made(meta: PagesEmulator, **more: Any) -> FacebookChannel:
    given = {"page_id": meta.page, "token": meta.token, "secret": meta.secret, "webhook_secret": meta.verify}
    return FacebookChannel(**{**given, "api_base": meta.url, **more})


def answer(text: str = "Buongiorno", to: str = ANNA, **more: Any) -> Outbound:
    return Outbound([Address(to)], text, external_id="<1@firm.test>", thread_key=more.pop("thread_key", to), **more)


def in_public(text: str = "12 €", about: str = "5501_61", **more: Any) -> Outbound:
    return answer(text, f"{POST}:7002", in_reply_to=about, **more)


def failure(channel: FacebookChannel, message: Outbound) -> tuple[ConnectorError, int]:
    """What a send raised, and how often it had committed."""
    commits: list[int] = []
    with pytest.raises(ConnectorError) as caught:
        channel.send(message, lambda: commits.append(1))
    return caught.value, len(commits)


def test_it_has_the_abilities_of_a_channel_that_is_called(channel: FacebookChannel) -> None:
    for ability in (Push, Challenged, KeepsFiles, Named, Subscribes):
        assert isinstance(channel, ability)


def test_the_registry_builds_and_reads_it(meta: PagesEmulator) -> None:
    built = registry.build("facebook", {"page_id": meta.page, "token": meta.token})
    assert isinstance(built, FacebookChannel)
    assert registry.reader("facebook").__name__ == "read_facebook"


@pytest.mark.parametrize(
    "given", [{"page_id": "giuntirossi"}, {"token": "two words"}, {"secret": "a b"}, {"api_base": "http://meta.test"}]
)
def test_a_bad_setting_is_refused_without_a_network(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(given)).replace('api_base', 'url')}: "):
        FacebookChannel(**{"page_id": "1", "token": "t", **given})


def test_the_check_tells_the_page_and_what_is_not_called_yet(meta: PagesEmulator, channel: FacebookChannel) -> None:
    first, second = channel.check()
    assert first == "Facebook page Giunti Rossi answers"
    assert second.startswith("Facebook does not call yet about: feed, mention, message_deliveries")
    assert channel.address() == "Giunti Rossi"
    meta.subscribed = ["leadgen"]
    assert channel.subscribe().startswith("Facebook calls about: feed, leadgen, mention, ")
    assert {"leadgen", "feed", "messages"} <= set(meta.subscribed)
    assert channel.check()[1] == "Facebook calls about all that is taken in here"
    assert made(meta, secret="").check()[2] == "Without the app secret no message can be taken in"


def test_without_comments_nothing_public_is_asked_for(meta: PagesEmulator) -> None:
    made(meta, comments=False).subscribe()
    assert "messages" in meta.subscribed
    assert "feed" not in meta.subscribed


def test_a_token_that_is_over_or_another_pages_is_told_as_such(meta: PagesEmulator) -> None:
    for wrong, words in (({"token": "old"}, "access token"), ({"page_id": "77"}, "belongs to Giunti Rossi")):
        with pytest.raises(ConnectorError, match=words) as caught:
            made(meta, **wrong).check()
        assert (caught.value.permanent, caught.value.code) == (True, "token")


def test_a_text_goes_with_our_name_for_it(meta: PagesEmulator, channel: FacebookChannel) -> None:
    sent = channel.send(answer(in_reply_to="m_1"), lambda: None)
    (one,) = meta.sent
    assert sent.provider_id == one["mid"]
    assert one["message"] == {"text": "Buongiorno", "metadata": "<1@firm.test>"}
    assert (one["recipient"], one["messaging_type"]) == ({"id": ANNA}, "RESPONSE")


def test_a_long_text_goes_in_pieces(meta: PagesEmulator, channel: FacebookChannel) -> None:
    text = "\n\n".join("parola " * 200 for _ in range(4)).strip()
    channel.send(answer(text), lambda: None)
    pieces = [one["message"]["text"] for one in meta.sent]
    assert len(pieces) > 2
    assert " ".join(pieces).split() == text.split()
    assert meta.refused == []


def test_files_are_left_there_first_and_sent_by_id(meta: PagesEmulator, channel: FacebookChannel) -> None:
    channel.send(answer(attachments=[PDF, PNG]), lambda: None)
    sent = [one["message"].get("attachment") for one in meta.sent]
    assert sent[0] is None
    assert [one["type"] for one in sent[1:]] == ["file", "image"]
    assert [meta.left[one["payload"]["attachment_id"]][1] for one in sent[1:]] == [PDF.content, PNG.content]


def test_a_picture_too_large_to_be_shown_goes_as_a_file(meta: PagesEmulator, channel: FacebookChannel) -> None:
    channel.send(answer("", attachments=[Attachment("a.png", "image/png", b"x" * 8_000_001)]), lambda: None)
    assert meta.sent[0]["message"]["attachment"]["type"] == "file"
    error, commits = failure(channel, answer(attachments=[Attachment("a.bin", "", b"x" * 25_000_001)]))
    assert (error.permanent, commits) == (True, 0)


def test_nothing_to_say_is_not_sent(meta: PagesEmulator, channel: FacebookChannel) -> None:
    assert failure(channel, answer("  "))[0].permanent
    assert failure(channel, Outbound([], "x"))[0].permanent
    assert failure(channel, answer(attachments=[Attachment("x", "text/plain", b"")]))[1] == 0
    assert failure(channel, in_public(" "))[1] == 0
    assert (meta.sent, meta.comments) == ([], [])


def test_outside_the_window_only_a_person_may_answer_where_meta_lets_one(meta: PagesEmulator) -> None:
    meta.heard[ANNA] = time.time() - 30 * 3600
    for late in (False, True):
        error, commits = failure(made(meta), answer(late=late))
        assert (error.permanent, error.code, error.uncertain, commits) == (True, "window", False, 1)
    meta.human_agent = True
    made(meta, human_agent=True).send(answer(late=True), lambda: None)
    assert (meta.sent[0]["messaging_type"], meta.sent[0]["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    meta.heard[ANNA] = time.time()
    made(meta, human_agent=True).send(answer(), lambda: None)
    assert meta.sent[1]["messaging_type"] == "RESPONSE"


def test_whoever_wants_no_more_is_told_as_such(meta: PagesEmulator, channel: FacebookChannel) -> None:
    meta.blocked.add(ANNA)
    error, _ = failure(channel, answer())
    assert (error.permanent, error.code) == (True, "blocked")
    assert failure(channel, answer(to="9"))[0].code == "blocked"


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80006])
def test_a_busy_platform_is_asked_again_later(meta: PagesEmulator, channel: FacebookChannel, code: int) -> None:
    meta.fail("messages", 400, code)
    error, _ = failure(channel, answer())
    assert (error.permanent, error.uncertain, error.retry_after) == (False, False, BUSY_SECONDS)
    meta.fail("messages", 429, 1, retry_after=17)
    assert failure(channel, answer())[0].retry_after == 17


def test_its_own_failure_passes_but_what_leaves_a_doubt_is_uncertain(
    meta: PagesEmulator, channel: FacebookChannel
) -> None:
    meta.fail("messages", 500, 2)
    error, _ = failure(channel, answer())
    assert (error.permanent, error.uncertain) == (False, False)
    meta.fail("messages", 502, page=b"<html>Bad Gateway")
    assert failure(channel, answer())[0].uncertain
    meta.fail("messages", 500, 1, subcode=1357046)
    assert failure(channel, answer())[0].uncertain
    meta.fail("messages", 200, page=b"{}")
    assert failure(channel, answer())[0].uncertain


@pytest.mark.parametrize("what", ["messages", "comments"])
@pytest.mark.parametrize("handled", [True, False])
def test_a_connection_that_breaks_leaves_a_doubt(
    meta: PagesEmulator, channel: FacebookChannel, what: str, handled: bool
) -> None:
    meta.drop(what, handled=handled)
    error, commits = failure(channel, answer() if what == "messages" else in_public())
    assert (error.uncertain, commits) == (True, 1)


def test_a_file_that_could_not_be_left_there_is_no_doubt(meta: PagesEmulator, channel: FacebookChannel) -> None:
    meta.drop("message_attachments", handled=True)
    error, commits = failure(channel, answer(attachments=[PNG]))
    assert (error.uncertain, error.permanent, commits) == (False, False, 0)


def test_no_answer_in_time_leaves_a_doubt(
    meta: PagesEmulator, channel: FacebookChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph.http, "SECONDS", 0.3)
    meta.slow("messages", 1)
    assert failure(channel, answer())[0].uncertain


def test_half_an_answer_is_never_repeated(meta: PagesEmulator, channel: FacebookChannel) -> None:
    meta.fail("messages", 200, page=b'{"message_id": "m_1"}')
    meta.fail("messages", 429, 4)
    error, _ = failure(channel, answer("x" * 3000))
    assert error.uncertain
    assert "Only 1 of 2 parts" in error.reason


def test_a_comment_is_answered_in_public(meta: PagesEmulator, channel: FacebookChannel) -> None:
    sent = channel.send(in_public(), lambda: None)
    (one,) = meta.comments
    assert (sent.provider_id, one["on"], one["message"]) == (one["id"], "5501_61", "12 €")
    channel.send(in_public("Ecco", "5501_61:edited:1", attachments=[PNG]), lambda: None)
    assert (meta.comments[1]["on"], meta.comments[1]["source"]) == ("5501_61", PNG.content)
    assert meta.sent == []


@pytest.mark.parametrize(
    "message",
    [
        in_public("x", ""),
        in_public("x", "../me"),
        in_public("x" * 8001),
        in_public("x", attachments=[PDF]),
        in_public("x", attachments=[PNG, PNG]),
        in_public("x" * 2001, private=True),
        in_public("x", private=True, attachments=[PNG]),
    ],
)
def test_what_no_comment_takes_is_refused_before_anything_is_sent(
    meta: PagesEmulator, channel: FacebookChannel, message: Outbound
) -> None:
    error, commits = failure(channel, message)
    assert (error.permanent, error.uncertain, commits) == (True, False, 0)
    assert (meta.sent, meta.comments) == ([], [])


def test_a_commenter_is_written_to_directly_once(meta: PagesEmulator, channel: FacebookChannel) -> None:
    sent = channel.send(in_public("In privato", private=True), lambda: None)
    (one,) = meta.sent
    assert (sent.provider_id, one["recipient"]) == (one["mid"], {"comment_id": "5501_61"})
    assert one["message"]["metadata"] == "<1@firm.test>"
    error, _ = failure(channel, in_public("Ancora", private=True))
    assert (error.permanent, error.code) == (True, "")
    assert "already replied" in error.reason
    channel.send(in_public("Grazie", POST, private=True), lambda: None)
    assert meta.sent[1]["recipient"] == {"post_id": POST}


def test_a_persons_file_is_fetched_by_its_address_without_the_token(
    meta: PagesEmulator, channel: FacebookChannel
) -> None:
    address = meta.keep(b"a picture", "image/jpeg")
    assert channel.fetch_file(address, 1000) == Attachment("", "image/jpeg", b"a picture")
    with pytest.raises(ConnectorError, match="larger"):
        channel.fetch_file(address, 5)
    with pytest.raises(ConnectorError, match="no longer") as caught:
        channel.fetch_file(f"{meta.url}/files/9", 1000)
    assert caught.value.permanent
    meta.fail("file", 403, page=b"URL signature expired")
    with pytest.raises(ConnectorError, match="no longer") as caught:
        channel.fetch_file(address, 1000)
    assert caught.value.permanent


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/x", "https://example.com/x.jpg", "http://scontent.xx.fbcdn.net/x", "https://fbcdn.net.evil.test/x",
        "https://xfbcdn.net/x", "https://u@scontent.fbcdn.net/x", "https://scontent.fbcdn.net:8443/x", "https://evil.test\\.fbcdn.net/x",
        "https://evil.test/#.fbcdn.net", "https://[::1]/x", "https://[fbcdn.net/x", "file:///etc/passwd", "", "1234567",
    ],
)  # fmt: skip
def test_no_file_is_fetched_from_anywhere_else(
    channel: FacebookChannel, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.http, "get", lambda *_, **__: pytest.fail("asked"))
    with pytest.raises(ConnectorError, match="does not lie with Meta") as caught:
        channel.fetch_file(url, 1000)
    assert caught.value.permanent


def test_metas_own_hosts_are_asked_and_may_send_on_to_each_other_only(
    channel: FacebookChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Any]] = []
    moves = {
        "https://lookaside.fbsbx.com/a?x=1": "https://scontent.cdninstagram.com/b",
        "https://a.fbcdn.net/": "https://evil.test/",
    }

    def get(url: str, headers: Any, **_: Any) -> graph.http.Answer:
        asked.append((url, headers))
        place = moves.get(url)
        told = {"location": place} if place else {"content-type": "image/png; x=1"}
        return graph.http.Answer(302 if place else 200, told, b"" if place else b"bytes")

    monkeypatch.setattr(files.http, "get", get)
    assert channel.fetch_file("https://lookaside.fbsbx.com/a?x=1", 9) == Attachment("", "image/png", b"bytes")
    with pytest.raises(ConnectorError, match="does not lie with Meta"):
        channel.fetch_file("https://a.fbcdn.net/", 9)
    assert [url for url, _ in asked] == ["https://lookaside.fbsbx.com/a?x=1", "https://scontent.cdninstagram.com/b", "https://a.fbcdn.net/"]  # fmt: skip
    assert all(headers == {} for _, headers in asked)


def test_a_person_has_the_name_that_the_platform_tells(meta: PagesEmulator, channel: FacebookChannel) -> None:
    meta.people[ANNA] = {"first_name": "Anna", "last_name": "Verdi"}
    assert channel.profile(ANNA) == Address(ANNA, "Anna Verdi")
    for unknown in ("9", "unknown.5501_63", "../me"):
        with pytest.raises(ConnectorError) as caught:
            channel.profile(unknown)
        assert caught.value.permanent


def test_calls_are_taken_only_as_they_were_signed(meta: PagesEmulator, channel: FacebookChannel) -> None:
    chance = random.Random(8)
    body = bodies.call("page", meta.page, bodies.message(ANNA, meta.page, 1772442000, {"text": "È pronto? 👍"}))
    told = signed(body, meta.secret)
    again = [channel.accept(WebhookRequest("POST", told, {}, body)) for _ in range(2)]
    assert [one.key for one in again[0]] == [one.key for one in again[1]]
    place = chance.randrange(len(body))
    false = [
        (body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :], told), (body[:place], told), (body + b"\n", told),
        (json.dumps(json.loads(body), ensure_ascii=False).encode(), told), (body, {}), (body, signed(body, "x")),
        (body, {"x-hub-signature": told["x-hub-signature-256"]}),
    ]  # fmt: skip
    for wrong, headers in false:
        with pytest.raises(ConnectorError) as caught:
            channel.accept(WebhookRequest("POST", headers, {}, wrong))
        assert caught.value.permanent
    with pytest.raises(ConnectorError):
        made(meta, secret="").accept(WebhookRequest("POST", signed(body, ""), {}, body))


def test_a_signed_body_that_ends_too_early_stays_whole(meta: PagesEmulator, channel: FacebookChannel) -> None:
    body = bodies.call("page", meta.page, bodies.message(ANNA, meta.page, 1772442000, {"text": "x"}))[:-9]
    (item,) = channel.accept(WebhookRequest("POST", signed(body, meta.secret), {}, body))
    assert item.body == body


def test_the_challenge_comes_back_only_for_our_token(meta: PagesEmulator, channel: FacebookChannel) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": meta.verify, "hub.challenge": "42"}
    assert channel.challenge(WebhookRequest("GET", {}, asked, b"")) == "42"
    with pytest.raises(ConnectorError):
        channel.challenge(WebhookRequest("GET", {}, {**asked, "hub.verify_token": "x"}, b""))


def test_a_talk_in_any_order_and_told_twice_is_the_same_talk(meta: PagesEmulator, channel: FacebookChannel) -> None:
    """What a person writes, what we answer and its echoes, in one call of many events that comes shuffled and again."""
    events = [meta.says(ANNA, f"n. {n}", at=time.time() - 60 + n) for n in range(20)]
    sent = channel.send(answer("Prima", in_reply_to="m"), lambda: None)
    events.append(bodies.echo(meta.page, ANNA, time.time(), meta.sent[0]["message"], sent.provider_id))
    events.append(meta.comments_on(POST, BRUNO, "Quanto costa?"))
    random.Random(8).shuffle(events)
    kept = {}
    for some in (events, events[::-1]):
        body = meta.body(*some)
        for item in channel.accept(WebhookRequest("POST", signed(body, meta.secret), {}, body)):
            kept.setdefault(item.key, item)
    read = [one for item in kept.values() for one in channel.read(item)]
    assert len(read) == len(kept) == 22
    (echo,) = (one for one in read if isinstance(one, Echo))
    assert (echo.message.external_id, echo.message.alias) == ("<1@firm.test>", sent.provider_id)
    assert sorted(one.text for one in read if isinstance(one, Message))[0] == "Quanto costa?"
