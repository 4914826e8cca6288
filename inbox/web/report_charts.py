"""The charts of the report page, with their words."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from babel.dates import get_day_names
from flask import g
from markupsafe import Markup

from config.i18n import LOCALES, short_day
from inbox.reporting.arrivals import WEEKDAYS, Arrivals
from inbox.reporting.backlog import Point
from inbox.reporting.charts import bars, heat, lines
from inbox.reporting.charts.shapes import LEVELS, Chart
from inbox.reporting.charts.svg import svg
from inbox.reporting.figures import Figures
from inbox.reporting.hops import HOLDERS, PARTS, Way
from inbox.web.report_words import PARTS as PART_NAMES
from inbox.web.report_words import called, value_name
from inbox.web.wording import gettext as _
from inbox.web.wording import worked

TONES = {"fetch": "kind5", "triage": "kind3", "team": "kind2", "person": "kind1", "approval": "kind4",
         "delivery": LEVELS[2]}  # fmt: skip
# More lines than these are for the table below.
MOST_BARS = 12


def drawn(draw: Callable[[bool], Chart], name: str) -> Markup:
    """A chart as it stands on the page, and narrow for a phone; the style sheet shows one of the two."""
    both = svg(draw(False), name), svg(draw(True), f"{name}-narrow", "chart narrow")
    return Markup("".join(both))  # noqa: S704 - every text in it is escaped


def speed(title: str, dimension: str, found: Sequence[Figures]) -> Markup:
    """Half, and nine of ten, first responses within which working time, a bar for each line."""
    half, nine = _("half within"), _("9 of 10 within")
    rows = [
        bars.Bar(
            called(dimension, line),
            (
                bars.Part(line.median_working or 0, LEVELS[5], f"{half} {worked(line.median_working)}"),
                bars.Part((line.p90_working or 0) - (line.median_working or 0), LEVELS[3],
                          f"{nine} {worked(line.p90_working)}"),
            ),
            worked(line.p90_working),
        )
        for line in found[:MOST_BARS] if line.answered
    ]  # fmt: skip
    said = "; ".join(f"{row.name}: {row.parts[0].label}, {row.parts[1].label}" for row in rows)
    legend = [(LEVELS[5], half), (LEVELS[3], nine)]
    return drawn(partial(bars.bars, title, said, rows, legend, bars.scale_of_times(rows), worked), "speed")


def way(title: str, found: Sequence[Way], names: dict[str, str]) -> Markup:
    """How long a question of each team lay with whom, on average, and how long its answer then took to go out."""
    there = [one for one in PARTS if any(each.working.get(one) for each in found)]
    words = {one: _(PART_NAMES[one]) for one in there}
    rows = [
        bars.Bar(
            value_name("team", one.team, names.get(one.team, "")),
            [bars.Part(spent := one.working.get(holder, 0), TONES[holder], f"{words[holder]}: {worked(spent)}")
             for holder in there],
            worked(sum(one.working.get(holder, 0) for holder in HOLDERS)),
        )
        for one in found
    ]  # fmt: skip
    said = "; ".join(f"{row.name}: {row.end}" for row in rows)
    legend = [(TONES[one], words[one]) for one in there]
    return drawn(partial(bars.bars, title, said, rows, legend, bars.scale_of_times(rows), worked), "way")


def week(title: str, found: Arrivals) -> Markup:
    """When questions come, hour by hour."""
    said = _("%(total)s questions, %(outside)s of them while nobody is there") % {
        "total": found.total,
        "outside": found.outside,
    }
    meanings = _("none"), _("most (%s)"), _("somebody is there")
    return drawn(partial(heat.heat, title, said, found.counts, found.staffed, days(), meanings), "week")


def waiting(title: str, points: Sequence[Point]) -> Markup:
    """Who waited at the end of each day."""
    values, names = [one.waiting for one in points], [short(one.day) for one in points]
    said = _("from %(first)s to %(last)s, at most %(most)s") % {
        "first": values[0],
        "last": values[-1],
        "most": max(values),
    }
    return drawn(partial(lines.line, title, said, values, names, lambda value: f"{value:.0f}"), "waiting")


def days() -> list[str]:
    """The days of the week, Monday first, as short as they are written."""
    names = get_day_names("abbreviated", locale=LOCALES.get(g.language, g.language))
    return [names[day] for day in WEEKDAYS]


def short(day: date) -> str:
    """A day without its year."""
    return short_day(day, g.language)
