"""The X channel against the emulated API: what it takes in, sends, and makes of refusals, and what that costs."""

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors import registry
from connectors.abilities import Challenged, KeepsFiles, Named, Paced
from connectors.base import (
    Address,
    Attachment,
    Batch,
    ConnectorError,
    Echo,
    Message,
    Outbound,
    Pull,
    Push,
    WebhookRequest,
)
from connectors.meta.items import FOREIGN
from connectors.x import XChannel, files, hook, sending
from connectors.x.channel import EVENTS
from tests.emulators.x import XEmulator, weight

ANNA = "7"


@pytest.fixture
def x() -> Iterator[XEmulator]:
    with XEmulator() as emulator:
        emulator.people[ANNA] = ("Anna Verdi", "annav")
        yield emulator


def made(x: XEmulator, **more: Any) -> XChannel:
    return XChannel(**{**x.keys, "api_base": x.url, "seconds": 2, **more})


@pytest.fixture
def channel(x: XEmulator) -> Iterator[XChannel]:
    found = made(x)
    yield found
    found.close()


def fetch(channel: XChannel, cursor: str) -> Batch:
    return channel.fetch(EVENTS, cursor)


def texts(channel: XChannel, batch: Batch) -> list[str]:
    found = [one for item in batch.items for one in channel.read(item)]
    return [one.message.text if isinstance(one, Echo) else one.text for one in found if isinstance(one, Echo | Message)]


def public(post: dict[str, Any], text: str = "È H7.", **more: Any) -> Outbound:
    who = post["author_id"]
    return Outbound(
        [Address(who)], text, external_id="<1@f>", in_reply_to=post["id"], thread_key=f"public:{who}", **more
    )


def direct(text: str = "È H7.", to: str = ANNA, key: str = "", **more: Any) -> Outbound:
    return Outbound([Address(to)], text, external_id="<1@f>", thread_key=key or to, **more)


def failure(channel: XChannel, message: Outbound) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        channel.send(message, lambda: None)
    return caught.value


def test_it_is_asked_and_called_and_tells_names(channel: XChannel, x: XEmulator) -> None:
    for ability in (Pull, Push, Challenged, KeepsFiles, Named):
        assert isinstance(channel, ability)
    assert registry.build("x", {**x.keys, "api_base": x.url}).check() == ["The account @giuntirossi answers"]
    assert channel.profile(ANNA) == Address(ANNA, "Anna Verdi (@annav)")
    with pytest.raises(ConnectorError, match="who this is"):
        channel.profile("404")


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "no-number"},
        {"key": ""},
        {"secret": "a b"},
        {"every": "0"},
        {"every": "x"},
        {"api_base": "http://x.com"},
    ],
)
def test_settings_that_cannot_be_are_refused(x: XEmulator, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r":"):
        made(x, **wrong)


def test_the_first_time_takes_nothing_old_and_reads_little(channel: XChannel, x: XEmulator) -> None:
    for number in range(30):
        x.mentions(ANNA, f"vecchio {number}")
        x.says(ANNA, f"vecchio {number}")
    first = fetch(channel, "")
    assert (list(first.items), first.more) == ([], False)
    assert len(x.read) == 10
    x.mentions(ANNA, "nuovo")
    x.says(ANNA, "privato")
    assert texts(channel, fetch(channel, first.cursor)) == ["@giuntirossi nuovo", "privato"]


def test_all_pages_are_read_the_oldest_first(channel: XChannel, x: XEmulator) -> None:
    cursor = fetch(channel, "").cursor
    for number in range(130):
        x.mentions(ANNA, f"domanda {number}")
        x.says(ANNA, f"privata {number}")
    batch = fetch(channel, cursor)
    told = [f"@giuntirossi domanda {number}" for number in range(130)] + [f"privata {number}" for number in range(130)]
    assert texts(channel, batch) == told
    assert fetch(channel, batch.cursor).items == []


def test_it_is_left_alone_between_two_questions(x: XEmulator) -> None:
    channel = made(x, every="15")
    assert isinstance(channel, Paced)
    assert channel.pause() == 900


def test_only_what_is_wished_is_asked_for_and_what_is_wished_later_begins_then(x: XEmulator) -> None:
    x.mentions(ANNA, "vecchio")
    x.says(ANNA, "privato")
    alone = made(x, mentions=False)
    cursor = fetch(alone, "").cursor
    assert not any("mentions" in one for one in x.calls)
    both = made(x)
    again = fetch(both, cursor)
    assert again.items == []
    x.mentions(ANNA, "nuovo")
    assert texts(both, fetch(both, again.cursor)) == ["@giuntirossi nuovo"]


def test_what_comes_again_has_the_same_keys_and_moves_nothing_back(channel: XChannel, x: XEmulator) -> None:
    cursor = fetch(channel, "").cursor
    for number in range(5):
        x.mentions(ANNA, f"domanda {number}")
    batch = fetch(channel, cursor)
    x.again = x.shuffled = True
    again = fetch(channel, batch.cursor)
    assert {one.key for one in again.items} == {one.key for one in batch.items}
    assert again.cursor == batch.cursor


