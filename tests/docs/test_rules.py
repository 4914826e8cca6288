"""docs/rules.md names every fact, question and event, and whatever it shows is right."""

import re
import tomllib
from pathlib import Path

import pytest

from routing import facts, files, occasions, operators, outcome
from routing.conditions import GROUPS, Condition, parse

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", TEXT, re.S)
EXAMPLES = re.findall(r"^\| `([\w.…]+)` \|.*\| `(\{.+\})` \|$", TEXT, re.M)


def test_everything_that_may_be_asked_is_told() -> None:
    named = {name for name, _ in EXAMPLES}
    assert {*facts.ALL, *operators.ANSWERS} - named == set()
    assert named - {*facts.ALL, *operators.ANSWERS} == {"fact.…"}


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_shows_what_its_row_is_about(name: str, example: str) -> None:
    condition = parse(tomllib.loads(f"x = {example}")["x"])
    assert isinstance(condition, Condition)
    own = condition.fact.startswith(facts.OWN) and name == "fact.…"
    assert own or name in (condition.fact, condition.operator)


def test_kinds_are_those_of_the_table() -> None:
    words = {
        facts.TEXT: "text",
        facts.NAME: "name",
        facts.LIST: "list",
        facts.NUMBER: "number",
        facts.FLAG: "yes or no",
    }
    told = dict(re.findall(r"^\| `([\w.]+)` \| (text|name|list|number|yes or no) \|", TEXT, re.M))
    assert told == {name: words[kind] for name, kind in facts.KINDS.items()}


def test_events_keys_and_groups_are_told() -> None:
    for event in occasions.EVENTS:
        assert f'`"{event}"`' in TEXT
    for key in (*occasions.KEYS, "slug", "name", "enabled = false", "when", "then"):
        assert re.search(rf"(`|^){key}\b", TEXT, re.M), key
    for group in GROUPS:
        assert f"`{{ {group} = [ … ] }}`" in TEXT


@pytest.mark.parametrize("block", BLOCKS)
def test_a_file_that_is_shown_can_be_imported(block: str) -> None:
    made = files.read(block).rules
    assert files.read(files.to_toml(made)).rules == made


def test_every_action_is_told() -> None:
    for name in (*outcome.ACTIONS, *outcome.PICKS):
        assert re.search(rf"`{name}\b", TEXT), name


def test_every_fact_is_told_with_its_source() -> None:
    told = (Path(__file__).parents[2] / "docs" / "rules-facts.md").read_text("utf-8")
    assert [name for name in facts.ALL if f"`{name}`" not in told] == []
