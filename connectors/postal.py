"""Postcodes with the town behind them, as they stand in a signature or in a form: "I-36015 Schio (VI)"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

ITALIAN_DIGITS = 5
# Letters in front of a postcode and how many digits follow; none could be an Italian province with an Italian code.
_COUNTRIES = {
    "I": ("it", 5), "IT": ("it", 5), "D": ("de", 5), "DE": ("de", 5), "A": ("at", 4), "AT": ("at", 4), "CH": ("ch", 4),
    "F": ("fr", 5), "E": ("es", 5), "ES": ("es", 5), "B": ("be", 4), "BE": ("be", 4), "NL": ("nl", 4), "L": ("lu", 4),
    "LU": ("lu", 4), "P": ("pt", 4), "PT": ("pt", 4), "SLO": ("si", 4), "SI": ("si", 4), "HR": ("hr", 5),
    "H": ("hu", 4), "HU": ("hu", 4), "DK": ("dk", 4), "N": ("no", 4), "NO": ("no", 4), "FIN": ("fi", 5),
    "FL": ("li", 4), "BG": ("bg", 4), "RSM": ("sm", 5),
}  # fmt: skip
_CODE = re.compile(r"(?<![\w/.+-])(?:([A-Z]{1,3})[ \t]?[-–][ \t]?)?(\d{4,5})\b(?![/.]\d)[ \t,–-]*")
# What numbers of five digits are otherwise: those of registers, sums of money.
_OTHER_NUMBERS = re.compile(
    r"(?:\brea\b|imprese|regist\w*|\bn[or]?\.|\bhrb\b|€|\beuro?\b)\W{0,9}(?:[A-Z]{2}\W)?$", re.I
)
# A town, and what may follow it: until a number, a mark of a new field, or a word of contact data.
_REST = re.compile(r"[^\W\d_][^\d\n|;•·@:/]{1,60}")
_ENDS = re.compile(r"\s*\b(?:tel|fax|phone|mob|cell|p\.? ?iva|www|e-?mail|vat|euro?|ust)\b.*", re.I | re.S)
_LETTERS = re.compile(r"\(\s*([A-Za-z]{2})\s*\)|[\s,–-]([A-Z]{2})(?=\s*(?:$|[,–(-]))")
_PARTS = re.compile(r"(?:\s*(?:[(),–/]|(?<=\s)-(?=\s)))+\s*")


@dataclass(frozen=True, slots=True)
class Postcode:
    """A postcode and what stands around it.

    `letters`: the two behind the town (of an Italian province, often); `country`: ISO code by the letters before the
    code; `behind`: the last words, which may name a country; `given`: all of it as written.
    """

    code: str
    town: str
    letters: str
    country: str
    behind: str
    given: str


def postcodes(text: str) -> Iterator[Postcode]:
    """The postcodes of a text, each with its town; without letters before them only those of five digits."""
    for match in _CODE.finditer(text):
        country, digits = _COUNTRIES.get(match[1] or "", ("", ITALIAN_DIGITS))
        rest = _REST.match(text, match.end())
        line = _ENDS.sub("", rest[0]).strip(" \t,(–-") if rest else ""
        if len(match[2]) != digits or not line[:1].isupper() or _OTHER_NUMBERS.search(text[: match.start()][-40:]):
            continue
        parts = [part for part in _PARTS.split(line) if part]
        two = letters(line)
        given = f"{match[0]}{line}" + (")" if line.count("(") > line.count(")") else "")
        yield Postcode(
            match[2], parts[0].removesuffix(f" {two}"), two, country, parts[-1] if len(parts) > 1 else "", given
        )


def letters(text: str) -> str:
    """The two letters behind a town, as in Schio (VI) or Schio VI; "" where there are none."""
    match = _LETTERS.search(text)
    return (match[1] or match[2]).upper() if match else ""


def italian_code(text: str) -> str:
    """The five digits of a text that is an Italian postcode and nothing else, "" otherwise."""
    match = re.fullmatch(r"(?:IT?\s?[-–]\s?)?(\d{5})", text.strip())
    return match[1] if match else ""


def first_part(text: str) -> str:
    """A text up to a comma, a bracket or a dash."""
    return _PARTS.split(text.strip())[0]
