"""Whole talks over the wire: a page's, and an account's; what is called in is what the channel takes in and reads."""

from collections.abc import Iterator

import pytest

from connectors.base import Address, Echo, Message, Outbound, Reading, Status, WebhookRequest
from connectors.meta.pages import FacebookChannel, InstagramChannel
from connectors.meta.pages.channel import PagesChannel
from tests.emulators import pages_bodies as bodies
from tests.emulators.graph_pages import PagesEmulator
from tests.parts.receiver import Answer, Receiver, running

ANNA, BRUNO = "1423587017700273", ("7002", "Bruno Neri")


@pytest.fixture(params=[bodies.PAGE, bodies.INSTAGRAM])
def meta(request: pytest.FixtureRequest) -> Iterator[PagesEmulator]:
    with PagesEmulator(request.param) as emulator, running() as receiver:
        receiver.answers = [Answer(200) for _ in range(50)]
        emulator.callback = receiver.url()
        emulator.heard_by = receiver  # type: ignore[attr-defined]
        yield emulator


@pytest.fixture
def channel(meta: PagesEmulator) -> PagesChannel:
    given = {"token": meta.token, "secret": meta.secret, "api_base": meta.url, "page_id": meta.page}
    return FacebookChannel(**given) if meta.kind == bodies.PAGE else InstagramChannel(account_id=meta.account, **given)


def told(meta: PagesEmulator, channel: PagesChannel) -> list[Reading]:
    """What was called in since the last time."""
    receiver: Receiver = meta.heard_by  # type: ignore[attr-defined]
    calls, receiver.got = receiver.got, []
    items = [one for _, headers, body in calls for one in channel.accept(WebhookRequest("POST", headers, {}, body))]
    return [one for item in items for one in channel.read(item)]  # type: ignore[attr-defined]


def test_a_direct_talk(meta: PagesEmulator, channel: PagesChannel) -> None:
    meta.says(ANNA, "Avete il giunto da 40?")
    (question,) = told(meta, channel)
    assert isinstance(question, Message)
    answer = Outbound([Address(question.thread_key)], "Sì.", "<1@firm.test>", thread_key=question.thread_key)
    sent = channel.send(answer, lambda: None)
    (echo,) = told(meta, channel)
    assert isinstance(echo, Echo)
    assert (echo.message.external_id, echo.message.alias) == ("<1@firm.test>", sent.provider_id)
    assert (echo.message.thread_key, echo.message.text) == (ANNA, "Sì.")
    meta.has_read(ANNA)
    found = told(meta, channel)
    assert {one.state for one in found if isinstance(one, Status)} >= {"seen"}
    assert {one.external_id for one in found if isinstance(one, Status)} - {""} == {sent.provider_id}
    meta.inbox_says(ANNA, "Anche da 45.")
    (other,) = told(meta, channel)
    assert isinstance(other, Echo)
    assert (other.message.thread_key, other.message.alias) == (ANNA, "")


def test_a_talk_in_public_that_goes_on_directly(meta: PagesEmulator, channel: PagesChannel) -> None:
    meta.comments_on("404217156637689_5501" if meta.kind == bodies.PAGE else "17900001", BRUNO, "Prezzo?")
    (comment,) = told(meta, channel)
    assert isinstance(comment, Message)
    where = {"thread_key": comment.thread_key, "in_reply_to": comment.external_id}
    sent = channel.send(Outbound([comment.sender], "Le scriviamo.", **where), lambda: None)
    (echo,) = told(meta, channel)
    assert isinstance(echo, Echo)
    assert (echo.message.external_id, echo.message.in_reply_to) == (sent.provider_id, comment.external_id)
    alone = Outbound([comment.sender], "12 € l'uno", "<2@firm.test>", private=True, **where)
    channel.send(alone, lambda: None)
    (private,) = told(meta, channel)
    assert isinstance(private, Echo)
    assert private.message.external_id == "<2@firm.test>"
