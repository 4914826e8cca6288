"""What was found is marked in the text as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.conditions import parse
from routing.facts import Facts
from routing.highlight import _folded, places
from routing.trace import reasons, trace
from routing.words import fold
from tests.parts import drawn_rules


@pytest.mark.parametrize(
    ("operator", "found", "text", "marked"),
    [
        ("has_any", ["tolleranza"], "Le tolleranze? La TOLLERANZA!", ["tolleranze", "TOLLERANZA"]),
        ("has_any", ["qualità"], "La QUALITA\u0300 e la qualita.", ["QUALITA\u0300", "qualita"]),
        ("has_any", ["Größe", "maße"], "Die GRÖSSE, die Masse", ["GRÖSSE", "Masse"]),
        ("has_all", ["scheda tecnica"], "le schede\ntecniche, la scheda", ["schede\ntecniche"]),
        ("has_any", ["sched* tecn*"], "schedina tecnologica", ["schedina tecnologica"]),
        ("contains", ["n. 5"], "Ordine N. 5, n. 55", ["N. 5", "n. 5"]),
        ("starts_with", ["re:"], "Re: re: x", ["Re:"]),
        ("ends_with", ["x"], "x y X", ["X"]),
        ("matches", [r"gx-?\d+", "[0-9]{4}"], "È il GX-40, il gx7 o il 2026", ["GX-40", "gx7", "2026"]),
        ("matches", ["x*"], "abc", []),
        ("has_any", ["ab", "b c"], "ab b c", ["ab", "b c"]),
        ("contains", ["ab", "bc"], "abc", ["abc"]),
        ("is_any", ["it"], "it", []),
        ("at_least", ["5"], "5", []),
    ],
)
def test_what_was_found_is_marked(operator: str, found: list[str], text: str, marked: list[str]) -> None:
    spans = places(text, {"fact": "text", "operator": operator, "found": found})
    assert [text[start:end] for start, end in spans] == marked


@given(st.text(max_size=40) | drawn_rules.TEXTS)
def test_a_text_is_folded_letter_by_letter_as_it_is_as_a_whole(text: str) -> None:
    assert _folded(text)[0] == fold(text)


@given(drawn_rules.leaves().map(parse), drawn_rules.messages())
def test_whatever_was_found_in_a_text_has_its_place(condition: object, known: Facts) -> None:
    told = trace(condition, known)  # type: ignore[arg-type]
    for reason in reasons(told):
        if reason["operator"] not in ("has_any", "has_all", "contains", "starts_with", "ends_with"):
            continue
        texts = known.texts(reason["fact"])
        spans = [(text, *place) for text in texts for place in places(text, reason)]
        assert spans
        assert all(0 <= start < end <= len(text) for text, start, end in spans)
