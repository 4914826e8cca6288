"""Who waits now: the longest first, in red once it is too late, on the wall without the customers' names."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inbox import conversations, snoozing
from inbox.app import App
from inbox.clocks import targets
from inbox.events import SYSTEM, person
from inbox.models import Conversation, User, now
from inbox.models.user import CONSULTANT


def test_the_longest_wait_comes_first_with_its_holder(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        giulia = session.scalars(select(User).where(User.email == "giulia@firm.test")).one()
        conversations.claim(session, session.get_one(Conversation, 1), giulia)
    page = sign_in().get("/now")
    assert re.findall(r"<small>([^<]+)</small>", page) == ["Anfrage Preis", "Giunto GX-40", "Conferma"]
    assert page.count("Giulia Verdi") == 2  # in the row, and signed in
    assert page.count("nobody yet") == 2
    assert 'data-live="/now"' in page


def test_late_ones_stand_out_and_answered_ones_are_counted(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        giulia = session.scalars(select(User).where(User.email == "giulia@firm.test")).one()
        for number in (1, 2, 3):
            targets.set_target(session, session.get_one(Conversation, number), SYSTEM, 1_000_000 if number == 3 else 1)
        conversations.answered_by_phone(session, session.get_one(Conversation, 3), giulia, "")
    page = re.sub(r"\s+", " ", sign_in().get("/now"))
    assert "<dt>answered today</dt><dd>1</dd>" in page
    assert "<dt>of them in time</dt><dd>1 of 1</dd>" in page
    assert "<dt>waiting</dt><dd>2</dd>" in page


def test_what_is_put_off_or_no_customers_does_not_wait(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        giulia = session.scalars(select(User).where(User.email == "giulia@firm.test")).one()
        snoozing.snooze(session, session.get_one(Conversation, 1), person(giulia.id), now() + timedelta(days=2))
        conversations.set_kind(session, session.get_one(Conversation, 2), person(giulia.id), "supplier")
        conversations.close(session, session.get_one(Conversation, 3), person(giulia.id))
    page = sign_in().get("/now")
    assert "Nobody is waiting" in page
    assert "Nobody is waiting" in sign_in().get("/now/wall")


def test_the_wall_names_customers_only_where_asked(sign_in: Any) -> None:
    giulia = sign_in()
    assert "Anna Bianchi" not in giulia.get("/now/wall")
    assert "Giunto" not in giulia.get("/now/wall?names=1")
    assert "Anna Bianchi" in giulia.get("/now/wall?names=1")
    assert 'data-live="/now/wall?names=1"' in giulia.get("/now/wall?names=1")


@pytest.mark.parametrize("path", ["/now", "/now/wall", "/now/wall?names=1"])
def test_who_may_look(app: App, sign_in: Any, path: str) -> None:
    sign_in("luca@agents.test").get(path, 403)
    with app.database.writing() as session:
        session.scalars(select(User).where(User.email == "marco@firm.test")).one().role = CONSULTANT
    page = sign_in("marco@firm.test").get(path)
    assert "Anna" not in page
    assert "nobody yet" not in page
