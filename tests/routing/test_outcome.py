"""What rules may do: as data and back, what is refused and in what words, and what two rules do together."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.language import LANGUAGES
from inbox.models.conversation import KINDS, PRIORITIES, STAGES
from routing import files, rules
from routing.conditions import parse
from routing.outcome import ACTIONS, MAX_MINUTES, OWNER, PICKS, Actions, check_names, merged, parse_actions

MARCO, ANNA = "marco@firm.test", "anna@firm.test"
FULL: dict[str, Any] = {
    "team": "rd", "pick": "fewest_open", "priority": "high", "kind": "customer", "tags": ["giunti"], "language": "de",
    "stage": "qualified", "target": 120, "watchers": [ANNA, MARCO], "acknowledge": True, "snooze": 60, "webhook": "erp",
}  # fmt: skip


def test_all_of_it_out_and_in_again() -> None:
    actions = parse_actions(FULL)
    assert actions.as_data() == FULL
    assert (actions.webhook, actions.target, actions.acknowledge) == (("erp",), 120, True)
    assert list(actions.as_data()) == [name for name in ACTIONS if name in FULL], "always in the same order"


def test_only_what_is_set_is_written() -> None:
    assert Actions().as_data() == {}
    assert Actions(team="rd").as_data() == {"team": "rd"}
    assert Actions(webhook=("a", "b")).as_data() == {"webhook": ["a", "b"]}


def test_addresses_are_told_apart_by_no_capitals_or_blanks() -> None:
    actions = parse_actions({"person": " Marco@Firm.test", "watchers": ["Anna@firm.test", "anna@FIRM.test "]})
    assert (actions.person, actions.watchers) == (MARCO, (ANNA,))


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ([], "then: may hold team, person, priority"),
        ({"colour": "red"}, "then: may hold team, person, priority"),
        ({"team": 7}, "team: must be a text (got 7)"),
        ({"team": "rd", "pick": "dice"}, "pick: must be one of round_robin, fewest_open, owner, on_duty (got 'dice')"),
        ({"pick": "round_robin"}, "pick: round_robin needs a team to pick from"),
        ({"pick": "on_duty", "priority": "low"}, "pick: on_duty needs a team to pick from"),
        ({"language": "pt"}, "language: must be one of it, en, de, fr, es (got 'pt')"),
        ({"stage": ""}, "stage: must be one of new, qualified, quoted, won, lost (got '')"),
        ({"target": 0}, f"target: must be working minutes from 1 to {MAX_MINUTES} (got 0)"),
        ({"target": True}, f"target: must be working minutes from 1 to {MAX_MINUTES} (got True)"),
        ({"target": "60"}, f"target: must be working minutes from 1 to {MAX_MINUTES} (got '60')"),
        ({"target": 1.5}, f"target: must be working minutes from 1 to {MAX_MINUTES} (got 1.5)"),
        ({"snooze": MAX_MINUTES + 1}, f"snooze: must be working minutes from 1 to {MAX_MINUTES} (got 100001)"),
        ({"watchers": MARCO}, f"watchers: must be a list of texts (got '{MARCO}')"),
        ({"watchers": ["marco"]}, "watchers: must be mail addresses (got 'marco')"),
        ({"tags": [" "]}, "tags: must be a list of texts (got [' '])"),
        ({"acknowledge": False}, "acknowledge: can only be true (got False)"),
        ({"spam": 1}, "spam: can only be true (got 1)"),
        ({"close": "yes"}, "close: can only be true (got 'yes')"),
        ({"webhook": 3}, "webhook: must be a list of texts (got 3)"),
        ({"spam": True, "team": "rd"}, "spam: does not go together with team"),
        ({"spam": True, "person": MARCO, "acknowledge": True}, "spam: does not go together with person, acknowledge"),
        ({"spam": True, "snooze": 5}, "spam: does not go together with snooze"),
        ({"close": True, "snooze": 5}, "close: does not go together with snooze"),
        ({"close": True, "acknowledge": True}, "close: does not go together with acknowledge"),
        ({"team": "rd", "person": MARCO, "pick": "owner"}, "person: does not go together with pick"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(then: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_actions(then)


def test_the_owner_needs_no_team() -> None:
    assert parse_actions({"pick": "owner"}).as_data() == {"pick": "owner"}


def test_who_watches_and_which_program_is_told_must_be_there() -> None:
    check_names(parse_actions(FULL), {ANNA, MARCO}, {"erp"})
    with pytest.raises(ValueError, match=re.escape(f"watchers: nobody here has the address '{MARCO}'")):
        check_names(parse_actions(FULL), {ANNA}, {"erp"})
    with pytest.raises(ValueError, match=r"webhook: there is no webhook 'erp' \(crm, shop\)"):
        check_names(parse_actions(FULL), {ANNA, MARCO}, {"shop", "crm"})
    with pytest.raises(ValueError, match=r"webhook: there is no webhook 'erp' \(none yet\)"):
        check_names(parse_actions(FULL), {ANNA, MARCO}, set())


@pytest.mark.parametrize(
    ("first", "then", "both"),
    [
        ({"priority": "high", "kind": "customer"}, {"priority": "low"}, {"priority": "low", "kind": "customer"}),
        ({"tags": ["a", "b"]}, {"tags": ["b", "c"]}, {"tags": ["a", "b", "c"]}),
        ({"watchers": [ANNA]}, {"watchers": [MARCO]}, {"watchers": [ANNA, MARCO]}),
        ({"webhook": "erp"}, {"webhook": ["crm", "erp"]}, {"webhook": ["erp", "crm"]}),
        ({"acknowledge": True}, {"team": "rd"}, {"acknowledge": True, "team": "rd"}),
        ({"team": "rd", "pick": "on_duty"}, {"team": "sales"}, {"team": "sales"}),
        ({"team": "rd", "pick": "on_duty"}, {"tags": ["a"]}, {"team": "rd", "pick": "on_duty", "tags": ["a"]}),
        ({"team": "rd", "pick": "on_duty"}, {"person": MARCO}, {"team": "rd", "person": MARCO}),
        ({"person": MARCO}, {"team": "rd", "pick": "on_duty"}, {"team": "rd", "pick": "on_duty"}),
        ({"person": MARCO}, {"team": "rd"}, {"team": "rd", "person": MARCO}),
        ({"spam": True, "tags": ["a"]}, {"team": "rd"}, {"team": "rd", "tags": ["a"]}),
        ({"team": "rd", "acknowledge": True, "target": 5}, {"spam": True}, {"spam": True, "target": 5}),
        ({"close": True}, {"snooze": 5}, {"snooze": 5}),
        ({"snooze": 5}, {"close": True}, {"close": True}),
    ],
)
def test_two_rules_together(first: Any, then: Any, both: Any) -> None:
    assert merged(parse_actions(first), parse_actions(then)) == parse_actions(both)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9).map(str.strip).filter(bool)
LISTS = st.lists(TEXTS, min_size=1, max_size=3, unique=True)
VALUES = {
    "team": st.sampled_from(["rd", "sales"]), "person": st.sampled_from([ANNA, MARCO]), "tags": LISTS, "webhook": LISTS,
    "priority": st.sampled_from(PRIORITIES), "kind": st.sampled_from(KINDS), "pick": st.sampled_from(PICKS),
    "language": st.sampled_from(LANGUAGES), "stage": st.sampled_from(STAGES[1:]), "target": st.integers(1, MAX_MINUTES),
    "snooze": st.integers(1, MAX_MINUTES), "acknowledge": st.just(True), "spam": st.just(True), "close": st.just(True),
    "watchers": st.lists(st.sampled_from([ANNA, MARCO]), min_size=1, unique=True),
}  # fmt: skip


def allowed(then: dict[str, Any]) -> bool:
    try:
        parse_actions(then)
    except ValueError:
        return False
    return True


THEN = st.lists(st.sampled_from(ACTIONS), max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: VALUES[name] for name in names})
).filter(allowed)  # fmt: skip


@given(THEN)
def test_whatever_is_allowed_survives_toml(then: dict[str, Any]) -> None:
    actions = parse_actions(then)
    when = (parse({"fact": "subject", "exists": True}),)
    made = [rules.Rule("one", "One", actions, when), rules.Rule("rest", "Rest", Actions(team="rd"))]
    assert files.read(files.to_toml(made)).rules == made


@given(THEN, THEN)
def test_together_they_are_allowed_and_the_later_one_is_all_done(first: dict[str, Any], then: dict[str, Any]) -> None:
    one, other = parse_actions(first), parse_actions(then)
    both = merged(one, other)
    assert parse_actions(both.as_data()) == both
    for name in ACTIONS:
        value = getattr(other, name)
        if isinstance(value, tuple):
            assert set(getattr(both, name)) == {*getattr(one, name), *value}
        elif value:
            assert getattr(both, name) == value
    assert merged(both, Actions()) == both
    assert merged(Actions(), other) == other


@given(THEN)
def test_a_pick_has_a_team_or_an_owner(then: dict[str, Any]) -> None:
    actions = parse_actions(then)
    assert not actions.pick or actions.pick == OWNER or actions.team
