"""What a colleague's first line means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import orders
from routing.orders import Order


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("La tolleranza è H7.", Order("answer", "", "La tolleranza è H7.")),
        ("#nota sentire Luca\nprima di lunedì", Order("note", "sentire Luca", "prima di lunedì")),
        ("#Note\n\nask Luca", Order("note", "", "ask Luca")),
        ("# passa vendite", Order("pass", "vendite", "")),
        ("#PASS sales\nhe knows them", Order("pass", "sales", "he knows them")),
        ("#vinto 1200", Order("won", "1200", "")),
        ("\n\n#prendo", Order("take", "", "")),
        ("#telefonato tutto chiarito", Order("called", "tutto chiarito", "")),
        ("#forse domani", Order("unknown", "forse domani", "")),
        ("Il codice è #12: va bene?", Order("answer", "", "Il codice è #12: va bene?")),
        ("", Order("answer", "", "")),
    ],
)
def test_the_first_line_decides(text: str, order: Order) -> None:
    assert orders.read(text) == order


@given(st.text(max_size=80))
def test_no_word_is_lost(text: str) -> None:
    order = orders.read(text)
    kept = "".join((order.about + order.text).split())
    written = "".join(text.split())
    assert written.endswith(kept)
    if order.verb == orders.ANSWER:
        assert kept == written
