"""Sums as people write them."""

import pytest

from inbox.leads.money import cents, currency, cut


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("12400", 1_240_000), ("12.400", 1_240_000), ("12,400", 1_240_000), ("12.400,50", 1_240_050),
        ("12,400.5", 1_240_050), ("12 400", 1_240_000), ("12'400", 1_240_000), ("€ 8.000", 800_000),
        ("8.000 €", 800_000), ("8.000,00 euro", 800_000), ("8.000,-", 800_000), ("12.40", 1_240), ("0", 0),
        ("1.234.567,89", 123_456_789), ("1.5", 150),
    ],
)  # fmt: skip
def test_sums(text: str, wanted: int) -> None:
    assert cents(text) == wanted


@pytest.mark.parametrize("text", ["", "prezzo", "-5", "1.2.3", "12.4000", "8k", "15/12", "1,2,3", "9" * 14, "٣"])
def test_what_is_no_sum(text: str) -> None:
    assert cents(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("8.000 €", "EUR"), ("$ 50", "USD"), ("50 CHF", "CHF"), ("fr. 50", "CHF"), ("50 gbp", "GBP"), ("50", "")],
)
def test_currencies(text: str, wanted: str) -> None:
    assert currency(text) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("12.400", (1_240_000, "", "")),
        ("8.000 entro 15/12", (800_000, "", "entro 15/12")),
        ("€ 8.000, entro il 15/12", (800_000, "EUR", "entro il 15/12")),
        ("prezzo", (None, "", "prezzo")),
        ("15/12 richiamare", (None, "", "15/12 richiamare")),
        ("", (None, "", "")),
    ],
)
def test_a_sum_at_the_beginning(line: str, wanted: tuple[int | None, str, str]) -> None:
    assert cut(line) == wanted
