"""What the address of a report asks for: days, comparison, what to tell apart; mistakes said beside the field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from inbox.models import now
from inbox.reporting.cases import DIMENSIONS, TEAM
from inbox.reporting.days import DAY, YEARS, Period
from inbox.reporting.personal import PERSON
from inbox.web import context
from inbox.web.wording import gettext as _

PREVIOUS, YEAR = "previous", "year"
COMPARISONS = ("", PREVIOUS, YEAR)
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Wish:
    """The days a report is about; where the wish is refused the last 30, and why, by field."""

    period: Period
    typed: Mapping[str, str]
    compare: str = ""
    by: str = TEAM
    exact: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def compared(self) -> Period | None:
        """The days to compare with."""
        return {PREVIOUS: self.period.before, YEAR: self.period.year_before}.get(self.compare, lambda: None)()

    def args(self, **changed: Any) -> dict[str, Any]:
        """The wish as arguments of an address, some of them changed."""
        found = {
            **_typed(self.period),
            "compare": self.compare or None,
            "by": self.by if self.by != TEAM else None,
            "exact": "1" if self.exact else None,
        }  # fmt: skip
        return found | changed


def wish() -> Wish:
    """What the address asks for; what it cannot mean falls back to the usual."""
    by, compare = request.args.get("by", TEAM), request.args.get("compare", "")
    known = dimensions() if by == PERSON else DIMENSIONS
    typed = {name: request.args.get(name, "").strip() for name in ("from", "to")}
    period, errors = _read(typed) if any(typed.values()) else (None, {})
    if period is None and not errors:
        typed = _typed(usual_period())
    return Wish(
        period or usual_period(), typed, compare if compare in COMPARISONS else "", by if by in known else TEAM,
        request.args.get("exact") == "1", errors,
    )  # fmt: skip


def dimensions() -> Sequence[str]:
    """What a report is told apart by for the signed-in user: by colleague only where it was agreed."""
    with context.reading() as session:
        return DIMENSIONS if context.times_since(session) is None else (*DIMENSIONS, PERSON)


def usual_period() -> Period:
    """The last 30 days."""
    ends = today()
    return Period(ends - timedelta(days=USUAL_DAYS - 1), ends)


def today() -> date:
    """The company's day, which may already be tomorrow's in UTC."""
    return now().astimezone(ZoneInfo(context.app().settings.timezone)).date()


def usual_periods() -> Mapping[str, Period]:
    """Periods that are often asked for, by their names."""
    this = today()
    month = this.replace(day=1)
    last = (month - DAY).replace(day=1)
    year_ago = Period(month, this).year_before()
    found = {
        _("This month"): Period(month, this),
        _("Last month"): Period(last, month - DAY),
        _("This year"): Period(this.replace(month=1, day=1), this),
    }
    return found | ({_("12 months"): Period(year_ago.begins, month - DAY)} if year_ago else {})


def _typed(period: Period) -> dict[str, str]:
    return {"from": period.begins.isoformat(), "to": period.ends.isoformat()}


def _read(typed: Mapping[str, str]) -> tuple[Period | None, dict[str, str]]:
    days, errors = {}, {}
    for name, text in typed.items():
        try:
            days[name] = date.fromisoformat(text)
            if days[name].year not in YEARS:
                span = {"first": YEARS[0], "last": YEARS[-1]}
                errors[name] = _("Please choose a day from %(first)s to %(last)s.") % span
        except ValueError:
            errors[name] = _("Please give both days as year-month-day.")
    if not errors and days["from"] > days["to"]:
        errors["from"] = _("The first day comes after the last.")
    return (None if errors else Period(days["from"], days["to"])), errors
