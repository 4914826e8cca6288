"""A manager who was away: on their first working morning one list says what waits for them."""

from datetime import date, timedelta

import pytest
import time_machine

from inbox.models import Closure, User
from routing import releasing, returning, rules
from routing.rules import Rule
from tests.parts.desk import URL, Desk
from tests.parts.hours import utc

# Away from Tuesday to Friday; Monday, half past eight in Rome, is the first working moment after it.
FRIDAY, MONDAY = date(2026, 3, 6), utc(2026, 3, 9, 7, 30)


@pytest.fixture
def desk(desk_on_both: Desk) -> Desk:
    with desk_on_both.database.writing() as session:
        rules.save(session, [Rule("rest", "Rest", rules.Actions(team="triage"))])
        session.get_one(User, desk_on_both.manager).quiet = True
        session.add(Closure(user_id=desk_on_both.manager, starts=date(2026, 3, 3), ends=FRIDAY))
    for number, hour in enumerate((20, 19)):
        moment = utc(2026, 3, 5, hour)
        with time_machine.travel(moment, tick=False):
            desk_on_both.ask(subject=f"N{number}", sender=f"c{number}@cliente.test", at=moment)
    return desk_on_both


def test_the_list_comes_once_with_the_longest_wait_first(desk: Desk) -> None:
    assert desk.notices() == []
    for moment in (utc(2026, 3, 6, 9), MONDAY - timedelta(minutes=1), MONDAY, MONDAY + timedelta(minutes=1)):
        with time_machine.travel(moment, tick=False):
            returning.sweep(desk.database, URL, moment)
            releasing.sweep(desk.database, URL, moment)
    (mail,) = desk.notices()
    assert mail.envelope["subject"] == "2 conversations wait for you"
    named = [line for line in mail.envelope["text"].splitlines() if line.startswith("- ")]
    assert [line.split(" · ")[0] for line in named] == ["- Anna Bianchi: N1", "- Anna Bianchi: N0"]


def test_nothing_waits_and_nothing_is_told(desk_on_both: Desk) -> None:
    with desk_on_both.database.writing() as session:
        session.add(Closure(user_id=desk_on_both.manager, starts=FRIDAY, ends=FRIDAY))
    returning.sweep(desk_on_both.database, URL, utc(2026, 3, 6, 9))
    assert returning.sweep(desk_on_both.database, URL, MONDAY) == 0
    assert desk_on_both.notices() == []
