"""What every kind of channel promises, whatever its platform: connectors/base.py, for each line of the registry."""

import random
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors import registry
from connectors.base import (
    ConnectorError,
    Echo,
    Ignored,
    Message,
    Outbound,
    Pull,
    Push,
    RawItem,
    Status,
    WebhookRequest,
)
from tests.connectors.kinds import ASKED, BUILT, CALLS

READ = sorted(registry.READERS)
NONSENSE = (
    b"",
    b"\xff\x00",
    b"[]",
    b"{}",
    b'{"object": 1}',
    b'{"update_id": {}}',
    b"null",
    b"[" * 20_000,
    b'"' + b"x" * 200_000,
)


def build(kind: str) -> Any:
    return registry.build(kind, BUILT[kind])


def accepted(kind: str, request: WebhookRequest) -> Sequence[RawItem]:
    found: Sequence[RawItem] = build(kind).accept(request)
    return found


def read(kind: str, item: RawItem) -> Any:
    return registry.reader(kind)(item)


def test_every_kind_is_tried() -> None:
    assert set(BUILT) == set(registry.KINDS)
    assert set(CALLS) == {kind for kind in registry.KINDS if isinstance(build(kind), Push)}
    # Mail is asked in test_imap.py, at a real server.
    assert set(ASKED) | {"mail"} == {kind for kind in registry.KINDS if isinstance(build(kind), Pull)}


@pytest.mark.parametrize("kind", sorted(registry.KINDS))
def test_building_one_reaches_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_how: object) -> None:
        raise AssertionError("the network was touched")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert build(kind).kind == kind


@pytest.mark.parametrize("kind", sorted(kind for kind, settings in BUILT.items() if settings))
def test_a_setting_that_is_not_known_is_no_secret_success(kind: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        registry.build(kind, {**BUILT[kind], "colour": "red"})


@pytest.mark.parametrize("kind", READ)
@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_read_as_something_and_twice_the_same(kind: str, body: bytes) -> None:
    meta = {"source": "shop", "visit": "v", "sender": "s", "id": "1"}
    item = RawItem("k", datetime(2026, 1, 31, tzinfo=UTC), body, meta)
    found = read(kind, item)
    assert found
    assert all(isinstance(one, Message | Status | Echo | Ignored) for one in found)
    if kind != "mail":
        # A mail without an id is given one.
        assert found == read(kind, item)


@pytest.mark.parametrize("kind", sorted(CALLS))
def test_a_call_is_one_item_with_the_same_key_each_time(kind: str) -> None:
    call = CALLS[kind]("Qual è la tolleranza?", "n1")
    (first,), (again,) = accepted(kind, call), accepted(kind, call)
    (other,) = accepted(kind, CALLS[kind]("Qual è la tolleranza?", "n2"))
    assert first.key == again.key != other.key
    (message,) = read(kind, first)
    assert isinstance(message, Message)
    assert (message.text, message.machine) == ("Qual è la tolleranza?", None)
    assert message.external_id
    assert message.sender.address
    assert message.thread_key
    assert [message] == list(read(kind, again))


@pytest.mark.parametrize("kind", sorted(CALLS))
def test_a_call_that_is_not_the_platforms_is_refused(kind: str) -> None:
    call = CALLS[kind]("Qual è la tolleranza?", "n1")
    header = next(name for name in call.headers if "signature" in name or "secret" in name)
    forged = [{}, {**call.headers, header: ""}, {**call.headers, header: "sha256=00"}, {**call.headers, header: "è"}]
    for headers in forged:
        with pytest.raises(ConnectorError) as caught:
            accepted(kind, WebhookRequest("POST", headers, {}, call.body))
        assert caught.value.permanent


@pytest.mark.parametrize("kind", sorted(CALLS))
def test_of_a_thousand_false_calls_none_is_taken(kind: str) -> None:
    """Unsigned, wrongly signed, cut off, in another encoding, changed by a bit.

    Telegram shows a secret word and signs no body: there only the word can be false.
    """
    channel, chance = build(kind), random.Random(17)
    header = next(name for name in CALLS[kind]("x", "n0").headers if "signature" in name or "secret" in name)
    refused = 0
    for number in range(1000):
        call = CALLS[kind](f"Domanda {number}", f"n{number}")
        headers, body = dict(call.headers), call.body
        way = number % (2 if kind.startswith("telegram") else 5)
        if way == 0:
            del headers[header]
        elif way == 1:
            headers[header] = "".join(chance.sample(headers[header], len(headers[header]))) + "x"
        elif way == 2:
            body = body[: chance.randrange(len(body))]
        elif way == 3:
            body = body.decode().encode("utf-16")
        else:
            place = chance.randrange(len(body))
            body = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        try:
            channel.accept(WebhookRequest("POST", headers, {}, body))
        except ConnectorError as error:
            refused += error.permanent
    assert refused == 1000


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_the_same_cursor_brings_the_same(kind: str) -> None:
    with ASKED[kind]() as (settings, write):
        channel: Any = registry.build(kind, settings)
        (folder,) = channel.folders()[:1]
        begun = channel.fetch(folder, "").cursor
        write("Prima domanda")
        write("Seconda domanda")
        first, again = channel.fetch(folder, begun), channel.fetch(folder, begun)
        assert [one.key for one in first.items] == [one.key for one in again.items]
        texts = [message.text for item in first.items for message in channel.read(item)]
        assert [text.removeprefix("@giuntirossi ") for text in texts] == ["Prima domanda", "Seconda domanda"]
        assert list(channel.fetch(folder, first.cursor).items) == []
        channel.close()


@pytest.mark.parametrize("kind", sorted({*CALLS, *ASKED}))
def test_to_nobody_or_nothing_nothing_is_sent(kind: str) -> None:
    steps: list[int] = []
    with pytest.raises(ConnectorError) as caught:
        build(kind).send(Outbound([], "Sì"), lambda: steps.append(1))
    assert caught.value.permanent
    assert steps == []
