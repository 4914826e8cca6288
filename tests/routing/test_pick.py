"""Who of a team gets a question: by turns, by what is in hand, by owner, by hours; and why the others do not."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox import conversations
from inbox.db import append
from inbox.events import RULE
from inbox.models import Assignment, Conversation, Team, User, now
from inbox.models.user import ROLES
from routing.outcome import FEWEST_OPEN, ON_DUTY, OWNER, PICKS, ROUND_ROBIN
from routing.pick import AWAY, OFF_DUTY, Candidate, Picked, choose
from routing.turns import Turns
from tests.parts.desk import Desk

NOON = datetime(2026, 3, 3, 11, tzinfo=UTC)
ANNA, BRUNO, CARLA = Candidate(1, "Anna"), Candidate(2, "Bruno"), Candidate(3, "Carla")


def why(picked: Picked) -> dict[int | None, str]:
    return {one["user_id"]: one["why"] for one in picked.skipped}


def ago(hours: float) -> datetime:
    return NOON - timedelta(hours=hours)


def test_by_turns_the_one_who_waited_longest() -> None:
    team = [replace(ANNA, last_at=ago(1)), replace(BRUNO, last_at=ago(3), open=9), replace(CARLA, last_at=ago(2))]
    picked = choose(ROUND_ROBIN, team)
    assert picked.user_id == 2
    assert why(picked) == {1: "had_one_later", 3: "had_one_later"}
    assert choose(ROUND_ROBIN, [*team, Candidate(4, "Dario")]).user_id == 4, "who never had one comes first"


def test_by_what_is_in_hand_then_by_turns() -> None:
    team = [replace(ANNA, open=1, last_at=ago(1)), replace(BRUNO, open=2), replace(CARLA, open=1, last_at=ago(5))]
    picked = choose(FEWEST_OPEN, team)
    assert picked.user_id == 3
    assert why(picked) == {1: "had_one_later", 2: "more_open"}


def test_the_owner_gets_theirs_or_the_team_keeps_it() -> None:
    assert choose(OWNER, [ANNA], BRUNO) == Picked(2, []), "also from outside the team"
    assert choose(OWNER, [ANNA], None) == Picked(None, [{"user_id": None, "why": "no_owner"}])
    for changed, reason in (
        ({"active": False}, "disabled"),
        ({"may_hold": False}, "may_not"),
        ({"duty": AWAY}, "away"),
    ):
        assert choose(OWNER, [ANNA], replace(BRUNO, **changed)) == Picked(None, [{"user_id": 2, "why": reason}])
    assert choose(OWNER, [ANNA], replace(BRUNO, duty=OFF_DUTY)).user_id == 2, "it waits for its owner till morning"


def test_outside_of_hours_it_stays_with_the_team() -> None:
    team = [replace(ANNA, duty=OFF_DUTY), replace(BRUNO, duty=AWAY), replace(CARLA, active=False)]
    picked = choose(ON_DUTY, team)
    assert picked.user_id is None
    assert picked.skipped[0] == {"user_id": None, "why": "outside_hours"}
    assert why(picked) == {None: "outside_hours", 1: "off_duty", 2: "away", 3: "disabled"}
    assert choose(ON_DUTY, [*team, Candidate(4, "Dario", last_at=ago(1))]).user_id == 4
    assert choose(ROUND_ROBIN, team).user_id == 1, "a turn may be taken in the evening"


def test_where_nobody_can_it_stays_with_the_team() -> None:
    assert choose(ROUND_ROBIN, []) == Picked(None, [{"user_id": None, "why": "nobody"}])
    picked = choose(FEWEST_OPEN, [replace(ANNA, duty=AWAY), replace(BRUNO, may_hold=False)])
    assert (picked.user_id, why(picked)) == (None, {None: "nobody", 1: "away", 2: "may_not"})


CANDIDATES = st.builds(
    Candidate,
    user_id=st.integers(1, 50),
    name=st.just("x"),
    active=st.booleans(),
    may_hold=st.booleans(),
    duty=st.sampled_from(["", "", AWAY, OFF_DUTY]),
    open=st.integers(0, 5),
    most=st.none() | st.integers(0, 6),
    zones=st.frozensets(st.sampled_from(["it", "Veneto", "VI", "MI"]), max_size=2),
    last_at=st.none() | st.integers(0, 9).map(ago),
)
TEAMS = st.lists(CANDIDATES, max_size=6, unique_by=lambda one: one.user_id)


PLACES_THERE = st.sampled_from([(), ("it",), ("it", "Veneto", "VI"), ("de",)])


def could(one: Candidate, how: str) -> bool:
    is_there = one.duty == "" or (one.duty == OFF_DUTY and how != ON_DUTY)
    return one.active and one.may_hold and is_there and (one.most is None or one.open < one.most)


@given(st.sampled_from([ROUND_ROBIN, FEWEST_OPEN, ON_DUTY]), TEAMS, PLACES_THERE)
def test_nobody_away_or_over_the_limit_is_picked_and_somebody_is_where_one_could_be(
    how: str, team: Any, place: Any
) -> None:
    picked = choose(how, team, None, place)
    able = {one.user_id: one for one in team if could(one, how)}
    assert (picked.user_id in able) == bool(able)
    inside = [one for one in able.values() if one.zones & set(place)]
    if picked.user_id is not None and inside:
        assert able[picked.user_id] in inside, "whose zone it is comes first"
    elif picked.user_id is not None and any(not one.zones for one in able.values()):
        assert not able[picked.user_id].zones, "then who has none"


def test_zones_and_limits_are_told() -> None:
    veneto, milan = replace(ANNA, zones=frozenset(["Veneto"])), replace(BRUNO, zones=frozenset(["MI"]))
    team = [veneto, milan, replace(CARLA, open=3, most=3)]
    picked = choose(ROUND_ROBIN, team, None, ("it", "Veneto", "VI"))
    assert (picked.user_id, why(picked)) == (1, {2: "other_zone", 3: "full"})
    assert why(choose(ROUND_ROBIN, team[2:])) == {None: "all_full", 3: "full"}
    assert choose(OWNER, team, team[2]).user_id == 3, "their own customer comes whatever they have in hand"


@given(st.sampled_from(PICKS), TEAMS, st.none() | CANDIDATES, PLACES_THERE)
def test_who_is_picked_is_not_skipped_and_everybody_is_accounted_for(
    how: str, team: Any, owner: Any, place: Any
) -> None:
    picked = choose(how, team, owner, place)
    reasons = why(picked)
    assert len(reasons) == len(picked.skipped)
    if None in reasons:
        assert picked.user_id is None, "a reason for all only where nobody gets it"
    asked = {one.user_id: one for one in ([owner] if how == OWNER and owner else [] if how == OWNER else team)}
    assert {picked.user_id, *reasons} - {None} == set(asked)
    if picked.user_id is not None:
        assert picked.user_id not in reasons
        one = asked[picked.user_id]
        assert one.active
        assert one.may_hold
        assert one.duty != AWAY
        assert how != ON_DUTY or one.duty == ""


@given(st.sampled_from([ROUND_ROBIN, FEWEST_OPEN, ON_DUTY]), TEAMS, st.integers(1, 40))
def test_turns_are_fair_over_many(how: str, team: Any, many: int) -> None:
    team = [replace(one, open=0, most=None, zones=frozenset()) for one in team]
    taken: Counter[int] = Counter()
    for number in range(many):
        picked = choose(how, team)
        if picked.user_id is None:
            return
        taken[picked.user_id] += 1
        moment = NOON + timedelta(minutes=number + 1)
        team = [
            replace(one, open=one.open + 1, last_at=moment) if one.user_id == picked.user_id else one for one in team
        ]
    able = [
        one.user_id
        for one in team
        if one.user_id in taken or why(picked).get(one.user_id) in ("had_one_later", "more_open")
    ]
    counts = [taken[number] for number in able]
    assert max(counts) - min(counts) <= 1


def team_of(desk: Desk, *roles: str, slug: str = "rd") -> tuple[int, list[int]]:
    people = [desk.add_user(f"{role}{number}@firm.test", role, slug) for number, role in enumerate(roles)]
    return next(one.id for one in desk.all(Team) if one.slug == slug), people


def people(session: Any) -> dict[int, User]:
    return {one.id: one for one in session.query(User)}


def test_one_batch_goes_round(desk_on_both: Desk) -> None:
    desk = desk_on_both
    team, members = team_of(desk, "colleague", "manager", "colleague")
    with desk.database.writing() as session:
        turns, moment, given_to = Turns(session, people(session)), now(), []
        for _ in range(7):
            chosen = turns.pick(ROUND_ROBIN, team, None, moment).user_id
            assert chosen is not None
            turns.given(team, chosen, moment)
            given_to.append(chosen)
    assert given_to[:3] == members
    assert max(Counter(given_to).values()) - min(Counter(given_to).values()) == 1


def test_what_was_done_before_the_first_pick_of_a_batch_counts(desk_on_both: Desk) -> None:
    desk = desk_on_both
    team, (first, second, _) = team_of(desk, "colleague", "colleague", "external")
    asked = desk.ask("Buongiorno")
    with desk.database.writing() as session:
        turns = Turns(session, people(session))
        found = session.get_one(Conversation, asked.id)
        conversations.assign(session, found, RULE, team_id=team, user_id=first)
        turns.given(team, first, now())
        picked = turns.pick(FEWEST_OPEN, team, None, now())
        assert picked.user_id == second
        assert why(picked)[first] == "more_open"
        assert turns.pick(ROUND_ROBIN, team, None, now()).user_id == second


def test_turns_of_another_team_do_not_count(desk_on_both: Desk) -> None:
    desk = desk_on_both
    team, (one, other) = team_of(desk, "colleague", "colleague")
    sales, _ = team_of(desk, slug="sales")
    asked = desk.ask("Buongiorno")
    with desk.database.writing() as session:
        for number, where, hours in ((one, team, 9), (other, team, 5), (one, sales, 1)):
            append(session, Assignment, conversation_id=asked.id, team_id=where, user_id=number, at=ago(hours))
    with desk.database.writing() as session:
        assert Turns(session, people(session)).pick(ROUND_ROBIN, team, None, NOON).user_id == one


@pytest.mark.parametrize("role", ROLES)
def test_only_those_who_may_hold_are_picked(desk: Desk, role: str) -> None:
    team, (number,) = team_of(desk, role)
    with desk.database.writing() as session:
        turns = Turns(session, people(session))
        expected = number if role in ("manager", "colleague") else None
        assert turns.pick(ROUND_ROBIN, team, None, now()).user_id == expected
        assert turns.pick(OWNER, None, number, now()).user_id == expected
        assert why(turns.pick(OWNER, None, None, now())) == {None: "no_owner"}


def test_nobody_is_picked_who_was_switched_off(desk: Desk) -> None:
    team, (one, other) = team_of(desk, "colleague", "colleague")
    with desk.database.writing() as session:
        session.get_one(User, one).disabled_at = now()
    with desk.database.writing() as session:
        picked = Turns(session, people(session)).pick(ROUND_ROBIN, team, one, now())
    assert (picked.user_id, why(picked)) == (other, {one: "disabled"})


def test_on_duty_goes_by_the_companys_hours(desk_on_both: Desk) -> None:
    desk = desk_on_both
    team, (number,) = team_of(desk, "colleague")
    with desk.database.writing() as session:
        turns = Turns(session, people(session))
        assert turns.pick(ON_DUTY, team, None, NOON).user_id == number
        night = turns.pick(ON_DUTY, team, None, NOON.replace(hour=23))
        assert why(night) == {None: "outside_hours", number: "off_duty"}
