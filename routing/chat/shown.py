"""What a message in a chat shows: its text, which parts of it are bold, and the buttons under it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Buttons = Sequence[Sequence[tuple[str, str]]]
# How much of a text goes into one message: it holds 4,096 UTF-16 units (https://core.telegram.org/bots/api#sendmessage).
MAX_CHARS = 3000


@dataclass(frozen=True, slots=True)
class Shown:
    """Text, styles as (style, first character, character after the last), rows of buttons."""

    text: str
    styles: Sequence[tuple[str, int, int]] = ()
    buttons: Buttons = ()

    def digest(self) -> str:
        """What is the same of two that look the same."""
        parts = json.dumps([self.text, list(self.styles), [list(row) for row in self.buttons]])
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()

    def envelope(self) -> dict[str, Any]:
        """As an envelope holds it."""
        return {
            "text": self.text, "styles": [list(one) for one in self.styles],
            "buttons": [[list(one) for one in row] for row in self.buttons],
        }  # fmt: skip


@dataclass(slots=True)
class Lines:
    """A text that grows by lines, some of them (or their first words) bold."""

    text: str = ""
    styles: list[tuple[str, int, int]] = field(default_factory=list)

    def title(self, words: str) -> None:
        """A line that is all bold."""
        self._bold(words)
        self.text += "\n"

    def line(self, words: str = "") -> None:
        """A plain line."""
        self.text += f"{words}\n"

    def field(self, label: str, words: str) -> None:
        """A label and what it says; nothing where it says nothing."""
        if words:
            self._bold(f"{label}:")
            self.text += f" {words}\n"

    def shown(self, buttons: Buttons = ()) -> Shown:
        """The message."""
        return Shown(self.text.rstrip(), tuple(self.styles), buttons)

    def _bold(self, words: str) -> None:
        self.styles.append(("bold", len(self.text), len(self.text) + len(words)))
        self.text += words


def shortened(words: str, rest: str) -> str:
    """At most MAX_CHARS of some words; `rest` says where the others are."""
    words = words.strip()
    return words if len(words) <= MAX_CHARS else f"{words[:MAX_CHARS].rstrip()}…\n({rest})"
