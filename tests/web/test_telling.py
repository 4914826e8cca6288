"""When a colleague is told: set on their own page, shown on the conversation."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.events import SYSTEM, record
from inbox.models import Conversation, User, now
from tests.web.test_care import plain


def marco(app: App) -> User:
    with app.database.reading() as session:
        return session.scalars(select(User).where(User.email == "marco@firm.test")).one()


def test_it_is_kept_and_shown_again(app: App, sign_in: Any) -> None:
    visitor = sign_in("marco@firm.test")
    visitor.post("/me/telling", 302, "/me", quiet="y", urgent_anyway="y", digest_at="8.30", max_cards="7", straight="y")
    user = marco(app)
    assert (user.quiet, user.urgent_anyway, user.straight) == (True, True, True)
    assert (user.digest_at, user.max_cards) == ("08:30", 7)
    page = visitor.get("/me")
    assert 'value="08:30"' in page
    assert 'value="7"' in page
    visitor.post("/me/telling", 302, "/me", digest_at="", max_cards="")
    user = marco(app)
    assert (user.quiet, user.urgent_anyway, user.straight, user.digest_at, user.max_cards) == (
        False, False, False, "", None
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("digest_at", "25:00", "This is not a time of the day, for example 08:30."),
        ("digest_at", "morning", "This is not a time of the day, for example 08:30."),
        ("max_cards", "0", "Please give a whole number from 1 to 50, or nothing."),
        ("max_cards", "51", "Please give a whole number from 1 to 50, or nothing."),
        ("max_cards", "-3", "Please give a whole number from 1 to 50, or nothing."),
        ("max_cards", "many", "Please give a whole number from 1 to 50, or nothing."),
    ],
)
def test_what_means_nothing_is_refused_beside_its_field(
    app: App, sign_in: Any, field: str, value: str, said: str
) -> None:
    visitor = sign_in("marco@firm.test")
    page = visitor.post("/me/telling", 422, "/me", quiet="y", **{field: value}).text
    assert said in page
    assert f'value="{value}"' in page, "what was typed is kept"
    assert not marco(app).quiet


@pytest.mark.parametrize(
    ("why", "said"),
    [("quiet", "): quiet hours"), ("digest", "): everything once a day"), ("full", "told later: enough cards are")],
)
def test_the_conversation_says_who_is_told_later(app: App, sign_in: Any, why: str, said: str) -> None:
    user, due = marco(app), now() + timedelta(days=1)
    with app.database.writing() as session:
        number = session.scalars(select(Conversation.id).limit(1)).one()
        later = [{"user_id": user.id, "why": why, "due_at": due.isoformat()}]
        record(session, "told", SYSTEM, conversation_id=number, told=[], later=later)
    page = plain(sign_in(), f"/conversations/{number}")
    assert "Marco Neri is told later" in page
    assert said in page
