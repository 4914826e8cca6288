"""docs/rules.md names everything that the language has, and its example is one."""

import re
from pathlib import Path

import pytest

from routing import facts, files, occasions, outcome

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def text() -> str:
    return (DOCS / "rules.md").read_text("utf-8")


def test_every_operator_event_and_action_is_told(text: str) -> None:
    named = set(re.findall(r"`(\w+)", text)) | set(re.findall(r'"(\w+)"', text))
    operators = {one for many in facts.OPERATORS.values() for one in many} | {facts.UNDER}
    assert (operators | set(occasions.EVENTS) | set(occasions.KEYS) | set(outcome.ACTIONS)) - named == set()
    assert set(outcome.PICKS) - named == set()


def test_every_fact_is_told() -> None:
    told = (DOCS / "rules-facts.md").read_text("utf-8")
    assert [name for name in facts.ALL if f"`{name}`" not in told] == []


def test_the_example_is_a_rule_set(text: str) -> None:
    example = re.search(r"```toml\n(.*?)```", text, re.S)
    assert example
    assert [rule.slug for rule in files.read(example[1]).rules] == ["torque", "all"]
