"""Tests that take a minute or more: the checks of a commit run them, a user's `run.py test` does not."""

import os

import pytest

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
LONG = pytest.mark.skipif(not IN_CI, reason="takes a minute or more: set CI=true to run it")