def test_a_quiet_month_costs_what_is_told(channel: XChannel, x: XEmulator) -> None:
    for number in range(9):
        x.mentions(ANNA, f"domanda {number}")
        x.says(ANNA, f"privata {number}")
    cursor = fetch(channel, "").cursor
    x.read.clear()
    for _ in range(20):
        cursor = fetch(channel, cursor).cursor
    # Each day the last five direct messages are read anew, and nothing else.
    assert x.cost == 5 * 10


def test_a_mention_is_answered_under_it(channel: XChannel, x: XEmulator) -> None:
    post = x.mentions(ANNA, "Qual è la tolleranza?")
    sent = channel.send(public(post), lambda: None)
    assert x.posted == [{"id": sent.provider_id, "text": "È H7.", "in_reply_to": post["id"]}]


def test_a_direct_message_is_answered_directly_and_so_is_a_mention_where_that_is_wished(
    channel: XChannel, x: XEmulator
) -> None:
    sent = channel.send(direct(), lambda: None)
    assert x.written[0] == {"to": ANNA, "text": "È H7.", "id": sent.provider_id.removeprefix("dm.")}
    channel.send(public(x.mentions(ANNA, "Quanto costa?"), "12 euro", private=True), lambda: None)
    assert (x.written[1]["to"], x.posted) == (ANNA, [])
    channel.send(direct(key="group.88"), lambda: None)
    assert x.written[2]["to"] == "88"


def test_what_is_too_long_becomes_several_posts(channel: XChannel, x: XEmulator) -> None:
    words = "Si veda www.giunti.it oppure https://giunti.it/GX-40 perché 漢字漢字 " * 12
    channel.send(public(x.mentions(ANNA, "Raccontate"), words), lambda: None)
    assert len(x.posted) > 3
    assert [one["in_reply_to"] for one in x.posted[1:]] == [one["id"] for one in x.posted[:-1]]
    assert " ".join(one["text"] for one in x.posted).split() == words.split()


@pytest.mark.parametrize(
    "words", ["a" * 400, "漢" * 300, "è www.a.it " * 40, "https://a.it/" + "b" * 500, "👩‍🔧" * 200]
)
def test_each_piece_is_within_what_x_counts(words: str) -> None:
    pieces = sending.posts(words)
    assert all(0 < weight(one) <= 280 for one in pieces)
    assert "".join("".join(pieces).split()) == "".join(words.split())


@pytest.mark.parametrize(
    ("status", "permanent", "code"), [(401, True, "token"), (403, True, ""), (402, True, ""), (404, True, "gone")]
)
def test_refusals_are_understood(channel: XChannel, x: XEmulator, status: int, permanent: bool, code: str) -> None:
    post = x.mentions(ANNA, "x")
    x.fail("tweets", status, {"title": "No", "detail": "Because"})
    error = failure(channel, public(post))
    assert (error.permanent, error.code, error.uncertain, "Because" in error.reason) == (permanent, code, False, True)
    assert x.posted == []


def test_an_app_that_may_not_write_is_told_so(channel: XChannel, x: XEmulator) -> None:
    x.fail(
        "tweets",
        403,
        {
            "title": "Forbidden",
            "type": "https://api.twitter.com/2/problems/oauth1-permissions",
            "detail": "not configured",
        },
    )
    assert failure(channel, public(x.mentions(ANNA, "x"))).code == "token"


@pytest.mark.parametrize("fault", ["drop", "slow", "gateway"])
def test_whatever_leaves_a_doubt_is_uncertain(x: XEmulator, fault: str) -> None:
    channel = made(x, seconds=0.3)
    post = x.mentions(ANNA, "x")
    if fault == "drop":
        x.drop("tweets", handled=True)
    elif fault == "slow":
        x.slow("tweets", 1)
    else:
        x.fail("tweets", 502, b"<html>bad gateway", handled=True)
    assert failure(channel, public(post)).uncertain
    assert len(x.posted) == 1


def test_a_failure_after_the_first_part_is_uncertain(channel: XChannel, x: XEmulator) -> None:
    post = x.mentions(ANNA, "x")
    took = x._tweets

    def once(call: Any) -> Any:
        x._tweets = refuse  # type: ignore[method-assign]
        return took(call)

    def refuse(call: Any) -> Any:
        from tests.emulators.faulty import Refused

        raise Refused(403, {"detail": "no"})

    x._tweets = once  # type: ignore[method-assign]
    error = failure(channel, public(post, "parola " * 100))
    assert (error.uncertain, "Only 1 of" in error.reason) == (True, True)


