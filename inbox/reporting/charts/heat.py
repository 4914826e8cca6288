"""A map of a week: a square for each hour of each weekday, the darker the more; framed while somebody is there."""

from collections.abc import Iterator, Sequence

from inbox.reporting.charts.bars import key
from inbox.reporting.charts.shapes import (
    LEVELS,
    MIDDLE,
    NARROW,
    NEXT_LINE,
    ON_DARK,
    SOFT,
    STAFFED,
    WORDS,
    Chart,
    Rect,
    Text,
)

LEFT, TOP, CELL, ROW, GAP = 44.0, 44.0, 26.0, 24.0, 2.0
NARROW_LEFT, NARROW_GAP = 30.0, 1.0
DARK = LEVELS.index("level4")


def level(value: int, most: int) -> int:
    """Which of LEVELS a count is: none only for 0, the highest for the most."""
    return 0 if not value else max(1, -(-value * (len(LEVELS) - 1) // most))


def heat(
    title: str,
    description: str,
    values: Sequence[Sequence[int]],
    staffed: Sequence[Sequence[bool]],
    days: Sequence[str],
    meanings: tuple[str, str, str],
    narrow: bool = False,
) -> Chart:
    """`meanings`: what none, most and framed mean."""
    most, hours = max(1, *(max(row) for row in values)), len(values[0])
    left, gap = (NARROW_LEFT, NARROW_GAP) if narrow else (LEFT, GAP)
    cell = (NARROW - left) / hours if narrow else CELL
    width = left + hours * cell + (0 if narrow else 4)
    legend = [(LEVELS[0], meanings[0]), (LEVELS[-1], meanings[1].replace("%s", str(most))), (STAFFED, meanings[2])]
    shapes, lines = key(legend, 0 if narrow else left, width)
    top = TOP + (lines - 1) * NEXT_LINE
    for hour in range(0, hours, 3 if narrow else 1):
        shapes.append(Text(left + (hour + 0.5) * cell, top - 8, str(hour), SOFT, MIDDLE, 10))
    for row, name in enumerate(days):
        y = top + row * ROW
        shapes.append(Text(0, y + 16, name, WORDS))
        shapes += _frames(staffed[row], left, cell, y)
        for hour, value in enumerate(values[row]):
            found, x = level(value, most), left + hour * cell
            tip = f"{name} {hour}:00: {value}"
            shapes.append(Rect(x + gap, y + GAP, cell - 2 * gap, ROW - 2 * GAP, LEVELS[found], tip))
            if value:
                tone = ON_DARK if found >= DARK else WORDS
                # Beyond two figures there is no room in a narrow square; the tip and the table have them.
                written = str(value) if not narrow or value < 100 else ""
                shapes.append(Text(x + cell / 2, y + ROW / 2 + 4, written, tone, MIDDLE, 9 if narrow else 10))
    return Chart(width, top + len(days) * ROW + 4, shapes, title, description)


def _frames(staffed: Sequence[bool], left: float, cell: float, y: float) -> Iterator[Rect]:
    """Behind each run of hours with somebody there."""
    begins = None
    for hour, there in enumerate([*staffed, False]):
        if there and begins is None:
            begins = hour
        elif not there and begins is not None:
            yield Rect(left + begins * cell, y, (hour - begins) * cell, ROW, STAFFED)
            begins = None
