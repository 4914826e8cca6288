"""The same question by two channels on the page: told, joined by a click, answered by a chosen way, separated."""

from typing import Any

import pytest
from sqlalchemy import select

from connectors.base import Batch
from inbox import intake
from inbox.app import App
from inbox.models import Channel, Conversation, ConversationMerge, Delivery, User
from tests.web.conftest import _item
from tests.web.test_care import number_of, plain

WORDS = "Qual è la tolleranza? Servirebbe la scheda tecnica del giunto, con urgenza."


@pytest.fixture
def pair(app: App) -> tuple[int, int]:
    """The same words to two mailboxes of the firm from two addresses; the conversations' numbers."""
    with app.database.writing() as session:
        channel = Channel(kind="mail", name="vendite", address="vendite@firm.test")
        session.add(channel)
        session.flush()
        numbers = session.scalars(select(Channel.id).where(Channel.kind == "mail").order_by(Channel.id)).all()
    for number, (channel_id, sender, subject) in enumerate(
        zip(numbers, ("Anna Bianchi <anna@cliente.test>", "A. B. <ab@libero.it>"), ("Prima", "Seconda"), strict=True)
    ):
        items = [_item(20 + number, 1 - number * 0.5, sender, subject, WORDS)]
        intake.receive(app.database, app.blobs, channel_id, "inbox", Batch(items, f"c{number}"))
        app.worker().drain(("take_in", "route"))
    return number_of(app, "Prima"), number_of(app, "Seconda")


def test_it_is_told_joined_answered_and_separated(app: App, sign_in: Any, pair: tuple[int, int]) -> None:
    (first, second), giulia = pair, sign_in()
    page = plain(giulia, f"/conversations/{second}")
    assert "The same words came by mail " in page
    assert f'<a href="/conversations/{first}">Prima</a>' in page
    giulia.post(f"/conversations/{second}/joining", other=str(first))
    page = plain(giulia, f"/conversations/{second}")
    assert page.count("Servirebbe la scheda tecnica del giunto") >= 2
    assert "Joined with «Prima»" in page
    assert page.count("joined with: Prima") == 1
    assert "The same words came" not in page
    away = giulia.client.get(f"/conversations/{first}")
    assert (away.status_code, away.headers["Location"]) == (302, f"/conversations/{second}")
    assert "Mail · ab@libero.it" in page
    way = page.partition('<select name="by">')[2].partition("</select>")[0]
    other = way.rpartition('value="')[2].partition('"')[0]
    assert "Mail · anna@cliente.test" in way
    giulia.post(f"/conversations/{second}/answer", text="Ecco la scheda.", mode="answer", by=other)
    assert last_recipient(app) == "anna@cliente.test"
    giulia.post(f"/conversations/{second}/answer", text="Ecco.", mode="answer", by="", seen="")
    assert last_recipient(app) == "ab@libero.it"
    giulia.post(f"/conversations/{second}/answer", 422, text="Ecco.", mode="answer", by="999")
    with app.database.reading() as session:
        merge = session.scalars(select(ConversationMerge)).one().id
    giulia.post(f"/conversations/{second}/joining/undoing", merge=str(merge))
    assert "Joined with" not in plain(giulia, f"/conversations/{second}")
    assert "Ecco la scheda." in giulia.get(f"/conversations/{first}")
    giulia.post(f"/conversations/{second}/joining/undoing", merge=str(merge))
    assert "somebody was faster" in giulia.get(f"/conversations/{second}")


def last_recipient(app: App) -> str:
    with app.database.reading() as session:
        query = select(Delivery.recipient).where(Delivery.purpose == "answer").order_by(Delivery.id.desc())
        return str(session.scalar(query.limit(1)))


def test_only_what_is_told_of_can_be_joined(app: App, sign_in: Any, pair: tuple[int, int]) -> None:
    (first, second), giulia = pair, sign_in()
    for other in ("", "x", "999", str(number_of(app)), str(second)):
        giulia.post(f"/conversations/{second}/joining", other=other)
    with app.database.writing() as session:
        assert session.scalars(select(ConversationMerge)).all() == []
        session.get_one(Conversation, first).certified = True
    assert "Join them" not in giulia.get(f"/conversations/{second}")
    giulia.post(f"/conversations/{second}/joining", other=str(first))
    assert "certified mail is answered by its own mailbox" in giulia.get(f"/conversations/{second}")


def test_an_external_agent_joins_only_own_ones(app: App, sign_in: Any, pair: tuple[int, int]) -> None:
    (first, second), luca = pair, sign_in("luca@agents.test")
    with app.database.writing() as session:
        user = session.scalars(select(User).where(User.email == "luca@agents.test")).one().id
        session.get_one(Conversation, second).user_id = user
    assert "The same words" not in luca.get(f"/conversations/{second}")
    luca.post(f"/conversations/{second}/joining", form_page="/me", other=str(first))
    with app.database.writing() as session:
        assert session.scalars(select(ConversationMerge)).all() == []
        session.get_one(Conversation, first).user_id = user
    luca.post(f"/conversations/{second}/joining", form_page="/me", other=str(first))
    with app.database.reading() as session:
        assert session.scalars(select(ConversationMerge)).one().kept_id == second
