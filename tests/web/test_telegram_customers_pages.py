"""Telegram for customers on the pages: connecting a bot, versions of a message, who else reads an answer."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from inbox import channels, fetching
from inbox.app import App
from inbox.models import Channel, Conversation
from tests.emulators.telegram import TelegramEmulator
from tests.parts.telegram_customers import ANNA, BRUNO, GROUP, KIND, connect
from tests.web.conftest import PASSWORD
from tests.web.test_pages_in_chromium import _fits, address, chromium  # noqa: F401

NEW = f"/channels/{KIND}/new"
NAME = "@centralino_test_bot"
JOBS = ("ask_platform", "take_in", "route", "fetch_file", "deliver")


@pytest.fixture
def bot_api(app: App) -> Iterator[TelegramEmulator]:
    with TelegramEmulator() as emulator:
        app.settings.telegram_api = emulator.url
        yield emulator
        assert emulator.violations == []


def brought(app: App, number: int) -> str:
    """What waits at the bot, taken in; the path of the newest talk."""
    connector: Any = app.connector_for(number)
    fetching.fetch_all(app.database, app.blobs, number, connector)
    app.worker().drain(JOBS)
    with app.database.reading() as session:
        newest = select(Conversation.id).where(Conversation.channel_id == number).order_by(Conversation.id.desc())
        return f"/conversations/{session.scalars(newest.limit(1)).one()}"


def bots(app: App) -> list[Channel]:
    with app.database.reading() as session:
        return list(session.scalars(select(Channel).where(Channel.kind == KIND)))


def test_a_bot_is_connected_and_tried_live(app: App, bot_api: TelegramEmulator, sign_in: Any) -> None:
    giulia = sign_in()
    assert NEW in giulia.get("/channels/new")
    assert "The bot that tells colleagues cannot be the one" in giulia.get(NEW)
    there = giulia.post(NEW, form_page=NEW, name="Telegram", token=f" {bot_api.token} ").location
    app.worker().drain(JOBS)
    page = giulia.get(there)
    assert f"{NAME} answers." in page
    assert "is shown what names it" in page
    assert "t.me/centralino_test_bot" in page
    assert "Callback URL" not in page
    assert "your own number" not in page
    assert bot_api.token not in page
    assert there in giulia.get("/channels")
    bot_api.user_says(ANNA, "Buongiorno")
    assert "Buongiorno" in giulia.get(brought(app, bots(app)[0].id))


@pytest.mark.parametrize("token", ["", "abc", "12:", "7:a b", "7:è"])
def test_what_is_no_token_is_said_at_its_field(app: App, bot_api: TelegramEmulator, sign_in: Any, token: str) -> None:
    page = sign_in().post(NEW, 422, form_page=NEW, name="Telegram", token=token).text
    assert 'id="token-error"' in page
    assert bots(app) == []


def test_the_colleagues_bot_is_refused_at_its_field(app: App, bot_api: TelegramEmulator, sign_in: Any) -> None:
    with app.database.writing() as session:
        channels.create(session, app.vault, "telegram", "colleagues", {"token": bot_api.token})
    page = sign_in().post(NEW, 422, form_page=NEW, name="Telegram", token=bot_api.token).text
    assert re.search(
        r'id="token-error"[^>]*>\s*This bot is already the colleagues’: make another one for customers\.', page
    )
    assert bots(app) == []


def test_another_bots_token_is_refused_and_a_renewed_one_taken(
    app: App, bot_api: TelegramEmulator, sign_in: Any
) -> None:
    giulia, there = sign_in(), f"/channels/{KIND}/{connect(app, bot_api)}"
    page = giulia.post(there, 422, form_page=there, name="Bot", token="8:another").text
    assert "It is another bot’s, which needs a channel of its own." in page
    bot_api.token = bot_api.token.partition(":")[0] + ":made-anew"
    giulia.post(f"{there}/look", form_page=there)
    app.worker().drain(JOBS)
    assert "The access is no longer accepted" in giulia.get(there)
    giulia.post(there, form_page=there, name="Bot", token=bot_api.token)
    app.worker().drain(JOBS)
    assert f"{NAME} answers." in giulia.get(there)


def test_versions_lead_to_each_other(app: App, bot_api: TelegramEmulator, sign_in: Any) -> None:
    number = connect(app, bot_api)
    said = bot_api.user_says(ANNA, "Mi servono 4 pezzi")
    for text in ("Mi servono 40 pezzi", "Mi servono 400 pezzi"):
        bot_api.user_edits(ANNA, said["message_id"], text)
    page = sign_in().get(brought(app, number))
    parts = re.findall(r'<li class="message inbound message( outdated)?" id="message-(\d+)">(.*?)</li>', page, re.S)
    assert ["pezzi" in part for _, _, part in parts] == [True] * 3
    assert [bool(old) for old, _, _ in parts] == [True, True, False]
    ids = [number for _, number, _ in parts]
    links = [re.findall(r'href="#message-(\d+)"', part) for _, _, part in parts]
    assert links == [[ids[1]], [ids[0], ids[2]], [ids[1]]]
    assert "The customer has changed an earlier message." in parts[1][2]
    assert "The customer has changed this later." not in parts[2][2]


def test_of_a_group_it_is_said_who_reads_the_answer(app: App, bot_api: TelegramEmulator, sign_in: Any) -> None:
    number = connect(app, bot_api)
    bot_api.add_group(GROUP, "Cantiere <Mestre>", by=ANNA)
    bot_api.user_says(GROUP, f"{NAME} la coppia?", by=BRUNO)
    words = "The answer goes to the group Cantiere &lt;Mestre&gt;, where all its people read it."
    assert words in sign_in().get(brought(app, number))
    bot_api.user_says(BRUNO, "In privato")
    assert "where all its people read it" not in sign_in().get(brought(app, number))


def test_that_the_bot_is_blocked_stands_in_the_talk(app: App, bot_api: TelegramEmulator, sign_in: Any) -> None:
    number = connect(app, bot_api)
    bot_api.user_says(ANNA, "Buongiorno")
    bot_api.user_blocks(ANNA)
    there, giulia = brought(app, number), sign_in()
    assert "The customer has blocked the bot: answers do not arrive." in giulia.get(there)
    giulia.post(f"{there}/answer", form_page=there, text="Buongiorno a Lei")
    app.worker().drain(JOBS)
    assert "nothing reaches them until they let it in again" in giulia.get(there)


def test_only_who_looks_after_channels_sees_it(app: App, bot_api: TelegramEmulator, sign_in: Any) -> None:
    marco = sign_in("marco@firm.test")
    assert marco.get(NEW, 403)
    assert marco.get(f"/channels/{KIND}/{connect(app, bot_api)}", 403)


@pytest.mark.parametrize(("width", "language"), [(390, "it"), (1440, "en")])
def test_the_pages_fit_and_are_quiet(app: App, chromium: Any, address: str, width: int, language: str) -> None:  # noqa: F811
    with ThreadPoolExecutor(1) as pool:  # the browser's loop runs in this thread
        talk, number = pool.submit(_talk, app).result()
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale=f"{language}-IT")
    page, said = context.new_page(), []
    page.on("console", lambda one: said.append(f"{page.url}: {one.text}") if one.type in ("error", "warning") else None)
    page.goto(f"{address}/login")
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit], form button")
    for path in (talk, NEW, f"/channels/{KIND}/{number}"):
        page.goto(address + path)
        _fits(page)
    page.goto(address + talk)
    page.click("text=/earlier wording|versione precedente/i")
    assert page.url.partition("#")[2].startswith("message-")
    assert said == []
    context.close()


def _talk(app: App) -> tuple[str, int]:
    """A talk in a group with a change and a file that is too large, and the bot's channel."""
    with TelegramEmulator() as bot_api:
        number = connect(app, bot_api)
        bot_api.add_group(GROUP, "Cantiere di Mestre, lotto 2: montaggio dei giunti", by=ANNA)
        said = bot_api.user_says(GROUP, f"{NAME} servono 4 giunti GX-40", by=ANNA)
        bot_api.user_edits(GROUP, said["message_id"], f"{NAME} servono 40 giunti GX-40")
        return brought(app, number), number
