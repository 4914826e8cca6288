"""Small bars for a column of the page: a name, how much, and a mark where it was the month before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inbox.reporting.charts.shapes import AXIS, END, SOFT, TEXT_POINTS, WORDS, Chart, Line, Rect, Shape, Text, shortened

WIDTH, NAMES, ENDS, ROW, THICK, POINTS = 248.0, 112.0, 52.0, 16.0, 9.0, 8.5


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: its name, how long, what stands at its end; `before`: where the mark stands, None for no mark."""

    name: str
    amount: float
    end: str
    before: float | None = None


def small_bars(title: str, rows: Sequence[Bar], tone: str) -> Chart:
    """The bars in their order, the longest as wide as there is room."""
    longest = max((max(one.amount, one.before or 0) for one in rows), default=0) or 1.0
    per_unit = (WIDTH - NAMES - ENDS) / longest
    shapes = [shape for number, row in enumerate(rows) for shape in _bar(row, number * ROW, per_unit, tone)]
    said = "; ".join(f"{row.name}: {row.end}" for row in rows)
    return Chart(WIDTH, max(1, len(rows)) * ROW, shapes, title, said)


def _bar(row: Bar, y: float, per_unit: float, tone: str) -> Iterator[Shape]:
    top, baseline = y + (ROW - THICK) / 2, y + ROW / 2 + 3
    name = shortened(row.name, (NAMES - 8) * TEXT_POINTS / POINTS)
    yield Text(0, baseline, name, WORDS, size=POINTS)
    if row.amount > 0:
        yield Rect(NAMES, top, max(row.amount * per_unit, 1), THICK, tone, f"{row.name}: {row.end}")
    if row.before is not None:
        x = NAMES + row.before * per_unit
        yield Line([(x, y + 1), (x, y + ROW - 1)], AXIS, 1.5)
    yield Text(WIDTH, baseline, row.end, SOFT, END, POINTS)
