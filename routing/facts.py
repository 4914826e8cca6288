"""What rules may ask about a message: an open map from fact name to value, so that channels can add their own."""

from collections.abc import Mapping, Sequence

from inbox.folding import MAX_CHARS, fold
from routing.words import Stemmed, joined, stemmed

Value = str | int | float | bool | tuple[str, ...]

TEXT, NAME, LIST, NUMBER, FLAG = "text", "name", "list", "number", "flag"
HAS_ANY, HAS_ALL, IS, IS_ANY = "has_any", "has_all", "is", "is_any"
STARTS_WITH, ENDS_WITH, CONTAINS, MATCHES = "starts_with", "ends_with", "contains", "matches"
UNDER, AT_LEAST, AT_MOST, EXISTS = "under", "at_least", "at_most", "exists"

# Every fact and its kind; besides these, whatever a channel adds as fact.<name>, which is text.
KINDS = {
    "subject": TEXT, "text": TEXT, "whole_text": TEXT, "subject_or_text": TEXT,
    "channel": NAME, "channel_kind": NAME, "sender": NAME, "sender_name": NAME, "domain": NAME, "language": NAME,
    "machine": NAME, "kind": NAME, "priority": NAME, "team": NAME, "stage": NAME, "company": NAME, "owner": NAME,
    "country": NAME, "region": NAME, "province": NAME, "place.source": NAME, "place.from": NAME, "weekday": NAME,
    "tags": LIST, "products": LIST, "attachment_names": LIST, "attachment_kinds": LIST,
    "stars": NUMBER, "earlier": NUMBER, "hour": NUMBER, "waiting_minutes": NUMBER,
    "known_contact": FLAG, "follow_up": FLAG, "in_hours": FLAG, "holiday": FLAG, "certified": FLAG, "attachments": FLAG,
}  # fmt: skip
_OF_TEXTS = (HAS_ANY, HAS_ALL, IS, IS_ANY, STARTS_WITH, ENDS_WITH, CONTAINS, MATCHES, EXISTS)
# Which questions each kind of fact takes, in the order in which a page offers them.
OPERATORS = {
    TEXT: _OF_TEXTS,
    NAME: (IS_ANY, IS, *(one for one in _OF_TEXTS if one not in (IS, IS_ANY))),
    LIST: (IS_ANY, IS, *(one for one in _OF_TEXTS if one not in (IS, IS_ANY))),
    NUMBER: (AT_LEAST, AT_MOST, EXISTS),
    FLAG: (EXISTS,),
}
PLAIN = (STARTS_WITH, ENDS_WITH, CONTAINS)
# These hold a domain or an address with one, and may be asked what they are under.
DOMAINS = ("domain", "sender")
# Facts that are others together: what holds for one of those, holds for them.
TOGETHER = {"subject_or_text": ("subject", "text")}
OWN = "fact."
ALL = tuple(KINDS)
TEXTS = tuple(name for name, kind in KINDS.items() if kind == TEXT)
NAMES = tuple(name for name, kind in KINDS.items() if kind == NAME)


def kind_of(name: str) -> str | None:
    """A fact's kind, None if there is no such fact."""
    return TEXT if name.startswith(OWN) and name != OWN else KINDS.get(name)


def operators_of(name: str) -> tuple[str, ...]:
    """What may be asked of a fact, none if there is no such fact."""
    kind = kind_of(name)
    return (OPERATORS[kind] if kind else ()) + ((UNDER,) if name in DOMAINS else ())


def folded(text: str) -> str:
    """A text as plain pieces and patterns are looked for in it; half characters (lone surrogates) become "?"."""
    plain = fold(text)[:MAX_CHARS].strip()
    return plain if plain.isascii() else plain.encode("utf-8", "replace").decode()


class Facts:
    """The facts of one message.

    What the questions need of them (folded texts, stems) is made when first asked for, and kept. `stems` are those made
    before (routing.words.unpack), by fact name; they are taken for the stems of the value without a look at it.
    """

    def __init__(self, values: Mapping[str, Value | Sequence[str]], stems: Mapping[str, Stemmed] | None = None) -> None:
        self.values = dict(values)
        self._words = dict(stems or {})
        self._texts: dict[str, tuple[str, ...]] = {}
        self._folded: dict[str, tuple[str, ...]] = {}

    def value(self, name: str) -> Value:
        """The plain value, "" if the fact is not known."""
        if name in TOGETHER:
            return "\n".join(str(self.values.get(part, "")) for part in TOGETHER[name])
        value = self.values.get(name, "")
        return value if isinstance(value, str | int | float) else tuple(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """The value as texts, one for each element of a list; blank ones are none. () is a fact that does not exist."""
        known = self._texts.get(name)
        if known is None:
            known = self._texts[name] = tuple(self._made(name))
        return known

    def exists(self, name: str) -> bool:
        """Whether there is something: not a blank, not an empty list, not False."""
        return bool(self.texts(name))

    def number(self, name: str) -> float | None:
        """The value if it is a number."""
        value = self.values.get(name)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else None

    def folded(self, name: str) -> tuple[str, ...]:
        """The texts in lower case without accents, of each the first MAX_CHARS characters, blanks around it cut."""
        known = self._folded.get(name)
        if known is None:
            known = self._folded[name] = tuple(folded(one[:MAX_CHARS]) for one in self.texts(name))
        return known

    def words(self, name: str) -> Stemmed:
        """The fact's words as stems."""
        known = self._words.get(name)
        if known is None:
            parts = TOGETHER.get(name)
            known = joined(map(self.words, parts)) if parts else stemmed(*self.texts(name))
            self._words[name] = known
        return known

    def _made(self, name: str) -> list[str]:
        if name in TOGETHER:
            return [one for part in TOGETHER[name] for one in self.texts(part)]
        value = self.values.get(name, "")
        if isinstance(value, str):
            return [value] if value.strip() else []
        if isinstance(value, int | float):
            return [] if value is False else [str(value)]
        return [text for one in value if (text := str(one)).strip()]
