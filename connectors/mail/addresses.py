"""Address headers (RFC 5322 3.4) in one pass over their signs, forgiving what real mail does to them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.base import Address
from connectors.mail.headers import words

MOST = 2_000  # addresses of one header
_LONGEST_ADDRESS = 320  # RFC 3696, errata 1690: 254 is the rule, 320 was the old one
_TOKEN = re.compile(
    r"""(?P<word>=\?[^?\s]{1,80}\?[bBqQ]\?[^?]{0,4000}\?=)|(?P<quoted>"(?:[^"\\]|\\.)*"?)"""
    r"""|(?P<angle><[^<>]*>?)|(?P<mark>[(),;:])|(?P<text>[^"<(),;:=]+|.)""",
    re.DOTALL,
)


@dataclass(slots=True)
class _Entry:
    phrase: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    angle: str = ""


def addresses(value: str) -> tuple[Address, ...]:
    """Everybody an address header names; somebody without an address has `address` ""."""
    found = _parsed(value)
    if "=?" in value and not any(person.address for person in found):
        # Some senders encode name and address together, against RFC 2047.
        found = _parsed(words(value))
    return found


def _parsed(value: str) -> tuple[Address, ...]:
    people: list[Address] = []
    waiting = ""
    for entry, end in _entries(value):
        person = _person(entry)
        if not person.address and person.name and end == ",":
            # An unquoted "Rossi, Mario <m@…>": the comma belongs to the name.
            waiting = f"{waiting}, {person.name}" if waiting else person.name
            continue
        if waiting and person.address and not entry.angle:
            people.append(Address("", waiting))
        elif waiting:
            person = Address(person.address, ", ".join(filter(None, (waiting, person.name))))
        waiting = ""
        if person.address or person.name:
            people.append(person)
        if len(people) >= MOST:
            break
    if waiting:
        people.append(Address("", waiting))
    return tuple(people)


def _entries(text: str) -> Iterator[tuple[_Entry, str]]:
    """The pieces between top-level commas and semicolons, each with the sign that ended it."""
    entry, depth = _Entry(), 0
    last_semicolon = text.rfind(";")
    for token in _TOKEN.finditer(text):
        kind, part = token.lastgroup, token[0]
        if part == "(":
            depth += 1
        elif part == ")":
            depth = max(0, depth - 1)
        elif depth:
            entry.comment.append(part)
        elif kind == "angle":
            entry.angle = part.strip("<> \t") or entry.angle
        elif part in (",", ";"):
            yield entry, part
            entry = _Entry()
        elif (
            part == ":" and not entry.angle and token.start() < last_semicolon and "@" not in "".join(entry.phrase[:9])
        ):
            entry.phrase.clear()  # the label of a group
        else:
            entry.phrase.append(part)
    yield entry, ""


def _person(entry: _Entry) -> Address:
    phrase, comment = "".join(entry.phrase).strip(), "".join(entry.comment).strip()
    if entry.angle and "@" not in entry.angle and "@" in phrase and " " not in phrase:
        return Address(_address(phrase), "")
    if entry.angle:
        return Address(_address(entry.angle), _name(phrase.strip("<> ") or comment))
    if "@" not in phrase:
        inner = comment if "@" in comment and " " not in comment else ""
        return Address(_address(inner), _name(phrase or ("" if inner else comment)))
    if "@" in phrase and " " in phrase and not phrase.startswith('"'):
        pieces = phrase.split()
        where = next(index for index, piece in enumerate(pieces) if "@" in piece)
        return Address(_address(pieces[where]), _name(" ".join(pieces[:where] + pieces[where + 1 :]) or comment))
    return Address(_address(phrase), _name(comment))


def _address(text: str) -> str:
    text = words(text).strip().strip("'\"<>")
    if text[:7].lower() == "mailto:":
        text = text[7:]
    return re.sub(r"\s+", "", text)[:_LONGEST_ADDRESS]


def _name(text: str) -> str:
    text = re.sub(r'"((?:[^"\\]|\\.)*)"?', lambda found: re.sub(r"\\(.)", r"\1", found[1]), text[:5_000])
    text = " ".join(words(text).split())
    while len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip()
    return text[:500]
