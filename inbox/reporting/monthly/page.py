"""The monthly page as HTML, without scripts: for its link, where nobody signs in, and as a preview on our own pages."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template
from markupsafe import Markup

from config import i18n
from inbox.reporting.charts.shapes import Chart
from inbox.reporting.charts.svg import svg
from inbox.reporting.monthly.content import from_data
from inbox.reporting.monthly.links import State
from inbox.reporting.monthly.sheet import Sheet, sheet

# Of a long list so many lines are shown.
MOST_ROWS = 12
STYLE = (Path(__file__).parent / "page.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    # The link is a secret: no search engine and no page that is opened from here learns it.
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
}
_CLOSED = """<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex, nofollow"><title>{{ said }}</title><style>{{ style }}</style></head>
<body><main><header><h1>{{ said }}</h1></header><p>{{ hint }}</p></main></body></html>
"""


def page(shown: Sheet, base_url: str = "") -> str:
    """The page. `base_url`: where the report is for those who may sign in, "" leaves its links out."""
    base_url = base_url.rstrip("/")
    return _template().render(sheet=shown, style=_style(), base_url=base_url, svg=_drawn, most=MOST_ROWS)


def written(kept: Mapping[str, Any], language: str, timezone: str) -> str | None:
    """The page of what was kept of a sending (mailing.kept); None where another version kept it otherwise."""
    try:
        content = from_data(kept["content"])
        return page(sheet(content, language, timezone, company=kept["company"], sections=kept["sections"]))
    except (KeyError, TypeError, ValueError):
        return None


def closed(state: State, language: str) -> str:
    """The page of a link that does not open, and why."""
    _ = i18n.translator(language)
    said = {
        State.UNKNOWN: _("This link leads nowhere"),
        State.OVER: _("This link is over"),
        State.REVOKED: _("This link was taken back"),
    }
    hint = {
        State.UNKNOWN: _("Perhaps it was not copied in full. The link of the mail opens the page."),
        State.OVER: _("It opened for 90 days. The figures are still in the report, for those who sign in."),
        State.REVOKED: _("Whoever sent it has closed it. The figures are in the report, for those who sign in."),
    }
    template = Environment(autoescape=True).from_string(_CLOSED)
    return template.render(language=language, style=_style(), said=said[state], hint=hint[state])


def _style() -> Markup:
    return Markup(STYLE)  # noqa: S704 - a file of ours


def _drawn(chart: Chart, name: str) -> Markup:
    return Markup(svg(chart, name))  # noqa: S704 - every text in it is escaped


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string((Path(__file__).parent / "page.html").read_text("utf-8"))
