"""Who is there when, and who stands in for whoever is not."""

from datetime import date, datetime
from typing import Any

import pytest

from inbox.models import Calendar, Closure, Team
from inbox.worktime.rota import AWAY, OFF_DUTY, Rota
from tests.parts.desk import Desk
from tests.parts.hours import utc

MONDAY = date(2026, 8, 10)
NOON = utc(2026, 8, 12, 10)


def team_id(desk: Desk, slug: str = "rd") -> int:
    return next(one.id for one in desk.all(Team) if one.slug == slug)


def close(desk: Desk, starts: date = MONDAY, ends: date = date(2026, 8, 21), **values: Any) -> int:
    with desk.database.writing() as session:
        row = Closure(starts=starts, ends=ends, **values)
        session.add(row)
        session.flush()
        return row.id


def duty(desk: Desk, user_id: int, moment: datetime, team: int | None = None) -> str:
    with desk.database.reading() as session:
        return Rota(session).duty(user_id, moment, team)


def test_people_have_the_companys_hours_then_their_own(desk_on_both: Desk) -> None:
    desk = desk_on_both
    anna = desk.add_user("anna@firm.test", "colleague", "rd")
    afternoon = utc(2026, 3, 3, 15)
    assert (duty(desk, anna, afternoon), duty(desk, anna, afternoon.replace(hour=21))) == ("", OFF_DUTY)
    with desk.database.writing() as session:
        session.add(
            Calendar(
                name="", user_id=anna, timezone="", hours={"tue": [["09:00", "12:00"]]}, valid_from=date(2026, 1, 1)
            )
        )
    assert (duty(desk, anna, afternoon), duty(desk, anna, afternoon.replace(hour=9))) == (OFF_DUTY, "")
    assert duty(desk, anna, utc(2025, 12, 2, 15)) == "", "before their own hours begin, the company's hold"


@pytest.mark.parametrize("level", ["company", "team", "person"])
def test_whoever_is_closed_is_away(desk: Desk, level: str) -> None:
    anna = desk.add_user("anna@firm.test", "colleague", "rd")
    owner = {"company": {}, "team": {"team_id": team_id(desk)}, "person": {"user_id": anna}}[level]
    number = close(desk, **owner)
    with desk.database.reading() as session:
        rota = Rota(session, MONDAY)
        assert rota.duty(anna, NOON) == AWAY
        absence = rota.absence(anna, NOON)
        assert absence is not None
        assert absence.id == number
        assert rota.duty(desk.manager, NOON) == (AWAY if level == "company" else "")
        assert (rota.closure(team_id(desk), NOON) is not None) == (level != "person")


def test_a_team_of_others_does_not_close_somebody(desk: Desk) -> None:
    anna = desk.add_user("anna@firm.test", "colleague", "rd")
    close(desk, team_id=team_id(desk, "sales"))
    assert duty(desk, anna, NOON, team_id(desk, "sales")) == "", "who is no member has the hours of the first own team"


def test_covers_cover_each_other_and_no_ring_hangs(desk: Desk) -> None:
    anna, bruno, carla = (desk.add_user(f"{name}@firm.test", "colleague", "rd") for name in ("anna", "bruno", "carla"))
    first = close(desk, user_id=anna, cover_id=bruno)
    with desk.database.reading() as session:
        rota = Rota(session)
        assert rota.cover(rota.absence(anna, NOON), NOON) == bruno
    close(desk, user_id=bruno, cover_id=carla)
    with desk.database.reading() as session:
        rota = Rota(session)
        assert rota.cover(rota.closures[first], NOON) == carla
    close(desk, user_id=carla, cover_id=anna)
    with desk.database.reading() as session:
        rota = Rota(session)
        assert rota.cover(rota.closures[first], NOON) is None


def test_who_covers_the_companys_closing_is_reached_through_it(desk: Desk) -> None:
    anna = desk.add_user("anna@firm.test", "colleague", "rd")
    close(desk, cover_id=anna)
    with desk.database.reading() as session:
        rota = Rota(session)
        assert rota.cover(rota.closure(None, NOON), NOON) == anna
        assert rota.cover(rota.absence(desk.manager, NOON), NOON) == anna
