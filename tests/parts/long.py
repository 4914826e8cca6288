"""What the checks of a commit run (CI=true) and a user's `run.py test` does not: what takes a minute, most examples."""

import os

import pytest

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
LONG = pytest.mark.skipif(not IN_CI, reason="takes a minute or more: set CI=true to run it")


def examples(count: int) -> int:
    """How many examples of a property are drawn here: `count` in the checks of a commit, a fifth elsewhere."""
    return count if IN_CI else -(-count // 5)
