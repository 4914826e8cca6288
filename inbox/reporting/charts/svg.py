"""Shapes as SVG for the page: tones are classes that a style sheet colours for light, dark and paper.

No style stands in it, since the pages' policy allows none inline (https://www.w3.org/TR/CSP3/#directive-style-src).
"""

from collections.abc import Iterator
from html import escape

from inbox.reporting.charts.shapes import Chart, Line, Rect, Shape


def svg(chart: Chart, name: str, css: str = "chart") -> str:
    """The chart as an element; `name` is unique on its page."""
    head = (
        f'<svg class="{css}" viewBox="0 0 {_n(chart.width)} {_n(chart.height)}" role="img" '
        f'aria-labelledby="{name}-title {name}-text"><title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-text">{escape(chart.description)}</desc>'
    )
    return head + "".join(_drawn(chart)) + "</svg>"


def _drawn(chart: Chart) -> Iterator[str]:
    for shape in chart.shapes:
        yield _element(shape)


def _element(shape: Shape) -> str:
    if isinstance(shape, Rect):
        place = f'x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.width)}" height="{_n(shape.height)}"'
        label = f"<title>{escape(shape.label)}</title>" if shape.label else ""
        return f'<rect class="tone-{shape.tone}" {place}>{label}</rect>'
    if isinstance(shape, Line):
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in shape.points)
        return f'<polyline class="stroke-{shape.tone}" stroke-width="{_n(shape.width)}" points="{points}"/>'
    return (
        f'<text class="text-{shape.tone}" x="{_n(shape.x)}" y="{_n(shape.y)}" text-anchor="{shape.anchor}" '
        f'font-size="{_n(shape.size)}">{escape(shape.text)}</text>'
    )


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
