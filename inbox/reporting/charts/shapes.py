"""What a chart is made of: rectangles, lines and texts in points from the upper left corner, with tones, no colours.

A tone says what a shape means (one of a row of kinds, a level of heat, the ground); whoever draws it picks the colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# One of several kinds beside one another; a level of heat from none to most; the rest.
KINDS = ("kind1", "kind2", "kind3", "kind4", "kind5")
LEVELS = ("level0", "level1", "level2", "level3", "level4", "level5")
STAFFED, GRID, AXIS, WORDS, SOFT, ON_DARK = "staffed", "grid", "axis", "words", "soft", "ondark"
START, MIDDLE, END = "start", "middle", "end"
TEXT_POINTS = 11.0
# How wide a chart for a phone is, in points, and how far apart lines of text are.
NARROW, NEXT_LINE = 340.0, 18.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle; `label` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined by a line of some width."""

    points: Sequence[tuple[float, float]]
    tone: str
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `y` is its baseline, `anchor` where of it `x` is."""

    x: float
    y: float
    text: str
    tone: str = WORDS
    anchor: str = START
    size: float = TEXT_POINTS


Shape = Rect | Line | Text


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` names it, `description` says in a sentence what it shows to whoever cannot see it."""

    width: float
    height: float
    shapes: Sequence[Shape]
    title: str
    description: str


def shortened(text: str, width: float) -> str:
    """A text that fits into some points, by the usual width of letters."""
    most = int(width / (0.55 * TEXT_POINTS))
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def breadth(text: str) -> float:
    """About how wide a text is, in points."""
    return 0.55 * TEXT_POINTS * len(text)
