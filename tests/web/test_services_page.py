"""The services that write by mail: their page, and a conversation that is answered there."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from connectors.base import Batch, RawItem
from inbox import intake, services
from inbox.app import App
from inbox.models import Channel, Conversation, Message, now
from tests.parts import services as mails
from tests.web.conftest import Visitor

PAGE = "/channels/services"


def arrive(app: App, *raws: bytes) -> int:
    """Mails come in; the number of the last one's conversation."""
    with app.database.reading() as session:
        channel = session.scalars(select(Channel.id)).one()
    items = [RawItem(f"n{number}", now(), raw, {"folder": "inbox"}) for number, raw in enumerate(raws)]
    intake.receive(app.database, app.blobs, channel, "inbox", Batch(items, ""))
    app.worker().drain(("take_in", "route"))
    with app.database.reading() as session:
        return session.scalars(select(Conversation.id).order_by(Conversation.id.desc()).limit(1)).one()


def plain(visitor: Visitor, path: str) -> str:
    return " ".join(visitor.get(path).split())


def test_the_list_and_the_conversation_say_what_it_is(app: App, sign_in: Any) -> None:
    number = arrive(app, mails.linkedin(), mails.review(2))
    giulia = sign_in()
    listed = plain(giulia, "/")
    assert '<span class="mark">LinkedIn</span>' in listed
    assert '<span class="mark">Google review ★★☆☆☆</span>' in listed
    page = plain(giulia, f"/conversations/{number}")
    link = re.search(r'<a class="button primary" href="([^"]+)" target="_blank" rel="noopener noreferrer">', page)
    assert link
    assert link[1] == "https://business.google.com/n/77/reviews/AbFv0001?hl=it"
    assert "Answer on Google" in page
    assert "Send the answer" not in page
    assert "google:bruno neri" not in page


def test_the_press_stops_the_clock_and_keeps_the_words(app: App, sign_in: Any) -> None:
    number, giulia = arrive(app, mails.linkedin()), sign_in()
    giulia.post(f"/conversations/{number}/answered-there", text="Gentile Anna, ecco il prezzo.")
    page = plain(giulia, f"/conversations/{number}")
    assert "Gentile Anna, ecco il prezzo." in page
    assert '<span class="mark">answered on LinkedIn</span>' in page
    assert re.search(r"Giulia Verdi</strong> · answered at the service itself[^<]*LinkedIn", page)
    with app.database.reading() as session:
        assert session.get_one(Conversation, number).waiting_since is None


def test_a_note_is_a_note_and_an_empty_one_is_refused(app: App, sign_in: Any) -> None:
    number, giulia = arrive(app, mails.linkedin()), sign_in()
    giulia.post(f"/conversations/{number}/note", text="Chiamare prima Bruno.")
    assert "Please write something first." in giulia.post(f"/conversations/{number}/note", status=422, text=" ").text
    with app.database.reading() as session:
        assert session.get_one(Conversation, number).waiting_since is not None


def test_an_answer_that_was_posted_all_the_same_is_refused(app: App, sign_in: Any) -> None:
    number, giulia = arrive(app, mails.linkedin()), sign_in()
    said = giulia.post(f"/conversations/{number}/answer", status=422, text="Ecco").text
    assert "takes no answer by mail" in said
    with app.database.reading() as session:
        assert session.scalars(select(Message).where(Message.direction == "outbound")).all() == []


def test_an_ordinary_conversation_is_not_answered_there(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    with app.database.reading() as session:
        number = session.scalars(select(Conversation.id).limit(1)).one()
    giulia.post(f"/conversations/{number}/answered-there")
    assert "Nothing was changed" in giulia.get("/")
    with app.database.reading() as session:
        assert session.get_one(Conversation, number).waiting_since is not None


def test_a_service_is_named_and_removed(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post(PAGE, form_page=PAGE, name="ThomasNet", sender="@thomasnet.example", subject="New lead\nRFQ\n")
    page = plain(giulia, PAGE)
    assert "thomasnet.example" in page
    assert "New lead, RFQ" in page
    with app.database.reading() as session:
        (own,) = services.own(session)
    giulia.post(f"{PAGE}/{own.code}/removal")
    assert "ThomasNet" not in giulia.get(PAGE)
    giulia.post(f"{PAGE}/{own.code}/removal", status=404)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "LinkedIn", "sender": "x.example"}, "There is a service of this name already."),
        ({"name": "Other", "sender": "gmail.com"}, "Everybody can have an address there"),
        ({"name": "Other", "sender": "no domain"}, "An address or a domain, such as"),
        ({"name": "", "sender": "x.example"}, "2 to 40 letters."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(app: App, sign_in: Any, given: Any, said: str) -> None:
    page = sign_in().post(PAGE, status=422, form_page=PAGE, subject="", **given).text
    assert said in page
    assert f'value="{given["sender"]}"' in page, "what was typed stays"


def test_a_known_one_is_switched_off_and_on(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post(f"{PAGE}/linkedin/stop")
    with app.database.reading() as session:
        assert services.off(session) == {"linkedin"}
    assert "switched off" in giulia.get(PAGE)
    giulia.post(f"{PAGE}/linkedin/start")
    giulia.post(f"{PAGE}/nothing/stop", status=404)
    giulia.post(f"{PAGE}/amazon/stop", status=404)
    with app.database.reading() as session:
        assert services.off(session) == set()


def test_only_managers_come_here(sign_in: Any) -> None:
    marco = sign_in("marco@firm.test")
    marco.get(PAGE, 403)
    marco.post(f"{PAGE}/linkedin/stop", status=403)
