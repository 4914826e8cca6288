"""Bars lying one below another, each of parts that add up, with a scale and what the tones mean."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from inbox.reporting.charts import scales
from inbox.reporting.charts.shapes import (
    AXIS,
    END,
    GRID,
    MIDDLE,
    SOFT,
    Chart,
    Line,
    Rect,
    Shape,
    Text,
    breadth,
    shortened,
)

WIDTH, NAMES, RIGHT, TOP, ROW, THICK, FOOT = 680.0, 152.0, 96.0, 32.0, 28.0, 16.0, 24.0


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
) -> Chart:
    """`legend`: tones with their meanings. `scale`: the lines, as of charts.scales; `say` is how they are written."""
    height = TOP + len(rows) * ROW + FOOT
    room, longest = WIDTH - NAMES - RIGHT, scale[-1] or 1.0
    shapes: list[Shape] = list(key(legend, NAMES))
    for value in scale:
        x = NAMES + room * value / longest
        shapes.append(Line([(x, TOP - 4), (x, height - FOOT)], GRID if value else AXIS))
        shapes.append(Text(x, height - 8, say(value), SOFT, MIDDLE))
    for number, row in enumerate(rows):
        shapes += _bar(row, TOP + number * ROW, room / longest)
    return Chart(WIDTH, height, shapes, title, description)


def key(legend: Sequence[tuple[str, str]], x: float) -> Iterator[Shape]:
    """What the tones mean, in a line at the top."""
    for tone, text in legend:
        yield Rect(x, 6, 10, 10, tone)
        yield Text(x + 16, 15, text, SOFT)
        x += 16 + breadth(text) + 20


def scale_of_times(rows: Sequence[Bar]) -> Sequence[float]:
    """The scale that the bars need, in seconds."""
    return scales.times(max((sum(part.amount for part in row.parts) for row in rows), default=0))


def _bar(row: Bar, y: float, per_unit: float) -> Iterator[Shape]:
    x, top = NAMES, y + (ROW - THICK) / 2
    yield Text(NAMES - 8, top + 12, shortened(row.name, NAMES - 12), anchor=END)
    for part in row.parts:
        width = part.amount * per_unit
        if width > 0:
            yield Rect(x, top, max(width, 1), THICK, part.tone, part.label)
        x += width
    yield Text(x + 6, top + 12, row.end, SOFT)
