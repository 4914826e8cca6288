"""Hours, holidays, closing days, absences and the week, as the pages show and take them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from inbox import out_of_office
from inbox.app import App
from inbox.models import Calendar, Closure, Event, Team, User

NOW = "2026-11-25T09:00:00+00:00"


@pytest.fixture(autouse=True)
def _wednesday() -> Any:
    with time_machine.travel(NOW):
        yield


def rows(app: App, kind: type[Any]) -> list[Any]:
    with app.database.reading() as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def number(app: App, email: str) -> int:
    return next(one.id for one in rows(app, User) if one.email == email)


WEEK = {
    "mon": "8.30-12.30 14-18",
    "tue": "8:30–12:30, 14:00–18:00",
    "wed": "",
    "thu": "",
    "fri": "9-12",
    "sat": "",
    "sun": "",
}


def test_the_companys_hours_hold_from_their_day(app: App, sign_in: Any) -> None:
    manager = sign_in()
    assert "08:30–12:30, 14:00–18:00" in manager.get("/hours")
    manager.post("/hours", **WEEK, valid_from="2026-12-01", zone="Europe/Rome", country="IT", province="")
    first, second = rows(app, Calendar)
    assert first.hours["wed"], "what held stays"
    assert second.valid_from == date(2026, 12, 1)
    assert second.hours == {
        "mon": [["08:30", "12:30"], ["14:00", "18:00"]],
        "tue": [["08:30", "12:30"], ["14:00", "18:00"]],
        "fri": [["09:00", "12:00"]],
    }
    page = manager.get("/hours")
    assert "Immacolata Concezione" not in page, "the reader is English"
    assert "Immaculate Conception" in page
    assert "Saint Ambrose" not in page
    offered = re.findall(r'name="offered" value="([^"]+)"', page)
    manager.post(
        "/hours",
        **WEEK,
        valid_from="2026-12-01",
        zone="Europe/Rome",
        country="IT",
        province="MI",
        offered=offered,
        free=offered[1:],
    )
    assert len(rows(app, Calendar)) == 2, "the same day's version is changed"
    assert rows(app, Calendar)[-1].worked == ["Immaculate Conception"]
    assert "Ambrose" in manager.get("/hours")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"mon": "18-9"}, "The end comes before the beginning: 18:00–09:00."),
        ({"mon": "9-12, 11-13"}, "These overlap: 09:00–12:00, 11:00–13:00."),
        ({"mon": "in the morning"}, "This cannot be read: in the morning."),
        ({"mon": "", "tue": "", "fri": ""}, "Please enter hours for at least one day."),
        ({"valid_from": "2016-11-01"}, "At most ten years back."),
        ({"valid_from": "soon"}, "Please choose a day."),
        ({"zone": "Europe/Atlantis"}, "Please choose one that is offered here."),
        ({"country": "XX"}, "Please choose one that is offered here."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(app: App, sign_in: Any, typed: dict[str, str], said: str) -> None:
    manager = sign_in()
    before = [(one.hours, one.valid_from) for one in rows(app, Calendar)]
    good = {**WEEK, "valid_from": "2026-12-01", "zone": "Europe/Rome", "country": ""}
    page = manager.post("/hours", 422, **{**good, **typed}).text
    assert said in page
    assert 'aria-invalid="true"' in page
    assert [(one.hours, one.valid_from) for one in rows(app, Calendar)] == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"ends": ""}, "Please say until when"),
        ({"starts": "2026-12-10", "ends": "2026-12-09"}, "The last day comes before the first."),
        ({"ends": "2028-12-09"}, "At most a year at once."),
        ({"ends": "2026-02-31"}, "Please choose a day."),
        ({"ends": "2026-12-09", "hours": "x"}, "This cannot be read: x."),
        ({"ends": "2026-12-09", "cover": "me"}, "Somebody else has to stand in."),
        ({"ends": "2026-12-09", "cover": "9999"}, "Please choose one that is offered here."),
        ({"starts": "2026-11-01", "ends": "2026-11-02"}, "These days are over."),
    ],
)
def test_an_absence_that_cannot_be(app: App, sign_in: Any, typed: dict[str, str], said: str) -> None:
    colleague, marco = sign_in("marco@firm.test"), number(app, "marco@firm.test")
    typed = {name: str(marco) if value == "me" else value for name, value in typed.items()}
    page = colleague.post(f"/hours/people/{marco}/closures", 422, form_page=f"/hours/people/{marco}", **typed).text
    assert said in page
    assert rows(app, Closure) == []


def test_everybody_sets_their_own_absences_and_the_manager_all(app: App, sign_in: Any) -> None:
    colleague, manager, marco = sign_in("marco@firm.test"), sign_in(), number(app, "marco@firm.test")
    mine = f"/hours/people/{marco}"
    assert "My hours and absences" in colleague.get(mine)
    colleague.post(f"{mine}/closures", form_page=mine, starts="2026-12-07", ends="2026-12-11", reason="Holidays")
    shown = colleague.get(mine)
    assert "Holidays" in shown
    assert "nobody of R&amp;D is there" in shown, "and nobody stands in: it is said at once"
    (row,) = rows(app, Closure)
    assert (row.user_id, row.by_user_id, row.hours) == (marco, marco, [])
    assert "Holidays" in manager.get(mine)
    manager.post(f"{mine}/closures/{row.id}/removal", form_page=mine)
    assert rows(app, Closure) == []
    assert [one.action for one in rows(app, Event) if one.action.startswith("closure")] == [
        "closure_added",
        "closure_removed",
    ]


def test_nobody_sets_what_is_not_theirs(app: App, sign_in: Any) -> None:
    colleague, external = sign_in("marco@firm.test"), sign_in("luca@agents.test")
    giulia, team = number(app, "giulia@firm.test"), rows(app, Team)[0].id
    for path in ("/hours", f"/hours/people/{giulia}", f"/hours/teams/{team}", "/hours/people/9999"):
        colleague.get(path, 404)
        external.get(path, 404)
    external.get("/week", 403)
    colleague.get(f"/people/teams/{team}", 403)
    marco = number(app, "marco@firm.test")
    with app.database.writing() as session:
        session.add(Closure(id=7, user_id=giulia, starts=date(2026, 12, 1), ends=date(2026, 12, 2)))
    colleague.post(f"/hours/people/{marco}/closures/7/removal", 404, form_page=f"/hours/people/{marco}")
    assert len(rows(app, Closure)) == 1


def test_a_bridge_is_one_click(app: App, sign_in: Any) -> None:
    manager = sign_in()
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "9-17")
    manager.post("/hours", **week, valid_from="2026-11-25", zone="Europe/Rome", country="IT")
    page = manager.get("/hours")
    assert "Monday, 7 December 2026" in page, "between the Sunday and the Immaculate Conception"
    manager.post("/hours/closures", starts="2026-12-07", ends="2026-12-07", reason="Bridge day")
    assert manager.get("/hours").count("7 December 2026") == 2, "now among the closing days: their line and its button"


def test_the_week_shows_who_is_there_and_why_only_to_whom_it_concerns(app: App, sign_in: Any) -> None:
    colleague, manager, marco = sign_in("marco@firm.test"), sign_in(), number(app, "marco@firm.test")
    giulia = number(app, "giulia@firm.test")
    with app.database.writing() as session:
        for one in (marco, giulia):
            session.add(
                Closure(user_id=one, starts=date(2026, 11, 26), ends=date(2026, 11, 26), reason=f"Reason {one}")
            )
        session.add(
            Closure(starts=date(2026, 12, 24), ends=date(2026, 12, 24), hours=[["08:30", "12:00"]], reason="Eve")
        )
    seen = colleague.get("/week")
    assert f"Reason {marco}" in seen
    assert f"Reason {giulia}" not in seen
    assert f"Reason {giulia}" in manager.get("/week")
    assert "there now" in seen
    eve = manager.get("/week?day=2026-12-24")
    assert "08:30–12:00 · Eve" in eve
    assert manager.get("/week?day=nonsense").count("<svg") == manager.get("/week").count("<svg")
    manager.get("/week?day=9999-12-31")


def test_a_team_has_a_lead_and_minutes_and_a_person_a_zone_and_a_limit(app: App, sign_in: Any) -> None:
    manager, marco = sign_in(), number(app, "marco@firm.test")
    team = next(one for one in rows(app, Team) if one.slug == "rd")
    path = f"/people/teams/{team.id}"
    typed = {"name": "R&D", "lead_id": str(marco), "approver_id": "", "deputy_id": "", "content": "full"}
    manager.post(path, form_page=path, **typed, claim_minutes="90")
    team = next(one for one in rows(app, Team) if one.slug == "rd")
    assert (team.lead_id, team.claim_minutes) == (marco, 90)
    manager.post(path, 422, form_page=path, **typed, claim_minutes="0")
    person = {"name": "Marco Neri", "email": "marco@firm.test", "role": "colleague", "language": "en", "teams": "rd"}
    path = f"/people/{marco}"
    manager.post(path, form_page=path, **person, zones="Veneto, VI, milano; Germany", max_open="8")
    user = next(one for one in rows(app, User) if one.id == marco)
    assert (user.zones, user.max_open) == (["Veneto", "VI", "MI", "de"], 8)
    assert "Veneto, VI, MI, Germany" in manager.get(path)
    refused = manager.post(path, 422, form_page=path, **person, zones="Veneto, Atlantis", max_open="").text
    assert "This is no region, province or country: Atlantis" in refused


def test_own_hours_and_back_to_the_companys(app: App, sign_in: Any) -> None:
    colleague, marco = sign_in("marco@firm.test"), number(app, "marco@firm.test")
    mine, tomorrow = f"/hours/people/{marco}", (date(2026, 11, 25) + timedelta(days=1)).isoformat()
    colleague.post(mine, form_page=mine, **{**WEEK, "own": "1", "valid_from": "2026-11-25"})
    colleague.post(mine, form_page=mine, **{**WEEK, "valid_from": tomorrow})
    own = [one for one in rows(app, Calendar) if one.user_id == marco]
    assert [one.hours is None for one in own] == [False, True]
    assert 'placeholder="08:30–12:30, 14:00–18:00"' in colleague.get(mine)


def test_who_seems_to_be_away_is_asked_about(app: App, sign_in: Any) -> None:
    manager, marco = sign_in(), number(app, "marco@firm.test")
    with app.database.writing() as session:
        out_of_office.note(session, session.get_one(User, marco), 1, "Sono in ferie\nfino al 24.")
    page = manager.get("/")
    assert "Sono in ferie fino al 24." in page
    assert f'href="/hours/people/{marco}#closures"' in page
    manager.post(f"/hours/people/{marco}/presence", form_page="/")
    assert "Sono in ferie" not in manager.get("/")
