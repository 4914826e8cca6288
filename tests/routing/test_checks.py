"""What is allowed but can hardly be meant is said beside the rule."""

from typing import Any

import pytest

from routing import rules
from routing.checks import warnings

LAST = {"slug": "rest", "then": {"team": "triage"}}
IT, EN = {"fact": "language", "is": "it"}, {"fact": "language", "is": "en"}
PRICE, OFFER = {"fact": "text", "has_any": ["prezzo", "offerta"]}, {"fact": "text", "has_any": ["offerta"]}
TALL = {"fact": "subject_or_text", "has_any": ["offerta"]}


def rule(slug: str, *when: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"slug": slug, "name": slug.title(), "when": list(when), "then": {"team": "rd"}, **more}


def told(*data: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(one.slug, one.path, one.code, one.other) for one in warnings(rules.from_data([*data, LAST]))]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (rule("a", PRICE), rule("b", OFFER), "shadowed"),
        (rule("a", PRICE), rule("b", OFFER, IT), "shadowed"),
        (rule("a", TALL), rule("b", OFFER, {"none": [IT]}), "shadowed"),
        (rule("a", PRICE), rule("b", PRICE), "same"),
        (rule("a", IT, PRICE), rule("b", PRICE, IT), "same"),
        (rule("a", {"any": [IT, EN]}), rule("b", IT), "shadowed"),
        (rule("a", {"fact": "domain", "under": ["kunde.test"]}), rule("b", {"fact": "domain", "is": "x.kunde.test"}), "shadowed"),
        (rule("a", {"fact": "earlier", "at_least": 2}), rule("b", {"fact": "earlier", "at_least": 5}, IT), "shadowed"),
        (rule("a", {"fact": "company", "exists": True}), rule("b", {"fact": "company", "contains": ["x"]}), "shadowed"),
        (rule("a", IT, **{"from": "2026-01-01"}), rule("b", IT, PRICE, **{"from": "2026-02-01"}), "shadowed"),
        (rule("a", IT, on="again"), rule("b", IT, PRICE, on="again"), "shadowed"),
    ],
)  # fmt: skip
def test_a_rule_that_an_earlier_one_leaves_nothing_to(first: Any, second: Any, code: str) -> None:
    assert told(first, second) == [("b", "when", code, "a")]
    assert told(second, first) == ([] if code == "shadowed" else [("a", "when", "same", "b")])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("a", OFFER), rule("b", PRICE)),
        (rule("a", OFFER), rule("b", TALL)),
        (rule("a", PRICE, IT), rule("b", OFFER)),
        (rule("a", PRICE, **{"continue": True}), rule("b", OFFER)),
        (rule("a", PRICE, enabled=False), rule("b", OFFER)),
        (rule("a", PRICE), rule("b", OFFER, enabled=False)),
        (rule("a", PRICE), rule("b", OFFER, on="again")),
        (rule("a", PRICE, on="unclaimed", after=30), rule("b", OFFER, on="unclaimed", after=60)),
        (rule("a", PRICE, until="2026-01-31"), rule("b", OFFER)),
        (rule("a", {"none": [PRICE]}), rule("b", OFFER)),
    ],
)
def test_a_rule_that_still_gets_something(first: Any, second: Any) -> None:
    assert told(first, second) == []


@pytest.mark.parametrize(
    ("when", "path", "other"),
    [
        ([IT, EN], "when.1", "when.0"),
        ([PRICE, IT, {"all": [OFFER, EN]}], "when.2", "when.1"),
        ([PRICE, {"all": [OFFER, IT, EN]}], "when.1.all.2", "when.1.all.1"),
        ([{"any": [PRICE, {"all": [IT, EN]}]}], "when.0.any.1.all.1", "when.0.any.1.all.0"),
        ([OFFER, {"none": [PRICE]}], "when.1", "when.0"),
        ([{"fact": "hour", "at_least": 18}, {"fact": "hour", "at_most": 8}], "when.1", "when.0"),
        ([{"fact": "company", "exists": False}, {"fact": "company", "is": "X"}], "when.1", "when.0"),
    ],
)
def test_conditions_that_never_hold_together(when: list[Any], path: str, other: str) -> None:
    assert told(rule("x", *when)) == [("x", path, "contradiction", other)]


def test_a_pattern_that_reads_only_the_beginning_is_told() -> None:
    when = {"any": [IT, {"fact": "text", "matches": ["a.*b", "a.{0,40}b"]}]}
    (notice,) = warnings(rules.from_data([rule("x", when), LAST]))
    assert (notice.path, notice.code) == ("when.0.any.1", "reads_beginning")
    assert "'a.{0,40}b' counts a wide gap and so reads only the first 1,500 characters of a text" in notice.text


def test_the_starter_rules_are_meant_so() -> None:
    from config import presets
    from routing import starter

    assert warnings(starter.rules_of(presets.load(), "it")) == []
