"""Corrections become changes of the rules: planted mistakes are found again, and nothing that does more harm than good."""

import dataclasses
import itertools
from typing import Any

import pytest

from routing import amend, proposals, rules
from routing.backtest import Seen, place
from routing.facts import Facts
from routing.learning import stopwords
from routing.learning.past import bits, mask
from routing.matcher import compile_rules
from routing.proposals import Proposal, find
from routing.rules import Rule
from tests.parts import corrected

ALL = {"slug": "all", "name": "All", "then": {"team": "triage"}}
_numbers = itertools.count(1)


def rule(slug: str, team: str, *words: str, **more: Any) -> dict[str, Any]:
    when = [{"fact": "subject_or_text", "has_any": list(words)}]
    return {"slug": slug, "name": slug.title(), "when": when, "then": {"team": team}, **more}


TECHNICAL, SALES = rule("technical", "rd", "tolleranza", "disegno"), rule("sales", "sales", "preventivo", "prezzo")


def rule_set(*some: dict[str, Any]) -> list[Rule]:
    return rules.from_data([*some, ALL])


def seen(text: str, hand: str | tuple[str, ...] = "", sender: str = "", **facts: Any) -> Seen:
    number = next(_numbers)
    sender = sender or f"info@firma{number}.test"
    values = {"subject": f"Richiesta {number}", "text": text, "language": "it", "sender": sender,
              "domain": sender.partition("@")[2], **facts}  # fmt: skip
    return Seen(
        number, str(values["subject"]), Facts(values), (hand,) if isinstance(hand, str) and hand else tuple(hand)
    )


def some(count: int, text: str, hand: str | tuple[str, ...] = "", **more: Any) -> list[Seen]:
    return [seen(text, hand, **more) for _ in range(count)]


def told(found: list[Proposal]) -> list[tuple[str, str, str]]:
    return [(one.kind, amend.slug_of(one.change), amend.asked(one.change)[1]) for one in found]


def counts(one: Proposal) -> tuple[int, int, int]:
    return one.evidence["moved"], one.evidence["right"], one.evidence["wrong"]


def moved(seen_: list[Seen], before: list[Rule], after: list[Rule]) -> tuple[int, int]:
    """How many come right and how many go wrong, by asking both rule sets about every message."""
    was, would = compile_rules(before), compile_rules(after)
    right = wrong = 0
    for one in seen_:
        there, then = place(was.first(one.facts)), place(would.first(one.facts))
        truth = one.hand or (there,)
        right += then in truth and there not in truth
        wrong += then not in truth and there in truth
    return right, wrong


@pytest.fixture(scope="module")
def history() -> tuple[list[Seen], list[Proposal]]:
    past = corrected.history()
    return past, find(past, corrected.rule_set())


def test_planted_mistakes_are_found(history: Any) -> None:
    past, found = history
    assert len(past) == 2_000
    assert 0.14 <= sum(bool(one.hand) for one in past) / len(past) <= 0.15
    assert corrected.recovered(found) == {one.name: True for one in corrected.PLANTED}
    assert len(found) == len(corrected.PLANTED)


def test_nothing_does_more_harm_than_good(history: Any) -> None:
    past, found = history
    before = corrected.rule_set()
    for one in found:
        right, wrong = moved(past, before, amend.apply(one.change, before))
        assert (right, wrong) == counts(one)[1:]
        assert right >= 3
        assert wrong * 10 <= right


def test_all_together_put_most_of_it_right(history: Any) -> None:
    past, found = history
    before = after = corrected.rule_set()
    for one in found:
        after = amend.apply(one.change, after)
    right, wrong = moved(past, before, after)
    assert right > 10 * wrong
    assert find(past, after) == []


def test_noise_alone_proposes_nothing() -> None:
    past = [one for one in corrected.history(seed=7) if not one.hand]
    teams = itertools.cycle(["rd", "sales", "triage"])
    noisy = [
        dataclasses.replace(one, hand=(next(teams),)) if number % 33 == 0 else one for number, one in enumerate(past)
    ]
    assert find(noisy, corrected.rule_set()) == []


