"""A connected program's events: what is taken, what is refused and why, what they say; the answers that it gets."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import registry
from connectors.base import (
    Address,
    Attachment,
    ConnectorError,
    Echo,
    Ignored,
    Message,
    Outbound,
    RawItem,
    Status,
    WebhookRequest,
)
from connectors.program import ProgramChannel, read_item
from tests.parts import receiver as receivers
from tests.parts.program import KEY, answers, says, signed
from tests.parts.receiver import Answer, Receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receivers.running() as one:
        yield one


def channel(**more: Any) -> ProgramChannel:
    built = registry.build("program", {"source": "shop", "webhook_secret": KEY, **more})
    assert isinstance(built, ProgramChannel)
    return built


def posted(event: object, **how: Any) -> RawItem:
    body, headers = signed(event, **how)
    (item,) = channel().accept(WebhookRequest("POST", headers, {}, body))
    return item


def read(event: object) -> Any:
    (one,) = read_item(posted(event))
    return one


def refused(event: object, **how: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        posted(event, **how)
    assert caught.value.permanent
    return caught.value


def test_a_message_says_who_and_what() -> None:
    event = says(
        "Qual è la tolleranza?", id="m1", at="2026-01-31T10:30:00+01:00", language="it", subject="GX-40",
        facts={"Ordine": 1204, "Prodotto": "GX-40"}, link="https://shop.test/m/1",
    )  # fmt: skip
    found = read(event)
    assert isinstance(found, Message)
    assert (found.external_id, found.thread_key, found.sender) == (
        "shop:m1",
        "shop:17",
        Address("shop:17", "Anna Verdi"),
    )
    assert (found.text, found.subject, found.sent_at) == (
        "Qual è la tolleranza?", "GX-40", datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
    )  # fmt: skip
    assert found.facts == {
        "language": "it", "link": "https://shop.test/m/1", "email": "anna@verdi.test", "field.phone": "+39 0421 123456",
        "field.company": "Verdi", "field.ordine": "1204", "field.prodotto": "GX-40",
    }  # fmt: skip


def test_files_come_with_it_and_a_broken_one_is_told() -> None:
    whole = {"name": "disegno.pdf", "type": "application/pdf", "content": base64.b64encode(b"%PDF").decode()}
    found = read(says("", files=[whole, {"name": "rotto.pdf", "content": "%%%"}]))
    assert [(one.filename, one.content) for one in found.attachments] == [("disegno.pdf", b"%PDF")]
    assert list(found.problems) == ["a file could not be read: rotto.pdf"]


def test_changes_and_answers_given_there() -> None:
    edited = read(says("H7, scusi", type="message.updated", id="m1"))
    gone = read(says("", type="message.deleted", id="m1"))
    assert (edited.facts["edits"], edited.machine, edited.in_reply_to) == ("shop:m1", None, "shop:m1")
    assert (gone.facts["revokes"], gone.machine) == ("shop:m1", "receipt")
    assert len({edited.external_id, gone.external_id, "shop:m1"}) == 3
    echo = read({"type": "message.sent", "id": "a1", "conversation": "17", "to": {"id": "17"}, "text": "È H7."})
    assert isinstance(echo, Echo)
    assert (echo.message.thread_key, echo.message.to[0].address) == ("shop:17", "shop:17")
    told = read({"type": "message.status", "message": "<x@firm.test>", "state": "failed", "reason": "closed"})
    assert told == Status("<x@firm.test>", "failed", "closed")


@pytest.mark.parametrize(
    ("event", "wrong"),
    [
        (b"[]", "type: must be one of"),
        (b'{"type": "message.created"', "type: must be one of"),
        (says(type="message.liked"), "type: must be one of"),
        (says(""), "text: is needed"),
        (says(id=""), "id: is needed"),
        (says(**{"from": {"name": "Anna"}}), "from.id: is needed"),
        (says(at="yesterday"), "at: must be a moment"),
        (says(id="x" * 201), "id: ids have at most 200"),
        ({"type": "message.status", "message": "1", "state": "gone"}, "state: must be one of delivered, seen, failed"),
        ({"type": "message.sent", "id": "1", "text": "H7", "conversation": "17"}, "to.id: is needed"),
    ],
)
def test_what_is_not_as_agreed_is_said(event: object, wrong: str) -> None:
    error = refused(event)
    assert error.code == "format"
    assert error.reason.startswith(wrong)


def test_a_false_call_is_refused() -> None:
    body, headers = signed(says())
    accept = channel().accept
    old = datetime.now(UTC) - timedelta(minutes=10)
    assert refused(says(), key="whsec_" + base64.b64encode(b"another key").decode()).code == ""
    assert refused(says(), at=old).code == ""
    wrong = ({}, {**headers, "webhook-signature": "v1"}, {**headers, "webhook-signature": "v1,???"})
    for told, content in [
        *((one, body) for one in wrong),
        (headers, body[:-1]),
        (headers, body.decode().encode("utf-16")),
    ]:
        with pytest.raises(ConnectorError) as caught:
            accept(WebhookRequest("POST", told, {}, content))
        assert (caught.value.permanent, caught.value.code) == (True, "")


def test_the_same_event_has_the_same_key() -> None:
    one = says(id="m1")
    assert posted(one).key == posted(one).key == "message.created:m1"
    assert posted({**one, "type": "message.updated"}).key != posted({**one, "type": "message.updated", "text": "x"}).key


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_nothing_that_is_posted_breaks_the_reader(value: Any) -> None:
    event = {
        "type": "message.created",
        "id": value,
        "from": value,
        "text": value,
        "facts": value,
        "files": value,
        "at": value,
    }
    for body in (json.dumps(value), json.dumps(event)):
        assert len(read_item(RawItem("k", datetime.now(UTC), body.encode(), {"source": "shop"}))) == 1
    assert isinstance(read_item(RawItem("k", datetime.now(UTC), b"\xff\x00"))[0], Ignored)


def test_an_answer_is_posted_signed(receiver: Receiver) -> None:
    steps: list[int] = []
    file = Attachment("scheda.pdf", "application/pdf", b"%PDF")
    answer = Outbound(
        [Address("shop:17", "Anna Verdi")], "È H7.", external_id="<1@firm.test>", in_reply_to="shop:m1",
        thread_key="shop:17", attachments=[file],
    )  # fmt: skip
    sent = channel(url=receiver.url()).send(answer, lambda: steps.append(len(receiver.got)))
    (told,) = answers(receiver)
    assert (sent.provider_id, steps) == ("<1@firm.test>", [0])
    assert told | {"at": ""} == {
        "type": "answer.created", "id": "<1@firm.test>", "at": "", "conversation": "17",
        "to": {"id": "17", "name": "Anna Verdi"}, "reply_to": "m1", "text": "È H7.",
        "files": [{"name": "scheda.pdf", "type": "application/pdf", "content": base64.b64encode(b"%PDF").decode()}],
    }  # fmt: skip


@pytest.mark.parametrize(("status", "permanent"), [(400, True), (410, True), (429, False), (503, False)])
def test_a_refused_answer_says_why(receiver: Receiver, status: int, permanent: bool) -> None:
    receiver.answers = [Answer(status, {"Retry-After": "7"})]
    with pytest.raises(ConnectorError) as caught:
        channel(url=receiver.url()).send(Outbound([Address("shop:17")], "Sì", external_id="1"), lambda: None)
    assert (caught.value.permanent, caught.value.retry_after) == (permanent, 0 if permanent else 7)


def test_without_an_address_nothing_leaves() -> None:
    assert channel().check() == ["Messages can come; without an address none can be answered"]
    with pytest.raises(ConnectorError) as caught:
        channel().send(Outbound([Address("shop:17")], "Sì"), lambda: None)
    assert caught.value.permanent


@pytest.mark.parametrize("wrong", [{"source": "My Shop"}, {"url": "ftp://x.test"}, {"webhook_secret": "è"}])
def test_bad_settings_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)).removeprefix("webhook_")):
        channel(**wrong)
