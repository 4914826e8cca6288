"""Rules, reasons and changes of rules in words."""

from typing import Any

import pytest

from routing import changes, describe, engine, explain, rules
from routing.facts import Facts

NAMES = {"rd": "R&S", "sales": "Commerciale", "anna@firm.test": "Anna Neri"}


@pytest.mark.parametrize(
    ("when", "english", "italian"),
    [
        ([], "", ""),
        (
            [{"fact": "text", "has_any": ["tolleranza", "scheda tecnica"]}, {"fact": "language", "is": "it"}],
            "the text contains *tolleranza* or *scheda tecnica* and the language is *Italian*",
            "il testo contiene *tolleranza* o *scheda tecnica* e la lingua è *Italiano*",
        ),
        (
            [{"any": [{"fact": "province", "is_any": ["VI"]}, {"fact": "in_hours", "exists": False}]},
             {"none": [{"fact": "machine", "exists": True}]}],
            "(the province is *VI* or it came outside working hours) and it is not so that it is an automatic mail",
            "(la provincia è *VI* o è arrivata fuori orario) e non è vero che è posta automatica",
        ),
        (
            [{"fact": "fact.field.Settore", "has_all": ["macchine", "utensili"]}, {"fact": "hour", "at_least": 18}],
            'the field "Settore" of the form contains *macchine* and *utensili* and the hour is at least *18*',
            'il campo "Settore" del modulo contiene *macchine* e *utensili* e l\'ora è almeno *18*',
        ),
    ],
)  # fmt: skip
def test_conditions(when: list[Any], english: str, italian: str) -> None:
    assert describe.conditions(when, "en", NAMES) == english
    assert describe.conditions(when, "it", NAMES) == italian


def test_actions_and_occasions() -> None:
    then = {"tags": ["a", "b"], "team": "rd", "priority": "high", "pick": "round_robin", "watchers": ["anna@firm.test"]}
    assert describe.actions(then, "en", NAMES) == (
        "it goes to R&S, to each in turn, priority: High, tags: a, b, Anna Neri watch"
    )
    assert describe.occasion({}, "it") == "una nuova richiesta"
    assert describe.occasion({"on": "unclaimed", "after": 60}, "en") == "nobody has taken it for 60 working minutes"


def test_a_reason_with_many_words_names_the_first() -> None:
    found = [f"w{number}" for number in range(9)]
    text = explain.sentence("X", [{"fact": "text", "operator": "has_any", "found": found}], "R&S", "en")
    assert text.endswith("because the text contains *w0*, *w1*, *w2*, *w3*, *w4*, *w5* and 3 more")


def rule(slug: str, **more: Any) -> dict[str, Any]:
    when = [{"fact": "text", "has_any": ["a", "b"]}]
    return {"slug": slug, "name": slug.upper(), "when": when, "then": {"team": "rd"}, **more}


ALL = {"slug": "all", "name": "All", "then": {"team": "sales"}}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ([rule("x"), ALL], [rule("x"), ALL], []),
        ([rule("x"), ALL], [ALL], ['removed: "X"']),
        ([ALL], [rule("x"), ALL], ['new: "X": the text contains *a* or *b* → it goes to R&S']),
        ([rule("x"), rule("y"), rule("z"), ALL], [rule("z"), rule("x"), rule("y"), ALL], ['moved: "Z"']),
        (
            [rule("x"), ALL],
            [rule("x", when=[{"fact": "text", "has_any": ["b", "c"]}]), ALL],
            ['"X": added: *c*', '"X": taken out: *a*'],
        ),
        (
            [rule("x"), ALL],
            [rule("x", when=[{"fact": "language", "is": "en"}], enabled=False), ALL],
            ['"X": switched off', '"X": asks: the language is *English* (before: the text contains *a* or *b*)'],
        ),
        (
            [rule("x"), ALL],
            [rule("x", then={"team": "sales"}, **{"from": "2026-12-01", "continue": True}), ALL],
            [
                '"X": holds from: – → 2026-12-01', '"X": goes on with the next rules',
                '"X": it goes to R&S → it goes to Commerciale',
            ],
        ),
        ([rule("x"), ALL], [rule("x", name="Y"), ALL], ['"Y": was called "X"']),
    ],
)  # fmt: skip
def test_changes(old: list[Any], new: list[Any], told: list[str]) -> None:
    assert changes.between(old, new, "en", NAMES) == told


@pytest.mark.parametrize(("language", "told"), [
    ("en", "because the province is *VI* (from the telephone number 0444)"),
    ("it", "perché la provincia è *VI* (dal telefono 0444)"),
])  # fmt: skip
def test_a_place_says_what_told_it(language: str, told: str) -> None:
    where = rules.from_data([
        {"slug": "vi", "name": "Vicenza", "when": [{"fact": "province", "is": "VI"}], "then": {"team": "sales"}}, ALL,
    ])  # fmt: skip
    seen = Facts({"province": "VI", "place.source": "phone", "place.from": "0444"})
    assert explain.sentence("Vicenza", engine.decide(seen, where).reasons, "X", language).endswith(told)
