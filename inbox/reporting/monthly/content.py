"""What the monthly page tells, as plain data: counts, seconds, codes and names; its words come later."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from inbox.reporting.days import Period
from inbox.reporting.figures import Figures

# The parts of the page that can be left out.
FINDINGS, ORIGINS, TIME, TEAMS, OUTCOMES, WAITING = SECTIONS = (
    "findings", "origins", "time", "teams", "outcomes", "waiting",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """The first questions with one value of a dimension, and how many there were in the period before."""

    value: str
    name: str
    count: int
    before: int


@dataclass(frozen=True, slots=True)
class Case:
    """One question: its conversation's number, the working seconds it took or has waited, whether that is past its
    target, and its team. `customer` is personal, and "" wherever names are not told."""

    value: int
    seconds: int
    late: bool
    team: str
    customer: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of the period's conversations stand at a stage of a sale, and what they are worth (None: not known)."""

    value: str
    count: int
    cents: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence by its code, with its values. `because`: the numbers of the content that it rests on, by where they
    stand there; `path`: the address below our own at which the report shows them."""

    code: str
    values: Mapping[str, Any]
    because: Mapping[str, float]
    path: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is told of a period, as it was at `made_at` (UTC). Times are working seconds by the company's calendar.

    `first` are first responses, `every` all responses; `before_…` those of the period before. `holders`: of an answered
    question's time, on average, whose hands it lay in. `slowest`: only where they are too few for percentiles.
    `waiting`: who asked until the period's end and has no answer yet, since the day `waiting_from` ("" for nobody);
    `longest` the first of them, one by one.
    """

    period: Period
    made_at: datetime
    first: Figures
    every: Figures
    before_first: Figures
    before_every: Figures
    channels: Sequence[Part]
    sources: Sequence[Part]
    products: Sequence[Part]
    teams: Sequence[Figures]
    holders: Mapping[str, float]
    slowest: Sequence[Case]
    outside: int
    passed: int
    waiting: int
    waiting_late: int
    waiting_from: str
    longest: Sequence[Case]
    outcomes: Sequence[Outcome]
    findings: Sequence[Finding] = ()

    def without_names(self) -> "Content":
        """The same without anything personal."""
        return replace(
            self,
            slowest=[replace(one, customer="") for one in self.slowest],
            longest=[replace(one, customer="") for one in self.longest],
        )

    def as_data(self) -> dict[str, Any]:
        """JSON-ready: days and moments as ISO texts, the rest as it is."""
        found = asdict(self)
        del found["period"]
        days = {"begins": self.period.begins.isoformat(), "ends": self.period.ends.isoformat()}
        return {**days, **found, "made_at": self.made_at.isoformat()}


def from_data(data: Mapping[str, Any]) -> Content:
    """The content that `as_data` gave. Raises KeyError, TypeError or ValueError for anything else."""
    kinds: Mapping[str, Any] = {
        "channels": Part, "sources": Part, "products": Part, "teams": Figures, "slowest": Case, "longest": Case,
        "outcomes": Outcome, "findings": Finding,
    }  # fmt: skip
    single = ("first", "every", "before_first", "before_every")
    values = {one.name: data[one.name] for one in fields(Content) if one.name not in ("period", "made_at")}
    values |= {name: Figures(**data[name]) for name in single}
    values |= {name: [kind(**one) for one in data[name]] for name, kind in kinds.items()}
    days = Period(date.fromisoformat(data["begins"]), date.fromisoformat(data["ends"]))
    return Content(period=days, made_at=datetime.fromisoformat(data["made_at"]), **values)


def lookup(data: Mapping[str, Any], place: str) -> float:
    """The number at a place such as first/answered or sources/google/count: members of lists go by their value.

    Raises KeyError where there is none.
    """
    found: Any = data
    for step in place.split("/"):
        if isinstance(found, Mapping):
            found = found[step]
        else:
            found = next((one for one in found if str(one["value"]) == step), None)
            if found is None:
                raise KeyError(place)
    return float(found) if isinstance(found, float) else int(found)


def month_days(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    begins = day.replace(day=1)
    following = begins.replace(year=begins.year + begins.month // 12, month=begins.month % 12 + 1)
    return begins, date.fromordinal(following.toordinal() - 1)


def is_month(period: Period) -> bool:
    """Whether a period is a whole month."""
    return period == Period(*month_days(period.begins))


def month_of(text: str) -> Period:
    """The month written as 2026-10. Raises ValueError for what is none."""
    year, dash, number = text.partition("-")
    if not (dash and year.isdecimal() and number.isdecimal() and len(year) == 4 and len(number) == 2):
        raise ValueError(f"must be a month such as 2026-10 (got {text!r})")
    return Period(*month_days(date(int(year), int(number), 1)))


def month_before(day: date) -> Period:
    """The whole month before the one of a day."""
    return Period(*month_days(date.fromordinal(day.replace(day=1).toordinal() - 1)))
