"""What stands behind commands about a lead. Today is Wednesday, 2 December 2026."""

from datetime import date

import pytest

from routing import orders
from routing.leadorders import LeadOrder, read

TODAY = date(2026, 12, 2)


@pytest.mark.parametrize(
    ("verb", "about", "wanted"),
    [
        ("won", "12.400", LeadOrder(1_240_000)),
        ("won", "€ 12,400.50", LeadOrder(1_240_050, "EUR")),
        ("won", "12.400 ordine 55", LeadOrder(1_240_000, words="ordine 55")),
        ("won", "", LeadOrder()),
        ("won", "finalmente", LeadOrder(words="finalmente")),
        ("quoted", "8.000 entro 15/12", LeadOrder(800_000, on=date(2026, 12, 15))),
        ("quoted", "8,000 by 15 December", LeadOrder(800_000, on=date(2026, 12, 15))),
        (
            "quoted",
            "8.000 euro entro venerdì, sconto 5%",
            LeadOrder(800_000, "EUR", date(2026, 12, 4), words="sconto 5%"),
        ),
        ("quoted", "8000", LeadOrder(800_000)),
        ("quoted", "entro il 15", LeadOrder(on=date(2026, 12, 15))),
        ("still_open", "lunedì", LeadOrder(on=date(2026, 12, 7))),
        ("lost", "prezzo", LeadOrder(reason="price", words="prezzo")),
        ("lost", "il prezzo era troppo alto", LeadOrder(reason="price", words="il prezzo era troppo alto")),
        ("lost", "delivery time", LeadOrder(reason="time", words="delivery time")),
        ("lost", "a competitor", LeadOrder(reason="competitor", words="a competitor")),
        ("lost", "hanno cambiato idea", LeadOrder(reason="other", words="hanno cambiato idea")),
        ("lost", "", LeadOrder()),
    ],
)
def test_what_is_written(verb: str, about: str, wanted: LeadOrder) -> None:
    assert read(verb, about, TODAY) == wanted


@pytest.mark.parametrize(
    ("line", "verb", "about"),
    [
        ("#vinto 12.400", "won", "12.400"), ("#perso prezzo", "lost", "prezzo"), ("# Preventivo 8.000", "quoted", "8.000"),
        ("#quote 8,000 by 15/12", "quoted", "8,000 by 15/12"), ("#qualified", "qualified", ""), ("#aperto", "still_open", ""),
    ],
)  # fmt: skip
def test_the_commands(line: str, verb: str, about: str) -> None:
    order = orders.read(line)
    assert (order.verb, order.about) == (verb, about)
