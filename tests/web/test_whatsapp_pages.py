"""The page of a talk by WhatsApp: until when one may write freely, what is left beyond it, what came as a file."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.models import Channel, Conversation, Delivery, Draft, Identity
from inbox.social import windows
from tests.emulators import graph_bodies as bodies
from tests.emulators.graph import GraphEmulator
from tests.parts.whatsapp import ANNA, called, connect

KINDS = ("take_in", "route", "fetch_file", "deliver")


class Line:
    """The firm's number, and who writes to it."""

    def __init__(self, app: App, graph: GraphEmulator) -> None:
        self.app, self.graph, self.number = app, graph, connect(app, graph)

    def brings(self, *events: dict[str, Any]) -> str:
        """These events, taken in; the path of the newest talk."""
        body = bodies.call(*events)
        assert called(self.app, self.number, body, bodies.headers(body, self.graph.secret)) == 200
        self.app.worker().drain(KINDS)
        with self.app.database.reading() as session:
            newest = (
                select(Conversation.id).where(Conversation.channel_id == self.number).order_by(Conversation.id.desc())
            )
            return f"/conversations/{session.scalars(newest.limit(1)).one()}"

    def late(self) -> str:
        """A talk in which nobody wrote for more than a day."""
        return self.brings(self.graph.customer_says(ANNA, "Buongiorno", at=int(time.time()) - 90_000))


@pytest.fixture
def line(app: App) -> Iterator[Line]:
    with GraphEmulator() as graph:
        yield Line(app, graph)


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_page_counts_down(line: Line, sign_in: Any) -> None:
    there = line.brings(line.graph.customer_says(ANNA, "Buongiorno", at=int(time.time()) - 3600))
    page = plain(sign_in().get(there))
    assert "WhatsApp takes a free answer until" in page
    assert "for another 22 h 59 min." in page or "for another 23 h." in page
    assert "data-countdown" in page
    assert "What can be sent all the same" not in page
    assert 'id="window"' in sign_in().get(f"{there}?part=window")


def test_beyond_a_day_a_plain_answer_is_refused_and_what_was_typed_stays(app: App, line: Line, sign_in: Any) -> None:
    there, giulia = line.late(), sign_in()
    answer = giulia.post(f"{there}/answer", 422, form_page=there, text="La tolleranza è H7.")
    assert "the customer last wrote too long ago" in answer.text
    assert "La tolleranza è H7." in answer.text
    with app.database.reading() as session:
        assert session.scalars(select(Delivery).where(Delivery.purpose == "answer")).all() == []
        assert session.scalars(select(Draft)).all() == []


def test_beyond_a_day_an_approved_text_or_a_mail_is_offered(app: App, line: Line, sign_in: Any) -> None:
    there, giulia = line.late(), sign_in()
    assert "No approved text is known here" in giulia.get(there)
    text = "Gentile {{1}}, la risposta è pronta."
    with app.database.writing() as session:
        channel = session.get_one(Channel, line.number)
        windows.set_templates(channel, [windows.Template("answer_ready", "it", text)])
        contact = session.get_one(Conversation, int(there.rpartition("/")[2])).contact_id
        session.add(Identity(kind="mail", address="anna@whatsapp.test", contact_id=contact))
    line.graph.templates["answer_ready", "it"] = 1
    page = giulia.get(there)
    assert text in page
    assert "Write a mail to anna@whatsapp.test instead" in page
    assert 'value="anna@whatsapp.test"' in giulia.get("/conversations/new?to=anna@whatsapp.test")
    chosen = {"form_page": there, "name": "answer_ready", "language": "it"}
    assert "fill in every place" in giulia.post(f"{there}/template", 422, **chosen, value="").text
    assert "no longer among" in giulia.post(f"{there}/template", 422, **{**chosen, "name": "x"}, value="Anna").text
    giulia.post(f"{there}/template", **chosen, value="Anna")
    app.worker().drain(KINDS)
    assert line.graph.sent[0]["template"]["name"] == "answer_ready"
    assert "Gentile Anna, la risposta è pronta." in giulia.get(there)


def test_what_came_as_a_file_is_told_until_it_is_there(line: Line, sign_in: Any) -> None:
    giulia = sign_in()
    line.graph.fail("media_url", 500, 2)
    number = line.graph.keep(b"\xff\xd8\xff", "image/jpeg")
    there = line.brings(line.graph.customer_sends(ANNA, {"type": "image", "image": {"id": number}}))
    assert "Picture: still on its way" in plain(giulia.get(there))
    line.brings(line.graph.customer_sends(ANNA, {"type": "video", "video": {"id": "404"}}))
    assert "Video: it cannot be had any more" in plain(giulia.get(there))


def test_what_stands_beside_the_words_is_shown_and_never_run(line: Line, sign_in: Any) -> None:
    ad = {"headline": "<script>alert(1)</script>", "source_url": "https://fb.me/x", "ctwa_clid": "c"}
    events = [
        line.graph.customer_says(ANNA, "Dall'annuncio", referral=ad),
        line.graph.customer_says(ANNA, "Inoltrato", context={"forwarded": True}),
        line.graph.customer_sends(ANNA, {"type": "revoke", "revoke": {"original_message_id": "wamid.1"}}),
        line.graph.customer_sends(ANNA, {"type": "hologram", "hologram": {"x": 1}}),
    ]
    page = plain(sign_in().get(line.brings(*events)))
    assert "From an advertisement: &lt;script&gt;" in page
    assert "The customer passes on what somebody else wrote." in page
    assert "The customer has taken a message back." in page
    assert "A kind of message that is not known here yet." in page
