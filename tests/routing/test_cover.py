"""Where whoever should have a question is away: the cover has it, the absent are left in peace, nothing is in a void."""

from datetime import date, datetime
from typing import Any

import pytest
import time_machine

from inbox.models import Closure, Conversation, Delivery, Event, Team
from inbox.models import Decision as DecisionRow
from routing import rules
from routing.rules import Rule
from tests.parts.desk import Desk
from tests.parts.hours import utc

NOON = utc(2026, 8, 12, 10)
WEEKS = {"starts": date(2026, 8, 10), "ends": date(2026, 8, 21)}


def set_rules(desk: Desk, **then: Any) -> None:
    with desk.database.writing() as session:
        rules.save(session, [Rule("rest", "Rest", rules.Actions(**then))])


def close(desk: Desk, **values: Any) -> None:
    with desk.database.writing() as session:
        if values.pop("team", None):
            values["team_id"] = next(one.id for one in session.query(Team) if one.slug == "rd")
        session.add(Closure(**WEEKS, **values))


@pytest.fixture
def people(desk_on_both: Desk) -> tuple[int, int]:
    return tuple(desk_on_both.add_user(f"{name}@firm.test", "colleague", "rd") for name in ("anna", "bruno"))  # type: ignore[return-value]


def ask(desk: Desk, moment: datetime = NOON, **how: Any) -> Conversation:
    with time_machine.travel(moment, tick=False):
        return desk.ask(at=moment, **how)


def told(desk: Desk) -> list[str]:
    return sorted(one.recipient.partition("@")[0] for one in desk.notices())


def test_a_persons_question_goes_to_their_cover(desk_on_both: Desk, people: tuple[int, int]) -> None:
    desk, (anna, bruno) = desk_on_both, people
    set_rules(desk, team="rd", person="anna@firm.test")
    close(desk, user_id=anna, cover_id=bruno)
    asked = ask(desk)
    assert (asked.user_id, told(desk)) == (bruno, ["bruno"])
    skipped = desk.all(DecisionRow)[-1].skipped
    assert skipped == [{"user_id": bruno, "why": "stands_in"}, {"user_id": anna, "why": "away"}]


def test_without_a_cover_the_team_has_it_and_who_is_there_is_told(desk_on_both: Desk, people: tuple[int, int]) -> None:
    desk, (anna, _) = desk_on_both, people
    set_rules(desk, team="rd", person="anna@firm.test")
    close(desk, user_id=anna)
    asked = ask(desk)
    assert asked.team_id is not None
    assert (asked.user_id, told(desk)) == (None, ["bruno"])


def test_a_team_that_is_closed_has_a_cover(desk_on_both: Desk, people: tuple[int, int]) -> None:
    desk, (_, bruno) = desk_on_both, people
    set_rules(desk, team="rd", pick="round_robin")
    close(desk, team=True, cover_id=bruno)
    asked = ask(desk)
    assert (asked.user_id, told(desk)) == (bruno, ["bruno"])


def test_everybody_away_the_lead_is_told_then_the_manager_who_is_there(
    desk_on_both: Desk, people: tuple[int, int]
) -> None:
    desk, (anna, bruno) = desk_on_both, people
    boss = desk.add_user("boss@firm.test", "manager")
    set_rules(desk, team="rd", pick="round_robin")
    for one in (anna, bruno, desk.manager):
        close(desk, user_id=one)
    first = ask(desk)
    assert first.user_id is None
    assert told(desk) == ["boss"], "one manager is away too"
    lead = desk.add_user("lead@firm.test")
    with desk.database.writing() as session:
        session.get_one(Team, first.team_id).lead_id = lead
    ask(desk, subject="Altro", sender="luca@altro.test")
    assert told(desk) == ["boss", "lead"]
    close(desk, user_id=boss)
    close(desk, user_id=lead)
    ask(desk, subject="Ancora", sender="eva@altro.test")
    assert told(desk) == ["boss", "boss", "giulia", "lead"], "nobody is there at all: all managers hear of it"


def test_who_is_away_is_not_picked(desk_on_both: Desk, people: tuple[int, int]) -> None:
    desk, (anna, bruno) = desk_on_both, people
    set_rules(desk, team="rd", pick="round_robin")
    close(desk, user_id=anna)
    assert {ask(desk, subject=f"Domanda {n}", sender=f"c{n}@x.test").user_id for n in range(3)} == {bruno}


def test_the_acknowledgement_says_when_work_begins_again(desk_on_both: Desk) -> None:
    desk = desk_on_both
    set_rules(desk, team="rd", acknowledge=True)
    close(desk, urgent="0444 123456")
    asked = ask(desk, text="Buongiorno, quando potete consegnare? Grazie, cordiali saluti")
    sent = next(one for one in desk.all(Event) if one.action == "acknowledged")
    assert sent.conversation_id == asked.id
    (one,) = desk.all(Delivery, Delivery.purpose == "acknowledgement")
    assert (
        "Siamo chiusi per qualche giorno: riapriamo lunedì 24 agosto. Per ciò che non può aspettare: 0444 123456"
        in one.envelope["text"]
    )
    assert "entro le ore 12:30 di lunedì 24 agosto" in one.envelope["text"]
    assert desk.fresh(asked).promised_at == utc(2026, 8, 24, 10, 30)
