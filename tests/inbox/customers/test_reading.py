"""Files as programs write them, and what of their lines is refused."""

import csv
import io

import pytest

from inbox.customers import importing, reading, summary, words
from inbox.customers.reading import Unreadable
from inbox.customers.values import Row
from tests.parts.desk import Desk
from tests.parts.erp import ENGLISH, GERMAN, ITALIAN, VATS, lines


def rows(desk: Desk, content: bytes) -> list[Row]:
    with desk.database.reading() as session:
        found = importing.prepare(session, reading.read(content)).rows
    assert found.problems == []
    return found.rows


def problems(desk: Desk, content: bytes) -> list[tuple[int, str, str]]:
    with desk.database.reading() as session:
        found = importing.prepare(session, reading.read(content)).rows.problems
    return [(one.line, one.column, words.problem(one, "en")) for one in found]


def test_an_italian_export(desk: Desk, marco: int) -> None:
    assert rows(desk, ITALIAN) == [
        Row(3, 'Officine "Perù" S.r.l.', f"IT{VATS[0]}", "00012", "peru.test", True, ("info@peru.test", "peru@pec.it"), "VI", "it", marco),
        Row(5, "Società Caffè S.p.A.", f"IT{VATS[1]}", "00013", "", True, (), "TO", "it", marco),
        Row(6, "Weber GmbH", "DE129273398", "00014", "kunde.test", True, ("weber@kunde.test",), "", "de"),
    ]  # fmt: skip
    assert reading.read(ITALIAN).unknown == ["Indirizzo"]


def test_an_english_export(desk: Desk, marco: int) -> None:
    assert rows(desk, ENGLISH) == [
        Row(2, '=HYPERLINK("http://x.test","Acme")', "GB980780684", "C-1", "acme.test", False, (), "", "gb", marco),
        Row(3, "Beta, Inc.", "", "C-2", "beta.test", False, (), "", "us"),
    ]


def test_a_german_export(desk: Desk) -> None:
    addresses = ("kontakt@mueller.test", "einkauf@mueller.test")
    assert rows(desk, GERMAN) == [
        Row(2, "Müller & Söhne", "ATU13585627", "77", "mueller.test", True, addresses, "", "at")
    ]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "empty", 0), (b"PK\x03\x04...", "workbook", 0), (b"a;b\n1;2\n", "no_headings", 0),
        (b"Name;Prov\nRossi;VI\n", "no_key_column", 0), (b'Name;VAT\nA;1\n"B;2\nC;3\n', "open_quote", 3),
        (b"x" * 20_000_001, "too_big", 0), (b"code\n" + b"1\n" * 100_001, "too_many", 0),
    ],
    ids=["empty", "workbook", "no headings", "no key", "open quote", "too big", "too many"],
)  # fmt: skip
def test_what_cannot_be_read_is_a_sentence(content: bytes, code: str, line: int) -> None:
    with pytest.raises(Unreadable) as told:
        reading.read(content)
    assert (told.value.code, told.value.line) == (code, line)
    assert "%" not in words.fault(code, line, "it")


@pytest.mark.parametrize(
    ("heads", "cells", "column", "said"),
    [
        ("P.IVA", ["00000010248"], "P.IVA", "This is not a VAT number, its check digits are wrong: 00000010248."),
        ("VAT", ["10249"], "VAT", "An Italian VAT number has 11 digits (a zero in front may have been lost): 10249."),
        ("VAT", ["QQ123"], "VAT", "No country has VAT numbers that begin like this: QQ123."),
        ("Code;Prov", ["1", "Atlantis"], "Prov", "There is no Italian province Atlantis."),
        ("Code;Land", ["1", "Nowhere"], "Land", "There is no country Nowhere."),
        ("E-Mail", ["a@b.test, nobody"], "E-Mail", "This is not a mail address: nobody."),
        ("Dominio", ["not one"], "Dominio", "This is not a domain: not one."),
        ("Code;Agente", ["1", "Rossi"], "Agente", "No colleague here is called Rossi or has this address."),
        ("Code;Agente", ["1", "Anna BIANCHI"], "Agente", "Several colleagues are called Anna BIANCHI: please use the mail address."),
        ("Code;Name", ["1", "x" * 301], "Name", "This is longer than 300 characters."),
        ("Code;Name", ["1", "Rossi", "Srl"], "", "The line has more cells than there are headings: Srl."),
        ("Sito", ["http://www.facebook.com/rossi"], "Sito", "Everybody can be at http://www.facebook.com/rossi, so it is not taken for the firm's."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_column(
    desk: Desk, heads: str, cells: list[str], column: str, said: str
) -> None:
    for address in ("anna@firm.test", "anna2@firm.test"):
        desk.add_user(address, name="Bianchi Anna")
    assert problems(desk, lines(heads, cells)) == [(2, column, said)]


@pytest.mark.parametrize(
    ("text", "country", "kept"),
    [
        (VATS[0], "", f"IT{VATS[0]}"), (f"it {VATS[0]}", "", f"IT{VATS[0]}"), ("DE 129 273 398", "", "DE129273398"),
        ("129273398", "de", "DE129273398"), ("CHE-107.787.577 IVA", "", "CHE107787577IVA"), ("US 12-345", "us", "US12345"),
        ("EL 094259216", "", "EL094259216"), ("094259216", "gr", "EL094259216"),
    ],
)  # fmt: skip
def test_vat_numbers_of_several_countries(desk: Desk, text: str, country: str, kept: str) -> None:
    (row,) = rows(desk, lines("vat;country", [text, country]))
    assert row.vat == kept


def test_the_list_of_lines_left_out_runs_nothing_and_can_be_imported(desk: Desk) -> None:
    content = lines("Nome;Codice;Prov", ["=1+1", "-5", "Atlantis"], ["@Good", "2", "VI"])
    sheet = reading.read(content)
    with desk.database.reading() as session:
        counted, told = importing.told(importing.prepare(session, sheet))
    assert (counted.new, counted.refused) == (1, 1)
    report = summary.report(sheet, told, "en")
    heads, row = csv.reader(io.StringIO(report.decode("utf-8-sig")), delimiter=";")
    assert heads == ["Line", "Taken", "Why", "Nome", "Codice", "Prov"]
    assert row == ["2", "no", "There is no Italian province Atlantis.", "'=1+1", "'-5", "Atlantis"]
    corrected = report.replace(b";Atlantis", b";VI")
    assert [(one.name, one.code) for one in rows(desk, corrected)] == [("=1+1", "-5")]
    assert reading.read(corrected).unknown == ["Line", "Taken", "Why"]
