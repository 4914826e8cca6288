"""Ready-made companies to start from: teams, hours, rules and saved replies as TOML."""

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def load(name: str = "starter") -> dict[str, Any]:
    """All of one preset's files as one mapping: teams, hours, timezone, rules, replies."""
    data: dict[str, Any] = {}
    for path in sorted((FOLDER / name).glob("*.toml")):
        data |= tomllib.loads(path.read_text("utf-8"))
    return data


def localised(value: Any, language: str) -> str:
    """A text that is either the same in all languages or a table of them."""
    return str(value.get(language) or value["en"]) if isinstance(value, dict) else str(value)
