"""Facebook pages and Instagram accounts in the product: direct talks, public comments, names, receipts, the window."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inbox import replies
from inbox.app import App
from inbox.models import Channel, Contact, Conversation, Delivery, Event, User, now
from inbox.models.delivery import SENT
from inbox.reader import Reader
from inbox.social import trials, windows
from tests.emulators import pages_bodies as bodies
from tests.emulators.graph_pages import PagesEmulator
from tests.parts.pages import ANNA, BRUNO, Page

POST = "404217156637689_5501"


@pytest.fixture(params=[bodies.PAGE, bodies.INSTAGRAM])
def graph(request: pytest.FixtureRequest) -> Iterator[PagesEmulator]:
    with PagesEmulator(request.param, human_agent=True) as emulator:
        yield emulator


@pytest.fixture
def page(app: App, reader: Reader, graph: PagesEmulator) -> Page:
    """On both databases."""
    return Page(app, reader, graph)


def answer(page: Page, text: str = "La tolleranza è H7.", **how: Any) -> int:
    with page.database.writing() as session:
        found, user = session.get_one(Conversation, page.talk().id), session.get_one(User, page.manager)
        number = replies.reply(session, found, user, text, **how).id
    page.work()
    return number


def post(page: Page) -> str:
    return POST if page.graph.kind == bodies.PAGE else "17900001"


def shown(page: Page, message_id: int) -> set[str]:
    return {one.action for one in page.all(Event, Event.message_id == message_id)}


def test_who_wrote_is_asked_for_and_known(page: Page, graph: PagesEmulator) -> None:
    graph.people[ANNA] = {"first_name": "Anna", "last_name": "Verdi", "name": "Anna Verdi", "username": "annav"}
    talk = page.brings(graph.says(ANNA, "Qual è la tolleranza?"))
    assert [one.name for one in page.all(Contact)] == ["Anna Verdi"]
    assert page.messages()[0].from_name == "Anna Verdi"
    page.brings(graph.says(ANNA, "E il prezzo?"))
    assert talk.id == page.talk().id
    assert page.talk().waiting_since is not None


def test_an_answer_arrives_and_comes_back_as_no_second_one(page: Page, graph: PagesEmulator) -> None:
    page.brings(graph.says(ANNA, "Qual è la tolleranza?"))
    number = answer(page)
    (sent,) = graph.sent
    assert sent["recipient"] == {"id": ANNA}
    echo = bodies.echo(graph.own, ANNA, time.time(), sent["message"], sent["mid"])
    page.brings(echo)
    assert len(page.messages()) == 2
    page.brings(*graph.has_read(ANNA))
    assert "answer_seen" in shown(page, number)
    assert page.talk().waiting_since is None


def test_an_answer_given_in_metas_own_inbox_stops_the_clock(page: Page, graph: PagesEmulator) -> None:
    page.brings(graph.says(ANNA, "Qual è la tolleranza?"))
    assert page.brings(graph.inbox_says(ANNA, "È H7.")).waiting_since is None
    assert [one.text for one in page.messages()] == ["Qual è la tolleranza?", "È H7."]


def test_a_comment_is_answered_in_public_once(page: Page, graph: PagesEmulator) -> None:
    talk = page.brings(graph.comments_on(post(page), BRUNO, "Quanto costa?"))
    with page.database.reading() as session:
        assert windows.is_public(session.get_one(Conversation, talk.id))
    assert page.messages()[0].facts["public"] == "1"
    answer(page, "Le scriviamo il prezzo.")
    (said,) = graph.comments
    own = (graph.own, "Giunti Rossi")
    again = graph.comments_on(
        post(page), own, "Le scriviamo il prezzo.", name=said["id"], parent=page.messages()[0].external_id
    )
    if graph.kind == bodies.INSTAGRAM:
        again["value"]["from"]["self_ig_scoped_id"] = graph.own
    page.brings(again)
    assert len(page.messages()) == 2
    assert (page.talk().id, page.talk().waiting_since) == (talk.id, None)


def test_a_comment_is_answered_privately(page: Page, graph: PagesEmulator) -> None:
    page.brings(graph.comments_on(post(page), BRUNO, "Quanto costa?"))
    answer(page, "12 euro l'uno", private=True)
    (sent,) = graph.sent
    assert sent["recipient"] == {"comment_id": page.messages()[0].external_id}
    assert graph.comments == []
    assert [one.state for one in page.all(Delivery, Delivery.purpose == "answer")] == [SENT]


def test_a_public_answer_given_on_the_page_itself_stops_the_clock(page: Page, graph: PagesEmulator) -> None:
    page.brings(graph.comments_on(post(page), BRUNO, "Quanto costa?"))
    event = graph.comments_on(
        post(page), (graph.own, "Giunti Rossi"), "12 euro.", parent=page.messages()[0].external_id
    )
    if graph.kind == bodies.INSTAGRAM:
        event["value"]["from"]["self_ig_scoped_id"] = graph.own
    assert page.brings(event).waiting_since is None
    assert [one.text for one in page.messages()] == ["Quanto costa?", "12 euro."]


def test_beyond_a_day_only_who_may_answers(page: Page, graph: PagesEmulator) -> None:
    page.brings(graph.says(ANNA, "Qual è la tolleranza?", at=time.time() - 90_000))
    with pytest.raises(replies.WindowOver):
        answer(page)
    with page.database.writing() as session:
        channel = session.get_one(Channel, page.number)
        channel.settings = {**channel.settings, "human_agent": True}
    answer(page)
    (sent,) = graph.sent
    assert (sent["messaging_type"], sent["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    with page.database.reading() as session:
        end = windows.until(session, session.get_one(Conversation, page.talk().id))
        assert end is not None
        assert end - now() > timedelta(days=5)
        assert session.scalars(select(Conversation)).one().waiting_since is None


def test_a_comment_may_be_answered_for_ever(page: Page, graph: PagesEmulator) -> None:
    old = graph.comments_on(post(page), BRUNO, "Quanto costa?", created_time=int(time.time()) - 900_000)
    talk = page.brings(old)
    with page.database.reading() as session:
        assert not windows.is_over(session, session.get_one(Conversation, talk.id), now())
        assert windows.ends(session) == {}
    answer(page, "12 euro.")
    assert [one["message"] for one in graph.comments] == ["12 euro."]


def test_what_came_while_nobody_took_calls_is_asked_for_once(page: Page, graph: PagesEmulator) -> None:
    page.brings(graph.says(ANNA, "Prima"))
    graph.says(ANNA, "Durante il guasto")
    graph.sends("7009", bodies.file("image", graph.keep(b"x", "image/jpeg")))
    for number in range(3):
        graph.says(f"71{number:02}", "Anch'io")
    graph.says("7200", "Da molto prima", at=time.time() - 900_000)
    for _ in range(2):
        with page.database.writing() as session:
            trials.look(session, session.get_one(Channel, page.number), now() - timedelta(hours=5))
        while jobs := page.claim(trials.KIND, 1):
            trials.work(page.database, page.app.blobs, page.app.connector_for, jobs)
        page.work()
    texts = sorted(one.text for one in page.messages() if "file" not in one.facts)
    assert texts == ["Anch'io", "Anch'io", "Anch'io", "Durante il guasto", "Prima"]
    assert len(page.messages()) == 6
    with page.database.reading() as session:
        assert trials.state(session, page.number).error == ""
