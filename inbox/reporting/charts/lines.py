"""A line over days, with a scale at its left."""

from collections.abc import Callable, Sequence

from inbox.reporting.charts import scales
from inbox.reporting.charts.shapes import (
    AXIS,
    END,
    GRID,
    KINDS,
    MIDDLE,
    NARROW,
    SOFT,
    Chart,
    Line,
    Rect,
    Shape,
    Text,
)

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 680.0, 200.0, 44.0, 24.0, 16.0, 28.0
NARROW_LEFT, NARROW_RIGHT = 28.0, 4.0
LABELS, NARROW_LABELS = 7, 4


def line(
    title: str,
    description: str,
    values: Sequence[float],
    names: Sequence[str],
    say: Callable[[float], str],
    narrow: bool = False,
) -> Chart:
    """One value a name, from left to right; a few of the names are written below."""
    scale = scales.numbers(max(values, default=0))
    width, left, right = (NARROW, NARROW_LEFT, NARROW_RIGHT) if narrow else (WIDTH, LEFT, RIGHT)
    high, wide = HEIGHT - TOP - FOOT, width - left - right

    def y(value: float) -> float:
        return TOP + high - high * value / scale[-1]

    xs = [left + wide * (number + 0.5) / len(values) for number in range(len(values))]
    shapes: list[Shape] = []
    for value in scale:
        shapes.append(Line([(left, y(value)), (width - right, y(value))], GRID if value else AXIS))
        shapes.append(Text(left - 8, y(value) + 4, say(value), SOFT, END))
    every = max(1, -(-len(names) // (NARROW_LABELS if narrow else LABELS)))
    for number, name in enumerate(names):
        if number % every == 0:
            shapes.append(Text(xs[number], HEIGHT - 8, name, SOFT, MIDDLE))
    shapes.append(Line([*zip(xs, map(y, values), strict=True)], KINDS[0], 2))
    room = wide / max(1, len(values))
    for x, name, value in zip(xs, names, values, strict=True):
        size = 4 if len(values) <= 31 else 0
        if size:
            shapes.append(Rect(x - size / 2, y(value) - size / 2, size, size, KINDS[0]))
        shapes.append(Rect(x - room / 2, TOP, room, high, "clear", f"{name}: {say(value)}"))
    return Chart(width, HEIGHT, shapes, title, description)
