"""How fast a single colleague answers: who sees it where, before and after it was agreed (art. 4, legge 300/1970)."""

import csv
import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from inbox import conversations
from inbox.app import App
from inbox.events import person
from inbox.models import Conversation, Delivery, Event, TimesAgreement, User, now
from inbox.models.user import COLLEAGUE, CONSULTANT, DIRECTOR, EXTERNAL, MANAGER
from inbox.reporting import agreements

ROLES = (MANAGER, COLLEAGUE, EXTERNAL, DIRECTOR, CONSULTANT)
PLACES = ("/report?by=person", "/report.csv", "/report.xlsx", "/report.json", "/report/cases?by=person&value={marco}",
          "/now", "/now/wall?names=1", "/report/cases", "/report/questions")  # fmt: skip
STATED = {"basis": "unions", "reference": "Accordo 12", "dated": "2026-01-15"}


@pytest.fixture
def marco(app: App) -> int:
    """Marco has answered the first question by phone; nobody else has answered anything."""
    with app.database.writing() as session:
        user = session.scalars(select(User).where(User.email == "marco@firm.test")).one()
        one = session.get_one(Conversation, 1)
        conversations.claim(session, one, user)
        conversations.answered_by_phone(session, one, user)
        return user.id


def agree(app: App, days: int = 400) -> None:
    with app.database.writing() as session:
        giulia = session.scalars(select(User).where(User.email == "giulia@firm.test")).one()
        at = now() - timedelta(days=days)
        agreements.begin(session, "unions", "Accordo 12", date(2024, 1, 15), person(giulia.id), at)


@pytest.mark.parametrize("agreed", [False, True], ids=["closed", "agreed"])
@pytest.mark.parametrize("role", ROLES)
def test_nobody_but_managers_where_it_was_agreed_sees_the_times_of_another(
    app: App, sign_in: Any, marco: int, role: str, agreed: bool
) -> None:
    if agreed:
        agree(app)
    with app.database.writing() as session:
        session.scalars(select(User).where(User.email == "luca@agents.test")).one().role = role
    luca = sign_in("luca@agents.test")
    sees = agreed and role == MANAGER
    for place in PLACES:
        path = place.format(marco=marco)
        answer = luca.client.get(path)
        if role == EXTERNAL or (role == CONSULTANT and path == "/report/questions"):
            assert answer.status_code == 403, path
            continue
        assert answer.status_code == 200, path
        told = readable(answer.data)
        expected = sees and ("person" in path or path.startswith("/report."))
        assert ("Marco Neri" in told) is expected, path
        assert ("first_by_person" in told) is (expected and path.endswith("json")), path
    managing = 200 if role == MANAGER else 403
    assert luca.client.get("/people/times").status_code == managing
    assert luca.client.get("/me/times").status_code == (403 if role in (DIRECTOR, CONSULTANT) else 200)
    assert "Accordo 12" not in readable(luca.client.get("/report").data)


def readable(data: bytes) -> str:
    """A page, or all texts of a workbook."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode("utf-8") for name in book.namelist())


def test_who_may_not_see_persons_gets_no_list_of_theirs(app: App, sign_in: Any, marco: int) -> None:
    """An address with a colleague's number lists the same as without."""
    giulia = sign_in()
    path = f"/report/cases?by=person&value={marco}"
    every = giulia.get("/report/cases").count('<td class="short">')
    assert giulia.get(path).count('<td class="short">') == every == 3
    agree(app)
    assert giulia.get(path).count('<td class="short">') == 1
    assert "Colleague: Marco Neri" in giulia.get(path)
    assert giulia.get(f"/report/cases?user_id={marco}").count('<td class="short">') == every


def test_what_was_before_the_agreement_stays_unseen(app: App, sign_in: Any, marco: int) -> None:
    agree(app, days=0)
    giulia = sign_in()
    assert "Marco Neri" not in giulia.get("/report?by=person")
    assert "Marco Neri" not in giulia.get("/report.csv")
    assert giulia.get(f"/report/cases?by=person&value={marco}").count('<td class="short">') == 0


def test_each_colleague_sees_their_own_times(app: App, sign_in: Any, marco: int) -> None:
    mine = sign_in("marco@firm.test")
    page = mine.get("/me/times")
    assert "1 of 1 within" in page
    assert "Nobody else sees these times." in page
    assert "No answer of yours in these days" in sign_in().get("/me/times")
    assert "No answer of yours in these days" in mine.get("/me/times?from=2020-01-01&to=2020-01-31")
    assert "Please give both days" in mine.get("/me/times?from=soon", 422)
    assert "My response times" in mine.get("/me")
    assert mine.get("/report/cases?measure=first&state=answered&mine=1").count('<td class="short">') == 1


def test_it_is_opened_with_a_reference_told_to_everybody_and_closed_again(app: App, sign_in: Any, marco: int) -> None:
    giulia = sign_in()
    assert "Times of single persons" in giulia.get("/people")
    page = giulia.post("/people/times", status=422, **{**STATED, "reference": " "}).text
    assert "Please say by which document" in page
    assert "Please choose a day" in giulia.post("/people/times", status=422, **{**STATED, "dated": "2199-01-01"}).text
    assert "is offered here" in giulia.post("/people/times", status=422, **{**STATED, "basis": "mine"}).text
    giulia.post("/people/times", **STATED)
    giulia.post("/people/times", **STATED)
    with app.database.reading() as session:
        (row,) = session.scalars(select(TimesAgreement))
        told = session.scalars(select(Delivery).where(Delivery.envelope["subject"].as_string().contains("personal")))
        assert {one.recipient for one in told} == {"giulia@firm.test", "marco@firm.test", "luca@agents.test"}
    assert (row.reference, row.dated, row.ended_at) == ("Accordo 12", date(2026, 1, 15), None)
    assert "Accordo 12" in sign_in("marco@firm.test").get("/me")
    assert "Your own answers:" in sign_in("marco@firm.test").get("/report")
    giulia.post(f"/people/times/{row.id}/end")
    giulia.post(f"/people/times/{row.id}/end")
    giulia.post("/people/times/999/end", status=404)
    assert "Nobody else sees these times." in sign_in("marco@firm.test").get("/me")
    assert "What was agreed" in giulia.get("/people/times")
    with app.database.reading() as session:
        events = [one.action for one in session.scalars(select(Event).where(Event.action.like("times_%")))]
    assert events == ["times_opened", "times_closed"]


def test_by_colleague_stands_in_the_files_of_managers(app: App, sign_in: Any, marco: int) -> None:
    agree(app)
    rows = list(csv.reader(io.StringIO(sign_in().get("/report.csv").lstrip("\ufeff")), delimiter=";"))
    at = next(number for number, row in enumerate(rows) if row and row[0] == "First response: Colleague")
    assert rows[at + 2][:3] == ["Marco Neri", "1", "1"]
