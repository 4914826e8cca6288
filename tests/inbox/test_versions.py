"""Versions of what a customer wrote, by WhatsApp as by Telegram: what counts as a change, and what stands beside it."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.base import Address
from connectors.base import Message as Read
from inbox.app import App
from inbox.models import Message
from inbox.reader import Reader
from inbox.social.versions import changed, neighbours
from tests.emulators import graph_bodies as bodies
from tests.emulators.graph import GraphEmulator
from tests.parts.whatsapp import ANNA, Phone


@pytest.fixture
def phone(app: App, reader: Reader) -> Iterator[Phone]:
    with GraphEmulator() as graph:
        yield Phone(app, reader, graph)


def edits(phone: Phone, original: str, text: str) -> None:
    inner = {"original_message_id": original, "message": bodies.words(text)}
    phone.called(phone.graph.customer_sends(ANNA, {"type": "edit", "edit": inner}))
    phone.work()


def test_by_whatsapp_a_change_is_a_version_and_a_change_of_nothing_none(phone: Phone) -> None:
    phone.writes("Mi servono 4 pezzi")
    original = phone.messages()[0].external_id
    for text in ("Mi servono 4 pezzi", "Mi servono 40 pezzi", "Mi servono 40 pezzi", "Mi servono 400 pezzi"):
        edits(phone, original, text)
    shown = phone.messages()
    assert [one.text for one in shown] == ["Mi servono 4 pezzi", "Mi servono 40 pezzi", "Mi servono 400 pezzi"]
    first, second, third = (one.id for one in shown)
    assert neighbours(shown) == {first: (None, second), second: (first, third), third: (second, None)}


def said(number: int, external_id: str, text: str = "x", direction: str = "inbound", **facts: str) -> Any:
    return SimpleNamespace(id=number, external_id=external_id, text=text, facts=facts, direction=direction)


def read(text: str, **facts: str) -> Read:
    return Read("1:7", Address("1"), text, text, facts={"edits": "1:7", **facts})


def test_what_was_never_changed_has_no_neighbours() -> None:
    ours = said(4, "1:7", direction="outbound", edits="1:7")
    assert neighbours([said(1, ""), said(2, "1:7"), said(3, ""), ours]) == {}
    assert neighbours([said(5, "1:8", edits="1:8")]) == {5: (None, None)}


@pytest.mark.parametrize(
    ("known", "then", "kept"),
    [
        ({}, {}, None),
        ({"media_key": "U"}, {"media_key": "U", "media_id": "F"}, None),
        ({"media_key": "U"}, {"media_key": "V", "media_id": "F"}, "F"),
        ({}, {"media_key": "U", "media_id": "F"}, "F"),
        ({"media_sha256": "s"}, {"media_sha256": "s", "media_id": "F"}, None),
    ],
)
def test_the_same_words_with_another_file_are_a_change(
    known: dict[str, str], then: dict[str, str], kept: str | None
) -> None:
    before: list[Message] = [said(1, "1:7", **known)]
    found = changed(before, read("x", **then))
    assert (found.facts["media_id"] if found else None) == kept
    other = changed(before, read("y", **then))
    assert other is not None
    assert ("media_id" in other.facts) is (kept is not None)
