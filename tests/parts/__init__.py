"""Real parts that tests run against: a Dovecot, an SMTP peer, databases, the server as a process of its own."""

import os

import pytest


def missing(what: str) -> None:
    """A part is not there: a failure in CI, a skipped test with its reason elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is not here")
