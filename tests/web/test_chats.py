"""Linking chats on the pages: one's own, a team's group; who has shut the bot out; how much is told outside."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from connectors.base import Message
from inbox import colleague_chat
from inbox.app import App
from inbox.models import Channel, Contact, Conversation, Intake, Team, TeamLink, User, UserLink, now
from tests.parts.chats import GROUP, said
from tests.web.conftest import PASSWORD
from tests.web.test_care import number_of, plain
from tests.web.test_pages_in_chromium import address, chromium

__all__ = ["address", "chromium"]


@pytest.fixture(autouse=True)
def bot(app: App) -> int:
    with app.database.writing() as session:
        channel = Channel(kind="telegram", name="bot", address="@firm_bot")
        session.add(channel)
        session.flush()
        return channel.id


def hears(app: App, read: Message) -> str:
    with app.database.writing() as session:
        return colleague_chat.take(session, session.query(Channel).filter_by(kind="telegram").one(), Intake(id=1), read)


def token_in(page: str, word: str = "start") -> str:
    found = re.search(rf"https://t\.me/firm_bot\?{word}=([\w-]+)", page)
    assert found
    return found[1]


def links(app: App) -> list[tuple[str, bool]]:
    with app.database.reading() as session:
        rows = session.execute(select(User.name, UserLink.confirmed_at).join(UserLink))
        return sorted((name, at is not None) for name, at in rows)


def test_a_chat_is_confirmed_or_refused(app: App, sign_in: Any) -> None:
    marco = sign_in("marco@firm.test")
    assert "data-live" not in marco.get("/me")
    hears(app, said(start=token_in(marco.post("/me/telegram", 200, "/me").text), username="mario"))
    page = plain(marco, "/me")
    assert "Mario R. (@mario) wants to be your Telegram" in page
    answers = re.findall(r'action="(/me/links/\d+/(?:confirmation|removal))"', page)
    giulia = sign_in()
    for one in answers:
        giulia.post(one)
    assert links(app) == [("Marco Neri", False)], "nobody else's word counts"
    marco.post(answers[0])
    assert links(app) == [("Marco Neri", True)]
    assert "Linked: Mario R. (@mario), since" in plain(marco, "/me")
    hears(app, said(start=token_in(giulia.post("/me/telegram", 200, "/me").text)))
    page = plain(giulia, "/me")
    assert "Until now this is the chat of Marco Neri, who is told nothing there any more then." in page
    refusal = re.search(r'action="(/me/links/\d+/removal)"', page)
    assert refusal
    giulia.post(refusal[1])
    assert links(app) == [("Marco Neri", True)]


def test_a_strangers_name_is_a_text(app: App, sign_in: Any) -> None:
    marco = sign_in("marco@firm.test")
    token = token_in(marco.post("/me/telegram", 200, "/me").text)
    hears(app, said(start=token, name="<script>alert(1)</script>", username="<b>"))
    page = marco.get("/me")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; (@&lt;b&gt;) wants" in page


def test_who_has_shut_the_bot_out_is_told(app: App, bot: int, sign_in: Any) -> None:
    giulia, marco = sign_in(), sign_in("marco@firm.test")
    assert "blocked" not in giulia.get("/people")
    with app.database.writing() as session:
        number = session.query(User).filter_by(email="marco@firm.test").one().id
        team = session.query(Team).filter_by(slug="rd").one().id
        row = UserLink(user_id=number, channel_id=bot, address="1", name="Mario", confirmed_at=now(), blocked_at=now())
        session.add(row)
        session.add(TeamLink(team_id=team, channel_id=bot, address=GROUP, name="Officina", blocked_at=now()))
    page = plain(giulia, "/people")
    assert "Marco Neri: the Telegram bot has been blocked in the chat Mario since" in page
    assert "R&amp;D: the Telegram bot has been blocked in the chat Officina since" in page
    assert "The bot has been blocked in this chat since" in plain(marco, "/me")
    assert "The bot was taken out of this group on" in plain(giulia, f"/people/teams/{team}")


def test_a_group_is_linked_on_the_teams_page(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    page = giulia.post("/people/teams/2/telegram", 200, "/people/teams/2").text
    assert 'data-live="/people/teams/2"' in page
    hears(app, said(chat=GROUP, group="Officina", start=token_in(page, "startgroup")))
    page = plain(giulia, "/people/teams/2")
    assert "Linked: Officina, since" in page
    removal = re.search(r'action="(/people/teams/2/links/\d+/removal)"', page)
    assert removal
    marco = sign_in("marco@firm.test")
    for path in ("/people/teams/2/telegram", removal[1]):
        marco.post(path, 403)
    giulia.post(removal[1].replace("teams/2", "teams/1"))
    assert "Officina" in giulia.get("/people/teams/2")
    giulia.post(removal[1])
    assert "No group yet" in giulia.get("/people/teams/2")


def test_how_much_is_told_of_a_team_and_of_a_customer(app: App, sign_in: Any) -> None:
    giulia, number = sign_in(), number_of(app)
    with app.database.reading() as session:
        team = session.query(Team).filter_by(slug="rd").one()
    path = f"/people/teams/{team.id}"
    form = {"name": team.name, "claim_minutes": "", "lead_id": "", "approver_id": "", "deputy_id": ""}
    giulia.post(path, 422, path, content="nonsense", **form)
    giulia.post(path, 302, path, content="words", **form)
    assert re.search(r'<option selected value="words">', giulia.get(path))
    giulia.post(f"/conversations/{number}/content", content="minimal")
    page = plain(giulia, f"/conversations/{number}")
    assert '<span class="mark strong">confidential</span>' in page
    assert "told by mail and in chats: confidential: only that there is a question" in page
    giulia.post(f"/conversations/{number}/content", content="nonsense")
    with app.database.reading() as session:
        assert {one.content for one in session.scalars(select(Contact))} == {"", "minimal"}
        assert session.get_one(Team, team.id).content == "words"


def test_an_agent_does_not_say_how_much_is_told(app: App, sign_in: Any) -> None:
    luca, number = sign_in("luca@agents.test"), number_of(app)
    with app.database.writing() as session:
        session.get_one(Conversation, number).user_id = session.query(User).filter_by(email="luca@agents.test").one().id
    luca.post(f"/conversations/{number}/content", 403, content="full")


def test_the_page_asks_by_itself_who_it_is(app: App, chromium: Any, address: str) -> None:
    """While a link is open, the question appears without a reload, and the link itself goes out of sight."""
    page = chromium.new_page()
    page.goto(f"{address}/login")
    page.fill("[name=email]", "marco@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.goto(f"{address}/me")
    page.click("form[action='/me/telegram'] button")
    link = page.get_attribute("a[href^='https://t.me/']", "href")
    hears(app, said(start=link.partition("?start=")[2]))
    page.evaluate("new BroadcastChannel('centralino').postMessage('changed')")
    page.wait_for_selector(".asks")
    assert not page.is_visible("a[href^='https://t.me/']")
    page.click(".asks button.primary")
    page.wait_for_selector("text=Linked: Mario R.")
    page.close()
