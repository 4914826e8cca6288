"""Signing in and out, one's own page, and what is refused."""

from typing import Any

import pytest
from sqlalchemy import select

from inbox import users
from inbox.app import App
from inbox.models import User, UserSession
from tests.web.conftest import PASSWORD, Visitor

hasher = users.hasher  # before it is made cheap for the tests


def test_a_stranger_is_led_to_the_sign_in_page_and_back(visitor: Visitor) -> None:
    answer = visitor.client.get("/rules?x=1")
    assert answer.status_code == 302
    assert answer.location == "/login?next=/rules?x%3D1"
    back = visitor.post(answer.location, form_page="/login", email="giulia@firm.test", password=PASSWORD)
    assert back.location == "/rules?x=1"


def test_it_never_leads_to_another_host(visitor: Visitor) -> None:
    answer = visitor.post("/login?next=//evil.test", form_page="/login", email="giulia@firm.test", password=PASSWORD)
    assert answer.location == "/"


def test_a_wrong_password_is_refused_and_many_tries_ask_for_a_pause(visitor: Visitor) -> None:
    for _ in range(10):
        refused = visitor.post("/login", 401, "/login", email="giulia@firm.test", password="wrong")
    assert "Address or password is not right." in refused.text
    visitor.post("/login", 429, "/login", email="giulia@firm.test", password=PASSWORD)


def test_a_guess_costs_64_mb_and_three_rounds(app: App, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "hasher", hasher)
    with app.database.writing() as session:
        giulia = session.scalars(select(User).where(User.email == "giulia@firm.test")).one()
        users.set_password(giulia, PASSWORD)
    assert giulia.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    visitor.post("/login", 302, "/login", email="giulia@firm.test", password=PASSWORD)


def test_an_empty_field_is_explained_in_the_readers_language(visitor: Visitor) -> None:
    token = visitor.get("/login").split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = visitor.client.post("/login", data={"csrf_token": token}, headers={"Accept-Language": "it"})
    assert "Questo campo è obbligatorio." in answer.text


def test_the_first_account_is_made_by_its_link_and_the_link_works_once(app: App, visitor: Visitor) -> None:
    with app.database.writing() as session:
        for user in session.scalars(select(User)):
            user.password_hash = ""  # the link is for an installation that nobody can enter yet
        path = f"/welcome/{users.issue_ticket(session, users.FIRST_RUN)}"
    fields = {"name": "Ada", "email": "ada@firm.test"}
    assert "Must have at least 10 characters." in visitor.post(path, 422, path, password="short", **fields).text
    visitor.post(path, 302, path, password=PASSWORD, **fields)
    assert "This link is over" in visitor.get(path, 410)


def test_a_new_password_signs_other_browsers_out(app: App, sign_in: Any) -> None:
    here, there = sign_in(), sign_in()
    refused = here.post("/me/password", 422, "/me", old="wrong", password="a new long one")
    assert "The present password is not right." in refused.text
    here.post("/me/password", 302, "/me", old=PASSWORD, password="a new long one")
    here.get("/me")
    there.get("/me", 302)
    with app.database.reading() as session:
        assert len(session.scalars(select(UserSession)).all()) == 1


def test_the_language_is_ones_own(app: App, sign_in: Any) -> None:
    marco = sign_in("marco@firm.test")
    marco.post("/me", 302, "/me", language="it", notify_by_mail="y")
    assert "Tempi di risposta" in marco.get("/")
    with app.database.reading() as session:
        assert session.scalar(select(User.notify_by_mail).where(User.email == "marco@firm.test"))


def test_signing_out_ends_the_session(sign_in: Any) -> None:
    giulia = sign_in()
    giulia.post("/logout")
    giulia.get("/", 302)