def test_a_phrase_is_added_where_its_words_alone_say_too_little() -> None:
    past = [*some(5, "Quale coppia di serraggio va bene?", "rd"), *some(5, "Una coppia di ganci, grazie"),
            *some(5, "La chiave di serraggio è finita")]  # fmt: skip
    (one,) = find(past, rule_set(TECHNICAL, SALES))
    assert one.change == {"do": "add", "rule": "technical", "path": [0], "fact": "subject_or_text", "operator": "has_any",
                          "value": "coppia di serraggio", "place": "rd"}  # fmt: skip
    assert counts(one) == (5, 5, 0)
    assert one.evidence["moves"] == [["triage", "rd", 5]]
    assert [sample[1:] for sample in one.evidence["samples"]] == [["triage", "rd", "right"]] * 5


def test_the_shortest_words_that_are_as_good() -> None:
    past = [*some(4, "La zigrinatura fine del manico", "rd"), *some(9, "Manico fine o altro?")]
    assert told(find(past, rule_set(TECHNICAL, SALES))) == [("word", "technical", "zigrinatura")]


def test_words_are_shown_as_customers_write_them_mostly() -> None:
    past = [
        *some(3, "Serve la Zeichnungsprüfung.", "rd", language="de"),
        seen("zeichnungsprüfung", "rd", language="de"),
    ]
    assert told(find(past, rule_set(TECHNICAL, SALES))) == [("word", "technical", "Zeichnungsprüfung")]


def test_other_forms_and_languages_of_a_word_are_one() -> None:
    past = [*some(3, "La fresatura", "rd"), *some(2, "Le fresature", "rd", language="en")]
    (one,) = find(past, rule_set(TECHNICAL, SALES))
    assert counts(one) == (5, 5, 0)


@pytest.mark.parametrize("text", ["Buongiorno, vorrei sapere quanto, grazie", "Cordiali saluti", "1200 45", "ab c"])
def test_words_that_mean_nothing_are_no_reason(text: str) -> None:
    past = [seen(text, "rd", subject="") for _ in range(5)]
    assert find(past, rule_set(TECHNICAL, SALES)) == []


def test_fillers_are_told_from_codes() -> None:
    meaning = [
        word for word in ("the", "40", "x", "gx4", "h7", "coppia", "gruße", "ok") if not stopwords.means_nothing(word)
    ]
    assert meaning == ["gx4", "h7", "coppia", "gruße"]


def test_what_one_firm_alone_writes_is_about_the_firm() -> None:
    past = [
        *some(4, "Il solito manicotto", "rd", sender="anna@kunde.test"),
        *some(4, "Un altro listone", "rd", sender="x@libero.it"),
    ]
    found = find(past, rule_set(TECHNICAL, SALES))
    assert {(one.kind, amend.asked(one.change)) for one in found} == {
        ("sender", ("domain", "kunde.test")), ("sender", ("sender", "x@libero.it")),
    }  # fmt: skip
    assert found[0].change["rule"]["then"] == {"team": "rd"}
    assert find(past, rule_set(TECHNICAL, SALES), free=("kunde.test", "libero.it"), places=["sales"]) == []


def test_a_domain_joins_the_list_of_a_rule_that_has_one() -> None:
    listed = {
        "slug": "ours",
        "name": "Ours",
        "when": [{"fact": "domain", "is_any": ["a.test"]}],
        "then": {"team": "rd"},
    }
    past = some(4, "Come al solito", "rd", sender="anna@kunde.test")
    (one,) = find(past, rule_set(SALES, listed))
    assert (one.change["do"], one.change["rule"], one.change["value"]) == ("add", "ours", "kunde.test")
    after = amend.apply(one.change, rule_set(SALES, listed))
    assert after[1].as_data()["when"] == [{"fact": "domain", "is_any": ["a.test", "kunde.test"]}]


def test_a_new_rule_where_an_earlier_one_takes_them() -> None:
    past = [*some(6, "Ci serve il prezzo della zigrinatura", "rd"), *some(6, "Che prezzo ha il manico?")]
    (one,) = find(past, rule_set(SALES, TECHNICAL))
    assert one.kind == "rule"
    assert one.change["before"] == "sales"
    assert one.change["rule"] == {"slug": "zigrinatura", "name": "Zigrinatura", "then": {"team": "rd"},
                                  "when": [{"fact": "subject_or_text", "has_any": ["zigrinatura"]}]}  # fmt: skip
    assert counts(one) == (6, 6, 0)
    assert [rule.slug for rule in amend.apply(one.change, rule_set(SALES, TECHNICAL))] == [
        "zigrinatura",
        "sales",
        "technical",
        "all",
    ]


