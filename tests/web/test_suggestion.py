"""A suggestion on the conversation and on the why page: links that the reader may follow, one button that passes it on."""

from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.models import Conversation, Decision, Team, User
from inbox.models.conversation import CLOSED
from tests.web.conftest import Visitor

SAID = "No rule fitted. Perhaps for R&D: it resembles"


@pytest.fixture
def suggested(app: App) -> int:
    """The number of a conversation for which R&D is suggested."""
    with app.database.writing() as session:
        found = session.scalars(select(Conversation).where(Conversation.subject == "Conferma")).one()
        others = session.scalars(select(Conversation.id).where(Conversation.id != found.id).order_by(Conversation.id))
        row = session.scalars(select(Decision).where(Decision.conversation_id == found.id)).one()
        row.suggested = {"place": "rd", "share": 0.9, "nearest": [*others, 999]}
        return found.id


def plain(visitor: Visitor, path: str) -> str:
    return " ".join(unescape(visitor.get(path)).split())


def change(app: App, number: int, **values: Any) -> None:
    with app.database.writing() as session:
        found = session.get_one(Conversation, number)
        for name, value in values.items():
            setattr(found, name, value)


def test_it_is_shown_with_what_it_rests_on_and_passes_there(app: App, sign_in: Any, suggested: int) -> None:
    giulia = sign_in()
    for path in (f"/conversations/{suggested}", f"/conversations/{suggested}/why"):
        page = plain(giulia, path)
        assert SAID in page
        assert page.count('">Giunto GX-40</a>, <a href="/conversations/') == 1
        assert '">Anfrage Preis</a>' in page
        assert "Pass to R&D</button>" in page
    with app.database.reading() as session:
        rd = session.scalars(select(Team.id).where(Team.slug == "rd")).one()
    giulia.post(f"/conversations/{suggested}/assignment", to=f"team:{rd}")
    with app.database.reading() as session:
        assert session.get_one(Conversation, suggested).team_id == rd
    assert SAID not in plain(giulia, f"/conversations/{suggested}")


def test_an_external_agent_sees_only_own_conversations_in_it(app: App, sign_in: Any, suggested: int) -> None:
    with app.database.writing() as session:
        luca = session.scalars(select(User.id).where(User.email == "luca@agents.test")).one()
        row = session.scalars(select(Decision).where(Decision.conversation_id == suggested)).one()
        row.outcome = {**row.outcome, "person": "luca@agents.test"}
    change(app, suggested, user_id=luca)
    page = plain(sign_in("luca@agents.test"), f"/conversations/{suggested}/why")
    assert "Perhaps for R&D, like similar ones before." in page
    assert "Giunto GX-40" not in page


@pytest.mark.parametrize("values", [{"status": CLOSED}, {"user_id": 1}])
def test_it_is_silent_once_somebody_has_decided(app: App, sign_in: Any, suggested: int, values: dict[str, Any]) -> None:
    change(app, suggested, **values)
    assert "No rule fitted" not in sign_in().get(f"/conversations/{suggested}")
