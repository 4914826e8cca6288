"""Values of conditions as people write them, and as rules keep them: "Italiano" is it, "R&S" is rd."""

from collections.abc import Mapping, Sequence

from config.i18n import translator
from routing import phrases


class Words:
    """What a reader calls values, by fact. `teams`: slug to name; `people`: address to name; `channels`: names."""

    def __init__(
        self, language: str, teams: Mapping[str, str], people: Mapping[str, str], channels: Sequence[str]
    ) -> None:
        say = translator(language)
        self._words: dict[str, dict[str, str]] = {
            fact: {code: say(word) for code, word in values.items()} for fact, values in phrases.VALUES.items()
        }
        self._words |= {"team": dict(teams), "owner": dict(people), "channel": {one: one for one in channels}}

    def offers(self) -> dict[str, list[str]]:
        """The words that can be chosen, by fact."""
        return {fact: list(words.values()) for fact, words in self._words.items() if words}

    def codes(self, fact: str, written: Sequence[str]) -> list[str]:
        """What was written, as rules keep it; what is unknown stays as it is."""
        known = {word.casefold(): code for code, word in self._words.get(fact, {}).items()}
        return [known.get(one.casefold(), one) for one in written]

    def shown(self, fact: str, values: Sequence[str]) -> list[str]:
        """What rules keep, as the reader calls it."""
        words = self._words.get(fact, {})
        return [words.get(one, one) for one in values]
