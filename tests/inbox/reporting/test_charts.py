"""Charts: what is drawn where, readable without colours, and safe on a page."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.reporting.charts import bars, heat, lines, scales
from inbox.reporting.charts.bars import Bar, Part
from inbox.reporting.charts.shapes import KINDS, LEVELS, NARROW, STAFFED, Chart, Rect, Text, shortened
from inbox.reporting.charts.svg import svg

NAME = '<script>alert("1")</script> & Söhne'


def say(value: float) -> str:
    return f"{value:.0f}"


def some_bars(narrow: bool = False) -> Chart:
    rows = [
        Bar(NAME, [Part(30, KINDS[0], "half"), Part(60, KINDS[1], "rest")], "90"),
        Bar("B", [Part(45, KINDS[0], "h")]),
    ]
    return bars.bars("T <i>", NAME, rows, [(KINDS[0], "half")], scales.times(90), say, narrow)


def some_heat(narrow: bool = False) -> Chart:
    values = [[0] * 24 for _ in range(7)]
    values[0][9], values[0][10] = 5, 1
    staffed = [[8 <= hour < 12 or 14 <= hour < 18 for hour in range(24)] for _ in range(7)]
    return heat.heat("T", "D", values, staffed, ["m"] * 7, ("none", "most (%s)", "there"), narrow)


def some_line(narrow: bool = False) -> Chart:
    return lines.line("T", "D", [1, 4, 2], ["a", "b", "c"], say, narrow)


@pytest.mark.parametrize(
    "chart", [make(narrow) for make in (some_bars, some_heat, some_line) for narrow in (False, True)]
)
def test_drawn_without_styles_and_within_its_frame(chart: Chart) -> None:
    drawn = svg(chart, "one")
    root = ElementTree.fromstring(drawn)
    assert "style" not in drawn
    assert "<script" not in drawn
    assert root.attrib["role"] == "img"
    for shape in chart.shapes:
        if isinstance(shape, Rect):
            assert 0 <= shape.x <= shape.x + shape.width <= chart.width
            assert 0 <= shape.y <= shape.y + shape.height <= chart.height


def test_parts_of_a_bar_follow_one_another_to_scale() -> None:
    chart = some_bars()
    first, second = (one for one in chart.shapes if isinstance(one, Rect) and one.label in ("half", "rest"))
    assert second.x == pytest.approx(first.x + first.width)
    assert second.width == pytest.approx(2 * first.width)


def test_a_week_shows_counts_levels_and_when_somebody_is_there() -> None:
    chart = some_heat()
    frames = [one for one in chart.shapes if isinstance(one, Rect) and one.tone == STAFFED]
    assert len(frames) == 14 + 1  # two a day, and the key
    texts = [one.text for one in chart.shapes if isinstance(one, Text)]
    assert "most (5)" in texts
    tips = {one.label: one.tone for one in chart.shapes if isinstance(one, Rect) and one.label}
    assert (tips["m 9:00: 5"], tips["m 10:00: 1"]) == (LEVELS[5], LEVELS[1])


def test_only_nothing_has_the_lowest_level() -> None:
    assert [heat.level(value, 100) for value in (0, 1, 20, 21, 100)] == [0, 1, 1, 2, 5]


@given(st.floats(0, 10**8))
def test_scales_are_round_and_reach_the_highest(highest: float) -> None:
    for make in (scales.numbers, scales.times):
        found = make(highest)
        assert found[0] == 0
        assert found[-1] >= highest
        assert 2 <= len(found) <= scales.MOST_LINES + 1
    step = scales.numbers(highest)[1]
    assert re.fullmatch(r"[125]0*", f"{step:.0f}")


def test_long_names_are_shortened() -> None:
    assert shortened("Ricerca e sviluppo prodotti speciali", 100) == "Ricerca e svilu…"
    assert shortened("R&S", 100) == "R&S"


def test_narrow_charts_are_as_wide_as_a_phone_and_say_the_same() -> None:
    for make in (some_bars, some_heat, some_line):
        wide, narrow = make(), make(narrow=True)
        assert narrow.width == NARROW < wide.width
        tips = [{one.label for one in chart.shapes if isinstance(one, Rect)} for chart in (wide, narrow)]
        assert tips[0] == tips[1]


def test_a_long_legend_takes_several_lines() -> None:
    legend = [(kind, "in the hands of a colleague") for kind in KINDS]
    chart = bars.bars("T", "D", [Bar("A", [])], legend, scales.times(90), say, narrow=True)
    keys = [one for one in chart.shapes if isinstance(one, Rect) and one.width == 10]
    assert len({one.y for one in keys}) > 1
    assert chart.height > some_bars(narrow=True).height - bars.NARROW_ROW
