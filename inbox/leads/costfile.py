"""What sources cost by month, from a CSV file: a line for each source and month. Read as a whole or not at all."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from inbox.folding import fold
from inbox.leads import money

MAX_BYTES, MAX_LINES = 1_000_000, 10_000
_HEADS = {
    "source": ("source", "fonte", "canale", "channel", "origine", "provenienza", "quelle"),
    "month": ("month", "mese", "monat", "data", "date", "periodo", "period"),
    "cost": ("cost", "costo", "spesa", "importo", "amount", "kosten", "euro", "costi", "spend"),
}
_ITALIAN = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_MONTHS = (r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})(?:[-/.]\d{1,2})?", r"(?:\d{1,2}[-/.])?(?P<m>\d{1,2})[-/.](?P<y>\d{4})")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a source cost in a month (its first day), in cents."""

    source: str
    month: date
    cents: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """What cannot be read: the line, and as a code what is wrong with it: columns, source, month, cost, twice, size."""

    line: int
    code: str
    value: str = ""


def read(content: bytes, codes: Mapping[str, str]) -> tuple[list[Cost], list[Wrong]]:
    """The costs of a file and all that is wrong with it. `codes`: sources by what they are called."""
    known = {fold(" ".join(name.split())): code for name, code in codes.items()}
    rows = _rows(content)
    if len(content) > MAX_BYTES or len(rows) > MAX_LINES:
        return [], [Wrong(0, "size")]
    columns = _columns(rows[0][1]) if rows else None
    if columns is None:
        return [], [Wrong(1, "columns")]
    found: dict[tuple[str, date], Cost] = {}
    wrong: list[Wrong] = []
    for line, cells in rows[1:]:
        told = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        source, month = known.get(fold(" ".join(told["source"].split())), ""), month_of(told["month"])
        cents = money.cents(told["cost"])
        if not source or month is None or cents is None:
            code = "source" if not source else "month" if month is None else "cost"
            wrong.append(Wrong(line, code, told[code]))
        elif (source, month) in found:
            wrong.append(Wrong(line, "twice", told["source"]))
        else:
            found[source, month] = Cost(source, month, cents)
    return list(found.values()), wrong


def month_of(text: str) -> date | None:
    """The first day of a month: 2026-03, 03/2026, 1/3/2026, marzo 2026, Mar 2026."""
    said = fold(text.strip())
    patterns = (
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})(?:[-/.]\d{1,2})?",
        r"(?:\d{1,2}[-/.])?(?P<m>\d{1,2})[-/.](?P<y>\d{4})",
    )
    for pattern in patterns:
        if numbers := re.fullmatch(pattern, said, re.ASCII):
            return _first(int(numbers["y"]), int(numbers["m"]))
    if words := re.fullmatch(r"([a-z]{3})[a-z]*\.? +(\d{4})", said):
        number = next((table.index(words[1]) + 1 for table in (_ITALIAN, _ENGLISH) if words[1] in table), 0)
        return _first(int(words[2]), number)
    return None


def _first(year: int, month: int) -> date | None:
    return date(year, month, 1) if 2000 <= year <= 2100 and 1 <= month <= 12 else None


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    text = text.replace("\0", "")
    head = text.partition("\n")[0]
    separator = max(";,\t", key=head.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        return []


def _columns(heads: Sequence[str]) -> dict[str, int] | None:
    plain = [fold(" ".join(re.sub(r"[^\w ]", " ", one).split())) for one in heads]
    found = {
        name: next((place for place, head in enumerate(plain) if head.split(" ")[0] in words), -1)
        for name, words in _HEADS.items()
    }
    return found if min(found.values()) >= 0 else None
