"""Texts and charts on a sheet of paper: reportlab's canvas with our tones, and letters that its own fonts have.

Most of a page is Helvetica, which every reader of PDF has (ISO 32000-1 section 9.6.2.2), with the letters of Western
Europe. A text with others is set in Vera, which comes with reportlab, and what that lacks becomes the plain letter or a
question mark: a customer's name is no reason for a page not to be made.
"""

import io
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from inbox.reporting.charts.shapes import END, MIDDLE, Chart, Line, Rect

# A4 in points (ISO 216: 210 by 297 mm).
WIDTH, HEIGHT = 595.28, 841.89
USUAL, STRONG, OTHER, OTHER_STRONG = "Helvetica", "Helvetica-Bold", "Vera", "VeraBd"
TONES = {
    "kind1": "#0b5d6b", "kind2": "#6fb3bd", "kind3": "#d39a2c", "kind4": "#7565a8", "kind5": "#aab5b8",
    "words": "#182022", "soft": "#55646a", "axis": "#182022", "grid": "#dbe1e1", "alarm": "#b3261e",
    "accent": "#0b5d6b", "wash": "#f0f5f5",
}  # fmt: skip


class Paper:
    """One page. `y` counts down from the upper edge, as in charts; texts stand on their baseline."""

    def __init__(self, title: str, author: str, language: str) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self._file = io.BytesIO()
        self._canvas: Any = Canvas(self._file, pagesize=(WIDTH, HEIGHT), pageCompression=1, lang=language)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("Centralino")

    def text(
        self, x: float, y: float, text: str, size: float, tone: str = "words", *, strong: bool = False, anchor: str = ""
    ) -> None:
        """One line of text."""
        text, font = fitting(text, strong)
        self._canvas.setFillColor(TONES[tone])
        self._canvas.setFont(font, _points(font, size))
        draw = {END: self._canvas.drawRightString, MIDDLE: self._canvas.drawCentredString}
        draw.get(anchor, self._canvas.drawString)(x, HEIGHT - y, text)

    def box(self, x: float, y: float, width: float, height: float, tone: str) -> None:
        """A filled rectangle."""
        self._canvas.setFillColor(TONES[tone])
        self._canvas.rect(x, HEIGHT - y - height, width, height, stroke=0, fill=1)

    def line(self, points: Sequence[tuple[float, float]], tone: str, width: float = 0.5) -> None:
        """Points joined."""
        self._canvas.setStrokeColor(TONES[tone])
        self._canvas.setLineWidth(width)
        path = self._canvas.beginPath()
        path.moveTo(points[0][0], HEIGHT - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, HEIGHT - y)
        self._canvas.drawPath(path)

    def link(self, x: float, y: float, width: float, height: float, url: str) -> None:
        """A place that opens an address when it is pressed."""
        self._canvas.linkURL(url, (x, HEIGHT - y - height, x + width, HEIGHT - y), relative=0)

    def chart(self, chart: Chart, x: float, y: float) -> None:
        """A chart in its own size, its upper left corner there."""
        for shape in chart.shapes:
            if isinstance(shape, Rect):
                self.box(x + shape.x, y + shape.y, shape.width, shape.height, shape.tone)
            elif isinstance(shape, Line):
                self.line([(x + a, y + b) for a, b in shape.points], shape.tone, shape.width)
            else:
                self.text(x + shape.x, y + shape.y, shape.text, shape.size, shape.tone, anchor=shape.anchor)

    def content(self) -> bytes:
        """The finished file; nothing can be drawn after it."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()


def fitting(text: str, strong: bool = False) -> tuple[str, str]:
    """A text as it can be written, and the font for it."""
    text = "".join(one if one.isprintable() else " " for one in text)
    if _western(text):
        return text, STRONG if strong else USUAL
    font = OTHER_STRONG if strong else OTHER
    known = _letters(font)
    text = "".join(one if ord(one) in known else _plain(one) for one in unicodedata.normalize("NFC", text))
    return text, (STRONG if strong else USUAL) if _western(text) else font


def breadth(text: str, size: float, strong: bool = False) -> float:
    """How wide a text is, in points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    text, font = fitting(text, strong)
    return float(stringWidth(text, font, _points(font, size)))


def cut(text: str, width: float, size: float, strong: bool = False) -> str:
    """As much of a text as there is room for."""
    if breadth(text, size, strong) <= width:
        return text
    low, high = 0, min(len(text), 1_000)
    while low < high:
        middle = (low + high + 1) // 2
        if breadth(f"{text[:middle].rstrip()}…", size, strong) <= width:
            low = middle
        else:
            high = middle - 1
    return f"{text[:low].rstrip()}…"


def wrapped(text: str, width: float, size: float, most: int, strong: bool = False) -> list[str]:
    """A text in lines, at most so many; the last is cut where it does not end."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and breadth(f"{line} {words[0]}", size, strong) <= width:
            line = f"{line} {words.pop(0)}"
        if words and len(lines) == most - 1:
            line = f"{line} {' '.join(words)}"
        lines.append(cut(line, width, size, strong))
    return lines


def _points(font: str, size: float) -> float:
    """Vera's letters are larger than Helvetica's of the same size."""
    return size if font in (USUAL, STRONG) else 0.9 * size


def _western(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _plain(letter: str) -> str:
    """A letter without its marks, "?" where that is in no font either."""
    base = unicodedata.normalize("NFKD", letter)[0]
    return base if ord(base) in _letters(OTHER) and base.isprintable() else "?"


@cache
def _letters(font: str) -> frozenset[int]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    face = TTFont(font, f"{font}.ttf")
    pdfmetrics.registerFont(face)
    return frozenset(face.face.charToGlyph)
