"""Tables as files: numbers stay numbers, and no text becomes a formula."""

import csv
import io
import re
import zipfile
from importlib.util import find_spec
from xml.etree import ElementTree

import pytest

from inbox.reporting.sheets import Table, as_csv, as_workbook
from tests.parts import missing

EVIL = ('=HYPERLINK("http://t.example")', "+39 011", "-1+2", "@SUM(A1)", "\tx", "\rx", "=1")
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def _xlsxwriter() -> None:
    if find_spec("xlsxwriter") is None:
        missing("xlsxwriter")


def test_csv_keeps_texts_texts() -> None:
    data = as_csv(
        [Table("=cmd", ["@head", "n"], [[one, 3] for one in EVIL]), Table("Due", ["a"], [[1.5], [None], [-2]])]
    )
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[:2] == [["'=cmd"], ["'@head", "n"]]
    assert [row[0] for row in rows[2 : 2 + len(EVIL)]] == [f"'{one}" for one in EVIL]
    assert rows[-5:] == [["Due"], ["a"], ["1,5"], [""], ["-2"]]


@pytest.mark.usefixtures("_xlsxwriter")
def test_a_workbook_has_no_formula() -> None:
    data = as_workbook([Table("Uno", ["a", "b"], [[one, 3] for one in EVIL]), Table("Due", ["a"], [[1.5], [None]])])
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheets = [ElementTree.fromstring(book.read(f"xl/worksheets/sheet{n}.xml")) for n in (1, 2)]
        shared = [one.text for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{NAMESPACE}t")]
    assert not any(list(sheet.iter(f"{NAMESPACE}f")) for sheet in sheets)
    assert [one.text for one in sheets[1].iter(f"{NAMESPACE}v")][-1] == "1.5"
    assert all(one and (one in ("a", "b") or one.startswith("'")) for one in shared)


@pytest.mark.usefixtures("_xlsxwriter")
def test_sheets_have_names_that_excel_takes() -> None:
    tables = [Table(name, ["a"], []) for name in ("Tempi: team/canali [1]", "x" * 40, "x" * 40, "X" * 31, "'", "")]
    with zipfile.ZipFile(io.BytesIO(as_workbook(tables))) as book:
        names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    assert len({name.lower() for name in names}) == len(tables)
    assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
