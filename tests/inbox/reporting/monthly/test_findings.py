"""What stands out: only of enough cases, each sentence traced to its numbers, the heaviest three."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from inbox.reporting.monthly.content import Content, Outcome, Part, from_data, lookup
from inbox.reporting.monthly.findings import RULES
from tests.parts.monthly import content, full, holders, line

GOOGLE = Part("google", "google", 12, 3)
# For each rule a month that it speaks about, and the values of its sentence.
MONTHS: dict[str, tuple[Callable[[int], Content], dict[str, Any]]] = {
    "waiting": (lambda n: content(line(n), waiting=n, waiting_late=n // 2, waiting_from="2026-09-07"),
                {"late": 12, "waiting": 24}),
    "unanswered": (lambda n: content(line(n, unanswered=n // 4)), {"without": 6, "every": 24}),
    "late": (lambda n: content(line(n, late=n // 2)), {"late": 12, "targeted": 24}),
    "team": (lambda n: content(line(100, late=15), teams=[
        replace(line(76), value="1", name="Sales"), replace(line(n, late=n * 5 // 8), value="2", name="R&D")]),
        {"team": "R&D", "late": 15, "targeted": 24}),
    "slower": (lambda n: content(line(n, half=7200), line(n, half=3600)), {"seconds": 7200, "seconds_before": 3600}),
    "faster": (lambda n: content(line(n, half=3600), line(n, half=7200)), {"seconds": 3600, "seconds_before": 7200}),
    "more": (lambda n: content(line(n), line(n * 2 // 3)), {"now": 24, "change": 8, "before": 16}),
    "fewer": (lambda n: content(line(n * 2 // 3), line(n)), {"now": 16, "change": 8, "before": 24}),
    "holder": (lambda n: content(line(n), holders=holders()),
               {"seconds": 5400.0, "seconds_whole": 10530.5, "holder": "triage"}),
    "passed": (lambda n: content(line(n), passed=n // 2), {"passed": 12, "now": 24}),
    "outside": (lambda n: content(line(n), outside=n // 2), {"outside": 12, "every": 24}),
    "grown": (lambda n: content(line(n), line(n), sources=[replace(GOOGLE, count=n // 2)]),
              {"name": "google", "count": 12, "before": 3}),
    "source": (lambda n: content(line(n), sources=[replace(GOOGLE, count=n // 2, before=n)]),
               {"name": "google", "count": 12, "now": 24}),
    "product": (lambda n: content(line(n), products=[Part("gx", "GX-40", n // 2, 0)]),
                {"name": "GX-40", "count": 12, "now": 24}),
    "won": (lambda n: content(line(n), outcomes=[Outcome("new", n // 2, None), Outcome("won", n // 2, 100)]),
            {"won": 12, "leads": 24}),
    "kept": (lambda n: content(line(n)), {"within": 24, "targeted": 24}),
}  # fmt: skip


def test_each_rule_has_a_month_here() -> None:
    assert list(MONTHS) == [rule.code for rule in RULES]


@pytest.mark.parametrize("code", list(MONTHS))
def test_a_rule_speaks_of_enough_cases_only(code: str) -> None:
    month, values = MONTHS[code]
    rule = next(one for one in RULES if one.code == code)
    found = rule.find(month(24))
    assert found is not None
    assert dict(found.values) == values
    assert rule.find(month(9)) is None
    assert rule.find(content(line(0))) is None


@pytest.mark.parametrize("code", list(MONTHS))
def test_each_sentence_is_traced_to_numbers_of_the_content(code: str) -> None:
    month = MONTHS[code][0](24)
    rule = next(one for one in RULES if one.code == code)
    found = rule.find(month)
    assert found
    for place in found.rests_on:
        assert isinstance(lookup(month.as_data(), place), int | float), place


def test_the_three_that_weigh_most_each_about_something_else() -> None:
    told = full(200).findings
    assert [one.code for one in told] == ["more", "waiting", "grown"]
    subjects = {rule.code: rule.subject for rule in RULES}
    assert len({subjects[one.code] for one in told}) == 3
    for one in told:
        assert one.because
        assert one.path.startswith("/report")
        assert "from=2026-10-01&to=2026-10-31" in one.path


def test_who_waits_from_before_is_on_the_page_that_the_finding_opens() -> None:
    (found,) = [one for one in MONTHS["waiting"][0](24).findings if one.code == "waiting"]
    assert found.path == "/report/cases?from=2026-09-07&to=2026-10-31&measure=every&state=waiting"


def test_percentiles_are_compared_of_enough_answers_only() -> None:
    assert not {"slower", "faster"} & {one.code for one in MONTHS["slower"][0](19).findings}


def test_content_survives_being_kept() -> None:
    for month in (full(60), full(9), content(line(0))):
        again = from_data(month.as_data())
        assert again.as_data() == month.as_data()


def test_nothing_personal_is_left_without_names() -> None:
    assert "Anna Bianchi" in str(full(60).as_data())
    assert "Anna Bianchi" not in str(full(60, "Anna Bianchi").without_names().as_data()["longest"])


@pytest.mark.parametrize("wrong", [{}, {"begins": "2026-10-01"}, {**full(9).as_data(), "first": {}}])
def test_what_is_no_content_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_data(wrong)
