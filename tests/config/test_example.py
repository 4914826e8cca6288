"""config/example.toml can be used as it is, and names every setting with its default."""

import re
from pathlib import Path

import pytest

from config.settings import FILE_NAME, Settings, load

EXAMPLE = Path(__file__).parents[2] / "config" / "example.toml"
NAMED = re.findall(r"^(# )?(\w+) = ", EXAMPLE.read_text("utf-8"), re.M)


def test_it_loads_and_says_the_defaults(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    assert load(tmp_path) == Settings(data=tmp_path)


def test_it_names_every_setting_once() -> None:
    assert sorted(name for _, name in NAMED) == sorted(Settings.model_fields)


@pytest.mark.parametrize("name", [name for commented, name in NAMED if not commented])
def test_a_setting_in_it_has_one_line_of_words_before_it(name: str) -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith(f"{name} = "))
    assert lines[place - 1].startswith("# ")
    assert lines[place - 1].endswith((".", "name"))


def test_what_is_only_commented_has_no_default_to_write(tmp_path: Path) -> None:
    """Uncommented as they stand, these lines must still be settings."""
    lines = [line.removeprefix("# ") for line in EXAMPLE.read_text("utf-8").splitlines() if re.match(r"# \w+ = ", line)]
    (tmp_path / FILE_NAME).write_text("\n".join(line for line in lines if not line.startswith("data")), "utf-8")
    assert load(tmp_path).public_port == 8001
