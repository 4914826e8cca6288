"""Rules: what they ask, which one wins and why, what is refused by name, and TOML out and in again."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.models import Event, RuleVersion
from inbox.models.conversation import KINDS, PRIORITIES
from routing import engine, files, rules
from routing.conditions import Condition, parse
from routing.facts import NAMES, TEXTS, Facts
from routing.rules import Actions, Rule, RuleError
from routing.words import fold, stemmed
from tests.parts.desk import Desk

CATCH_ALL = {"slug": "rest", "name": "Everything else", "then": {"team": "triage"}}


def rule(slug: str = "tech", **more: Any) -> dict[str, Any]:
    when = [{"fact": "text", "has_any": ["tolleranza"]}]
    return {"slug": slug, "name": slug.title(), "when": when, "then": {"team": "rd"}, **more}


def decide(data: list[dict[str, Any]], **facts: str) -> engine.Decision:
    return engine.decide(Facts(facts), rules.from_data(data))


def holds(fact: str, operator: str, *values: str, **facts: str) -> list[str] | None:
    return Condition(fact, operator, values).found(Facts(facts))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("preventivo", "Vorremmo due preventivi."),
        ("preventivi", "un preventivo"),
        ("qualità", "la qualita del pezzo"),
        ("qualita", "LA QUALITÀ"),
        ("drawing", "the drawings attached"),
        ("Angebot", "Bitte um Angebote"),
        ("Größe", "die grösse"),
        ("scheda tecnica", "le schede tecniche, grazie"),
        ("GX-40", "il giunto gx 40"),
    ],
)
def test_words_match_by_stem_on_folded_text(word: str, text: str) -> None:
    assert holds("text", "has_any", word, text=text) == [word]


@pytest.mark.parametrize(
    ("word", "text"), [("prezzo", "apprezzo molto"), ("scheda tecnica", "scheda di consegna tecnica"), ("x", "")]
)
def test_parts_of_words_and_scattered_phrases_do_not_match(word: str, text: str) -> None:
    assert holds("text", "has_any", word, text=text) is None


def test_all_words_that_were_found_are_told() -> None:
    assert holds("subject_or_text", "has_any", "costo", "listino", "sconto", subject="Listino", text="e il costo?") == [
        "costo", "listino",
    ]  # fmt: skip


def test_a_domain_means_its_subdomains_too() -> None:
    assert holds("domain", "is_any", "Kunde.test", domain="mail.kunde.test") == ["Kunde.test"]
    assert holds("domain", "is_any", "kunde.test", domain="andererkunde.test") is None
    assert holds("sender", "is_any", "a@kunde.test", sender="A@kunde.test") == ["a@kunde.test"]


def test_blanks_are_no_fact() -> None:
    assert holds("subject", "exists", subject=" \n") is None
    assert holds("fact.order", "exists", **{"fact.order": "7"}) == []


def test_the_first_rule_whose_conditions_all_hold_wins() -> None:
    both = [{"fact": "text", "has_any": ["tolleranza"]}, {"fact": "language", "is_any": ["de"]}]
    data = [rule("german", when=both), rule("off", enabled=False), rule("tech"), rule("later"), CATCH_ALL]
    decision = decide(data, text="Qual è la tolleranza?", language="it")
    assert decision.rule.slug == "tech"
    assert decision.reasons == [{"fact": "text", "operator": "has_any", "found": ["tolleranza"]}]
    assert decision.considered == [
        {"rule": "german", "name": "German", "held": 1, "failed": {"fact": "language", "is_any": ["de"]}}
    ]


def test_the_last_rule_takes_what_is_left() -> None:
    decision = decide([rule(), CATCH_ALL], text="Buongiorno")
    assert (decision.rule.slug, decision.reasons) == ("rest", [])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "rules: must be a list of tables"),
        ([], "the last rule must be one without conditions"),
        ([rule()], "the last rule must be one without conditions"),
        ([{**CATCH_ALL, "enabled": False}], "the last rule must be one without conditions"),
        ([rule(when=[]), CATCH_ALL], "rule tech: without conditions it would take everything"),
        ([rule(), rule(), CATCH_ALL], "rule tech: this name is used twice"),
        ([{**CATCH_ALL, "then": {"tags": ["x"]}}], "rule rest: the last rule must name a team or a person"),
        ([{"name": "x"}, CATCH_ALL], "rule 1: needs a slug and a name"),
        ([rule(color="red"), CATCH_ALL], "rule tech: unknown color"),
        ([rule(enabled="no"), CATCH_ALL], "rule tech: enabled: must be true or false (got 'no')"),
        ([rule(when="x"), CATCH_ALL], "rule tech: when: must be a list of conditions (got 'x')"),
        ([rule(when=["x"]), CATCH_ALL], "rule tech: a condition needs a fact (got 'x')"),
        ([rule(when=[{"fact": "moon", "exists": True}]), CATCH_ALL], "rule tech: fact: must be one of"),
        ([rule(when=[{"fact": "text"}]), CATCH_ALL], "rule tech: text: needs exactly one of"),
        ([rule(when=[{"fact": "text", "exists": "no"}]), CATCH_ALL], "rule tech: text: exists must be true or false"),
        ([rule(when=[{"fact": "text", "has_any": "x"}]), CATCH_ALL], "rule tech: text: has_any needs a list of texts"),
        ([rule(when=[{"fact": "text", "has_any": [" "]}]), CATCH_ALL], "text: has_any needs at least one value"),
        ([rule(when=[{"fact": "text", "has_any": ["?!"]}]), CATCH_ALL], "rule tech: text: '?!' contains no word"),
        ([rule(then={"teams": "x"}), CATCH_ALL], "rule tech: then: may hold team, person, priority, kind, tags"),
        ([rule(then={"priority": "huge"}), CATCH_ALL], "rule tech: priority: must be one of"),
        ([rule(then={"kind": "x"}), CATCH_ALL], "rule tech: kind: must be one of"),
        ([rule(then={"tags": "x"}), CATCH_ALL], "rule tech: tags: must be a list of texts"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_rules_name(data: Any, said: str) -> None:
    with pytest.raises(RuleError, match=re.escape(said)):
        rules.from_data(data)


def test_what_is_no_toml_is_told() -> None:
    with pytest.raises(RuleError, match="not TOML: "):
        files.read("[[rules]\n")


def test_saving_checks_names_and_keeps_each_version(desk: Desk) -> None:
    with desk.database.writing() as session:
        with pytest.raises(RuleError, match="rule tech: there is no team 'moon'"):
            rules.save(session, rules.from_data([rule(then={"team": "moon"}), CATCH_ALL]))
        with pytest.raises(RuleError, match=r"rule tech: nobody here has the address 'x@y\.test'"):
            rules.save(session, rules.from_data([rule(then={"person": "X@y.test"}), CATCH_ALL]))
    before = len(desk.all(RuleVersion))
    new = rules.from_data([rule(), CATCH_ALL])
    with desk.database.writing() as session:
        rules.save(session, new)
    with desk.database.reading() as session:
        assert rules.load(session) == new
    assert len(desk.all(RuleVersion)) == before + 1


def test_what_a_rule_does_is_done_and_recorded(desk_on_both: Desk) -> None:
    desk = desk_on_both
    then = {"team": "rd", "priority": "high", "kind": "customer", "tags": ["giunti", "tecnica"]}
    with desk.database.writing() as session:
        rules.save(session, rules.from_data([rule(then=then), CATCH_ALL]))
    first, second = desk.ask("Tolleranza?"), desk.ask("Quale tolleranza?")
    with desk.database.reading() as session:
        row = session.get_one(type(second), second.id)
        assert (row.team.slug, row.priority, row.kind) == ("rd", "high", "customer")
        assert [tag.name for tag in row.tags] == ["giunti", "tecnica"]
    assert [one.kind for one in desk.exchanges(first)] == ["customer"]
    actions = [row.action for row in desk.all(Event, Event.conversation_id == second.id)]
    assert actions == ["received", "routed", "kind_set", "priority_set", "tagged", "assigned", "told"]


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
CONDITIONS = st.one_of(
    st.builds(lambda fact: {"fact": fact, "exists": True}, st.sampled_from(TEXTS + NAMES)),
    st.builds(
        lambda fact, values: {"fact": fact, "is_any": values},
        st.sampled_from(NAMES),
        st.lists(WORDS.filter(str.strip), min_size=1, max_size=3),
    ),
    st.builds(
        lambda fact, values: {"fact": fact, "has_any": values},
        st.sampled_from(TEXTS),
        st.lists(WORDS.map(lambda text: f"{text} a"), min_size=1, max_size=3),
    ),
)
ACTIONS = st.builds(
    Actions,
    team=st.sampled_from(["", "rd", "sales"]),
    person=st.sampled_from(["", "a@firm.test"]),
    priority=st.sampled_from(["", *PRIORITIES]),
    kind=st.sampled_from(["", *KINDS]),
    tags=st.lists(WORDS.map(str.strip).filter(bool), max_size=3, unique=True).map(tuple),
)
RULES = st.builds(
    lambda name, when, then, enabled: (name, tuple(parse(one) for one in when), then, enabled),
    WORDS, st.lists(CONDITIONS, min_size=1, max_size=3), ACTIONS, st.booleans(),
)  # fmt: skip


@given(st.lists(RULES, max_size=4))
def test_toml_out_and_in_again_gives_the_same_rules(drawn: list[Any]) -> None:
    made = [Rule(f"r{number}", name, then, when, on) for number, (name, when, then, on) in enumerate(drawn)]
    made.append(Rule("rest", "Rest", Actions(team="triage")))
    assert files.read(files.to_toml(made)).rules == made


def test_the_starter_rules_survive_the_way_out_and_in(desk: Desk) -> None:
    with desk.database.reading() as session:
        made = rules.load(session)
    assert len(made) > 3
    assert files.read(files.to_toml(made)).rules == made


@given(st.text(max_size=50))
def test_folding_is_done_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=50))
def test_a_text_contains_itself(text: str) -> None:
    assert stemmed(text).has(stemmed(text))
