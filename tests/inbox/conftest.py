"""Fixtures of several files here."""

from collections.abc import Iterator

import pytest

from inbox.app import App
from inbox.reader import Reader
from tests.emulators.graph import GraphEmulator
from tests.parts.crossing import Crossing
from tests.parts.whatsapp import Phone


@pytest.fixture
def crossing(app: App, reader: Reader) -> Iterator[Crossing]:
    """Mail, WhatsApp, chat and form of one company, on both databases."""
    with GraphEmulator() as graph:
        yield Crossing(Phone(app, reader, graph))
