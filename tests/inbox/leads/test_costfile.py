"""Costs from files as programs and people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.leads.costfile import Cost, Wrong, month_of, read

CODES = {"Google Ads": "google_ads", "google_ads": "google_ads", "Fiera": "fair"}


@pytest.mark.parametrize(
    "content",
    [
        "Fonte;Mese;Costo\r\nGoogle Ads;2026-03;1.250,50\r\nfiera;03/2026;€ 800\r\n",
        "source,month,cost\ngoogle_ads,2026-03,1250.50\nFIERA,March 2026,800\n",
        "Canale\tMese\tSpesa (€)\nGoogle  Ads\tmarzo 2026\t1250,50\nFiera\t1/3/2026\t800,00 €\n\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_files(content: str, encoding: str) -> None:
    assert read(content.encode(encoding), CODES) == (
        [Cost("google_ads", date(2026, 3, 1), 125_050), Cost("fair", date(2026, 3, 1), 80_000)], [],
    )  # fmt: skip


def test_each_mistake_is_told_by_its_line() -> None:
    content = "fonte;mese;costo\nBing;2026-01;5\nFiera;gennaio;5\nFiera;2026-01;tanto\nFiera;2026-02;1\nFiera;02/2026;2\nFiera\n"
    _, wrong = read(content.encode(), CODES)
    assert wrong == [
        Wrong(2, "source", "Bing"), Wrong(3, "month", "gennaio"), Wrong(4, "cost", "tanto"), Wrong(6, "twice", "Fiera"),
        Wrong(7, "month"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "columns"), ("a;b\n1;2\n", "columns"), ("fonte;mese;costo\n" + "Fiera;2026-01;1\n" * 10_001, "size")],
)
def test_no_file_of_costs(content: str, code: str) -> None:
    assert [one.code for one in read(content.encode(), CODES)[1]] == [code]


@pytest.mark.parametrize("text", ["", "2026", "13/2026", "2026-00", "1999-01", "mar", "xyz 2026", "\u0661/2026"])
def test_no_month(text: str) -> None:
    assert month_of(text) is None


@given(st.binary(max_size=200))
def test_no_bytes_break_it(content: bytes) -> None:
    read(b"fonte;mese;costo\n" + content, CODES)
