"""What rules may ask about a message: an open map from fact name to value, so that channels can add their own."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from routing.words import Stemmed, stemmed

TEXTS = ("subject", "text", "subject_or_text")
NAMES = ("channel", "sender", "domain", "language", "machine")
ALL = TEXTS + NAMES


class Facts:
    """The facts of one message; stems are made when a rule first asks for them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)

    def value(self, name: str) -> str:
        """The plain value, "" if the fact is not known."""
        if name == "subject_or_text":
            return f"{self.values.get('subject', '')}\n{self.values.get('text', '')}"
        return self.values.get(name, "")

    def stems(self, name: str) -> Stemmed:
        """The fact's words as stems."""
        return self._stems[name] if name in self._stems else self._stems.setdefault(name, stemmed(self.value(name)))

    @cached_property
    def _stems(self) -> dict[str, Stemmed]:
        return {}


def facts_of(message: Any, channel_name: str) -> Facts:
    """The facts of a message: anything with subject, text, reply, from_address, language, machine, facts."""
    address = message.from_address.lower()
    return Facts(
        {
            **{f"fact.{key}": str(value) for key, value in message.facts.items()},
            "channel": channel_name,
            "sender": address,
            "domain": address.rpartition("@")[2],
            "subject": message.subject,
            "text": message.reply or message.text,
            "language": message.language,
            "machine": message.machine or "",
        }
    )
