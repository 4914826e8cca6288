"""The queue and the conversation."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from inbox.app import App
from inbox.models import Channel, Conversation, Delivery, Message, User, now
from inbox.models.delivery import ANSWER, FAILED

PAGES = (
    "/", "/conversations/1", "/conversations/new", "/report", "/report.json", "/people", "/people/1", "/rules",
    "/rules/new", "/channels", "/me",
)  # fmt: skip


def test_the_longest_wait_comes_first(sign_in: Any) -> None:
    page = sign_in().get("/")
    assert re.findall(r'class="subject">([^<]+)', page) == ["Anfrage Preis", "Giunto GX-40", "Conferma"]


def test_who_has_no_name_is_called_by_address(sign_in: Any) -> None:
    assert '<strong class="who">acquisti@ditta.test</strong>' in sign_in().get("/")


def test_filters_stay_while_one_reads(sign_in: Any) -> None:
    page = sign_in().get("/?state=waiting&team=rd&mine=1")
    assert "Nothing fits this choice" in page
    assert "state=closed&amp;team=rd&amp;mine=1" in page
    link = re.search(r'href="(/conversations/\d+\?[^"]*)"', sign_in().get("/?team=sales"))
    assert link
    assert "team=sales" in link[1]


def test_the_live_part_is_the_list_with_the_open_one_marked(sign_in: Any) -> None:
    part = sign_in().get("/?part=list&open=2")
    assert part.lstrip().startswith("<section")
    assert part.count('aria-current="true"') == 1


def test_a_conversation_says_why_it_came_here(app: App, sign_in: Any) -> None:
    page = sign_in().get(f"/conversations/{_id(app, 'Giunto GX-40')}")
    assert "Assigned to R&amp;D by the rule &#34;Technical questions&#34;" in page
    assert "<em>tolleranza</em>" in page
    assert "Anfrage Preis" in page, "the queue stays beside it"


def test_what_customers_write_is_never_markup(app: App, sign_in: Any) -> None:
    page = sign_in().get(f"/conversations/{_id(app, 'Conferma')}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_an_answer_is_queued_and_signed(app: App, sign_in: Any) -> None:
    number = _id(app, "Giunto GX-40")
    answer = sign_in("marco@firm.test").post(f"/conversations/{number}/answer?team=rd", text="La tolleranza è H7.")
    assert answer.location == f"/conversations/{number}?state=open&team=rd#latest"
    with app.database.reading() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.purpose == ANSWER)).one()
    assert delivery.recipient == "anna@cliente.test"
    assert delivery.envelope["from_name"] == "Marco Neri"


def test_a_refused_answer_keeps_its_draft_and_the_queue(app: App, sign_in: Any) -> None:
    number = _id(app, "Giunto GX-40")
    with app.database.writing() as session:
        session.execute(update(Message).values(from_address="", recipients={}))
        found = session.get_one(Conversation, number)
        for identity in found.contact.identities:
            identity.address = "unknown"
    page = sign_in().post(f"/conversations/{number}/answer", 422, text="La tolleranza è H7.").text
    assert "La tolleranza è H7.</textarea>" in page
    assert "The sender gave no address to answer to." in page
    assert "Anfrage Preis" in page


def test_who_is_ticked_gets_a_copy(app: App, sign_in: Any) -> None:
    number = _id(app, "Giunto GX-40")
    with app.database.writing() as session:
        (message,) = session.scalars(select(Message).where(Message.conversation_id == number))
        message.recipients = {"cc": [{"address": one, "name": ""} for one in ("capo@cliente.test", "b@cliente.test")]}
    giulia = sign_in()
    assert giulia.get(f"/conversations/{number}").count('name="copy"') == 2
    page = giulia.post(f"/conversations/{number}/answer", 422, text=" ", copy="b@cliente.test").text
    assert re.findall(r'name="copy" value="([^"]+)" checked', page) == ["b@cliente.test"]
    giulia.post(f"/conversations/{number}/answer", text="Ecco.", copy="b@cliente.test")
    with app.database.reading() as session:
        delivery = session.scalars(select(Delivery).where(Delivery.purpose == "answer")).one()
        assert [one["address"] for one in delivery.envelope["cc"]] == ["b@cliente.test"]
    assert 'title="b@cliente.test"' in giulia.get(f"/conversations/{number}")


def test_a_failed_answer_says_what_to_do(app: App, sign_in: Any) -> None:
    number, giulia = _id(app, "Giunto GX-40"), sign_in()
    giulia.post(f"/conversations/{number}/answer", text="La tolleranza è H7.")
    with app.database.writing() as session:
        session.execute(
            update(Delivery).where(Delivery.purpose == ANSWER).values(state=FAILED, error="550 no such user")
        )
    page = giulia.get(f"/conversations/{number}")
    assert "550 no such user" in page
    again = re.search(r'action="([^"]*/resending)"', page)
    assert again
    giulia.post(again[1])
    assert "550 no such user" not in giulia.get(f"/conversations/{number}")


def test_it_is_taken_passed_noted_and_closed(app: App, sign_in: Any) -> None:
    number, giulia = _id(app, "Giunto GX-40"), sign_in()
    with app.database.reading() as session:
        marco = session.scalar(select(User.id).where(User.email == "marco@firm.test"))
    for verb, data in (
        ("claim", {}),
        ("note", {"text": "Sentire la qualità"}),
        ("assignment", {"to": f"user:{marco}", "note": "per favore"}),
        ("properties", {"kind": "customer", "priority": "urgent"}),
        ("closure", {}),
    ):
        giulia.post(f"/conversations/{number}/{verb}", **data)
    page = " ".join(giulia.get(f"/conversations/{number}").split())
    for words in (
        "taken",
        "Sentire la qualità",
        "passed to Marco Neri: per favore",
        "priority changed: Urgent",
        "Open again",
    ):
        assert words in page
    assert page.count("passed to Giulia Verdi") == 0, "taking it is one line, not two"


def test_an_external_agent_sees_only_what_is_theirs(app: App, sign_in: Any) -> None:
    number, luca = _id(app, "Giunto GX-40"), sign_in("luca@agents.test")
    assert "Giunto GX-40" not in luca.get("/")
    luca.get(f"/conversations/{number}", 404)
    luca.get(f"/messages/{number}/raw", 404)
    luca.post(f"/conversations/{number}/note", 404, form_page="/me", text="x")
    with app.database.writing() as session:
        session.get_one(Conversation, number).user_id = session.scalar(
            select(User.id).where(User.email == "luca@agents.test")
        )
    assert "Giunto GX-40" in luca.get(f"/conversations/{number}")


@pytest.mark.parametrize("text", ["²", "9" * 40, "-1", "x", "9" * 11 + ":1", "inf:1", "nan:1", "1:" + "9" * 40])
def test_addresses_that_somebody_made_up_break_nothing(sign_in: Any, text: str) -> None:
    giulia = sign_in()
    for name in ("open", "channel", "after", "state", "team", "state=waiting&after"):
        giulia.get(f"/?{name}={text}")
    for page in ("conversations", "people", "attachments", "rules"):
        giulia.get(f"/{page}/{text}", 404)


@pytest.mark.parametrize("path", PAGES)
def test_reading_a_page_writes_nothing(app: App, sign_in: Any, path: str) -> None:
    giulia = sign_in()
    with closing(sqlite3.connect(app.settings.data / "centralino.db")) as beside:
        before = beside.execute("PRAGMA data_version").fetchone()
        giulia.get(path)
        assert beside.execute("PRAGMA data_version").fetchone() == before


def _id(app: App, subject: str) -> int:
    with app.database.reading() as session:
        return session.scalars(select(Conversation.id).where(Conversation.subject == subject)).one()


def test_managers_see_on_the_queue_that_a_channel_fails(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        channel = session.query(Channel).one()
        channel.error, channel.error_at = "refused", now() - timedelta(hours=2)
    assert "info has not worked since" in sign_in().get("/")
    assert "has not worked since" not in sign_in("marco@firm.test").get("/")
