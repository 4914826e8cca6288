"""The matcher says what asking each rule plainly says, for whatever rules and messages."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.facts import Facts
from routing.matcher import compile_rules
from routing.occasions import EVENTS
from routing.rules import Rule
from routing.trace import trace_all
from tests.parts import drawn_rules
from tests.parts.long import examples

DAYS = st.sampled_from([None, date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 31), date(2027, 1, 1)])


def plainly(rules: list[Rule], known: Facts, event: str, today: date | None, after: int | None) -> list[str]:
    return [
        rule.slug
        for rule in rules
        if rule.enabled
        and rule.occasion.on == event
        and (after is None or rule.occasion.after in (0, after))
        and (today is None or (rule.occasion.starts or today) <= today <= (rule.occasion.ends or today))
        and trace_all(rule.when, known).held
    ]


@settings(max_examples=examples(600))
@given(
    drawn_rules.rule_sets(),
    st.lists(drawn_rules.messages(), min_size=1, max_size=4),
    st.sampled_from(EVENTS),
    DAYS,
    st.sampled_from([None, 1, 30]),
)
def test_the_matcher_says_what_asking_each_rule_says(
    rules: list[Rule], messages: list[Facts], event: str, today: date | None, after: int | None
) -> None:
    matcher = compile_rules(rules)
    for known in messages:
        every = [rule.slug for rule in matcher.every(known, event, today, after)]
        assert every == plainly(rules, known, event, today, after)
        first = [rule.slug for rule in matcher.first(known, event, today, after)]
        ends = [rule.slug for rule in rules if not rule.occasion.goes_on]
        last = next((place for place, slug in enumerate(every) if slug in ends), len(every))
        assert first == every[: last + 1]
