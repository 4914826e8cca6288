"""What the checks of a commit run (CI=true) and a user's `run.py test` does not: what takes a minute, most examples."""

import os
from typing import Any

import pytest

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
LONG = pytest.mark.skipif(not IN_CI, reason="takes long, and is left to the checks of a commit: set CI=true to run it")


def first(*values: str, many: int = 2) -> list[Any]:
    """Values of a test, of which all but the first few are left to the checks of a commit."""
    return [*values[:many], *(pytest.param(one, marks=LONG) for one in values[many:])]


def examples(count: int) -> int:
    """How many examples of a property are drawn here: `count` in the checks of a commit, a tenth elsewhere."""
    return count if IN_CI else -(-count // 10)
