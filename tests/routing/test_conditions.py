"""The language of conditions: what each question means, what is refused and how it is told, data out and in again."""

import json
from typing import Any

import pytest
from hypothesis import given

from routing import facts, files, operators, patterns, rules
from routing.conditions import Condition, Group, parse, parse_all
from routing.errors import RuleError
from routing.facts import Facts, Value
from routing.trace import trace
from tests.parts import drawn_rules

LAST = {"slug": "rest", "name": "Rest", "then": {"team": "triage"}}
TEXT = "Buongiorno,\nqual è la tolleranza del giunto GX-40? Prezzo: 1.200 €"
MESSAGE: dict[str, Value] = {
    "subject": "Re: Ordine n. 55", "text": TEXT, "sender": "Anna@mail.Kunde.test", "domain": "mail.kunde.test",
    "language": "it", "tags": ("VIP", "rete vendita"), "attachment_names": ("Disegno È.PDF", "note.txt"),
    "hour": 14, "earlier": 0, "waiting_minutes": 12.5, "attachments": True, "known_contact": False, "company": " ",
    "products": (), "fact.page": "/giunti/gx-40",
}  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "operator", "value", "found"),
    [
        ("text", "has_any", ["sconto", "tolleranze", "prezzi"], ["tolleranze", "prezzi"]),
        ("text", "has_any", ["sconto"], None),
        ("text", "has_any", ["giunt* gx"], ["giunt* gx"]),
        ("text", "has_all", ["tolleranze", "giunto GX"], ["tolleranze", "giunto GX"]),
        ("text", "has_all", ["tolleranze", "sconto"], None),
        ("subject_or_text", "has_all", ["ordine", "tolleranza"], ["ordine", "tolleranza"]),
        ("subject_or_text", "has_any", ["55 buongiorno"], None),
        ("tags", "has_all", ["vip", "vendita"], ["vip", "vendita"]),
        ("tags", "has_any", ["vip rete"], None),
        ("language", "is", "IT", ["IT"]),
        ("language", "is", "en", None),
        ("language", "is_any", ["en", "it"], ["it"]),
        ("tags", "is", "vip", ["vip"]),
        ("tags", "is_any", ["vendita"], None),
        ("domain", "is", "kunde.test", None),
        ("domain", "is_any", ["Kunde.test"], ["Kunde.test"]),
        ("domain", "under", ["kunde.test", "test"], ["kunde.test", "test"]),
        ("domain", "under", ["unde.test"], None),
        ("sender", "under", ["KUNDE.test"], ["KUNDE.test"]),
        ("sender", "is_any", ["anna@mail.kunde.test"], ["anna@mail.kunde.test"]),
        ("subject", "starts_with", ["RE:", "fwd:"], ["RE:"]),
        ("subject", "ends_with", ["5"], ["5"]),
        ("text", "contains", ["QUAL E LA", "xyz"], ["QUAL E LA"]),
        ("attachment_names", "ends_with", [".pdf"], [".pdf"]),
        ("attachment_names", "contains", ["è.pdfnote"], None),
        ("text", "matches", [r"gx-?\d+", r"^qual"], [r"gx-?\d+"]),
        ("text", "matches", [r"(?m)^qual È"], [r"(?m)^qual È"]),
        ("attachment_names", "matches", [r"^note\."], [r"^note\."]),
        ("fact.page", "matches", [r"^/giunti/"], [r"^/giunti/"]),
        ("hour", "at_least", 14, ["14"]),
        ("hour", "at_least", 14.5, None),
        ("hour", "at_most", 14, ["14"]),
        ("waiting_minutes", "at_most", 12, None),
        ("earlier", "at_most", 0, ["0"]),
        ("earlier", "exists", True, []),
        ("attachments", "exists", True, []),
        ("known_contact", "exists", True, None),
        ("known_contact", "exists", False, []),
        ("follow_up", "exists", False, []),
        ("company", "exists", True, None),
        ("products", "exists", False, []),
        ("whole_text", "exists", True, None),
        ("whole_text", "matches", ["^$"], None),
        ("subject_or_text", "exists", True, []),
    ],
)
def test_what_is_asked_and_found(fact: str, operator: str, value: Any, found: list[str] | None) -> None:
    condition = parse({"fact": fact, operator: value})
    assert isinstance(condition, Condition)
    assert condition.found(Facts(MESSAGE)) == found


@pytest.mark.parametrize(
    ("group", "held"),
    [
        ({"all": [{"fact": "language", "is": "it"}, {"fact": "hour", "at_least": 9}]}, True),
        ({"all": [{"fact": "language", "is": "it"}, {"fact": "hour", "at_least": 19}]}, False),
        ({"any": [{"fact": "language", "is": "en"}, {"fact": "hour", "at_least": 9}]}, True),
        ({"any": [{"fact": "language", "is": "en"}, {"fact": "hour", "at_least": 19}]}, False),
        ({"none": [{"fact": "language", "is": "en"}, {"fact": "hour", "at_least": 19}]}, True),
        ({"none": [{"fact": "language", "is": "en"}, {"fact": "hour", "at_least": 9}]}, False),
        ({"none": [{"any": [{"all": [{"none": [{"fact": "language", "is": "en"}]}]}]}]}, False),
    ],
)
def test_groups(group: dict[str, Any], held: bool) -> None:
    assert trace(parse(group), Facts(MESSAGE)).held is held


