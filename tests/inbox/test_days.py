"""Days as people write them. Today is Wednesday, 2 December 2026."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.days import find

TODAY = date(2026, 12, 2)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("oggi", (12, 2)), ("in giornata", (12, 2)), ("heute", (12, 2)),
        ("entro domani", (12, 3)), ("by tomorrow", (12, 3)), ("bis morgen", (12, 3)),
        ("dopodomani", (12, 4)), ("the day after tomorrow", (12, 4)), ("übermorgen", (12, 4)),
        ("entro venerdì", (12, 4)), ("by Friday", (12, 4)), ("bis Freitag", (12, 4)), ("entro mercoledì", (12, 9)),
        ("lunedì prossimo", (12, 7)), ("next Monday", (12, 7)), ("nächsten Montag", (12, 7)), ("entro lunedì 7", (12, 7)),
        ("entro il 15", (12, 15)), ("entro il 15.", (12, 15)), ("entro il giorno 20", (12, 20)), ("by the 15th", (12, 15)),
        ("bis zum 15.", (12, 15)), ("il 15 dicembre", (12, 15)), ("15. Dezember", (12, 15)), ("December 15th", (12, 15)),
        ("15th of December 2026", (12, 15)), ("entro 15/12", (12, 15)), ("15/12/2026", (12, 15)), ("15.12.", (12, 15)),
        ("am 15.12.26", (12, 15)), ("2026-12-15", (12, 15)), ("entro tre giorni", (12, 5)), ("within 2 days", (12, 4)),
        ("in zwei Tagen", (12, 4)), ("entro 5 giorni lavorativi", (12, 9)), ("within three working days", (12, 7)),
        ("in 3 Werktagen", (12, 7)), ("entro una settimana", (12, 9)), ("in a week", (12, 9)), ("in einer Woche", (12, 9)),
        ("entro 24 ore", (12, 3)), ("within 48 hours", (12, 4)), ("la prossima settimana", (12, 11)),
        ("next week", (12, 11)), ("nächste Woche", (12, 11)), ("entro la settimana", (12, 4)),
        ("entro fine settimana", (12, 4)), ("by the end of the week", (12, 4)), ("bis Ende der Woche", (12, 4)),
        ("entro fine mese", (12, 31)), ("by the end of the month", (12, 31)), ("Ende des Monats", (12, 31)),
    ],
)  # fmt: skip
def test_days(text: str, wanted: tuple[int, int]) -> None:
    found = find(text, TODAY)
    assert found is not None
    assert (found.day.month, found.day.day) == wanted


@pytest.mark.parametrize(("text", "wanted"), [("entro il 1", date(2027, 1, 1)), ("entro il 10 gennaio", date(2027, 1, 10)),
                                              ("by 3/2", date(2027, 2, 3)), ("tra 5 settimane", date(2027, 1, 6))])  # fmt: skip
def test_what_comes_next_year(text: str, wanted: date) -> None:
    found = find(text, TODAY)
    assert found is not None
    assert found.day == wanted


@pytest.mark.parametrize(
    "text",
    [
        "", "la riunione di venerdì", "lunedì scorso", "last Friday", "vom Montag", "Guten Morgen", "entro il 15%",
        "entro il 15 % del valore", "diametro 15/12,5", "il codice 4/1/22/8", "dal 1/12/2026", "1/12", "30 febbraio", "entro il 45",
        "GX-40/12", "entro il 15,5 mm", "versione 2.12.1", "per il 20 mm", "within 400 days", "32/12",
    ],
)  # fmt: skip
def test_what_is_no_day_to_come(text: str) -> None:
    assert find(text, TODAY) is None


@given(st.text(max_size=200), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_no_text_breaks_it(text: str, today: date) -> None:
    found = find(text, today)
    assert found is None or found.day >= today
