"""Bars lying one below another, each of parts that add up, with a scale and what the tones mean."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from inbox.reporting.charts import scales
from inbox.reporting.charts.shapes import (
    AXIS,
    END,
    GRID,
    LEVELS,
    MIDDLE,
    NARROW,
    NEXT_LINE,
    SOFT,
    STAFFED,
    START,
    Chart,
    Line,
    Rect,
    Shape,
    Text,
    breadth,
    shortened,
)

WIDTH, NAMES, RIGHT, TOP, ROW, THICK, FOOT = 680.0, 152.0, 96.0, 32.0, 28.0, 16.0, 24.0
# In a narrow chart the names stand above their bars, and each second line of the scale is written.
NARROW_RIGHT, NARROW_ROW, NARROW_NAME = 84.0, 44.0, 16.0
# Where the bars begin without a legend.
NO_LEGEND = 12.0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: how long in the chart's unit, its tone, what it stands for."""

    amount: float
    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One line: its name, its parts, and what stands at its end."""

    name: str
    parts: Sequence[Part]
    end: str = ""


def bars(
    title: str,
    description: str,
    rows: Sequence[Bar],
    legend: Sequence[tuple[str, str]],
    scale: Sequence[float],
    say: Callable[[float], str],
    narrow: bool = False,
) -> Chart:
    """`legend`: tones with their meanings. `scale`: the lines, as of charts.scales; `say` is how they are written."""
    width, left, right, each = (NARROW, 0.0, NARROW_RIGHT, NARROW_ROW) if narrow else (WIDTH, NAMES, RIGHT, ROW)
    shapes, lines = key(legend, left, width)
    top = TOP + (lines - 1) * NEXT_LINE if legend else NO_LEGEND
    height = top + len(rows) * each + FOOT
    room, longest = width - left - right, scale[-1] or 1.0
    for number, value in enumerate(scale):
        x = left + room * value / longest
        shapes.append(Line([(x, top - 4), (x, height - FOOT)], GRID if value else AXIS))
        if number % (2 if narrow else 1) == 0:
            shapes.append(Text(x, height - 8, say(value) if value else "0", SOFT, MIDDLE if x else START))
    for number, row in enumerate(rows):
        shapes += _bar(row, left, top + number * each, room / longest)
    return Chart(width, height, shapes, title, description)


def key(legend: Sequence[tuple[str, str]], left: float, width: float) -> tuple[list[Shape], int]:
    """What the tones mean, at the top, and how many lines that takes."""
    shapes: list[Shape] = []
    x, line = left, 0
    for tone, text in legend:
        if x > left and x + 16 + breadth(text) > width:
            x, line = left, line + 1
        y = 6 + line * NEXT_LINE
        shapes += [Rect(x, y, 10, 10, tone), Text(x + 16, y + 9, text, SOFT)]
        if tone == STAFFED:  # a frame, as it is in the map
            shapes.append(Rect(x + 2, y + 2, 6, 6, LEVELS[0]))
        x += 16 + breadth(text) + 20
    return shapes, line + 1


def scale_of_times(rows: Sequence[Bar]) -> Sequence[float]:
    """The scale that the bars need, in seconds."""
    return scales.times(max((sum(part.amount for part in row.parts) for row in rows), default=0))


def _bar(row: Bar, left: float, y: float, per_unit: float) -> Iterator[Shape]:
    if left:
        x, top = left, y + (ROW - THICK) / 2
        yield Text(left - 8, top + 12, shortened(row.name, left - 12), anchor=END)
    else:
        x, top = 0.0, y + NARROW_NAME + 4
        yield Text(0, y + NARROW_NAME - 2, shortened(row.name, NARROW))
    for part in row.parts:
        width = part.amount * per_unit
        if width > 0:
            yield Rect(x, top, max(width, 1), THICK, part.tone, part.label)
        x += width
    yield Text(x + 6, top + 12, row.end, SOFT)
