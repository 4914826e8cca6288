"""Each Monday the open quotes are told to whoever has them, and the links behind them take what has become of each."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from inbox.doors.quotes import QuoteDoor
from inbox.events import person
from inbox.leads import keeping, links, stages
from inbox.models import Conversation, Lead, User, now
from routing import leadweek
from tests.parts.desk import URL, Desk

MONDAY, SUNDAY = datetime(2026, 11, 30, 9, tzinfo=UTC), datetime(2026, 11, 29, 23, tzinfo=UTC)
QUOTED = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def lead(desk_on_both: Desk) -> int:
    """A quote of 8,000 euros in the manager's hands."""
    desk = desk_on_both
    asked = desk.ask(subject="Giunti", sender="anna@rossi.test", name="Anna Rossi")
    with desk.database.writing() as session:
        actor = person(desk.manager)
        found = stages.set_stage(session, session.get_one(Conversation, asked.id), actor, "quoted", QUOTED)
        assert found is not None
        keeping.set_value(session, found, actor, 800_000)
        return found.id


def told(desk: Desk, at: datetime = MONDAY) -> list[Any]:
    before = len(desk.notices())
    leadweek.every_week(desk.database, desk.app.vault, URL, at)
    return list(desk.notices()[before:])


@pytest.fixture
def door(desk_on_both: Desk) -> Iterator[TestClient]:
    one = QuoteDoor(desk_on_both.database, desk_on_both.app.vault, "en")
    with TestClient(Starlette(routes=[Route("/quote/{token}", one.answer, methods=["GET", "POST"])])) as client:
        yield client


def link_of(desk: Desk, lead: int, user: int = 0) -> str:
    return links.url(desk.app.vault, "", lead, user or desk.manager, now())


def fresh(desk: Desk, lead: int) -> Lead:
    with desk.database.reading() as session:
        return session.get_one(Lead, lead)


def test_once_a_week_from_the_first_working_minute_on(desk_on_both: Desk, lead: int) -> None:
    desk = desk_on_both
    leadweek.every_week(desk.database, desk.app.vault, URL, datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert told(desk, SUNDAY) == []
    (mail,) = told(desk)
    assert mail.recipient == "giulia@firm.test"
    assert mail.envelope["subject"] == "1 open quote"
    assert "- Anna Rossi: Giunti · €8,000 · quoted 10 days ago" in mail.envelope["text"]
    assert re.search(rf"{URL}/quote/[\w.-]+\n", mail.envelope["text"])
    assert told(desk) == []


def test_only_open_ones_and_only_to_whoever_has_them(desk_on_both: Desk, lead: int) -> None:
    desk = desk_on_both
    desk.add_user("marco@firm.test", "colleague", "sales")
    with desk.database.writing() as session:
        found = session.get_one(Lead, lead)
        stages.move(session, found, person(desk.manager), "won")
    assert told(desk) == []


def test_opening_the_link_changes_nothing(desk_on_both: Desk, lead: int, door: TestClient) -> None:
    page = door.get(link_of(desk_on_both, lead))
    assert page.status_code == 200
    assert "What has become of this quote?" in page.text
    assert "Giunti" in page.text
    assert fresh(desk_on_both, lead).stage == "quoted"
    assert "no-referrer" in page.headers["Referrer-Policy"]


@pytest.mark.parametrize(
    ("data", "stage", "cents", "reason"),
    [
        ({"stage": "won", "value": "12.400"}, "won", 1_240_000, ""),
        ({"stage": "lost", "reason": "price", "value": "8.000"}, "lost", 800_000, "price"),
        ({"stage": "open", "on": "2026-12-15"}, "quoted", 800_000, ""),
    ],
)
def test_what_became_of_it(
    desk_on_both: Desk, lead: int, door: TestClient, data: dict[str, str], stage: str, cents: int, reason: str
) -> None:
    page = door.post(link_of(desk_on_both, lead), data=data)
    assert page.status_code == 200
    found = fresh(desk_on_both, lead)
    assert (found.stage, found.value_cents, found.lost_reason) == (stage, cents, reason)
    assert str(found.next_on or "") == data.get("on", "")
    assert "<form" not in page.text


@pytest.mark.parametrize(
    "data", [{}, {"stage": "new"}, {"stage": "won", "value": "tanto"}, {"stage": "lost", "reason": "x"}]
)
def test_what_is_wrong_is_said(desk_on_both: Desk, lead: int, door: TestClient, data: dict[str, str]) -> None:
    page = door.post(link_of(desk_on_both, lead), data=data)
    assert page.status_code == 422
    assert fresh(desk_on_both, lead).stage == "quoted"


def test_a_link_counts_for_whoever_has_the_lead(desk_on_both: Desk, lead: int, door: TestClient) -> None:
    desk = desk_on_both
    marco = desk.add_user("marco@firm.test", "colleague", "sales")
    assert door.post(link_of(desk, lead, marco), data={"stage": "won"}).status_code == 410
    assert door.get("/quote/xyz").status_code == 404
    old = links.url(desk.app.vault, "", lead, desk.manager, now() - links.LIFETIME * 2)
    assert door.post(old, data={"stage": "won"}).status_code == 410
    assert door.post(link_of(desk, lead), content=b"x" * 30_000).status_code == 413
    with desk.database.writing() as session:
        session.get_one(User, desk.manager).disabled_at = now()
    assert door.post(link_of(desk, lead), data={"stage": "won"}).status_code == 410
    assert fresh(desk, lead).stage == "quoted"