def test_a_word_that_a_later_rule_has_may_need_one_of_its_own() -> None:
    past = [
        *some(4, "Il prezzo della loro tolleranza", "rd"),
        *some(5, "Il prezzo della biella"),
        *some(5, "La tolleranza"),
    ]
    (one,) = find(past, rule_set(SALES, TECHNICAL))
    assert (told([one]), counts(one)) == ([("rule", "tolleranza", "tolleranza")], (4, 4, 0))
    assert told(find(past, rule_set(TECHNICAL, SALES))) == []


def test_what_is_there_already_does_not_count_against_it() -> None:
    past = [
        *some(4, "Il prezzo della loro zigrinatura", "rd"),
        *some(9, "La zigrinatura e la sua tolleranza"),
        *some(5, "Il prezzo della biella"),
    ]
    (one,) = find(past, rule_set(SALES, TECHNICAL))
    assert (told([one]), counts(one)) == ([("rule", "zigrinatura", "zigrinatura")], (4, 4, 0))


def test_a_word_is_added_where_that_rule_comes_first() -> None:
    past = some(6, "Ci serve il prezzo della zigrinatura", "rd")
    assert told(find(past, rule_set(TECHNICAL, SALES))) == [("word", "technical", "zigrinatura")]


def test_a_word_that_attracts_wrongly_is_taken_out() -> None:
    jobs = rule("jobs", "triage", "curriculum", "posizione")
    past = [
        *some(5, "La posizione sul disegno", "rd"),
        *some(5, "Il mio curriculum"),
        *some(3, "Il curriculum, posizione e disegno"),
    ]
    (one,) = find(past, rule_set(jobs, TECHNICAL))
    assert (one.kind, told([one])) == ("removal", [("removal", "jobs", "posizione")])
    assert counts(one) == (5, 5, 0)
    assert amend.apply(one.change, rule_set(jobs, TECHNICAL))[0].as_data()["when"][0]["has_any"] == ["curriculum"]


def test_a_word_that_is_mostly_right_stays() -> None:
    jobs = rule("jobs", "triage", "curriculum", "posizione")
    past = [*some(5, "La posizione sul disegno", "rd"), *some(5, "La posizione e il disegno di carriera")]
    assert [one for one in find(past, rule_set(jobs, TECHNICAL)) if one.kind == "removal"] == []


def test_too_few_or_too_many_wrong_are_not_proposed() -> None:
    assert find(some(2, "La zigrinatura", "rd"), rule_set(TECHNICAL, SALES)) == []
    nine = [*some(9, "La zigrinatura", "rd"), seen("La zigrinatura")]
    assert find(nine, rule_set(TECHNICAL, SALES)) == []
    ten = [*some(10, "La zigrinatura", "rd"), seen("La zigrinatura")]
    (one,) = find(ten, rule_set(TECHNICAL, SALES))
    assert counts(one) == (11, 10, 1)
    assert [sample[3] for sample in one.evidence["samples"]] == ["wrong", *["right"] * 9]


def test_overlapping_ones_count_what_is_left() -> None:
    past = [
        *some(6, "zigrinatura e godronatura", "rd"),
        *some(2, "solo godronatura", "rd"),
        *some(1, "solo zigrinatura", "rd"),
    ]
    assert told(find(past, rule_set(TECHNICAL, SALES))) == [("word", "technical", "godronatura")]


def test_a_conversation_counts_once() -> None:
    past = [dataclasses.replace(seen("La zigrinatura", "rd"), conversation_id=1) for _ in range(5)]
    assert find(past, rule_set(TECHNICAL, SALES)) == []


def test_who_it_was_given_to_means_the_team() -> None:
    past = some(4, "La zigrinatura", ("marco@firm.test", "rd"))
    assert told(find(past, rule_set(TECHNICAL, SALES))) == [("word", "technical", "zigrinatura")]
    (one,) = find(some(4, "La zigrinatura", ("marco@firm.test", "rd", "sales")), rule_set(TECHNICAL, SALES))
    assert one.change["rule"]["then"] == {"person": "marco@firm.test"}
    assert find(past, rule_set(TECHNICAL, SALES), places=["sales"]) == []