def test_nothing_was_sent_where_x_could_not_be_reached(x: XEmulator) -> None:
    channel = made(x, api_base="http://127.0.0.1:9")
    error = failure(channel, direct())
    assert (error.uncertain, error.code) == (False, "refused")


def test_x_says_how_long_to_wait(channel: XChannel, x: XEmulator) -> None:
    x.fail("mentions", 429, {"title": "Too Many Requests"}, x_rate_limit_reset=str(int(time.time()) + 90))
    with pytest.raises(ConnectorError) as caught:
        fetch(channel, "1,1")
    assert 0 < caught.value.retry_after <= 90


def test_other_keys_are_refused_and_not_shown(x: XEmulator) -> None:
    channel = made(x, token_secret="wrong")
    with pytest.raises(ConnectorError) as caught:
        channel.check()
    assert (caught.value.code, x.refused) == ("token", [401])
    assert not any(value in caught.value.reason for value in x.keys.values())


@pytest.mark.parametrize(
    "message",
    [
        Outbound([], "x"),
        direct(""),
        direct(attachments=[Attachment("a.png", "image/png", b"x")]),
        direct(to="../evil"),
        Outbound([Address(ANNA)], "x", thread_key="public:7"),
    ],
)
def test_what_cannot_be_sent_is_refused_before(channel: XChannel, x: XEmulator, message: Outbound) -> None:
    committed: list[int] = []
    with pytest.raises(ConnectorError) as caught:
        channel.send(message, lambda: committed.append(1))
    assert (caught.value.permanent, committed, x.calls) == (True, [], [])


def test_calls_are_known_by_their_signature(channel: XChannel, x: XEmulator) -> None:
    body = b'{"for_user_id":"1001","tweet_create_events":[{"id_str":"55","user":{"id_str":"7"}}],"favorite_events":[{"id":"a"}]}'
    signed = WebhookRequest("POST", {hook.HEADER: hook.sign(body, x.keys["secret"])}, {}, body)
    first, second = channel.accept(signed)
    assert first.key == "post:55"
    assert second.key.startswith("other:")
    for headers in ({}, {hook.HEADER: "sha256=x"}, {hook.HEADER: hook.sign(body, "other")}):
        with pytest.raises(ConnectorError):
            channel.accept(WebhookRequest("POST", headers, {}, body))
    for odd in (b"[]", b"7"):
        assert channel.accept(WebhookRequest("POST", {hook.HEADER: hook.sign(odd, x.keys["secret"])}, {}, odd)) == []
    with pytest.raises(ConnectorError, match="cannot be read"):
        channel.accept(WebhookRequest("POST", {hook.HEADER: hook.sign(b"[", x.keys["secret"])}, {}, b"["))


def test_what_is_asked_and_what_is_brought_has_the_same_key(channel: XChannel, x: XEmulator) -> None:
    post, said = x.mentions(ANNA, "Buongiorno"), x.says(ANNA, "privato")
    body = (
        f'{{"for_user_id":"1001","tweet_create_events":[{{"id_str":"{post["id"]}"}}],'
        f'"direct_message_events":[{{"id":"{said["id"]}","message_create":{{"sender_id":"7"}}}}]}}'
    ).encode()
    called = channel.accept(WebhookRequest("POST", {hook.HEADER: hook.sign(body, x.keys["secret"])}, {}, body))
    assert [one.key for one in called] == [one.key for one in fetch(channel, "1,1").items]


def test_another_accounts_events_are_told_apart(channel: XChannel, x: XEmulator) -> None:
    body = b'{"for_user_id":"2","follow_events":[{"type":"follow"}]}'
    (item,) = channel.accept(WebhookRequest("POST", {hook.HEADER: hook.sign(body, x.keys["secret"])}, {}, body))
    assert item.meta[FOREIGN] == "2"


def test_the_challenge_is_answered_as_x_documents_it(channel: XChannel) -> None:
    import base64
    import hmac
    import json

    told = json.loads(channel.challenge(WebhookRequest("GET", {}, {"crc_token": "abc"}, b"")))
    digest = hmac.new(b"app-secret", b"abc", hashlib.sha256).digest()
    assert told == {"response_token": "sha256=" + base64.b64encode(digest).decode()}
    with pytest.raises(ConnectorError):
        channel.challenge(WebhookRequest("GET", {}, {}, b""))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/a",
        "http://pbs.twimg.com/a",
        "https://pbs.twimg.com@evil.test/a",
        "https://pbs.twimg.com:444/a",
        "https://[",
        "",
    ],
)
def test_no_other_address_is_asked_for_a_file(channel: XChannel, url: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        channel.fetch_file(url, 100)
    assert caught.value.permanent
    assert files.is_xs("https://pbs.twimg.com/media/a.jpg")


def test_the_time_is_xs(channel: XChannel, x: XEmulator) -> None:
    x.mentions(ANNA, "x", created_at="2026-03-02T09:30:00.000Z")
    assert fetch(channel, "1,1").items[0].received_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
