"""What the checks of a commit run (CI=true) and a user's `run.py test` does not: what takes a minute, most examples."""

import os

import pytest

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
# One way through the product, from what comes to what is sent: the same functions on both databases, each of which has
# tests of its own there.
WHOLE_WAY = pytest.mark.whole_way
LONG = pytest.mark.skipif(not IN_CI, reason="takes a minute or more: set CI=true to run it")


def skip_way_on(kind: str) -> None:
    """Skip a whole way on PostgreSQL, except in the checks of a commit."""
    if kind != "sqlite" and not IN_CI:
        pytest.skip("a whole way on PostgreSQL, the same as on SQLite: set CI=true to go it")


def examples(count: int) -> int:
    """How many examples of a property are drawn here: `count` in the checks of a commit, a fifth elsewhere."""
    return count if IN_CI else -(-count // 5)
