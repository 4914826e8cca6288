"""Connecting a WhatsApp number on the page: asked for, tried live, what Meta is given, a test, approved texts."""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.models import Channel, Conversation, User
from tests.emulators.graph import GraphEmulator
from tests.parts.whatsapp import ANNA, connect

NEW = "/channels/whatsapp/new"


@pytest.fixture
def graph(app: App) -> Iterator[GraphEmulator]:
    with GraphEmulator() as emulator:
        app.settings.graph_api = emulator.url
        yield emulator


def typed(graph: GraphEmulator, **other: str) -> dict[str, str]:
    given = {"name": "WhatsApp", "phone_number_id": graph.number_id, "token": graph.token, "secret": graph.secret}
    return {"form_page": NEW, **given, "promise": "y", **other}


def work(app: App) -> None:
    app.worker().drain(("ask_platform", "deliver", "take_in"))


def channel(app: App) -> Channel:
    with app.database.reading() as session:
        return session.scalars(select(Channel).where(Channel.kind == "whatsapp")).one()


def test_a_number_is_connected_and_tried_live(app: App, graph: GraphEmulator, sign_in: Any) -> None:
    giulia = sign_in()
    assert "Is the number used in an app today?" in giulia.get(NEW)
    there = giulia.post(NEW, **typed(graph)).location
    assert "The platform is being asked" in giulia.get(there)
    work(app)
    page = giulia.get(there)
    assert "+39 0421 000000 answers." in page
    assert "/hooks/whatsapp/" in page
    verify = re.search(r'Verify token</dt><dd><code class="paste">([\w-]{20,})<', page)
    assert verify
    assert graph.token not in page
    assert graph.secret not in page
    assert there in giulia.get("/channels")
    assert channel(app).address == "+39 0421 000000"


@pytest.mark.parametrize("wrong", [{"promise": ""}, {"phone_number_id": "+39 0421"}, {"secret": ""}, {"token": "a b"}, {"name": "info"}])  # fmt: skip
def test_what_is_missing_or_wrong_is_said_and_nothing_stored(
    app: App, graph: GraphEmulator, sign_in: Any, wrong: dict[str, str]
) -> None:
    given = {name: value for name, value in typed(graph, **wrong).items() if value}
    assert 'class="error"' in sign_in().post(NEW, 422, **given).text
    with app.database.reading() as session:
        assert session.scalars(select(Channel).where(Channel.kind == "whatsapp")).all() == []


def test_a_token_that_is_over_is_told_and_mended_there(app: App, graph: GraphEmulator, sign_in: Any) -> None:
    giulia = sign_in()
    there = giulia.post(NEW, **typed(graph, token="old")).location
    work(app)
    assert "The access is no longer accepted" in giulia.get(there)
    assert "access token" in channel(app).error
    kept = {"form_page": there, "name": "Numero", "phone_number_id": graph.number_id}
    giulia.post(there, **kept, token=graph.token)
    work(app)
    assert "+39 0421 000000 answers." in giulia.get(there)
    assert (channel(app).name, channel(app).error) == ("Numero", "")


def test_a_token_that_ends_later_raises_the_channels_alarm(app: App, graph: GraphEmulator, sign_in: Any) -> None:
    from inbox import replies
    from tests.web.test_whatsapp_pages import Line

    line = Line(app, graph)
    there = line.brings(graph.customer_says(ANNA, "Buongiorno"))
    graph.fail("messages", 401, 190)
    for text, error in (("Uno", "access token"), ("Due", "")):
        with app.database.writing() as session:
            found = session.get_one(Conversation, int(there.rpartition("/")[2]))
            replies.reply(session, found, session.scalars(select(User)).first(), text)  # type: ignore[arg-type]
        work(app)
        assert error in channel(app).error
    assert channel(app).error == ""


def test_one_sends_oneself_a_test(app: App, graph: GraphEmulator, sign_in: Any) -> None:
    giulia, number = sign_in(), connect(app, graph)
    there = f"/channels/whatsapp/{number}"
    giulia.post(f"{there}/greeting", form_page=there, to="hello")
    assert "with its country code" in giulia.get(there)
    giulia.post(f"{there}/greeting", form_page=there, to="+39 333 1234567")
    assert "The test is being sent" in giulia.get(there)
    work(app)
    assert "More time has passed since" in giulia.get(there)
    graph.heard[ANNA] = time.time()
    giulia.post(f"{there}/greeting", form_page=there, to="+39 333 1234567")
    work(app)
    assert "The test was sent" in giulia.get(there)
    assert [one["to"] for one in graph.sent] == [ANNA]


def test_approved_texts_are_entered_and_forgotten(app: App, graph: GraphEmulator, sign_in: Any) -> None:
    giulia, number = sign_in(), connect(app, graph)
    there = f"/channels/whatsapp/{number}"
    one = {"form_page": there, "name": "answer_ready", "language": "it", "text": "Gentile {{1}}, pronto."}
    giulia.post(f"{there}/texts/add", **one)
    giulia.post(f"{there}/texts/add", **{**one, "name": "Wrong Name"})
    page = giulia.get(there)
    assert "Gentile {{1}}, pronto." in page
    assert "Small letters, digits and _ only" in page
    assert app.connector_for(number).kind == "whatsapp"
    giulia.post(there, form_page=there, name="WhatsApp", phone_number_id=graph.number_id)
    assert "Gentile {{1}}, pronto." in giulia.get(there)
    giulia.post(f"{there}/texts/remove", **one)
    assert "Gentile {{1}}, pronto." not in giulia.get(there)


def test_only_who_looks_after_channels_sees_it(app: App, graph: GraphEmulator, sign_in: Any) -> None:
    marco, number = sign_in("marco@firm.test"), connect(app, graph)
    assert marco.get(NEW, 403)
    assert marco.get(f"/channels/whatsapp/{number}", 403)
    assert sign_in().get("/channels/whatsapp/999", 404)
    assert httpx.get(graph.url).status_code == 401
