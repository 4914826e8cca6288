"""Postcodes with their towns, as people write them."""

import pytest

from connectors import postal


@pytest.mark.parametrize(
    ("line", "code", "town", "letters", "country", "behind"),
    [
        ("Via Roma 12, 36100 Vicenza (VI)", "36100", "Vicenza", "VI", "", "VI"),
        ("Via Roma 12 - 36100 VICENZA VI", "36100", "VICENZA", "VI", "", ""),
        ("I-36015 Schio", "36015", "Schio", "", "it", ""),
        ("I - 36015 Schio (Vicenza) - Italy", "36015", "Schio", "", "it", "Italy"),
        ("D-70173 Stuttgart", "70173", "Stuttgart", "", "de", ""),
        ("A-1010 Wien, Österreich", "1010", "Wien", "", "at", "Österreich"),
        ("CH-8001 Zürich", "8001", "Zürich", "", "ch", ""),
        ("36100 Vicenza Tel. 0444 123456", "36100", "Vicenza", "", "", ""),
        ("31046 San Donà di Piave, VE", "31046", "San Donà di Piave", "VE", "", "VE"),
        ("FI-50100 Firenze", "50100", "Firenze", "", "", ""),
    ],
)
def test_lines(line: str, code: str, town: str, letters: str, country: str, behind: str) -> None:
    (one,) = postal.postcodes(line)
    assert (one.code, one.town, one.letters, one.country, one.behind) == (code, town, letters, country, behind)
    assert one.given.strip() in line


@pytest.mark.parametrize(
    "line",
    ["REA VI-12345 Vicenza", "Reg. Imprese 12345 Vicenza", "Cap. soc. 10000 Euro", "1010 Wien", "Tel. 0444 123456",
     "36100", "ordine 36100 pezzi", "https://x.test/36100 Vicenza", "12345/67 Rossi", "AT-14100", "12345678 Vicenza",
     "€ 50000 Capitale"],
)  # fmt: skip
def test_numbers_that_are_none(line: str) -> None:
    assert list(postal.postcodes(line)) == []


def test_a_code_alone() -> None:
    assert [postal.italian_code(one) for one in (" 36100 ", "I-36100", "IT - 36100", "D-36100", "3610", "36100 x")] == [
        "36100", "36100", "36100", "", "", "",
    ]  # fmt: skip
