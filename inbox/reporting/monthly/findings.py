"""What stands out in a month: a table of rules, each a condition on the numbers; the three that weigh most are told.

A rule names the numbers it rests on by their places in the content, so that each sentence can be traced. None speaks of
fewer than ten cases, nor of a percentile of fewer than twenty.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from inbox.reporting import cases, listed
from inbox.reporting.figures import Figures
from inbox.reporting.monthly.content import Content, Finding, Part, lookup
from inbox.reporting.monthly.outcomes import EARLIER

LEAST_CASES, MOST_TOLD = 10, 3


@dataclass(frozen=True, slots=True)
class Found:
    weight: float
    values: Mapping[str, Any]
    rests_on: Sequence[str]
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """`code` is that of its sentence; of one `subject` only the heaviest is told."""

    code: str
    subject: str
    find: Callable[[Content], Found | None]


def best(content: Content) -> list[Finding]:
    """The findings that weigh most, the heaviest first; at equal weight in the order of the table."""
    found = [(rule, one) for rule in RULES if (one := rule.find(content)) is not None]
    found.sort(key=lambda pair: -pair[1].weight)
    told: list[Finding] = []
    subjects: set[str] = set()
    data = content.as_data()
    for rule, one in found:
        if rule.subject not in subjects and len(told) < MOST_TOLD:
            subjects.add(rule.subject)
            because = {place: lookup(data, place) for place in one.rests_on}
            told.append(Finding(rule.code, one.values, because, _path(content, one.shown)))
    return told


def _path(content: Content, shown: Mapping[str, str]) -> str:
    days = {"from": content.period.begins.isoformat(), "to": content.period.ends.isoformat()}
    page = "/report/cases" if "measure" in shown else "/report"
    return f"{page}?{urlencode({**days, **shown})}"


def _more(content: Content) -> Found | None:
    return _changed(content, 1)


def _fewer(content: Content) -> Found | None:
    return _changed(content, -1)


def _changed(content: Content, sign: int) -> Found | None:
    now, before = content.first.exchanges, content.before_first.exchanges
    change = sign * (now - before)
    if min(now, before) < LEAST_CASES or change < 0.2 * before:
        return None
    return Found(
        min(1.0, change / before), {"now": now, "change": change, "before": before},
        ("first/exchanges", "before_first/exchanges"), {"compare": "previous"},
    )  # fmt: skip


def _slower(content: Content) -> Found | None:
    return _pace(content, content.first, content.before_first, 1.2)


def _faster(content: Content) -> Found | None:
    return _pace(content, content.before_first, content.first, 1.0)


def _pace(content: Content, longer: Figures, shorter: Figures, importance: float) -> Found | None:
    """Medians that differ by a quarter, and by a quarter of an hour."""
    if longer.few or shorter.few:
        return None
    most, least = longer.median_working or 0, shorter.median_working or 0
    if most - least < 900 or most < 1.25 * least:
        return None
    return Found(
        importance * (1 - least / most),
        {"seconds": content.first.median_working, "seconds_before": content.before_first.median_working},
        ("first/median_working", "before_first/median_working"), {"compare": "previous"},
    )  # fmt: skip


def _late(content: Content) -> Found | None:
    line = content.first
    late = line.targeted - line.within
    if line.targeted < LEAST_CASES or late < 0.2 * line.targeted:
        return None
    return Found(
        1.3 * late / line.targeted, {"late": late, "targeted": line.targeted}, ("first/targeted", "first/within"),
        {"measure": cases.FIRST, "state": listed.LATE},
    )  # fmt: skip


def _kept(content: Content) -> Found | None:
    line = content.first
    if line.targeted < LEAST_CASES or line.within < 0.95 * line.targeted:
        return None
    return Found(
        0.3, {"within": line.within, "targeted": line.targeted}, ("first/targeted", "first/within"),
        {"measure": cases.FIRST, "state": listed.WITHIN},
    )  # fmt: skip


def _holder(content: Content) -> Found | None:
    whole = sum(content.holders.values())
    holder = max(content.holders, key=lambda one: content.holders[one], default="")
    if content.every.answered < LEAST_CASES or whole < 1800 or content.holders[holder] < 0.5 * whole:
        return None
    part = content.holders[holder]
    places = ("every/answered", *(f"holders/{one}" for one in content.holders))
    return Found(0.8 * part / whole, {"seconds": part, "seconds_whole": whole, "holder": holder}, places)


def _outside(content: Content) -> Found | None:
    every = content.every.exchanges
    if every < LEAST_CASES or not 0.3 * every <= content.outside <= every:
        return None
    return Found(0.9 * content.outside / every, {"outside": content.outside, "every": every},
                 ("outside", "every/exchanges"))  # fmt: skip


def _team(content: Content) -> Found | None:
    """The team that misses the target most, where that is clearly more often than all together."""
    all_late = 1 - (content.first.share_within or 0)

    def late(line: Figures) -> float:
        return 1 - (line.share_within or 0)

    enough = [one for one in content.teams if one.value and one.name != one.value and one.targeted >= LEAST_CASES]
    slowest = max(enough, key=late, default=None)
    if slowest is None or len(content.teams) < 2 or late(slowest) < max(0.25, 1.5 * all_late):
        return None
    count = slowest.targeted - slowest.within
    return Found(
        late(slowest), {"team": slowest.name, "late": count, "targeted": slowest.targeted},
        (f"teams/{slowest.value}/targeted", f"teams/{slowest.value}/within"),
        {"measure": cases.FIRST, "state": listed.LATE, "by": cases.TEAM, "value": slowest.value},
    )  # fmt: skip


def _source(content: Content) -> Found | None:
    return _frequent(content, "sources", content.sources, cases.SOURCE, 0.4)


def _product(content: Content) -> Found | None:
    return _frequent(content, "products", content.products, cases.PRODUCT, 0.25)


def _frequent(content: Content, place: str, parts: Sequence[Part], dimension: str, least: float) -> Found | None:
    """The value that so large a share of first questions has in common."""
    most = next((one for one in parts if one.value and "/" not in one.value), None)
    now = content.first.exchanges
    if most is None or most.count < LEAST_CASES or most.count < least * now:
        return None
    return Found(
        0.5 * most.count / now + 0.1, {"name": most.name, "count": most.count, "now": now},
        (f"{place}/{most.value}/count", "first/exchanges"),
        {"measure": cases.FIRST, "by": dimension, "value": most.value},
    )  # fmt: skip


def _grown(content: Content) -> Found | None:
    """The source that brought at least half as many again as the month before."""
    grown = [one for one in content.sources if one.value and "/" not in one.value
             and one.count >= max(LEAST_CASES, 1.5 * one.before)]  # fmt: skip
    most = max(grown, key=lambda one: one.count - one.before, default=None)
    if most is None or content.before_first.exchanges < LEAST_CASES:
        return None
    return Found(
        0.6 * (most.count - most.before) / most.count + 0.2,
        {"name": most.name, "count": most.count, "before": most.before},
        (f"sources/{most.value}/count", f"sources/{most.value}/before"),
        {"by": cases.SOURCE, "compare": "previous"},
    )  # fmt: skip


def _passed(content: Content) -> Found | None:
    now = content.first.exchanges
    if now < LEAST_CASES or content.passed < max(3, 0.2 * now):
        return None
    return Found(
        content.passed / now, {"passed": content.passed, "now": now}, ("passed", "first/exchanges"),
        {"measure": cases.FIRST, "state": listed.PASSED},
    )  # fmt: skip


def _unanswered(content: Content) -> Found | None:
    every, without = content.every.exchanges, content.every.unanswered
    if every < LEAST_CASES or without < max(2, 0.05 * every):
        return None
    return Found(
        min(1.2, 0.4 + 4 * without / every), {"without": without, "every": every},
        ("every/unanswered", "every/exchanges"), {"measure": listed.EVERY, "state": cases.WITHOUT},
    )  # fmt: skip


def _waiting(content: Content) -> Found | None:
    if content.waiting < LEAST_CASES or content.waiting_late < 3:
        return None
    return Found(
        0.6 + 0.5 * content.waiting_late / content.waiting, {"late": content.waiting_late, "waiting": content.waiting},
        ("waiting_late", "waiting"), {"measure": listed.EVERY, "state": cases.WAITING, "from": content.waiting_from},
    )  # fmt: skip


def _won(content: Content) -> Found | None:
    leads = sum(one.count for one in content.outcomes if one.value != EARLIER)
    won = next((one.count for one in content.outcomes if one.value == "won"), 0)
    if leads < LEAST_CASES or not won:
        return None
    return Found(0.4 + won / leads, {"won": won, "leads": leads}, tuple(_stages(content)))


def _stages(content: Content) -> Iterator[str]:
    return (f"outcomes/{one.value}/count" for one in content.outcomes if one.value != EARLIER)


RULES = (
    Rule("waiting", "waiting", _waiting),
    Rule("unanswered", "unanswered", _unanswered),
    Rule("late", "target", _late),
    Rule("team", "target", _team),
    Rule("slower", "pace", _slower),
    Rule("faster", "pace", _faster),
    Rule("more", "count", _more),
    Rule("fewer", "count", _fewer),
    Rule("holder", "time", _holder),
    Rule("passed", "passed", _passed),
    Rule("outside", "outside", _outside),
    Rule("grown", "source", _grown),
    Rule("source", "source", _source),
    Rule("product", "product", _product),
    Rule("won", "won", _won),
    Rule("kept", "target", _kept),
)  # fmt: skip
