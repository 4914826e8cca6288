"""Periods, and what they are compared with."""

from datetime import date

import pytest

from inbox.reporting.days import Period


def period(begins: str, ends: str) -> Period:
    return Period(date.fromisoformat(begins), date.fromisoformat(ends))


@pytest.mark.parametrize(
    ("given", "before"),
    [
        (("2026-03-02", "2026-03-08"), ("2026-02-23", "2026-03-01")),
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-01-01", "2026-03-31"), ("2025-10-01", "2025-12-31")),
        (("2026-01-01", "2026-01-01"), ("2025-12-31", "2025-12-31")),
    ],
)
def test_what_came_before(given: tuple[str, str], before: tuple[str, str]) -> None:
    assert period(*given).before() == period(*before)


@pytest.mark.parametrize(
    ("given", "before"),
    [
        (("2026-03-02", "2026-03-08"), ("2025-03-02", "2025-03-08")),
        (("2024-02-01", "2024-02-29"), ("2023-02-01", "2023-02-28")),
        (("2025-02-01", "2025-02-28"), ("2024-02-01", "2024-02-29")),
        (("2024-02-29", "2024-02-29"), ("2023-02-28", "2023-02-28")),
    ],
)
def test_the_same_of_the_year_before(given: tuple[str, str], before: tuple[str, str]) -> None:
    assert period(*given).year_before() == period(*before)


def test_there_is_nothing_before_the_first_day() -> None:
    assert period("1970-01-01", "1970-01-05").before() is None
    assert period("1970-03-01", "1970-03-05").year_before() is None


@pytest.mark.parametrize(
    "days", [("2026-03-02", "2026-03-01"), ("1969-12-31", "2026-01-01"), ("2026-01-01", "2100-01-01")]
)
def test_what_is_no_period(days: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"day"):
        period(*days)


def test_a_period_of_a_day_has_the_hours_of_that_day() -> None:
    start, end = period("2026-03-29", "2026-03-29").moments("Europe/Rome")
    assert (end - start).total_seconds() == 86_400  # of the wall clock
    assert (end.astimezone().timestamp() - start.timestamp()) == 23 * 3600
