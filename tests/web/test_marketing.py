"""Consents on the pages: beside the contact, taken back by a colleague, listed for managers, set on a form."""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.consents import asking, texts
from inbox.forms import settings
from inbox.models import Channel, Consent, Conversation, Message, now
from tests.web.conftest import Visitor

FORM = {
    "name": "sito", "language": "it", "origins": "", "thanks": "", "privacy": "", "required": ["email", "message"],
    "fields": "", "max_a_minute": "30",
}  # fmt: skip
TEXT, PAGE = "Desidero ricevere novità", "/customers/consents"


@pytest.fixture
def number(app: App) -> int:
    """The conversation of a customer who has ticked the box, without having confirmed it."""
    with app.database.writing() as session:
        box = session.scalars(select(Channel).where(Channel.kind == "mail")).first()
        assert box is not None
        form = settings.make(session, app.vault, "=modulo", box.id, marketing=TEXT)
        found = session.scalars(select(Conversation).where(Conversation.subject == "Giunto GX-40")).one()
        message = session.scalars(select(Message).where(Message.conversation_id == found.id)).first()
        assert message is not None
        assert asking.ask(session, found, message, form.id, 1, "https://www.firm.test/contatti")
        return found.id


def confirm(app: App) -> None:
    with app.database.writing() as session:
        assert asking.confirm(session, session.scalars(select(Consent.id)).one(), now())


def plain(visitor: Visitor, path: str) -> str:
    return " ".join(visitor.get(path).split())


def test_the_conversation_says_how_it_stands_and_a_colleague_takes_it_back(app: App, sign_in: Any, number: int) -> None:
    marco, path = sign_in("marco@firm.test"), f"/conversations/{number}"
    assert "Marketing: asked, not confirmed," in plain(marco, path)
    confirm(app)
    assert "Marketing: yes," in plain(marco, path)
    marco.post(f"{path}/consent/withdrawal")
    page = plain(marco, path)
    assert "Marketing: withdrawn," in page
    assert "Marco Neri</strong> · consent to news by mail withdrawn" in page
    assert "no more news" not in page
    marco.post(f"{path}/consent/withdrawal")
    assert "please choose once more" in marco.get(path)


def test_who_was_never_asked_has_no_line(app: App, sign_in: Any) -> None:
    with app.database.reading() as session:
        number = session.scalars(select(Conversation.id)).first()
    assert "Marketing" not in sign_in().get(f"/conversations/{number}")


def test_only_what_is_given_is_listed_and_goes_into_the_file(app: App, sign_in: Any, number: int) -> None:
    manager = sign_in()
    assert "Nobody yet" in manager.get(PAGE)
    confirm(app)
    page = manager.get(PAGE)
    assert "anna@cliente.test" in page
    assert TEXT in page
    assert PAGE in manager.get("/people")
    answer = manager.client.get(f"{PAGE}/file")
    assert answer.mimetype == "text/csv"
    heads, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";")
    told = dict(zip(heads, row, strict=True))
    assert (told["Mail address"], told["Words"], told["Version"]) == ("anna@cliente.test", TEXT, "1")
    assert told["Page"] == "https://www.firm.test/contatti"
    assert told["Form"] == "'=modulo", "no cell is a formula"
    manager.post(f"/conversations/{number}/consent/withdrawal")
    assert "anna@cliente.test" not in manager.get(PAGE)
    assert "anna" not in manager.client.get(f"{PAGE}/file").text


@pytest.mark.parametrize("address", ["marco@firm.test", "luca@agents.test"])
def test_the_list_is_the_managers(app: App, sign_in: Any, address: str) -> None:
    visitor = sign_in(address)
    assert visitor.client.get(PAGE).status_code == 403
    assert visitor.client.get(f"{PAGE}/file").status_code == 403


def test_an_external_agent_takes_nothing_back(app: App, sign_in: Any, number: int) -> None:
    sign_in("luca@agents.test").post(f"/conversations/{number}/consent/withdrawal", status=403)


def test_a_form_is_set_to_ask_and_the_snippet_has_a_box_that_is_not_ticked(app: App, sign_in: Any) -> None:
    manager, new = sign_in(), "/channels/forms/new"
    with app.database.reading() as session:
        box = session.scalars(select(Channel.id).where(Channel.kind == "mail")).first()
    made = manager.post(new, form_page=new, **FORM, mailbox=box, marketing=f"  {TEXT}\n ")
    path = made.headers["Location"]
    page = manager.get(path)
    assert f"name=&#34;marketing&#34; value=&#34;yes&#34;&gt; {TEXT}" in page
    assert "name=&#34;_consent_text&#34; value=&#34;1&#34;" in page
    manager.post(path, form_page=path, **FORM, mailbox=box, marketing="Altre parole")
    assert "name=&#34;_consent_text&#34; value=&#34;2&#34;" in manager.get(path)
    with app.database.reading() as session:
        form = session.scalars(select(Channel).where(Channel.kind == "webform")).one()
        first = texts.version(session, form.id, 1)
        assert first is not None
        assert (first.text, texts.number(session, form)) == (TEXT, 2)
    manager.post(path, 422, path, **FORM, mailbox=box, marketing="x" * 301)
