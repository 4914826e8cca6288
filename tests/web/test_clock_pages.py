"""The table of times to answer, and correcting the past, as a manager sees and uses them."""

from typing import Any

import pytest
from sqlalchemy import select

from inbox.app import App
from inbox.models import Correction, Target


def lines(app: App) -> list[Target]:
    with app.database.reading() as session:
        return list(session.scalars(select(Target).order_by(Target.id)))


def test_a_line_is_entered_replaced_and_taken_back(app: App, sign_in: Any) -> None:
    manager = sign_in()
    assert "Times to answer" in manager.get("/hours")
    assert "There is no line yet." in manager.get("/hours/targets")
    manager.post("/hours/targets", minutes="60", priority="urgent", kind="customer")
    assert "1 h" in manager.get("/hours/targets")
    manager.post("/hours/targets", minutes="90", priority="urgent", kind="customer")
    page = manager.get("/hours/targets")
    assert "1 h 30 min" in page
    assert "What held before" in page
    manager.post(f"/hours/targets/{lines(app)[-1].id}/end")
    assert [row.ended_at is None for row in lines(app)] == [False, False]


def test_a_line_for_what_the_contact_is(app: App, sign_in: Any) -> None:
    manager = sign_in()
    manager.post("/hours/targets", minutes="30", contact_class="followed")
    assert "<p>customer with a reference person</p>" in manager.get("/hours/targets")
    assert [row.contact_class for row in lines(app)] == ["followed"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"minutes": "0"}, "Please enter minutes of working time"),
        ({"minutes": "soon"}, "Please enter minutes of working time"),
        ({"minutes": "60", "team": "999"}, "Please choose one that is offered here."),
        ({"minutes": "60", "contact_class": "friend"}, "Please choose one that is offered here."),
        ({"minutes": "60", "priority": "asap"}, "Please choose one that is offered here."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(app: App, sign_in: Any, typed: dict[str, str], said: str) -> None:
    assert said in sign_in().post("/hours/targets", status=422, **typed).text
    assert lines(app) == []


def test_only_managers_see_them(sign_in: Any) -> None:
    colleague = sign_in("marco@firm.test")
    for path in ("/hours/targets", "/hours/corrections", "/hours/corrections/1"):
        colleague.get(path, status=403)


def test_the_past_is_corrected_by_a_button_and_shown_with_its_progress(app: App, sign_in: Any) -> None:
    manager = sign_in()
    assert "Please choose a day" in manager.post("/hours/corrections", status=422, since="soon").text
    manager.post("/hours/corrections", since="2026-01-01")
    with app.database.reading() as session:
        number = session.scalars(select(Correction.id)).one()
    assert "data-live" in manager.get(f"/hours/corrections/{number}")
    assert "One correction is under way" in manager.post("/hours/corrections", status=422, since="2026-01-01").text
    app.worker().drain(("correct_past",))
    assert "0 of 0 measured again, 0 changed." in manager.get(f"/hours/corrections/{number}")
    manager.get("/hours/corrections/999", status=404)
    assert "0 changed" in manager.get("/hours/corrections")