def test_other_conditions_of_the_rule_must_hold() -> None:
    german = rule("german", "rd", "Toleranz")
    german["when"].append({"fact": "language", "is": "de"})
    (one,) = find(some(4, "La zigrinatura", "rd"), rule_set(german, SALES))
    assert (one.kind, one.change["before"]) == ("rule", "all")
    (one,) = find(some(4, "Die Rändelung", "rd", language="de"), rule_set(german, SALES))
    assert told([one]) == [("word", "german", "Rändelung")]


def test_rules_that_do_not_count_today_are_no_help() -> None:
    off = {**TECHNICAL, "enabled": False}
    (one,) = find(some(4, "La zigrinatura", "rd"), rule_set(off, SALES))
    assert one.kind == "rule"


def test_words_go_into_a_group_of_which_any_will_do() -> None:
    grouped = {"slug": "g", "name": "G", "then": {"team": "rd"}, "when": [
        {"any": [{"fact": "attachments", "exists": True}, {"fact": "text", "has_any": ["disegno"]}]},
        {"none": [{"fact": "text", "has_any": ["fattura"]}]}]}  # fmt: skip
    (one,) = find(some(4, "La zigrinatura", "rd"), rule_set(grouped))
    assert (one.change["path"], one.change["fact"]) == ([0, "any", 1], "text")
    assert amend.apply(one.change, rule_set(grouped))[0].as_data()["when"][0]["any"][1]["has_any"] == [
        "disegno",
        "zigrinatura",
    ]


def test_the_same_thought_has_the_same_key() -> None:
    def key(value: str, **more: Any) -> str:
        return amend.key({"do": "add", "rule": "technical", "path": [0], "fact": "text", "operator": "has_any",
                          "value": value, "place": "rd", **more})  # fmt: skip

    assert key("tolleranza") == key("Tolleranze") == key("tolleranza", rule="other", fact="subject_or_text")
    assert key("Zeichnung") == key("Zeichnungen")
    assert key("tolleranza") != key("tolleranza", place="sales")
    inserted = {"do": "insert", "before": "all", "rule": rule("x", "rd", "tolleranze")}
    assert amend.key(inserted) == key("tolleranza")
    assert amend.key({"do": "remove", "rule": "x", "value": "A", "fact": "text"}) != key("A")


REFUSED = {
    "the rule is gone": ({"do": "add", "rule": "gone", "path": [0], "value": "x"}, "no rule 'gone'"),
    "the condition is gone": ({"do": "add", "rule": "sales", "path": [1], "value": "x"}, "asks otherwise now"),
    "it asks something else": ({"do": "add", "rule": "sales", "path": [0], "fact": "text", "value": "x"}, "asks otherwise now"),
    "the word is there": ({"do": "add", "rule": "sales", "path": [0], "value": "Prezzo"}, "asks for 'Prezzo' already"),
    "the word is gone": ({"do": "remove", "rule": "sales", "path": [0], "value": "sconto"}, "does not ask for 'sconto'"),
    "the place is gone": ({"do": "insert", "before": "gone", "rule": TECHNICAL}, "no rule 'gone'"),
    "the name is taken": ({"do": "insert", "before": "all", "rule": SALES}, "a rule 'sales' already"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_change_that_no_longer_fits_says_so(case: str) -> None:
    change, said = REFUSED[case]
    with pytest.raises(amend.Outdated, match=said):
        amend.apply({"fact": "subject_or_text", "operator": "has_any", **change}, rule_set(SALES))


def test_the_only_word_of_a_rule_stays() -> None:
    one = rule("one", "rd", "prezzo")
    change = {
        "do": "remove",
        "rule": "one",
        "path": [0],
        "fact": "subject_or_text",
        "operator": "has_any",
        "value": "prezzo",
    }
    with pytest.raises(amend.Outdated):
        amend.apply(change, rule_set(one))


def test_rules_given_are_not_touched() -> None:
    before = rule_set(TECHNICAL, SALES)
    kept = [one.as_data() for one in before]
    amend.apply({"do": "insert", "before": "sales", "rule": rule("x", "rd", "filetto")}, before)
    assert [one.as_data() for one in before] == kept


def test_sets_of_messages_give_their_numbers_back() -> None:
    for numbers in ([], [0], [3, 8, 64, 700, 9_999]):
        assert list(bits(mask(numbers))) == numbers


def test_no_corrections_no_proposals() -> None:
    assert find([], rule_set(TECHNICAL)) == []
    assert find(some(5, "La zigrinatura"), rule_set(TECHNICAL)) == []
    assert len(corrected.PLANTED) <= proposals.MOST
