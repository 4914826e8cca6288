"""The chart of the funnel: how many leads came as far as each step."""

from functools import partial

from flask import g
from markupsafe import Markup

from config import i18n
from inbox.leads.funnel import Line
from inbox.reporting.charts import bars, scales
from inbox.reporting.charts.shapes import LEVELS
from inbox.reporting.said import percent
from inbox.web.report_charts import drawn
from inbox.web.wording import gettext as _

# Of fewer leads than these a share says too little.
FEW = 20


def stages(total: Line) -> Markup:
    """A bar for each step, from the first contact to the sale."""
    steps = ((_("first contact"), total.leads), (_("got an answer"), total.answered),
             (_("got a quote"), total.quoted), (_("became a sale"), total.won))  # fmt: skip
    rows = [bars.Bar(name, (bars.Part(count, LEVELS[5], f"{name}: {count}"),), _said(count, total.leads))
            for name, count in steps]  # fmt: skip
    said = "; ".join(f"{row.name}: {row.end}" for row in rows)
    draw = partial(bars.bars, _("What became of them"), said, rows, (), scales.numbers(total.leads), _number)
    return drawn(draw, "stages")


def _said(count: int, leads: int) -> str:
    return _number(count) if count == leads or leads < FEW else f"{_number(count)} · {percent(count / leads)}"


def _number(count: float) -> str:
    return i18n.number(round(count), g.language)
