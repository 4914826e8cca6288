"""A map of a week: a square for each hour of each weekday, the darker the more; framed while somebody is there."""

from collections.abc import Iterator, Sequence

from inbox.reporting.charts.bars import key
from inbox.reporting.charts.shapes import LEVELS, MIDDLE, ON_DARK, SOFT, STAFFED, WORDS, Chart, Rect, Shape, Text

LEFT, TOP, CELL, ROW, GAP = 44.0, 44.0, 26.0, 24.0, 2.0
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
) -> Chart:
    """`meanings`: what none, most and framed mean."""
    most = max(1, *(max(row) for row in values))
    legend = [(LEVELS[0], meanings[0]), (LEVELS[-1], meanings[1].replace("%s", str(most))), (STAFFED, meanings[2])]
    shapes: list[Shape] = list(key(legend, LEFT))
    hours = len(values[0])
    for hour in range(hours):
        shapes.append(Text(LEFT + (hour + 0.5) * CELL, TOP - 8, str(hour), SOFT, MIDDLE, 10))
    for row, name in enumerate(days):
        y = TOP + row * ROW
        shapes.append(Text(0, y + 16, name, WORDS))
        shapes += _frames(staffed[row], y)
        for hour, value in enumerate(values[row]):
            found, x = level(value, most), LEFT + hour * CELL
            tip = f"{name} {hour}:00: {value}"
            shapes.append(Rect(x + GAP, y + GAP, CELL - 2 * GAP, ROW - 2 * GAP, LEVELS[found], tip))
            if value:
                tone = ON_DARK if found >= DARK else WORDS
                shapes.append(Text(x + CELL / 2, y + ROW / 2 + 4, str(value), tone, MIDDLE, 10))
    return Chart(LEFT + hours * CELL + 4, TOP + len(days) * ROW + 4, shapes, title, description)


def _frames(staffed: Sequence[bool], y: float) -> Iterator[Rect]:
    """Behind each run of hours with somebody there."""
    begins = None
    for hour, there in enumerate([*staffed, False]):
        if there and begins is None:
            begins = hour
        elif not there and begins is not None:
            yield Rect(LEFT + begins * CELL, y, (hour - begins) * CELL, ROW, STAFFED)
            begins = None
