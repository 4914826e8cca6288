"""The report on its page: numbers that lead to questions, who may see whom, other days beside these."""

import html
import re
from importlib.util import find_spec
from typing import Any

import pytest
from sqlalchemy import select

from inbox import conversations
from inbox.app import App
from inbox.events import person
from inbox.models import Conversation, User
from inbox.models.user import CONSULTANT, DIRECTOR
from inbox.reporting import cells, counting
from tests.parts import missing


def test_every_number_opens_as_many_questions(sign_in: Any) -> None:
    giulia = sign_in()
    numbers = _numbers(giulia.get("/report"))
    assert len(numbers) > 5
    for path, number in numbers:
        assert giulia.get(path).count('<td class="short">') == number, path


@pytest.mark.parametrize("by", ["team", "channel", "kind", "language", "rule", "source", "product", "nonsense"])
def test_told_apart_by_everything(sign_in: Any, by: str) -> None:
    giulia = sign_in()
    for path, number in _numbers(giulia.get(f"/report?by={by}")):
        assert giulia.get(path).count('<td class="short">') == number, path


def test_who_got_no_answer_is_named(app: App, sign_in: Any) -> None:
    _close_first(app)
    page = sign_in().get("/report")
    assert "Closed without an answer" in page
    assert re.search(r'href="/conversations/1">Anna Bianchi', page)


@pytest.mark.parametrize(("role", "named"), [(DIRECTOR, True), (CONSULTANT, False)])
def test_a_director_sees_names_and_a_consultant_figures_only(app: App, sign_in: Any, role: str, named: bool) -> None:
    _close_first(app)
    with app.database.writing() as session:
        session.scalars(select(User).where(User.email == "marco@firm.test")).one().role = role
    marco = sign_in("marco@firm.test")
    for path in ("/report", "/report/cases", "/report/cases?state=unanswered"):
        page = marco.get(path)
        assert ("Anna Bianchi" in page) is named
        assert ("Giunto GX-40" in page) is named
        assert "/conversations/" not in page


@pytest.mark.parametrize("path", ["/report", "/report.json", "/report/cases"])
def test_an_external_agent_sees_no_report(sign_in: Any, path: str) -> None:
    sign_in("luca@agents.test").get(path, 403)


def test_other_days_stand_beside_these(sign_in: Any) -> None:
    page = sign_in().get("/report?from=2026-03-01&to=2026-03-31&compare=previous")
    assert "beside 1 February 2026 to 28 February 2026" in page
    assert "beside 1 March 2025 to 31 March 2025" in sign_in().get("/report?from=2026-03-01&to=2026-03-31&compare=year")
    assert "beside 1" not in sign_in().get("/report?from=2026-03-01&to=2026-03-31&compare=other")
    assert "beside 1 March 2025 to 31 March 2025: no question in those days" in sign_in().get(
        "/report?from=2026-03-01&to=2026-03-31&compare=year"
    )
    assert "before: " not in sign_in().get("/report?compare=previous")
    assert ">before<" not in sign_in().get("/report?compare=previous")


def test_few_answers_are_counted_instead_of_percentiles(app: App, sign_in: Any) -> None:
    with app.database.writing() as session:
        giulia = session.scalars(select(User).where(User.email == "giulia@firm.test")).one()
        for one in session.scalars(select(Conversation)):
            conversations.claim(session, one, giulia)
            conversations.answered_by_phone(session, one, giulia, "")
    page = re.sub(r"<[^>]+>", "", sign_in().get("/report"))
    assert "2 of 3 within" in page
    assert "3 of 3 within" in page
    assert "Your own answers (nobody else sees this line): 3" in page
    assert "Your own answers" not in sign_in("marco@firm.test").get("/report")


def test_what_the_address_cannot_mean_is_left_out(sign_in: Any) -> None:
    giulia = sign_in()
    for wish in ("measure=x&state=y&hour=9-99&after=z", "by=team&value=abc", "by=x&value=1", "hour=0-24", "mine=2"):
        giulia.get(f"/report/cases?{wish}")
    giulia.get("/report/cases?from=x&to=y", 422)


def _numbers(page: str) -> list[tuple[str, int]]:
    found = re.findall(r'<a class="opens" href="([^"]+)">(\d+)</a>', page)
    return [(html.unescape(path), int(number)) for path, number in found]


def _close_first(app: App) -> None:
    with app.database.writing() as session:
        conversations.close(session, session.get_one(Conversation, 1), person(1))


@pytest.mark.parametrize(("path", "begins"), [("/report.csv", b"\xef\xbb\xbf"), ("/report.xlsx", b"PK")])
def test_the_report_as_a_file(sign_in: Any, path: str, begins: bytes) -> None:
    if path.endswith("xlsx") and find_spec("xlsxwriter") is None:
        missing("xlsxwriter")
    giulia = sign_in()
    answer = giulia.client.get(f"{path}?from=2026-03-01&to=2026-03-31&compare=previous")
    assert answer.status_code == 200
    assert answer.data.startswith(begins)
    assert f"report-2026-03-01-2026-03-31{path[7:]}" in answer.headers["Content-Disposition"]
    giulia.get(f"{path}?from=x&to=y", 422)
    sign_in("luca@agents.test").get(path, 403)


def test_the_questions_that_come_often(app: App, sign_in: Any) -> None:
    assert "No two questions are alike" in sign_in().get("/report/questions")
    assert "/report/questions?" in sign_in().get("/report")
    with app.database.writing() as session:
        session.scalars(select(User).where(User.email == "marco@firm.test")).one().role = CONSULTANT
    sign_in("marco@firm.test").get("/report/questions", 403)
    assert "/report/questions" not in sign_in("marco@firm.test").get("/report")


def test_a_report_of_very_many_says_that_it_is_rounded(app: App, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    counting.refresh(app.database, app.settings.timezone)
    monkeypatch.setattr(cells, "EXACT_UP_TO", 0)
    giulia = sign_in()
    page = giulia.get("/report?by=rule&compare=year")
    assert "Times are rounded to within 2.5 %." in page
    for path, number in _numbers(page):
        assert giulia.get(path).count('<td class="short">') == number, path
    assert giulia.client.get("/report.json").json["rough"] is True
    exact = re.search(r'href="([^"]*exact=1[^"]*)"', page)
    assert exact
    assert "rounded" not in giulia.get(html.unescape(exact[1]))
    assert giulia.client.get("/report.json?exact=1").json["rough"] is False
