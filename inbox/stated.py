"""What a message's facts state of its writer besides the address it came from, as it is compared.

From forms and chats (the fields, by their labels in five languages), from a mail's signature, from what the firm's site
vouches for. Telephone numbers and addresses of offices are left to those who look them up (inbox.persons.likely).
"""

from collections.abc import Iterable, Mapping

from connectors import formlabels as labels
from inbox import likeness, phones
from inbox.models.person import FIRM, MAIL, PHONE, SIGNED, VISIT

FIELD = "field."
_MESSAGES = tuple(f"{FIELD}{one}" for one in labels.TEXT)
# So many things of a kind are kept of one message.
MOST = 5
_SAID = {"signature.phone": PHONE, "signature.company": FIRM, "email": MAIL}
_WORDS = {
    kind: frozenset(one for one in known if " " not in one)
    for kind, known in ((MAIL, labels.MAIL), (PHONE, labels.PHONE), (FIRM, labels.COMPANY))
}


def traits(facts: Mapping[str, str], visit: str = "") -> set[tuple[str, str]]:
    """Kinds (inbox.models.person) and values; `visit`: the visit of the chat it was written in, "" for none."""
    signed = facts.get("signed") == "yes"
    found: dict[str, list[str]] = {VISIT: [visit] if signed and visit else []}
    for name, text in facts.items():
        kind = _SAID.get(name) or _field(name)
        value = _value(kind, str(text)) if kind else ""
        if value:
            found.setdefault(SIGNED if signed and name == "email" else kind, []).append(value)
    return {(kind, value) for kind, values in found.items() for value in values[:MOST]}


def text_key(facts: Mapping[str, str], words: str) -> str:
    """A customer's words as they are compared: of a form the message alone, without the fields around it."""
    message = next((facts[name] for name in _MESSAGES if name in facts), "")
    # Longer ones are cut in the facts; there the text begins with the message.
    return likeness.text(message if 0 < len(message) < labels.LONGEST_FACT else words)


def _field(name: str) -> str:
    """What the field of a form is about, "" for anything else."""
    if not name.startswith(FIELD):
        return ""
    words = name.removeprefix(FIELD).replace("_", " ").replace("-", " ").split()
    kinds: Iterable[str] = (kind for kind, known in _WORDS.items() if not known.isdisjoint(words))
    return next(iter(kinds), "")


def _value(kind: str, text: str) -> str:
    if kind == MAIL:
        return labels.address(text).lower()
    return phones.e164(text) if kind == PHONE else likeness.firm(text)
