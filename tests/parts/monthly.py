"""A month's content made up of few numbers, and a desk where a month passes in an instant."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from inbox.reporting.days import Period
from inbox.reporting.figures import Figures
from inbox.reporting.monthly import findings
from inbox.reporting.monthly.content import Case, Content, Outcome, Part

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
MADE_AT = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)


def line(count: int, late: int = 0, half: int | None = 3600, most: int | None = 6 * 3600, **more: Any) -> Figures:
    """So many first questions, all answered but those that `more` says, so many of them late."""
    found = Figures("", "", count, count, 0, 0, 0, count, count - late, half, most, half, most)
    if not count:
        found = replace(found, median_wall=None, p90_wall=None, median_working=None, p90_working=None)
    return replace(found, **more)


def content(first: Figures, before: Figures | None = None, **more: Any) -> Content:
    """A month whose questions are all first ones, with what stands out in it."""
    before = before or line(0)
    values: dict[str, Any] = {
        "period": OCTOBER, "made_at": MADE_AT, "first": first, "every": first, "before_first": before,
        "before_every": before, "channels": [Part("1", "info", first.exchanges, before.exchanges)], "sources": [],
        "products": [], "teams": [replace(first, value="1", name="R&D")] if first.exchanges else [], "holders": {},
        "slowest": [], "outside": 0, "passed": 0, "waiting": first.waiting, "waiting_late": 0, "waiting_from": "",
        "longest": [], "outcomes": [],
    }  # fmt: skip
    found = Content(**(values | more))
    return replace(found, findings=findings.best(found))


def full(count: int, name: str = "Anna Bianchi, Cliente Srl") -> Content:
    """A month of so many questions with all there can be on its page."""
    part = max(1, count // 4)
    many = [Part(f"campaign-{n}.example", f"campaign-{n}.example", part, n) for n in range(30)]
    teams = [replace(line(part, part // 3), value=str(n), name=f"Team {n} {name[:40]}") for n in range(9)]
    return content(
        line(count, late=count // 3), line(count // 2), sources=[*many, Part("", "", part, 0)],
        channels=[Part(str(n), f"mailbox {n} {name[:60]}", part, 2 * n) for n in range(12)],
        products=[Part("gx", "Giunto GX-40", count, 1)], teams=teams, holders=holders(),
        slowest=cases(3, name) if count < 20 else [], outside=count // 2, passed=count // 3,
        waiting=count, waiting_late=count // 2, waiting_from="2026-10-01" if count else "", longest=cases(min(count, 40), name),
        outcomes=[Outcome("new", part, None), Outcome("quoted", part, 1_240_000), Outcome("won", part, 99_999_999)],
    )  # fmt: skip


def holders() -> dict[str, float]:
    return {"fetch": 30.0, "triage": 5400.0, "team": 1800.0, "person": 2700.5, "approval": 600.0}


def cases(count: int, name: str) -> Sequence[Case]:
    return [Case(n + 1, 36_000 * (count - n), n % 2 == 0, f"Team {n % 3}", name) for n in range(count)]
