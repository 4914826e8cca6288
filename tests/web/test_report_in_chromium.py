"""The report in a real browser: axe finds nothing on it, in both schemes and languages, and on paper nothing is hidden."""

from typing import Any

import pytest
from sqlalchemy import select

from inbox import conversations
from inbox.app import App
from inbox.events import SYSTEM
from inbox.leads import stages
from inbox.models import Conversation, User
from tests.parts import axe
from tests.parts.long import LONG
from tests.web.conftest import PASSWORD
from tests.web.test_pages_in_chromium import address, chromium  # noqa: F401

pytestmark = LONG

PAGES = (
    "/report?compare=previous", "/report?by=rule", "/report/cases", "/report/questions", "/report/mailing",
    "/report/month", "/now", "/now/wall", "/leads", "/leads/1", "/leads/new", "/leads/funnel", "/leads/sources",
    "/leads/topics", "/hours/targets", "/channels/chats/new",
)  # fmt: skip


@pytest.mark.parametrize(("scheme", "language"), [("light", "it"), ("dark", "en")])
def test_nobody_is_shut_out(app: App, chromium: Any, address: str, scheme: str, language: str) -> None:  # noqa: F811
    _answered(app, language)
    page = _signed_in(chromium, address, color_scheme=scheme)
    for path in PAGES:
        page.goto(address + path)
        assert axe.violations(page) == [], path
    page.close()


def test_on_paper_the_numbers_stand_below_their_charts(app: App, chromium: Any, address: str) -> None:  # noqa: F811
    _answered(app, "en")
    page = _signed_in(chromium, address)
    page.goto(f"{address}/report")
    tables = page.locator(".behind table")
    assert tables.count() == 3
    assert not any(tables.nth(number).is_visible() for number in range(3))
    assert page.is_visible(".own")
    page.emulate_media(media="print", color_scheme="dark")
    assert all(tables.nth(number).bounding_box()["height"] > 40 for number in range(3))
    assert not page.is_visible(".own")  # nobody else is to see it
    assert not page.is_visible("header.top")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()


def test_the_page_of_this_moment_follows_what_happens(app: App, chromium: Any, address: str) -> None:  # noqa: F811
    page = _signed_in(chromium, address)
    page.goto(f"{address}/now/wall")
    assert page.locator(".onwall tbody tr").count() == 3
    _answered(app, "en")
    page.evaluate("new BroadcastChannel('centralino').postMessage('changed')")
    other = page.context.new_page()
    other.goto(f"{address}/now/wall")
    other.evaluate("new BroadcastChannel('centralino').postMessage('changed')")
    page.wait_for_function("document.querySelectorAll('.onwall tbody tr').length === 2")
    page.context.close()


def _signed_in(chromium: Any, address: str, **how: Any) -> Any:  # noqa: F811
    page = chromium.new_context(**how).new_page()
    page.goto(f"{address}/login")
    page.fill("[name=email]", "giulia@firm.test")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    return page


def _answered(app: App, language: str) -> None:
    with app.database.writing() as session:
        giulia = session.scalars(select(User).where(User.email == "giulia@firm.test")).one()
        giulia.language = language
        one = session.get_one(Conversation, 1)
        conversations.claim(session, one, giulia)
        conversations.answered_by_phone(session, one, giulia, "")
        stages.set_stage(session, one, SYSTEM, "quoted")
