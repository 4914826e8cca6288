"""A CSV file as programs really write it: any usual encoding and separator, titles above the headings, quotes."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inbox.customers import headings

MAX_BYTES, MAX_LINES = 20_000_000, 100_000
SEPARATORS = (";", ",", "\t", "|")
# So many lines may stand above the headings (a title, a date).
TITLES = 10
_END = "\ufdd0"  # no character: no text has it
# Excel's way of writing a number as text.
_AS_TEXT = re.compile(r'="([^"]*)"')
# Put before what a spreadsheet would take for a formula, see `neutral`.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
WORKBOOK, EMPTY, TOO_BIG, TOO_MANY, OPEN_QUOTE, NO_HEADINGS, NO_KEY = FAULTS = (
    "workbook", "empty", "too_big", "too_many", "open_quote", "no_headings", "no_key_column",
)  # fmt: skip


class Unreadable(ValueError):
    """A file that is no list of customers: `code` (one of FAULTS) and the line it is about, 0 for none."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code, self.line = code, line


@dataclass(frozen=True, slots=True)
class Sheet:
    """`columns`: which column holds which of headings.FIELDS; `lines`: the number in the file and the cells of each."""

    headings: tuple[str, ...]
    columns: dict[str, tuple[int, ...]]
    lines: Sequence[tuple[int, list[str]]]

    @property
    def unknown(self) -> list[str]:
        """The headings that mean nothing here."""
        used = {number for numbers in self.columns.values() for number in numbers}
        return [text for number, text in enumerate(self.headings) if text and number not in used]


def read(content: bytes) -> Sheet:
    """The lines of a file. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        raise Unreadable(TOO_BIG)
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(WORKBOOK)
    text = _text(content)
    if not text.strip():
        raise Unreadable(EMPTY)
    separator, above = _shape(text)
    lines = [(number, cells) for number, cells in _lines(text, separator) if any(cells)]
    heads = tuple(" ".join(cell.split()) for cell in lines[above][1])
    columns = headings.columns(heads)
    if not set(columns) & set(headings.KEYS):
        raise Unreadable(NO_KEY)
    rest = lines[above + 1 :]
    if len(rest) > MAX_LINES:
        raise Unreadable(TOO_MANY)
    return Sheet(heads, columns, rest)


def write(rows: Sequence[Sequence[str]]) -> bytes:
    """Cells as a CSV file that Excel opens well, and that runs nothing there."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([[neutral(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig", "replace")


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `read` gives back what it was."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace").replace("\0", "")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # A few bytes mean nothing in cp1252.
        text = content.decode("cp1252", "replace")
    return text.replace("\0", "").replace(_END, "")


def _shape(text: str) -> tuple[str, int]:
    """The separator, and how many filled lines stand above the headings."""
    begin = text[:100_000]
    best, shape = 0, ("", 0)
    for separator in SEPARATORS:
        # The piece may end within quotes: only its first lines count.
        filled = (cells for _, cells in _records(begin, separator) if any(cells))
        for above, cells in zip(range(TITLES + 1), filled, strict=False):
            known = len(headings.columns(cells))
            if known > best:
                best, shape = known, (separator, above)
    if not best:
        raise Unreadable(NO_HEADINGS)
    return shape


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """All lines with their numbers; a quotation mark that nobody closed would swallow the rest unseen."""
    last = 1
    for line, cells in _records(f"{text.rstrip()}\n{_END}", separator):
        if cells == [_END]:
            return
        last = line
        yield line, cells
    raise Unreadable(OPEN_QUOTE, last)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    for cells in reader:
        yield line, [_plain(cell) for cell in cells]
        line = reader.line_num + 1


def _plain(cell: str) -> str:
    cell = cell.strip()
    as_text = _AS_TEXT.fullmatch(cell)
    if as_text:
        return as_text[1].strip()
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell
