"""Mail headers to text, by hand: the standard library's modern policy raises on dirty mail and can take minutes."""

import binascii
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from connectors.mail.charsets import clean, decode

LONGEST = 100_000  # characters of one header; a To line with a thousand names fits
# What the end of is worth more than the beginning: the nearest ids stand last.
_KEPT_AT_THE_END = ("references", "in-reply-to")
_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bq])\?((?:[^?]|\?(?!=)){0,4000})\?=", re.IGNORECASE)
_ID = re.compile(r"<[^<>]{1,990}>")
_PARAMETER = re.compile(r';\s*([^=;\s"]{1,100})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)


class Headers:
    """The headers of one part: names are case-blind, values come unfolded.

    `charset` is what raw 8-bit bytes are read as where they are no UTF-8 (the label of the body, by custom).
    """

    charset = ""

    def __init__(self, items: Iterable[tuple[str, object]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in items:
            name, text = name.rstrip().lower(), str(value)
            kept = text[-LONGEST:] if name in _KEPT_AT_THE_END else text[:LONGEST]
            self._values.setdefault(name, []).append(kept)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> Iterable[str]:
        """All header names, in lower case."""
        return self._values.keys()

    def every(self, name: str) -> list[str]:
        """All values of a header, unfolded, encoded words left as they are; [] where it is absent."""
        return [unfolded(raw_text(value, self.charset)) for value in self._values.get(name, ())]

    def first(self, name: str) -> str:
        """The first value that is not empty, as `every` gives it; "" where there is none."""
        return next(filter(None, self.every(name)), "") if name in self._values else ""

    def text(self, name: str) -> str:
        """The first value as people read it."""
        return words(self.first(name))


def unfolded(value: str) -> str:
    """A header value on one line."""
    if "\n" not in value and "\r" not in value:
        return value.strip()
    return " ".join(filter(None, (line.strip() for line in re.split(r"[\r\n]+", value))))


def raw_text(value: str, charset: str = "") -> str:
    """A header value whose raw 8-bit bytes (surrogates) are decoded."""
    if value.isascii() and "\x1b" not in value:
        return value
    return decode(value.encode("utf-8", "surrogateescape"), charset)


def words(value: str) -> str:
    """Header text with its encoded words decoded (RFC 2047), also the broken ones that real mail has."""
    if "=?" not in value:
        return clean(value).replace("\n", " ").strip()
    out: list[str] = []
    held: tuple[str, bytes] | None = None
    at = 0
    for found in _WORD.finditer(value):
        between = value[at : found.start()]
        charset, data = found[1].split("*")[0], _word_bytes(found[2], found[3])
        if held and not between.strip() and held[0] == charset.lower():
            # A letter of several bytes may be torn between two words.
            held = (held[0], held[1] + data)
        else:
            out += [decode(held[1], held[0])] if held else []
            out += [between] if between.strip() or not held else []
            held = (charset.lower(), data)
        at = found.end()
    out += [decode(held[1], held[0])] if held else []
    return clean("".join(out) + value[at:]).replace("\n", " ").strip()


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "bB":
        return from_base64(data)
    return binascii.a2b_qp(data.replace(b" ", b"_"), header=True)


def from_base64(data: bytes) -> bytes:
    """Decoded base64; what is no base64 is skipped, a torn end is dropped."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        kept = kept[: len(kept) - (len(kept) % 4 == 1)]
        return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured header (Content-Type, Content-Disposition) as its main value in lower case and its parameters.

    Parameter names are lower case; values are decoded by RFC 2231 and, as real mail wants, RFC 2047.
    """
    main, _, _ = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[bool, str]]] = {}
    for name, given in _PARAMETER.findall(value[:LONGEST]):
        text = _unquoted(given)
        name, star, rest = name.lower().partition("*")
        if not star:
            plain.setdefault(name, words(text))
            continue
        number = rest.rstrip("*")
        coded = rest.endswith("*") or not rest
        pieces.setdefault(name, {})[int(number) if number.isdecimal() and len(number) < 4 else 0] = (coded, text)
    return main.strip().lower(), plain | {name: _joined(parts) for name, parts in pieces.items()}


def _unquoted(text: str) -> str:
    text = text.strip()
    if not text.startswith('"'):
        return text
    inner = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    return re.sub(r'\\(["\\])', r"\1", inner)


def _joined(parts: dict[int, tuple[bool, str]]) -> str:
    """The pieces of an RFC 2231 value, in order, decoded."""
    ordered = [parts[number] for number in sorted(parts)]
    coded, first = ordered[0]
    charset = ""
    if coded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        ordered[0] = (coded, first)
    if not any(coded for coded, _ in ordered):
        return words("".join(text for _, text in ordered))
    data = b"".join(
        unquote_to_bytes(text.encode("utf-8", "surrogateescape")) if coded else text.encode("utf-8", "surrogateescape")
        for coded, text in ordered
    )
    return clean(decode(data, charset)).replace("\n", " ").strip()


def ids(value: str) -> tuple[str, ...]:
    """The message ids of a References or In-Reply-To header, in order, with their angle brackets."""
    return tuple(re.sub(r"\s+", "", clean(found)) for found in _ID.findall(value))


def message_id(value: str) -> str:
    """A Message-ID as given, in its angle brackets where it has them; "" where there is none."""
    value = words(value)
    found = _ID.search(value)
    return re.sub(r"\s+", "", found[0]) if found else value[:990]


def date(value: str) -> datetime | None:
    """A Date header in UTC, or None where it says no date. Without a zone it is taken as UTC."""
    try:
        when = parsedate_to_datetime(value[:200])
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
