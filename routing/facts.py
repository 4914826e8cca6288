"""What rules may ask about a message: an open map from fact name to value, so that channels can add their own."""

from collections.abc import Mapping
from functools import cached_property

from inbox.models.conversation import KINDS
from routing.message_facts import Readable, Value, of_message
from routing.words import Stemmed, stemmed

TEXTS = ("subject", "text", "subject_or_text")
NAMES = ("channel", "sender", "domain", "language", "machine")
ALL = TEXTS + NAMES


class Facts:
    """The facts of one message; stems are made when a rule first asks for them."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values = dict(values)

    def value(self, name: str) -> str:
        """The value as text, "" if the fact is not known (or False)."""
        if name == "subject_or_text":
            return f"{self.value('subject')}\n{self.value('text')}"
        return _text(self.values.get(name, ""))

    def stems(self, name: str) -> Stemmed:
        """The fact's words as stems."""
        return self._stems[name] if name in self._stems else self._stems.setdefault(name, stemmed(self.value(name)))

    @cached_property
    def _stems(self) -> dict[str, Stemmed]:
        return {}


def facts_of(message: Readable, channel_name: str, channel_kind: str) -> Facts:
    """The facts of a message that is not taken in, as the first of a new conversation.

    What only the database knows (contact, products, hours …) is missing; see routing.gather for stored messages.
    """
    first = {"kind": KINDS[0], "priority": "normal", "channel": channel_name, "channel_kind": channel_kind}
    return Facts({**of_message(message), **first})


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return ", ".join(value) if isinstance(value, tuple) else str(value)
