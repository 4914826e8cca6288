"""Tables of a report as files for other programs: CSV, and a workbook with a sheet for each table.

A text that a spreadsheet would take for a formula is kept a text (https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | int | float | None
FORMULA = re.compile(r"[=+\-@\t\r]")
# What Excel does not take in a sheet's name, and how long it may be.
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31
WIDEST = 48


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its name; a cell that is not known is None."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_csv(tables: Sequence[Table]) -> bytes:
    """One after another, each under its name, separated as Italian spreadsheets expect it; UTF-8 with a mark."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        writer.writerow([plain(table.name)])
        writer.writerow([plain(head) for head in table.heads])
        writer.writerows([_written(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def as_workbook(tables: Sequence[Table]) -> bytes:
    """An XLSX file: a sheet for each table, its heads kept in sight, numbers as numbers."""
    import xlsxwriter

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        strong = book.add_format({"bold": True, "bottom": 1})
        taken: set[str] = set()
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.name, taken))
            sheet.freeze_panes(1, 1)
            for column, head in enumerate(table.heads):
                sheet.write_string(0, column, plain(head), strong)
                longest = max([len(head), *(len(str(row[column])) for row in table.rows if row[column] is not None)])
                sheet.set_column(column, column, min(WIDEST, longest + 2))
            for number, row in enumerate(table.rows, 1):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, plain(cell))
                    elif cell is not None:
                        sheet.write_number(number, column, cell)
    return out.getvalue()


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def _written(cell: Cell) -> str:
    """A cell as CSV has it: whole numbers as they are, others with the comma that goes with semicolons."""
    if isinstance(cell, str):
        return plain(cell)
    if isinstance(cell, float):
        return f"{cell:.4f}".rstrip("0").rstrip(".").replace(".", ",")
    return "" if cell is None else str(cell)


def _sheet_name(name: str, taken: set[str]) -> str:
    base = NOT_IN_NAMES.sub(" ", name).strip()[:LONGEST_NAME] or "-"
    found, number = base, 1
    while found.lower() in taken:
        number += 1
        found = f"{base[: LONGEST_NAME - len(str(number)) - 1]} {number}"
    taken.add(found.lower())
    return found
