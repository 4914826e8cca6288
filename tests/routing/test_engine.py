"""Deciding: rules that go on, why each held, what nearly did, and why one did not."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings

from routing import engine, rules
from routing.conditions import Group
from routing.facts import Facts
from routing.matcher import Matcher
from routing.trace import trace, trace_all
from tests.parts import drawn_rules
from tests.parts.long import examples

LAST = {"slug": "rest", "name": "Rest", "then": {"team": "triage"}}
IT, EN = {"fact": "language", "is": "it"}, {"fact": "language", "is": "en"}
TEXT = {"fact": "text", "has_any": ["tolleranza", "coppia"]}
MESSAGE = Facts({"text": "Qual è la tolleranza?", "subject": "Giunto", "language": "it", "hour": 10})


def rule(slug: str, *when: dict[str, Any], then: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"slug": slug, "name": slug.title(), "when": list(when), "then": then or {"team": "rd"}, **more}


def decide(*data: dict[str, Any], **how: Any) -> engine.Decision:
    return engine.decide(MESSAGE, rules.from_data([*data, LAST]), **how)


def test_rules_that_go_on_add_up() -> None:
    decision = decide(
        rule("tag", TEXT, then={"tags": ["tecnica"], "priority": "high"}, **{"continue": True}),
        rule("other", EN, **{"continue": True}),
        rule("italian", IT, then={"tags": ["it"], "team": "sales"}),
        rule("later", TEXT),
    )
    assert [one.rule.slug for one in decision.matched] == ["tag", "italian"]
    assert decision.rule.slug == "italian"
    assert decision.reasons == [{"fact": "language", "operator": "is", "found": ["it"]}]
    assert decision.matched[0].as_data() == {
        "slug": "tag", "name": "Tag", "reasons": [{"fact": "text", "operator": "has_any", "found": ["tolleranza"]}],
    }  # fmt: skip
    assert decision.actions.as_data() == {"team": "sales", "priority": "high", "tags": ["tecnica", "it"]}


def test_of_groups_what_held_is_the_reason() -> None:
    when = {"any": [EN, {"all": [IT, TEXT]}, {"none": [EN]}]}
    missing = {"fact": "company", "exists": False}
    assert decide(rule("x", when, missing)).reasons == [
        {"fact": "language", "operator": "is", "found": ["it"]},
        {"fact": "text", "operator": "has_any", "found": ["tolleranza"]},
        {"fact": "company", "operator": "exists", "found": [], "wanted": False},
    ]


@pytest.mark.parametrize(
    ("node", "failed"),
    [
        (EN, EN),
        ({"all": [IT, {"all": [TEXT, EN]}]}, EN),
        ({"all": [EN, {"fact": "hour", "at_least": 12}]}, {"all": [EN, {"fact": "hour", "at_least": 12}]}),
        ({"any": [EN]}, EN),
        ({"any": [{"all": [IT, EN]}]}, EN),
        ({"any": [EN, {"fact": "hour", "at_most": 9}]}, {"any": [EN, {"fact": "hour", "at_most": 9}]}),
        ({"none": [EN, IT]}, {"none": [IT]}),
        ({"none": [TEXT, IT]}, {"none": [TEXT, IT]}),
    ],
)
def test_what_a_rule_failed_by_is_named_as_closely_as_can_be(node: dict[str, Any], failed: dict[str, Any]) -> None:
    decision = decide(rule("near", TEXT, node, IT))
    assert decision.rule.slug == "rest"
    assert decision.considered == [{"rule": "near", "name": "Near", "held": 2, "failed": failed}]


def test_the_nearest_rules_stand_first_and_are_no_more_than_twenty() -> None:
    many = [rule(f"r{number}", IT, EN) for number in range(30)]
    far = [rule("alone", EN), rule("two", EN, {"fact": "hour", "at_least": 12}, IT), rule("off", IT, EN, enabled=False)]
    decision = decide(*far, *many, rule("nearest", IT, TEXT, EN), rule("x", TEXT), rule("after", IT, EN))
    assert decision.rule.slug == "x"
    assert [one["rule"] for one in decision.considered] == ["nearest", *(f"r{number}" for number in range(19))]


def test_rules_count_on_their_days() -> None:
    summer = rule("summer", IT, **{"from": "2026-07-01", "until": "2026-08-31"})
    days = {
        date(2026, 6, 30): "rest",
        date(2026, 7, 1): "summer",
        date(2026, 8, 31): "summer",
        date(2026, 9, 1): "rest",
    }
    assert {day: decide(summer, today=day).rule.slug for day in days} == days
    assert decide(summer).rule.slug == "summer"
    near = rule("near", IT, EN, **{"until": "2026-07-01"})
    assert decide(near, today=date(2026, 7, 2)).considered == []


def test_rules_of_other_events_are_asked_then_only() -> None:
    data = [rule("new", IT), rule("again", on="again"), rule("half", IT, on="unclaimed", after=30),
            rule("hour", IT, on="unclaimed", after=60), LAST]  # fmt: skip
    matcher = Matcher(rules.from_data(data))

    def slug(event: str, after: int | None = None) -> str | None:
        found = engine.find(MESSAGE, matcher, event, after=after)
        return found and found.rule.slug

    assert [slug("new"), slug("again"), slug("stage"), slug("unanswered")] == ["new", "again", None, None]
    assert [slug("unclaimed", minutes) for minutes in (30, 60, 45, None)] == ["half", "hour", None, "half"]
    assert matcher.afters("unclaimed") == [30, 60]
    with pytest.raises(LookupError, match="no rule for 'stage' took the message"):
        engine.decide(MESSAGE, matcher, "stage")


def test_a_rule_that_goes_on_may_be_the_last_that_held() -> None:
    found = engine.find(MESSAGE, rules.from_data([rule("x", IT, on="again", **{"continue": True}), LAST]), "again")
    assert found
    assert found.rule.slug == "x"


def test_why_not_tells_of_every_condition() -> None:
    asked = rules.from_data([rule("x", TEXT, {"any": [EN, {"fact": "hour", "at_least": 9}]}, EN), LAST])[0]
    assert engine.why_not(asked, MESSAGE).as_data() == {
        "group": "all", "held": False, "parts": [
            {"condition": TEXT, "held": True, "found": ["tolleranza"]},
            {"group": "any", "held": True, "parts": [
                {"condition": EN, "held": False, "found": []},
                {"condition": {"fact": "hour", "at_least": 9}, "held": True, "found": ["10"]},
            ]},
            {"condition": EN, "held": False, "found": []},
        ],
    }  # fmt: skip


@settings(max_examples=examples(200))
@given(drawn_rules.rule_sets(), drawn_rules.messages())
def test_a_decision_is_what_asking_plainly_gives(made: list[rules.Rule], known: Facts) -> None:
    asked = [one for one in made if one.enabled and one.occasion.on == "new"]
    held = [one for one in asked if trace_all(one.when, known).held]
    ends = next(place for place, one in enumerate(held) if not one.occasion.goes_on)
    decision = engine.decide(known, made)
    assert [one.rule.slug for one in decision.matched] == [one.slug for one in held[: ends + 1]]
    near = {}
    for one in asked[: asked.index(decision.rule)]:
        failed = [node for node in one.when if not trace(node, known).held]
        if len(failed) == 1 and len(one.when) > 1:
            near[one.slug] = failed[0]
    assert {one["rule"] for one in decision.considered} == set(near)
    for one in decision.considered:
        assert one["failed"] == near[one["rule"]].as_data() or isinstance(near[one["rule"]], Group)
