"""What the documents name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
# Pictures are made from the running product and may be newer or older than the words.
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#\s]+)[^)]*\)")
PATH = re.compile(r"`((?:inbox|routing|connectors|config|tests|docs|\.ci)/[\w./*]*|run\.py|pyproject\.toml)[^`]*`")


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    links = [one for one in LINK.findall(page.read_text("utf-8")) if "://" not in one]
    assert [one for one in links if not (page.parent / one).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_files_that_are_named_exist(page: Path) -> None:
    named = PATH.findall(page.read_text("utf-8"))
    assert [one for one in named if not any(ROOT.glob(one.rstrip("/")))] == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [one.name[:4] for one in (ROOT / "docs" / "decisions").glob("*.md")]
    assert sorted(numbers) == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_the_read_me_opens_with_the_picture_and_the_two_commands() -> None:
    lines = [one for one in (ROOT / "README.md").read_text("utf-8").splitlines() if one.strip("`")]
    picture = re.fullmatch(r"!\[.+\]\((\S+)\)", lines[0])
    assert picture
    assert (ROOT / picture[1]).read_bytes().startswith(b"\x89PNG")
    assert [one.partition("#")[0].strip() for one in lines[1:3]] == ["python3 run.py", "python3 run.py test"]
    assert "`python3 run.py --demo`" in lines[3]
