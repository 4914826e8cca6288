"""Where leads come from and what they cost, on the pages."""

import io
import re
import zipfile
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from inbox import users
from inbox.app import App
from inbox.models import LeadCost
from tests.web.conftest import PASSWORD, Visitor
from tests.web.test_leads_pages import number_of, plain

SOURCES, FUNNEL = "/leads/sources", "/leads/funnel"


def save(visitor: Visitor, status: int = 302, month: str = "2026-03", **changed: dict[str, str]) -> str:
    """Save the page of sources as a browser would, some fields of some sources changed."""
    page = visitor.get(f"{SOURCES}?month={month}")
    codes = re.findall(r'name="code" value="([^"]*)"', page)
    fields = {
        name: [changed.get(unescape(code), {}).get(name, "") for code in codes] for name in ("name", "into", "cost")
    }
    data = {"code": [unescape(one) for one in codes], **fields}
    return str(visitor.post(f"{SOURCES}?month={month}", status, SOURCES, **data).text)


def costs(app: App) -> dict[tuple[str, date], int]:
    with app.database.reading() as session:
        return {(row.source, row.month): row.cents for row in session.scalars(select(LeadCost))}


def test_costs_are_typed_by_month(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    save(giulia, google_ads={"cost": "1.250,50", "name": "Annunci Google"}, fair={"cost": "800"})
    assert costs(app) == {("google_ads", date(2026, 3, 1)): 125_050, ("fair", date(2026, 3, 1)): 80_000}
    page = giulia.get(f"{SOURCES}?month=2026-03")
    assert 'value="1250,50"' in page
    assert 'value="Annunci Google"' in page
    assert "In all €2,050.50" in plain(giulia, f"{SOURCES}?month=2026-03")
    assert 'value="1250,50"' not in giulia.get(f"{SOURCES}?month=2026-04")
    save(giulia, google_ads={"cost": "", "name": "Annunci Google"})
    assert costs(app) == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"google_ads": {"cost": "tanto"}}, "This is no sum"),
        ({"google_ads": {"into": "fair"}, "fair": {"into": "google_ads"}}, "Two sources cannot count as each other."),
        ({"google_ads": {"name": "x"}, "fair": {"name": "X"}}, "Another source is called so already."),
        ({"google_ads": {"name": "x" * 100}}, "This is too long."),
        ({"google_ads": {"into": "nowhere"}}, "This source is not known"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(app: App, sign_in: Any, changed: Any, said: str) -> None:
    assert said in save(sign_in(), 422, **{"mail": {"cost": "5"}, **changed})
    assert costs(app) == {}


def test_costs_from_a_file(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    good = b"Fonte;Mese;Costo\nGoogle Ads;2026-03;100\nFair;2026-03;50,5\n"
    bad = good + b"Bong;2026-03;5\n"
    page = giulia.post(f"{SOURCES}/file", 422, SOURCES, file=(io.BytesIO(bad), "costi.csv")).text
    assert "Line 4: no source is called Bong." in page
    assert costs(app) == {}
    giulia.post(f"{SOURCES}/file", 422, SOURCES)
    giulia.post(f"{SOURCES}/file", form_page=SOURCES, file=(io.BytesIO(good), "costi.csv"))
    assert costs(app) == {("google_ads", date(2026, 3, 1)): 10_000, ("fair", date(2026, 3, 1)): 5_050}
    assert "2 costs were read, 2 of them changed something." in giulia.get(SOURCES)


def test_the_funnel_shows_what_was_sold(app: App, sign_in: Any) -> None:
    giulia, number = sign_in(), number_of(app)
    assert "No lead here" in giulia.get(FUNNEL)
    giulia.post(f"/conversations/{number}/lead", stage="won", value="12.400", currency="EUR", owner="")
    this = f"{date.today():%Y-%m}"
    save(giulia, month=this, mail={"cost": "124"})
    page = plain(giulia, FUNNEL)
    assert "Mail, not known from where 1 0 0 1 0 €12,400 €124 €124 €0.010" in page
    assert "does not show that the one brings the other" in page
    assert giulia.get(FUNNEL).count('class="chart') == 2  # wide, and narrow for a phone
    assert "became a sale: 1" in giulia.get(FUNNEL)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=2026-01&to=2026-03&by=first&whom=new", 200), ("from=2026-03&to=2026-01", 422), ("from=x&to=y", 422),
        ("from=2001-01&to=2026-01", 422), ("by=x&whom=x", 200), ("to=2026-01", 422), ("from=2100-12&to=2100-12", 200),
    ],
)  # fmt: skip
def test_any_address_of_the_funnel_has_an_answer(sign_in: Any, query: str, status: int) -> None:
    sign_in().get(f"{FUNNEL}?{query}", status)


def test_who_may_see_what(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        for role in ("director", "consultant"):
            users.create(session, f"{role}@firm.test", role, role, "en", [], PASSWORD)
    for address, statuses in (
        ("giulia@firm.test", (200, 200, 200)), ("marco@firm.test", (200, 200, 403)),
        ("luca@agents.test", (200, 403, 403)), ("director@firm.test", (403, 200, 403)),
        ("consultant@firm.test", (403, 200, 403)),
    ):  # fmt: skip
        someone = sign_in(address)
        for path, status in zip(("/leads", FUNNEL, SOURCES), statuses, strict=True):
            someone.get(path, status)


def test_the_list_as_a_file_that_runs_nothing(app: App, sign_in: Any) -> None:
    giulia, number = sign_in(), number_of(app)
    giulia.post(f"/conversations/{number}/lead", stage="won", value="12.400,50", currency="EUR", owner="",
                product='=HYPERLINK("x")')  # fmt: skip
    rows = giulia.get("/leads/file?state=won").splitlines()
    assert len(rows) == 2
    assert "12400,50;EUR" in rows[1]
    assert "\"'=HYPERLINK(" in rows[1]
    assert len(giulia.get("/leads/file?state=lost").splitlines()) == 1
    answer = giulia.client.get("/leads/file/workbook?state=won")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        sheet, words = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
    assert "<v>12400.5</v>" in sheet
    assert "<f>" not in sheet
    assert "'=HYPERLINK(" in words


def test_what_to_write_about_as_markdown(app: App, sign_in: Any) -> None:
    giulia = sign_in()
    assert "No question was asked by three customers yet." in giulia.get("/leads/topics")
    assert giulia.get("/leads/topics/file").startswith("# To write about")
    sign_in("marco@firm.test").get("/leads/topics", 403)
