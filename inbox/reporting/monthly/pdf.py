"""The monthly page on paper: always one page of A4; what does not fit is counted instead of shown."""

from collections.abc import Sequence

from inbox.reporting.charts.shapes import END
from inbox.reporting.monthly.content import ORIGINS, OUTCOMES, TEAMS, TIME, WAITING
from inbox.reporting.monthly.paper import HEIGHT, WIDTH, Paper, breadth, cut, wrapped
from inbox.reporting.monthly.sheet import Block, Sheet, Tile, Told

MARGIN, GAP = 40.0, 20.0
INNER = WIDTH - 2 * MARGIN
COLUMN = (INNER - GAP) / 2
LINE, SMALL, TILE = 13.0, 8.5, 82.0
MOST_NOTES, MOST_ROWS = 12, 40
# Which blocks stand in the left column and in the right, from above.
COLUMNS = ((ORIGINS, OUTCOMES), (TIME, TEAMS))
_NOTE, _NOTE_LINE = 6.8, 8.6


def pdf(sheet: Sheet, base_url: str = "") -> bytes:
    """The page as a PDF file. `base_url`: where our pages are, for the links of findings."""
    paper = Paper(" ".join(one for one in (sheet.company, sheet.title) if one), sheet.company, sheet.language)
    y = _head(paper, sheet)
    y = _tiles(paper, sheet.tiles, y)
    if sheet.opinion:
        paper.text(MARGIN, y, cut(sheet.opinion, INNER, 9), 9)
        y += 18
    if sheet.told is not None:
        y = _told(paper, sheet, sheet.told, y, base_url)
    bottom = _notes(paper, sheet)
    blocks = {one.code: one for one in sheet.blocks}
    ends = []
    for number, codes in enumerate(COLUMNS):
        x, below = MARGIN + number * (COLUMN + GAP), y
        for code in codes:
            if code in blocks:
                below = _block(paper, sheet, blocks[code], x, below, bottom)
        ends.append(below)
    if WAITING in blocks:
        _waiting(paper, sheet, blocks[WAITING], max(ends), bottom)
    return paper.content()


def _head(paper: Paper, sheet: Sheet) -> float:
    paper.box(MARGIN, 34, INNER, 2.5, "accent")
    paper.text(MARGIN, 64, cut(sheet.title, 0.6 * INNER, 22, strong=True), 22, strong=True)
    paper.text(WIDTH - MARGIN, 56, cut(sheet.company, 0.38 * INNER, 10, strong=True), 10, strong=True, anchor=END)
    paper.text(WIDTH - MARGIN, 68, sheet.made, SMALL, "soft", anchor=END)
    if sheet.lead:
        paper.text(MARGIN, 82, cut(sheet.lead, INNER, 10), 10)
        return 96
    return 84


def _tiles(paper: Paper, tiles: Sequence[Tile], y: float) -> float:
    wide = (INNER - 3 * 10) / 4
    for number, one in enumerate(tiles):
        x = MARGIN + number * (wide + 10)
        paper.box(x, y, wide, TILE, "wash")
        room = wide - 16
        size = next((points for points in (20, 17, 14, 11) if breadth(one.figure, points, True) <= room), 9)
        tone = "alarm" if one.alarm else "words"
        paper.text(x + 8, y + 30, cut(one.figure, room, size, strong=True), size, tone, strong=True)
        lines = wrapped(one.label, room, 8, 2)
        for place, text in enumerate(lines):
            paper.text(x + 8, y + 43 + 9 * place, text, 8)
        for place, text in enumerate(one.notes):
            paper.text(x + 8, y + 46 + 9 * len(lines) + 8 * place, cut(text, room, 7), 7, "soft")
    return y + TILE + 18


def _told(paper: Paper, sheet: Sheet, told: Sequence[Told], y: float, base_url: str) -> float:
    paper.text(MARGIN, y + 8, sheet.told_title, 11, "accent", strong=True)
    top = y = y + 18
    for one in told:
        begins = y
        for text in wrapped(one.text, INNER - 16, 10.5, 2):
            paper.text(MARGIN + 12, y + 9, text, 10.5)
            y += LINE
        paper.text(MARGIN + 12, y + 6, cut(one.because, INNER - 16, 7.5), 7.5, "soft")
        y += 15
        if base_url:
            paper.link(MARGIN, begins, INNER, y - begins, base_url.rstrip("/") + one.path)
    if not told:
        paper.text(MARGIN + 12, y + 9, cut(sheet.quiet, INNER - 16, 9.5), 9.5, "soft")
        y += 15
    paper.box(MARGIN, top, 2.5, y - top - 3, "accent")
    return y + 14


def _title(paper: Paper, block: Block, x: float, y: float, room: float) -> float:
    paper.text(x, y + 8, cut(block.title, room, 11, strong=True), 11, "accent", strong=True)
    y += 14
    for text in wrapped(block.lead, room, 8, 2):
        paper.text(x, y + 7, text, 8, "soft")
        y += 10
    return y + 3


def _block(paper: Paper, sheet: Sheet, block: Block, x: float, y: float, bottom: float) -> float:
    """One block in a column; returns where the next begins."""
    y = _title(paper, block, x, y, COLUMN)
    for chart in block.charts:
        if len(block.charts) > 1:
            paper.text(x, y + 6, chart.title, 7.5, "soft")
            y += 10
        paper.chart(chart, x, y)
        y += chart.height + 5
    return _rows(paper, sheet, block, [(x, COLUMN)], y, bottom) + 12


def _waiting(paper: Paper, sheet: Sheet, block: Block, y: float, bottom: float) -> None:
    """Who waits takes the room that is left, in both columns."""
    y = _title(paper, block, MARGIN, y, INNER)
    _rows(paper, sheet, block, [(MARGIN, COLUMN), (MARGIN + COLUMN + GAP, COLUMN)], y, bottom)


def _rows(
    paper: Paper, sheet: Sheet, block: Block, columns: Sequence[tuple[float, float]], y: float, bottom: float
) -> float:
    """As many rows as there is room for, column by column, and how many more there are; returns where they end."""
    room = max(0, int((bottom - y) / LINE))
    every = len(block.rows) + block.hidden
    # The line that counts the others needs a place itself.
    places = room * len(columns)
    shown = len(block.rows) if every <= places and not block.hidden else min(len(block.rows), max(0, places - 1))
    high = -(-(shown + (every > shown)) // len(columns))
    for number in range(shown):
        one, (x, wide) = block.rows[number], columns[number // high]
        below = y + LINE * (number % high) + 9
        tone = "alarm" if one.alarm else "soft"
        paper.text(x + wide, below, one.right, SMALL, tone, anchor=END)
        left = wide - breadth(one.right, SMALL) - 10
        paper.text(x, below, cut(one.left, left, SMALL), SMALL)
        paper.line([(x, below + 3.2), (x + wide, below + 3.2)], "grid")
    if every > shown and room:
        x = columns[shown // high][0]
        paper.text(x, y + LINE * (shown % high) + 9, sheet.more(every - shown), SMALL, "soft")
    return y + LINE * high


def _notes(paper: Paper, sheet: Sheet) -> float:
    """The footnotes at the lower edge; returns where they begin."""
    lines = wrapped(" ".join(sheet.notes), INNER, _NOTE, MOST_NOTES)
    y = HEIGHT - 30 - _NOTE_LINE * len(lines)
    paper.line([(MARGIN, y - 6), (WIDTH - MARGIN, y - 6)], "grid")
    for number, text in enumerate(lines):
        paper.text(MARGIN, y + 5 + _NOTE_LINE * number, text, _NOTE, "soft")
    return y - 14
