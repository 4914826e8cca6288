"""What follows from conditions by themselves is true of whatever message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.conditions import Group, Node, parse
from routing.facts import Facts
from routing.logic import excludes, implies
from routing.trace import trace
from tests.parts import drawn_rules
from tests.parts.long import examples


def has(*words: str, fact: str = "text", operator: str = "has_any") -> dict[str, object]:
    return {"fact": fact, operator: list(words)}


IMPLIED = [
    (has("a"), has("b", "a")),
    (has("scheda tecnica"), has("Scheda")),
    (has("scheda tecnica"), has("scheda", operator="has_all")),
    (has("a", "b", operator="has_all"), has("b")),
    (has("a", fact="subject"), has("a", fact="subject_or_text")),
    (has("a"), {"fact": "text", "exists": True}),
    (has("a", fact="subject"), {"fact": "subject_or_text", "exists": True}),
    (has("Offerta n. 5", operator="starts_with"), has("offerta", operator="contains")),
    (has("abc", operator="ends_with"), has("c", operator="ends_with")),
    (has("x+", operator="matches"), has("y", "x+", operator="matches")),
    ({"fact": "domain", "is": "b.a.test"}, has("a.test", fact="domain", operator="under")),
    (has("b.a.test", fact="domain", operator="is_any"), has("a.test", fact="domain", operator="is_any")),
    ({"fact": "sender", "is": "X@b.a.test"}, has("a.test", fact="sender", operator="under")),
    ({"fact": "earlier", "at_least": 3}, {"fact": "earlier", "at_least": 2}),
    ({"fact": "hour", "at_most": 3}, {"fact": "hour", "exists": True}),
    ({"all": [has("a"), has("b")]}, {"any": [has("b"), has("c")]}),
    ({"any": [has("a"), has("b")]}, has("a", "b")),
    ({"none": [has("a", "b")]}, {"none": [has("a")]}),
    ({"fact": "language", "is": "it"}, {"none": [has("en", "de", fact="language", operator="is_any")]}),
]
EXCLUDED = [
    ({"fact": "language", "is": "it"}, {"fact": "language", "is": "en"}),
    (has("it", "de", fact="language", operator="is_any"), has("en", "fr", fact="language", operator="is_any")),
    ({"fact": "earlier", "at_least": 3}, {"fact": "earlier", "at_most": 2}),
    ({"fact": "subject", "exists": False}, has("a", fact="subject")),
    ({"fact": "subject_or_text", "exists": False}, has("a", fact="subject")),
    (has("a.test", fact="domain", operator="under"), {"fact": "domain", "is": "ba.test"}),
    (has("a"), {"none": [has("a", "b")]}),
    ({"all": [has("b"), {"fact": "language", "is": "it"}]}, {"fact": "language", "is": "en"}),
    ({"any": [{"fact": "language", "is": "it"}, {"fact": "language", "is": "de"}]}, {"fact": "language", "is": "en"}),
]
NEITHER = [
    (has("a"), has("b")),
    (has("a", "b"), has("a")),
    (has("a", fact="subject_or_text"), has("a", fact="subject")),
    (has("tolleran*"), has("tolleranza")),
    ({"fact": "tags", "is": "a"}, {"fact": "tags", "is": "b"}),
    ({"fact": "earlier", "at_least": 2}, {"fact": "earlier", "at_most": 2}),
    (has("a.test", fact="domain", operator="under"), {"fact": "domain", "is": "b.a.test"}),
    ({"fact": "subject", "exists": False}, has("a", fact="subject_or_text")),
]


@pytest.mark.parametrize(("first", "then"), IMPLIED)
def test_what_is_sure_to_follow(first: object, then: object) -> None:
    assert implies(parse(first), parse(then))


@pytest.mark.parametrize(("first", "other"), EXCLUDED)
def test_what_never_holds_together(first: object, other: object) -> None:
    assert excludes(parse(first), parse(other))
    assert excludes(parse(other), parse(first))


@pytest.mark.parametrize(("first", "other"), NEITHER)
def test_what_may_or_may_not(first: object, other: object) -> None:
    assert not implies(parse(first), parse(other))
    assert not excludes(parse(first), parse(other))


# Close to each other, so that often something follows: few words, few facts, and the same conditions in other groups.
LEAVES = st.sampled_from([one for pair in IMPLIED + EXCLUDED + NEITHER for one in pair if "fact" in one]).map(parse)
GROUPS = st.builds(Group, st.sampled_from(["all", "any", "none"]), st.lists(LEAVES, min_size=1, max_size=3).map(tuple))
SMALL = LEAVES | GROUPS | drawn_rules.conditions(1).map(parse)
TEXTS = st.lists(
    st.sampled_from(["a", "b", "c", "scheda", "tecnica", "abc", "offerta", "n.", "5", "x"]), max_size=5
).map(" ".join)
MET = st.fixed_dictionaries(
    {"text": TEXTS, "subject": TEXTS | st.just("")},
    optional={
        "language": st.sampled_from(["it", "en", "de"]), "domain": st.sampled_from(["a.test", "b.a.test", "ba.test"]),
        "sender": st.just("x@b.a.test"), "tags": st.lists(st.sampled_from("ab"), max_size=2),
        "earlier": st.integers(1, 4), "hour": st.integers(2, 4),
    },
).map(Facts)  # fmt: skip


@settings(max_examples=examples(2_000))
@given(SMALL, SMALL, st.lists(drawn_rules.messages() | MET, min_size=1, max_size=4))
def test_no_message_says_otherwise(first: Node, other: Node, messages: list[Facts]) -> None:
    follows, never = implies(first, other), excludes(first, other)
    for known in messages:
        held, too = trace(first, known).held, trace(other, known).held
        assert not (follows and held and not too)
        assert not (never and held and too)


@given(drawn_rules.nodes())
def test_everything_implies_itself(node: Node) -> None:
    assert implies(node, node)
