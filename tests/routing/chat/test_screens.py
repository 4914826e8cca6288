"""What stands in a colleague's chat, word for word, in both languages: see screens/en.txt and screens/it.txt.

To take over a change that is meant: SCREENS=write python run.py test tests/routing/chat/test_screens.py
"""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from inbox.reader import Reader
from tests.conftest import opened
from tests.parts.desk import Desk
from tests.parts.screens import LANGUAGES, Day, Screen, Seen, day
from tests.parts.starter import Starters

FOLDER = Path(__file__).parent / "screens"
WEDNESDAY = datetime(2026, 3, 4, 8, 12, tzinfo=UTC)


def as_text(day: Day) -> str:
    """All screens: what happened, what Marco did, each message with its buttons."""
    return "\n\n".join(_screen(one) for one in day.screens) + "\n"


def _screen(one: Screen) -> str:
    lines = [f"=== {one.code}"]
    lines += [f"> {line}" for line in one.did.splitlines()]
    lines += [f"! {one.flash}"] if one.flash else []
    return "\n".join([*lines, *(_message(seen) for seen in one.seen)])


def _message(seen: Seen) -> str:
    head = (
        f"#{seen.number}"
        + (f" answers #{seen.answers}" if seen.answers else "")
        + (" (edited)" if seen.changed else "")
    )
    parts = [head, *(f"  {line}".rstrip() for line in seen.message.text.split("\n"))]
    parts += [f"  <{one.filename}>" for one in seen.message.attachments]
    for row in seen.message.buttons:
        parts.append("  " + " ".join(f"[{label}]" for label, _ in row))
    # Signed and numbered parts differ from run to run.
    return re.sub(r"/f/\S+", "/f/…", "\n".join(parts))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_screen_is_as_it_was(language: str, tmp_path: Path, starters: Starters, reader: Reader) -> None:
    with time_machine.travel(WEDNESDAY, tick=True):
        for app in opened(tmp_path, starters.lay("sqlite", tmp_path / "var", language)):
            shown = as_text(day(Desk(app, reader), language))
    kept = FOLDER / f"{language}.txt"
    if os.environ.get("SCREENS") == "write":
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(shown, encoding="utf-8")
    assert shown == kept.read_text("utf-8")
