"""The same person on the page: suggested with a reason, brought together, separated, never suggested again."""

from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.db import new
from inbox.models import Apart, Contact, ContactMerge, Conversation, Identity, User
from tests.web.test_care import number_of, plain


@pytest.fixture
def other(app: App) -> int:
    """Anna's talk by another address, with the same telephone; the contact's number."""
    with app.database.writing() as session:
        anna = session.get_one(Conversation, 1).contact
        anna.phone = "+39 333 1234567"
        channel_id = session.get_one(Conversation, 1).channel_id
        contact = new(session, Contact(name="A. Bianchi", phone="333 123 4567"))
        session.add(Identity(kind="mail", address="annab@posta.test", contact=contact))
        at = session.get_one(Conversation, 1).last_at
        session.add(Conversation(subject="Ancora il giunto", channel_id=channel_id, contact_id=contact.id, last_at=at))
        return contact.id


def test_who_may_be_the_same_is_brought_together_and_separated(app: App, sign_in: Any, other: int) -> None:
    number, giulia = number_of(app), sign_in()
    page = plain(giulia, f"/conversations/{number}")
    assert "Perhaps the same person:" in page
    assert 'A. Bianchi (annab@posta.test)</a> <span class="reasons">(same telephone)</span>' in page
    assert "Perhaps the same person:" in plain(giulia, f"/conversations/{number}?part=persons")
    giulia.post(f"/conversations/{number}/persons/{other}/merging")
    page = plain(giulia, f"/conversations/{number}")
    assert "Perhaps the same person:" not in page
    assert "Brought together with A. Bianchi (annab@posta.test)" in page
    assert "<span>annab@posta.test</span>" in page
    assert (
        "Giulia Verdi</strong> · brought together as one person: A. Bianchi (annab@posta.test), Anna Bianchi (anna@cliente.test)"
        in page
    )
    there = number_of(app, "Ancora il giunto")
    assert "brought together as one person" in plain(giulia, f"/conversations/{there}")
    with app.database.reading() as session:
        merge = session.scalars(select(ContactMerge)).one().id
    giulia.post(f"/conversations/{there}/persons/merges/{merge}/undoing")
    page = plain(giulia, f"/conversations/{number}")
    assert "Brought together with" not in page
    assert "Perhaps the same person:" in page
    assert "separated again, as two persons" in plain(giulia, f"/conversations/{there}")
    giulia.post(f"/conversations/{there}/persons/merges/{merge}/undoing")
    assert "somebody was faster" in giulia.get(f"/conversations/{there}")


def test_somebody_else_is_not_suggested_again(app: App, sign_in: Any, other: int) -> None:
    number, giulia = number_of(app), sign_in()
    giulia.post(f"/conversations/{number}/persons/{other}/apart")
    page = plain(giulia, f"/conversations/{number}")
    assert "Perhaps the same person:" not in page
    assert "not the same person as A. Bianchi (annab@posta.test)" in page
    giulia.post(f"/conversations/{number}/persons/{other}/merging")
    assert "it is not suggested any more" in giulia.get(f"/conversations/{number}")
    with app.database.reading() as session:
        assert session.scalars(select(ContactMerge)).all() == []
        assert len(session.scalars(select(Apart)).all()) == 1


def test_only_who_is_suggested_can_be_merged(app: App, sign_in: Any, other: int) -> None:
    number, giulia = number_of(app), sign_in()
    with app.database.reading() as session:
        klaus = session.get_one(Conversation, 2).contact_id
    for one in (klaus, 999):
        for verb in ("merging", "apart"):
            giulia.post(f"/conversations/{number}/persons/{one}/{verb}")
    giulia.post(f"/conversations/{number}/persons/merges/999/undoing", 404)
    with app.database.reading() as session:
        assert session.scalars(select(ContactMerge)).all() == session.scalars(select(Apart)).all() == []


def test_an_external_agent_sees_and_takes_only_own_contacts(app: App, sign_in: Any, other: int) -> None:
    number, luca = number_of(app), sign_in("luca@agents.test")
    luca.post(f"/conversations/{number}/persons/{other}/merging", 404, form_page="/me")
    with app.database.writing() as session:
        user = session.scalars(select(User).where(User.email == "luca@agents.test")).one()
        session.get_one(Conversation, number).user_id = user.id
    assert "annab@posta.test" not in luca.get(f"/conversations/{number}")
    luca.post(f"/conversations/{number}/persons/{other}/merging", form_page="/me")
    with app.database.reading() as session:
        assert session.scalars(select(ContactMerge)).all() == []
    with app.database.writing() as session:
        session.get_one(Conversation, number_of(app, "Ancora il giunto")).user_id = user.id
    assert "annab@posta.test" in luca.get(f"/conversations/{number}")
    luca.post(f"/conversations/{number}/persons/{other}/merging", form_page="/me")
    with app.database.reading() as session:
        assert session.scalars(select(ContactMerge)).one().user_id == user.id