def nested(depth: int) -> dict[str, Any]:
    return {"all": [nested(depth - 1)]} if depth else {"fact": "text", "exists": True}


@pytest.mark.parametrize(
    ("when", "path", "code", "said"),
    [
        ("x", "when", "not_a_list", "when: must be a list of conditions (got 'x')"),
        ([[]], "when.0", "no_fact", "a condition needs a fact (got [])"),
        ([{}], "when.0", "no_fact", "a condition needs a fact (got {})"),
        ([{"fact": 1}], "when.0", "no_fact", "a condition needs a fact"),
        ([{"fact": "moon", "is": "x"}], "when.0", "unknown_fact", "fact: must be one of subject, text"),
        ([{"fact": "fact.", "is": "x"}], "when.0", "unknown_fact", "(got 'fact.')"),
        ([{"fact": "text"}], "when.0", "unknown_operator", "text: needs exactly one of has_any, has_all, is"),
        ([{"fact": "text", "like": "x"}], "when.0", "unknown_operator", "(got like)"),
        ([{"fact": "text", "is": "x", "exists": True}], "when.0", "unknown_operator", "(got is, exists)"),
        ([{"fact": "text", "at_least": 1}], "when.0", "wrong_operator", "text: at_least cannot be asked of a text; it takes has_any"),
        ([{"fact": "hour", "is_any": ["9"]}], "when.0", "wrong_operator", "hour: is_any cannot be asked of a number; it takes at_least, at_most, exists"),
        ([{"fact": "holiday", "is": "yes"}], "when.0", "wrong_operator", "it takes exists"),
        ([{"fact": "language", "under": ["x"]}], "when.0", "wrong_operator", "language: under cannot be asked of a name"),
        ([{"fact": "text", "has_any": "x"}], "when.0", "not_texts", "text: has_any needs a list of texts (got 'x')"),
        ([{"fact": "text", "has_any": [1]}], "when.0", "not_texts", "needs a list of texts (got [1])"),
        ([{"fact": "text", "is": ["x"]}], "when.0", "not_a_text", "text: is needs one text (got ['x'])"),
        ([{"fact": "text", "is": " "}], "when.0", "no_value", "text: is needs at least one value"),
        ([{"fact": "text", "contains": [" "]}], "when.0", "no_value", "contains needs at least one value"),
        ([{"fact": "text", "contains": ["\u0301"]}], "when.0", "no_value", "nothing once accents are left out"),
        ([{"fact": "text", "contains": ["x" * 501]}], "when.0", "too_long", "is longer than 500 characters"),
        ([{"fact": "text", "is": "\ud800"}], "when.0", "half_character", "holds half a character"),
        ([{"fact": "text", "has_all": ["x", "?!"]}], "when.0", "no_word", "text: '?!' contains no word"),
        ([{"fact": "domain", "under": ["a@b.test"]}], "when.0", "not_a_domain", "domain: 'a@b.test' is no domain, such as example.com"),
        ([{"fact": "hour", "at_least": "9"}], "when.0", "not_a_number", "hour: at_least needs a number (got '9')"),
        ([{"fact": "hour", "at_most": True}], "when.0", "not_a_number", "needs a number (got True)"),
        ([{"fact": "hour", "at_most": float("nan")}], "when.0", "not_a_number", "needs a number (got nan)"),
        ([{"fact": "text", "exists": 1}], "when.0", "not_a_flag", "text: exists must be true or false (got 1)"),
        ([{"fact": "text", "matches": ["("]}], "when.0", "pattern", "text: '(' is no regular expression: missing ): ("),
        ([{"fact": "text", "matches": ["(?=x)"]}], "when.0", "pattern", "invalid perl operator: (?="),
        ([{"fact": "text", "matches": [r"(a)\1"]}], "when.0", "pattern", r"invalid escape sequence: \1"),
        ([{"fact": "text", "matches": ["a{1001}"]}], "when.0", "pattern", "invalid repetition size: {1001}"),
        ([{"fact": "text", "matches": [r"(\pL{100}){9}"]}], "when.0", "pattern", "text: '(\\\\pL{100}){9}' is"),
        ([{"fact": "text", "matches": ["x" * 501]}], "when.0", "too_long", "is longer than 500 characters"),
        ([{"all": []}], "when.0", "empty_group", "all: needs a list of at least one condition (got [])"),
        ([{"any": {"fact": "text"}}], "when.0", "empty_group", "any: needs a list of at least one condition"),
        ([{"any": [{"fact": "text", "exists": True}], "none": []}], "when.0", "group", "any: a group holds nothing beside it (got any, none)"),
        ([nested(1), {"any": [{"fact": "text", "is": 5}]}], "when.1.any.0", "not_a_text", "text: is needs one text (got 5)"),
        ([nested(6)], "when.0.all.0.all.0.all.0.all.0.all.0", "too_deep", "all: groups may stand in one another 5 deep"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_with_its_place(when: Any, path: str, code: str, said: str) -> None:
    rule = {"slug": "tech", "name": "Tech", "when": when, "then": {"team": "rd"}}
    with pytest.raises(RuleError) as refused:
        rules.from_data([rule, LAST])
    error = refused.value
    assert (error.slug, error.path, error.code) == ("tech", path, code)
    assert said in error.text
    assert str(error).startswith(f"rule tech: {error.text}")


@pytest.mark.parametrize(
    ("more", "path", "said"),
    [
        ({"on": "moon"}, "on", "on: must be one of new, again, unclaimed, unanswered, stage (got 'moon')"),
        ({"on": ["new"]}, "on", "on: must be one of"),
        ({"after": 5}, "after", "after: only goes with on = unclaimed or unanswered (got 5)"),
        ({"on": "unclaimed"}, "after", "after: on = unclaimed needs working minutes from 1 to 100000 (got nothing)"),
        ({"on": "unanswered", "after": 0}, "after", "(got 0)"),
        ({"on": "unanswered", "after": 100_001}, "after", "(got 100001)"),
        ({"on": "unanswered", "after": True}, "after", "(got True)"),
        ({"on": "unanswered", "after": 1.5}, "after", "(got 1.5)"),
        ({"from": "2026-13-01"}, "from", "from: must be a day such as 2026-12-31 (got '2026-13-01')"),
        ({"until": "20261231"}, "until", "until: must be a day such as 2026-12-31"),
        ({"until": 5}, "until", "until: must be a day"),
        ({"from": "2026-12-31", "until": "2026-12-30"}, "until", "until: 2026-12-30 is before from (2026-12-31)"),
        ({"continue": 1}, "continue", "continue: must be true or false (got 1)"),
    ],
)
def test_what_is_refused_of_a_rules_occasion(more: dict[str, Any], path: str, said: str) -> None:
    rule = {"slug": "tech", "when": [nested(1)], "then": {"team": "rd"}, **more}
    with pytest.raises(RuleError, match=r"rule tech: ") as refused:
        rules.from_data([rule, LAST])
    assert refused.value.path == path
    assert said in refused.value.text


@pytest.mark.parametrize(
    "more", [{"continue": True}, {"from": "2026-01-01"}, {"on": "again"}, {"on": "unclaimed", "after": 5}]
)
def test_the_last_rule_takes_everything_always(more: dict[str, Any]) -> None:
    with pytest.raises(RuleError, match="the last rule must be one without conditions"):
        rules.from_data([{**LAST, **more}])
    rules.from_data([{**LAST, "slug": "before", **more}, LAST])


def test_days_may_be_toml_days() -> None:
    toml = """
    [[rules]]
    slug = "summer"
    from = 2026-07-01
    until = "2026-08-31"
    continue = true
    then = { tags = ["estate"] }
    when = [{ any = [{ fact = "text", has_any = ["ferie"] }, { none = [{ fact = "in_hours", exists = true }] }] }]
    [[rules]]
    slug = "rest"
    then = { team = "triage" }
    """
    made = files.read(toml).rules
    assert made[0].occasion.as_data() == {"from": "2026-07-01", "until": "2026-08-31", "continue": True}
    assert isinstance(made[0].when[0], Group)
    assert files.read(files.to_toml(made)).rules == made


@given(drawn_rules.rule_sets())
def test_rules_out_and_in_again_are_the_same(made: list[rules.Rule]) -> None:
    data = [rule.as_data() for rule in made]
    assert rules.from_data(json.loads(json.dumps(data))) == made
    assert files.read(files.to_toml(made)).rules == made
    assert [rule.as_data() for rule in rules.from_data(data)] == data


@given(drawn_rules.values())
def test_facts_are_typed(drawn: dict[str, Any]) -> None:
    known = Facts(drawn)
    for name, value in drawn.items():
        assert known.value(name) == (tuple(value) if isinstance(value, list) else value)
        assert known.exists(name) == bool(known.texts(name))
        assert all(text.strip() for text in known.texts(name))
        assert (known.number(name) is not None) == (facts.kind_of(name) == facts.NUMBER)
    assert (known.value("moon"), known.texts("moon"), known.number("moon")) == ("", (), None)


def test_every_operator_is_offered_and_answered() -> None:
    offered = {operator for name in facts.ALL for operator in facts.operators_of(name)}
    assert offered == set(operators.ANSWERS)
    assert set(facts.OPERATORS) == set(facts.KINDS.values())
    assert facts.operators_of("moon") == ()


def test_a_sign_with_an_accent_is_meant_as_itself() -> None:
    """A wide bracket folds to the plain one, in the text and in the pattern."""
    assert patterns.found("（x）", facts.folded("(X)"))
    assert patterns.found("[ÀÈ]{2}", facts.folded("èà"))
    assert parse_all([{"fact": "text", "matches": ["＊"]}])
